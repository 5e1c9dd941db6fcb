#!/usr/bin/env bash
# The program from outside: texts, exit codes, one message on any number of ranks, full disks.
#   command_line.sh MANIPLE VERSION MPIRUN...
set -euo pipefail
maniple=$1
version=$2
shift 2
mpirun=("$@")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
  echo "$1"
  cat out err
  exit 1
}
# expect CODE COMMAND...: its streams are in the files out and err.
expect() {
  local wanted=$1 status=0
  shift
  "$@" > out 2> err < /dev/null || status=$?
  [ "$status" -eq "$wanted" ] || fail "'$*' ended with $status, expected $wanted"
}
contains() { grep -qF -- "$2" "$1" || fail "no '$2' in standard $1"; }

expect 0 "$maniple" --version
contains out "maniple $version"
for library in MPI HDF5 libdeflate htslib; do contains out "$library"; done

expect 0 "$maniple" --help
cp out overview
for command in import simulate info verify scan export doctor slurm-script; do
  grep -q "^  $command " overview || fail "'$command' is not in 'maniple --help'"
  expect 0 "$maniple" "$command" --help
  contains out "maniple $command"
  contains out "--help"
  contains out "--job"
  [ ! -s err ] || fail "help of $command wrote to standard error"
  expect 0 "$maniple" help "$command"
done

expect 2 "$maniple"
[ ! -s out ] || fail "a mistake printed to standard output"
expect 2 "$maniple" scna
contains err "did you mean 'maniple scan'?"
expect 2 "$maniple" doctor --paht .
contains err "did you mean '--path'?"
expect 2 "$maniple" doctor .
expect 2 "$maniple" slurm-script --job x.ini --nodes many
contains err "--nodes = 'many' (must be a whole number)"

printf 'path = %s\n' "$work" > good.ini
expect 0 "$maniple" doctor --job good.ini
contains out "'$work' can be written"
expect 3 "$maniple" doctor --job good.ini --path /no/such/folder
contains out "fail  folder"
printf 'paht = .\n' > bad.ini
expect 2 "$maniple" doctor --job bad.ini
contains err "job file 'bad.ini' line 1: unknown option 'paht' (did you mean 'path'?)"

# What was printed and did not arrive is an error, a closed pipe included.
if [ -w /dev/full ]; then
  status=0
  "$maniple" --help > /dev/full 2> err || status=$?
  [ "$status" -eq 3 ] || fail "a full disk gave exit $status, expected 3"
  contains err "standard output"
fi
mkfifo pipe
(exec 3< pipe && exec 3<&-) &
status=0
(sleep 0.3 && exec "$maniple" --help) > pipe 2> err || status=$?
[ "$status" -eq 3 ] || fail "a closed pipe gave exit $status, expected 3"
wait

# Ranks speak with one voice.
expect 0 "${mpirun[@]}" 2 "$maniple" --version
[ "$(grep -c "^maniple $version" out)" -eq 1 ] || fail "two ranks printed two versions"
expect 2 "${mpirun[@]}" 3 "$maniple" doctor --paht .
[ "$(grep -c "^maniple: unknown option" err)" -eq 1 ] || fail "not exactly one message from three ranks"
expect 0 "${mpirun[@]}" 2 "$maniple" doctor
contains out "2 ranks on 1 host"
expect 2 "${mpirun[@]}" 2 "$maniple" slurm-script --job absent.ini
[ "$(grep -c "^maniple: .*absent.ini" err)" -eq 1 ] || fail "a command of rank zero alone spoke twice"
echo "command line: as promised"
