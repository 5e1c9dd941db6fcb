#!/usr/bin/env bash
# Jobs that a real Slurm preempts, that meet their limit or are cancelled: the first two kinds finish by themselves,
# with the bytes of an undisturbed run.
#   requeue.sh SOURCE_FOLDER MANIPLE      exit 77: no Slurm here
set -euo pipefail
source_folder=$1
export MANIPLE=$2
# shellcheck source=tests/slurm/begin_slurm.sh
source "$source_folder/tests/slurm/begin_slurm.sh"

export OMP_NUM_THREADS=1
make_scan 20000  # Some fifteen seconds.
start_slurm 4

# submit NAME [options of sbatch] [-- options of the scan]: prints the number of a job whose results are folder NAME.
submit() {
  local name=$1 options=()
  shift
  while [ $# -gt 0 ] && [ "$1" != -- ]; do
    options+=("$1")
    shift
  done
  [ $# -eq 0 ] || shift
  sbatch --parsable --ntasks-per-node=1 --cpus-per-task=1 --output="$name.log" "${options[@]}" \
    "$source_folder/slurm/maniple.sbatch" scan.ini --out "$name" "$@"
}
fact() { scontrol show job "$1" | grep -oE "\b$2=[^ ]*" | head -1 | cut -d= -f2; }
# wait_until WHAT COMMAND...: fails after two minutes.
wait_until() {
  local what=$1 end=$((SECONDS + 120))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$end" ] || fail "two minutes have passed: $what"
    sleep 0.2
  done
}
is_over() { [[ "$(fact "$1" JobState)" =~ ^(COMPLETED|FAILED|CANCELLED|TIMEOUT)$ ]]; }
has_work() { [ -s "$1/segments/sealed" ]; }
# goes_on JOB NAME TIMES: started so often, and has something to go on from. Or the job is over.
starts() { { cat "$1.log" 2> /dev/null || true; } | grep -c "^work:" || true; }
goes_on() { is_over "$1" || { [ "$(starts "$2")" -ge "$3" ] && has_work "$2"; }; }

signalled=$(submit signalled)
limited=$(submit limited --time=1 --export=ALL,MANIPLE_MAX_RESTARTS=100 -- --stop-before slurm-54s)
preempted=$(submit preempted)
capped=$(submit capped --export=ALL,MANIPLE_MAX_RESTARTS=1 -- --stop-before 1s)
# Signalled while it starts: a program that does not listen yet.
cat > starting << 'PROGRAM'
#!/usr/bin/env bash
[ "${SLURM_RESTART_COUNT:-0}" -gt 0 ] || kill -USR1 $$
PROGRAM
chmod +x starting
early=$(MANIPLE=$PWD/starting submit early --export=ALL)

# As before a limit, by --signal: to the ranks, not to the script.
wait_until "job 'signalled' computes" goes_on "$signalled" signalled 1
scancel --signal=USR1 "$signalled"

for times in 1 2; do
  wait_until "job 'preempted' computes" goes_on "$preempted" preempted "$times"
  is_over "$preempted" && fail "job 'preempted' was over before it could be preempted"
  scontrol requeue "$preempted"
done

wait_until "job 'capped' gives up" is_over "$capped"
[ "$(fact "$capped" JobState) $(fact "$capped" ExitCode) $(fact "$capped" Restarts)" = "FAILED 75:0 1" ] ||
  fail "job 'capped' did not fail with exit code 75 after a restart"
grep -q "maniple is not done after 1 restarts.*submit the same job again" capped.log ||
  fail "job 'capped' does not say why it gave up"

cancelled=$(submit cancelled)
wait_until "job 'cancelled' computes" goes_on "$cancelled" cancelled 1
scancel "$cancelled"
wait_until "job 'cancelled' ends" is_over "$cancelled"
sleep 8 # longer than what was requeued waits
[ "$(fact "$cancelled" JobState) $(fact "$cancelled" Restarts)" = "CANCELLED 0" ] ||
  fail "job 'cancelled' goes on"
[ -e cancelled/.unfinished ] || fail "job 'cancelled' left nothing to go on from"

for name in signalled limited preempted; do
  job=${!name}
  wait_until "job '$name' ends" is_over "$job"
  [ "$(fact "$job" JobState)" = COMPLETED ] || fail "job '$name' did not complete"
  cmp "alone/results.h5" "$name/results.h5"
  cmp "alone/summary.tsv" "$name/summary.tsv"
  echo "$name: $(fact "$job" Restarts) restarts, the same bytes"
done
[ "$(fact "$signalled" Restarts)" -eq 1 ] || fail "job 'signalled' was not restarted once"
[ "$(fact "$limited" Restarts)" -ge 1 ] || fail "job 'limited' met no limit"
[ "$(fact "$preempted" Restarts)" -eq 2 ] || fail "job 'preempted' was not restarted twice"
grep -q "requeueing job $limited" limited.log
wait_until "job 'early' ends" is_over "$early"
[ "$(fact "$early" JobState) $(fact "$early" Restarts)" = "COMPLETED 1" ] ||
  fail "job 'early' was not restarted once"
# As a job that is preempted when all is done.
again=$(submit preempted)
wait_until "job 'preempted' ends again" is_over "$again"
[ "$(fact "$again" JobState)" = COMPLETED ] || fail "job 'preempted' failed, as it had nothing to do"
grep -q "nothing to do: 'preempted' holds just this run" preempted.log || fail "job 'preempted' was done again"
