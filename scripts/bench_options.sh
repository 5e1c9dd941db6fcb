# Read by scripts/bench-*. Sets `python`, and MANIPLE and what else campaigns look for where the caller does not.
# Needs `source`, the project's folder.

# The first Python on the PATH need not have numpy and h5py.
for python in "${MANIPLE_PYTHON:-python3}" python3 /usr/bin/python3; do
  if "$python" -c 'import h5py, numpy' 2> /dev/null; then break; fi
done
export MANIPLE=${MANIPLE:-$source/build/release/maniple} PYTHONDONTWRITEBYTECODE=1
