"""What a command costs, and what machine it ran on."""
import dataclasses
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

RUN_MEASURED = pathlib.Path(__file__).with_name("run_measured.py")
BUSY = 0.05  # share of the processor that others use from which they may be in the way


@dataclasses.dataclass
class Cost:
    cpu: float     # seconds, user and system, of the process and its children
    wall: float    # seconds
    memory: float  # MB of the largest process


def measure(command, environment=None):
    """Run to the end; stop the benchmark where the command fails."""
    words = [str(word) for word in command]
    with tempfile.NamedTemporaryFile("r", suffix=".json") as report:
        done = subprocess.run([sys.executable, "-I", "-S", RUN_MEASURED, report.name, *words],
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              env={**os.environ, **(environment or {})}, check=False)
        if done.returncode:
            sys.exit(f"{' '.join(words)}\nexit code {done.returncode}\n{done.stderr.decode(errors='replace')}")
        return Cost(**json.load(report))


def median(costs):
    """The run whose CPU time is in the middle."""
    middle = statistics.median_low(cost.cpu for cost in costs)
    return next(cost for cost in costs if cost.cpu == middle)


def processor_times():
    """(idle, all) in ticks of all processors since the machine started."""
    with open("/proc/stat", encoding="utf-8") as file:
        ticks = [int(word) for word in file.readline().split()[1:9]]
    return ticks[3] + ticks[4], sum(ticks)


def busy():
    """A remark where others use the machine now, else None. Takes a second."""
    idle, total = processor_times()
    time.sleep(1)
    later_idle, later_total = processor_times()
    used = 1 - (later_idle - idle) / max(1, later_total - total)
    if used < BUSY:
        return None
    return f"others use {used:.0%} of the processor: times, wall times above all, are too long"


def describe_machine():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        facts = dict(line.split(":", 1) for line in file if ":" in line)
    facts = {name.strip(): value.strip() for name, value in facts.items()}
    flags = facts.get("flags", "").split()
    sets = [flag for flag in ("avx2", "avx512f", "avx512_vnni", "amx_int8") if flag in flags]
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9
    return (f"{facts.get('model name', 'processor')}, {len(os.sched_getaffinity(0))} cores usable, "
            f"{' '.join(sets) or 'none of its vectors used'}, {memory:.0f} GB of memory")
