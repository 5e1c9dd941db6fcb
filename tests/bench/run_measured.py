"""run_measured.py REPORT COMMAND...: run the command, write what it cost as JSON.

A process of its own and a small one: Linux counts the memory of whoever starts a program as the program's.
"""
import json
import os
import sys
import time

start = time.monotonic()
child = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(child, 0)
wall = time.monotonic() - start
with open(sys.argv[1], "w", encoding="utf-8") as report:
    json.dump({"cpu": usage.ru_utime + usage.ru_stime, "wall": wall, "memory": usage.ru_maxrss * 1024 / 1e6}, report)
code = os.waitstatus_to_exitcode(status)
sys.exit(code if code >= 0 else 128 - code)
