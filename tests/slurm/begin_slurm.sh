# A folder $work to be in, and a Slurm of its own while the script lives. Sourced by tests of it; exit 77: no Slurm here.
# Needs $source_folder and $MANIPLE.
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

start_slurm() {
  local started=0
  "$source_folder/scripts/local-slurm" start --cpus "$1" || started=$?
  [ "$started" -eq 0 ] || {
    [ "$started" -eq 77 ] && echo "skipped: no Slurm can run here"
    exit "$started"
  }
  eval "$("$source_folder/scripts/local-slurm" env)"
}
# make_scan VARIANTS: a store, scan.ini with full regressions in it, and their results, undisturbed, in `alone`.
make_scan() {
  "$MANIPLE" simulate --store store --samples 3000 --variants "$1" --contigs 2 --binary 4 --seed 5
  cat > scan.ini << 'JOB'
store = store
trait = binary_*
test = wald
JOB
  "$MANIPLE" scan --job scan.ini --out alone
}
fail() {
  tail -n 40 ./*.log
  squeue || true
  echo "$1"
  exit 1
}
cd "$work"
