# A folder $work to be in, and a Slurm of its own while the script lives. Sourced by tests of it; exit 77: no Slurm here.
# Needs $source_folder.
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
cd "$work"
