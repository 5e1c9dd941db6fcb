#!/usr/bin/env bash
# The shipped job script on a real Slurm: same bytes as a run without Slurm, over two tasks.
#   run_in_slurm.sh SOURCE_FOLDER MANIPLE      exit 77: no Slurm here
set -euo pipefail
source_folder=$1
export MANIPLE=$2

# shellcheck source=tests/slurm/begin_slurm.sh
source "$source_folder/tests/slurm/begin_slurm.sh"
export OMP_NUM_THREADS=1
"$MANIPLE" simulate --store store --samples 600 --variants 3000 --quantitative 2 --seed 11
cat > scan.ini << 'JOB'
store = store
trait = quantitative_*
covariate = covariate_*
JOB
"$MANIPLE" scan --job scan.ini --out alone

start_slurm 2
status=0
timeout 200 sbatch --wait --ntasks-per-node=2 --cpus-per-task=1 --output=job.log \
  "$source_folder/slurm/maniple.sbatch" scan.ini --out slurm || status=$?
cat job.log
[ "$status" -eq 0 ] || {
  echo "the job ended with $status"
  exit 1
}
cmp alone/results.h5 slurm/results.h5

# The same through a script that maniple writes itself.
"$MANIPLE" slurm-script --job scan.ini --ranks-per-node 2 --threads 1 --time 5 > own.sbatch
sed -i 's/^job=.*/job=own.ini/' own.sbatch
{ cat scan.ini; echo "out = own"; } > own.ini
timeout 200 sbatch --wait --output=own.log own.sbatch || {
  cat own.log
  echo "the job of slurm-script failed"
  exit 1
}
cmp alone/results.h5 own/results.h5

# Tasks that cannot speak to each other must stop, not do everything twice.
status=0
timeout 60 srun --ntasks=2 --mpi=none "$MANIPLE" doctor > mute.log 2>&1 || status=$?
[ "$status" -eq 3 ] && grep -q "srun --mpi=pmix" mute.log || {
  cat mute.log
  echo "srun --mpi=none: exit $status, expected 3 and advice"
  exit 1
}
echo "results.h5 is the same with and without Slurm"
