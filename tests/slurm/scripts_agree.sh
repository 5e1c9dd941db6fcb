#!/usr/bin/env bash
# slurm/maniple.sbatch and 'maniple slurm-script' end in the same lines, and both are valid bash.
#   scripts_agree.sh SOURCE_FOLDER MANIPLE
set -euo pipefail
source_folder=$1
maniple=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cd "$work"
printf 'path = .\n' > "it's a job.ini"
"$maniple" slurm-script --command doctor --job "it's a job.ini" --nodes 3 --ranks-per-node 2 --threads 5 \
  --time 1-12 --partition long --account lab --memory 16G > made.sbatch
bash -n made.sbatch
bash -n "$source_folder/slurm/maniple.sbatch"

for line in nodes=3 ntasks-per-node=2 cpus-per-task=5 time=1-12 partition=long account=lab mem=16G \
  signal=USR1@120 requeue open-mode=append; do
  grep -qx -- "#SBATCH --$line" made.sbatch || {
    echo "no line '#SBATCH --$line' in the script that was made"
    exit 1
  }
done
body() { sed -n '/^threads=/,$p' "$1"; }
body made.sbatch > made
body "$source_folder/slurm/maniple.sbatch" > shipped
[ -s made ]
diff shipped made

# The job's name survives its quote, and an exit code of 75 requeues until the cap.
mkdir bin
printf '#!/bin/sh\nshift 3\nexec "$@"\n' > bin/srun
printf '#!/bin/sh\necho "$@" >> requeued\n' > bin/scontrol
printf '#!/bin/sh\nfor word; do echo "<$word>"; done\nexit 75\n' > bin/maniple
chmod +x bin/*
run() { PATH=$PWD/bin:$PATH MANIPLE=$PWD/bin/maniple SLURM_JOB_ID=5 bash made.sbatch --path /tmp; }
status=0
run > words || status=$?
[ "$status" -eq 75 ]
grep -qx "<it's a job.ini>" words
grep -qx "<--path>" words
grep -qx "requeue 5" requeued
rm requeued
SLURM_RESTART_COUNT=9 run > words || true
grep -qx "requeue 5" requeued
rm requeued
status=0
SLURM_RESTART_COUNT=10 run > words 2> message || status=$?
[ "$status" -eq 75 ] && [ ! -e requeued ]
grep -q "not done after 10 restarts, and MANIPLE_MAX_RESTARTS=10 allows no more" message
MANIPLE_MAX_RESTARTS=0 run > words 2> message || true
[ ! -e requeued ]
# Of an array, one task alone goes back.
SLURM_ARRAY_JOB_ID=4 SLURM_ARRAY_TASK_ID=7 run > words || true
grep -qx "requeue 4_7" requeued
rm requeued
# What ends the script as well is not to be started again by it.
printf '#!/bin/sh\nkill -TERM $PPID\nexit 75\n' > bin/srun
status=0
run > words || status=$?
[ "$status" -eq 75 ] && [ ! -e requeued ]
# Slurm's word on the end of the job reaches the program, its own or by way of squeue.
printf '#!/bin/sh\necho "$SLURM_JOB_END_TIME"\n' > bin/srun
printf '#!/bin/sh\necho 2030-01-01T00:00:00\n' > bin/squeue
chmod +x bin/squeue
[ "$(TZ=UTC run)" = 1893456000 ]
[ "$(SLURM_JOB_END_TIME=5 run)" = 5 ]
printf '#!/bin/sh\necho NONE\n' > bin/squeue
[ -z "$(run)" ]

# What sbatch would refuse, or would read as another option, is refused here.
refuse() {
  local status=0
  "$maniple" slurm-script --command doctor --job "it's a job.ini" "$@" > refused 2> message || status=$?
  [ "$status" -eq 2 ] && [ ! -s refused ] || {
    echo "slurm-script $*: exit $status, expected 2 and no script"
    exit 1
  }
}
refuse --time 4h
refuse --time 1:2:3:4
refuse --nodes 0
refuse --threads -1
refuse --memory lots
refuse --partition $'a\n#SBATCH --exclusive'
refuse --account 'a b'
refuse --command scna
status=0
"$maniple" slurm-script --command doctor --job absent.ini > refused 2> message || status=$?
[ "$status" -eq 2 ] && grep -q "absent.ini" message
# Arrays: the same body, and a shard of each task.
"$maniple" slurm-script --job "it's a job.ini" --command scan --shards 5 --out "my run" > /dev/null 2>&1 && exit 1
printf 'store = s\ntrait = all\n' > scan.ini
"$maniple" slurm-script --job scan.ini --shards 5 --out "my run" --mpi none > array.sbatch
bash -n array.sbatch
bash -n "$source_folder/slurm/maniple-array.sbatch"
bash -n "$source_folder/slurm/maniple-merge.sbatch"
body array.sbatch | diff made -
body "$source_folder/slurm/maniple-array.sbatch" | diff made -
grep -qx -- "#SBATCH --array=1-5" array.sbatch
printf '#!/bin/sh\nshift 3\nexec "$@"\n' > bin/srun
tasks() { PATH=$PWD/bin:$PATH MANIPLE=$PWD/bin/maniple SLURM_JOB_ID=5 SLURM_ARRAY_JOB_ID=4 SLURM_ARRAY_TASK_ID=3 bash "$@" || true; }
tasks array.sbatch --min-mac 5 > words
printf '<%s>\n' scan --job scan.ini --shard 3/5 --out "my run/3" --min-mac 5 | diff - <(grep '^<' words)
tasks "$source_folder/slurm/maniple-array.sbatch" 5 scan.ini "my run" --min-mac 5 > words
printf '<%s>\n' scan --job scan.ini --shard 3/5 --out "my run/3" --min-mac 5 | diff - <(grep '^<' words)
status=0
run_outside() { PATH=$PWD/bin:$PATH MANIPLE=$PWD/bin/maniple SLURM_JOB_ID=5 bash array.sbatch; }
run_outside > words 2> message || status=$?
[ "$status" -ne 0 ] && grep -q "submit it with sbatch --array=1-5" message
refuse_scan() {
  local status=0
  "$maniple" slurm-script --job scan.ini "$@" > refused 2> message || status=$?
  [ "$status" -eq 2 ] && [ ! -s refused ]
}
refuse_scan --shards 5
refuse_scan --out run
refuse_scan --shards 0 --out run
refuse_scan --shards -2 --out run
refuse --shards 5 --out run
echo "all scripts agree"
