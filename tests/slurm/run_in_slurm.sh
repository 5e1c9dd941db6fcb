#!/usr/bin/env bash
# The shipped job script on a real Slurm: same bytes as a run without Slurm, over two tasks.
#   run_in_slurm.sh SOURCE_FOLDER MANIPLE      exit 77: no Slurm here
set -euo pipefail
source_folder=$1
export MANIPLE=$2

PATH=$PATH:/usr/sbin:/sbin
for program in slurmctld slurmd munged sbatch; do
  command -v "$program" > /dev/null || {
    echo "skipped: no $program (packages slurm-wlm and munge)"
    exit 77
  }
done

work=$(mktemp -d "${TMPDIR:-/tmp}/maniple-slurm-test.XXXXXX")
chmod 755 "$work"  # munged wants everybody to reach its socket
# Short, because sockets live in it; ports of its own, so that a Slurm in use is left alone.
export MANIPLE_SLURM_DIR=$work/s
export MANIPLE_SLURM_PORT=$((27000 + $$ % 2000 * 2))
finish() {
  "$source_folder/scripts/local-slurm" stop > /dev/null || true
  rm -rf "$work"
}
trap finish EXIT

cd "$work"
export OMP_NUM_THREADS=1
"$MANIPLE" simulate --store store --samples 600 --variants 3000 --quantitative 2 --seed 11
cat > scan.ini << 'JOB'
store = store
trait = quantitative_*
covariate = covariate_*
JOB
"$MANIPLE" scan --job scan.ini --out alone

started=0
"$source_folder/scripts/local-slurm" start --cpus 2 || started=$?
[ "$started" -eq 0 ] || {
  [ "$started" -eq 77 ] && echo "skipped: no Slurm can run here"
  exit "$started"
}
eval "$("$source_folder/scripts/local-slurm" env)"
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
