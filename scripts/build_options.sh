# Read by scripts/test and scripts/quickstart. Sets `generator` and `jobs` for CMake.

# A folder keeps the generator that it was first configured with.
generator=()
if [ ! -e build/release/CMakeCache.txt ] && command -v ninja > /dev/null; then
  generator=(-G Ninja)
fi

# The compiler takes up to 1.5 GB a file: memory may allow fewer at once than there are CPUs.
jobs=$(nproc 2> /dev/null || echo 1)
if [ -r /proc/meminfo ]; then
  by_memory=$(awk '/^MemAvailable:/ { print int($2 / 1500000) }' /proc/meminfo)
  if [ "$by_memory" -lt "$jobs" ]; then jobs=$by_memory; fi
  if [ "$jobs" -lt 1 ]; then jobs=1; fi
fi
