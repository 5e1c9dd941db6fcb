#!/usr/bin/env bash
# What README.md says exists: the snippet, every file of the project it names, every command and option.
#   check_readme.sh SOURCE_FOLDER MANIPLE
set -euo pipefail
cd "$1"
maniple=$2

diff <(sed -n '/^```python$/,/^```$/p' README.md | sed '1d;$d') docs/read-a-variant.py

missing=0
complain() {
  echo "README.md names $1, which does not exist"
  missing=1
}
for path in $(grep -oE '\b(scripts|jobs|slurm|docs)/[A-Za-z0-9._-]+' README.md | sort -u); do
  [ -e "$path" ] || complain "$path"
done
# Code lines alone: 'maniple <command> ... --option ...' up to a comment.
while read -r line; do
  command=$(sed -E 's/.*\bmaniple ([a-z-]+).*/\1/' <<< "$line")
  help=$("$maniple" "$command" --help 2> /dev/null) || {
    complain "'maniple $command'"
    continue
  }
  arguments=$(sed -E 's/.*\bmaniple [a-z-]+//; s/ #.*//; s/ > .*//' <<< "$line")
  for option in $(grep -oE -- '--[a-z-]+' <<< "$arguments" || true); do
    grep -qE -- "(^|[ [])$option\b" <<< "$help" || complain "'maniple $command $option'"
  done
done < <(sed -n '/^```sh$/,/^```$/p' README.md | grep -E '^(mpirun .*)?maniple [a-z]')
exit "$missing"
