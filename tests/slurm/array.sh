#!/usr/bin/env bash
# A scan as a job array on a real Slurm, tasks of which stop and are requeued, and the job that merges it.
#   array.sh SOURCE_FOLDER MANIPLE      exit 77: no Slurm here
set -euo pipefail
source_folder=$1
export MANIPLE=$2
# shellcheck source=tests/slurm/begin_slurm.sh
source "$source_folder/tests/slurm/begin_slurm.sh"

export OMP_NUM_THREADS=1
make_scan 10000
start_slurm 3

# Each task's scan takes seconds.
array=$(MANIPLE_MAX_RESTARTS=50 sbatch --parsable --array=1-3 --cpus-per-task=1 "$source_folder/slurm/maniple-array.sbatch" \
  3 scan.ini run --stop-before 2s)
timeout 240 sbatch --wait --dependency="afterok:$array" --output=merge.log "$source_folder/slurm/maniple-merge.sbatch" run ||
  fail "the array or its merge failed"
cmp alone/results.h5 run/results.h5
cmp alone/summary.tsv run/summary.tsv
echo "restarts of the array's tasks: $(cat maniple-"$array"_*.log | grep -c requeueing || true)"

# What is done stays as it is; what is missing is said.
rm -r run/results.h5 run/summary.tsv run/run.json run/log.txt run/report.html run/2
timeout 120 sbatch --wait --output=merge-early.log "$source_folder/slurm/maniple-merge.sbatch" run && fail "shard 2 was not missed"
grep -q "shard 2 of 3 is missing" merge-early.log || fail "it is not said that shard 2 is missing"
timeout 240 sbatch --wait --array=1-3 --cpus-per-task=1 --output=again-%a.log "$source_folder/slurm/maniple-array.sbatch" \
  3 scan.ini run || fail "the second array failed"
grep -q "nothing to do: 'run/1/*' holds just this run" again-1.log || fail "shard 1 was done again"
timeout 120 sbatch --wait --array=1 --cpus-per-task=1 --output=other.log "$source_folder/slurm/maniple-array.sbatch" \
  3 scan.ini run --min-mac 30 && fail "shard 1 was taken for that of another scan"
grep -q "finished run of another plan (filters was" other.log || fail "it is not said what is different"
timeout 120 sbatch --wait --output=merge-again.log "$source_folder/slurm/maniple-merge.sbatch" run || fail "the second merge failed"
cmp alone/results.h5 run/results.h5
