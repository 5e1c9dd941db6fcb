#!/usr/bin/env python3
"""Builds the fuzz targets and runs each for a while.

By target the table has executions, those a second, seconds on a core, inputs that met new code and are kept for the
next run, the edges of code that were met, and findings: inputs at which the target crashed, took over 5 seconds or 2 GB,
asked for over 512 MB at once, or threw what is no error for people. Their bytes are kept in DIR/findings/TARGET-*, what
was said of them beside as .txt; `build/fuzz/TARGET_fuzz FILE` repeats one.

Fails (exit code 1) where there is any. What was met is kept in DIR/inputs: a later run goes on from there.
"""
import argparse
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
COMPILERS = ("clang++-14", "clang++-15", "clang++-16", "clang++-19", "clang++")
SKIPPED = 77
LIMITS = ["-timeout=5", "-rss_limit_mb=2048", "-malloc_limit_mb=512", "-max_len=16384"]
MOST_FINDINGS = 5       # of one target: it is not run on then


def find_compiler(folder):
    """The first Clang that can link a fuzz target."""
    trial = folder / "trial.cpp"
    trial.write_text('#include <cstddef>\n#include <cstdint>\n'
                     'extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const*, std::size_t) { return 0; }\n')
    for compiler in COMPILERS:
        path = shutil.which(compiler)
        if path and subprocess.run([path, "-fsanitize=fuzzer,address,undefined", trial, "-o", folder / "trial"],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 0:
            return path
    return None


def build(folder, compiler, jobs):
    ninja = ["-G", "Ninja"] if shutil.which("ninja") else []
    words = ["cmake", "-S", SOURCE, "-B", folder, *ninja, f"-DCMAKE_CXX_COMPILER={compiler}",
             "-DCMAKE_BUILD_TYPE=Release", "-DMANIPLE_FUZZ=ON"]
    for command in (words, ["cmake", "--build", folder, "--parallel", str(jobs)]):
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode:
            sys.exit(f"fuzz: the targets cannot be built\n{done.stdout[-4000:]}")


def memory_folder():
    """Inputs become files: those are best in memory."""
    shared = pathlib.Path("/dev/shm")
    return shared if os.access(shared, os.W_OK) else None


class Target:
    """One program, and what came of it."""

    def __init__(self, program, options, seeds):
        self.program, self.options = program, options
        self.name = program.name.removesuffix("_fuzz")
        self.seeds = [folder for folder in (SOURCE / "tests" / "fuzz" / "corpus" / self.name, seeds / self.name)
                      if folder.is_dir()]
        self.inputs = options.folder / "inputs" / self.name
        self.findings = options.folder / "findings"
        self.executions = self.new = self.edges = 0
        self.found = []
        self.seconds = self.core_seconds = 0.0

    def run(self, seconds):
        self.inputs.mkdir(parents=True, exist_ok=True)
        self.findings.mkdir(parents=True, exist_ok=True)
        begin = time.monotonic()
        while True:
            left = seconds - (time.monotonic() - begin)
            if self.executions and (left < 1 or len(self.found) >= MOST_FINDINGS):
                break
            if not self.run_once(max(1, round(left))):
                break
        self.seconds = time.monotonic() - begin
        return self

    def run_once(self, seconds):
        """Whether it may go on: it does not after it came to its end."""
        prefix = f"{self.findings}/{self.name}-"
        before = set(self.findings.glob(f"{self.name}-*"))
        with tempfile.TemporaryDirectory(prefix="maniple-fuzz-", dir=memory_folder()) as place:
            environment = dict(os.environ, TMPDIR=place, ASAN_OPTIONS="detect_leaks=0", MANIPLE_ISA="")
            exit_code, said = self.watch([self.program, f"-max_total_time={seconds}", *LIMITS, "-print_final_stats=1",
                                          f"-artifact_prefix={prefix}", self.inputs, *self.seeds], environment)
        executed = re.findall(r"stat::number_of_executed_units: (\d+)|^#(\d+)\s", said, re.MULTILINE)
        self.executions += max((int(a or b) for a, b in executed), default=1)
        self.new += sum(map(int, re.findall(r"stat::new_units_added: +(\d+)", said)))
        self.edges = max([self.edges, *map(int, re.findall(r"cov: (\d+)", said))])
        if exit_code == 0:
            return False
        files = sorted(set(self.findings.glob(f"{self.name}-*")) - before)
        if files and "-timeout-" in files[0].name and self.ends_in_time(files[0], environment):
            files[0].unlink()
            return True
        for file in files:
            file.with_name(file.name + ".txt").write_text(said[-20_000:])
        self.found.append((files[0] if files else None, describe(said)))
        return True

    def ends_in_time(self, file, environment):
        """The limit is on the clock: on a busy machine anything may miss it once."""
        with tempfile.TemporaryDirectory(prefix="maniple-fuzz-", dir=memory_folder()) as place:
            code, _ = self.watch([self.program, *LIMITS, file], dict(environment, TMPDIR=place))
        return code == 0

    def watch(self, words, environment):
        """Exit code of a process and what it said; its time on a core is added to ours."""
        with subprocess.Popen(words, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True, errors="replace") as process:
            said = process.stderr.read()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        self.core_seconds += usage.ru_utime + usage.ru_stime
        return process.returncode, said


def describe(said):
    """What a finding is about, in a line."""
    what = next((line.strip() for line in said.splitlines()
                 if "FINDING:" in line or "ERROR: " in line or "runtime error:" in line), said.strip()[-200:])
    ours = re.search(r"^ *#\d+ .* in (.*) \S*/((?:src|include)/\S+)$", said, re.MULTILINE)
    return what[:200] + (f", in {ours[2]}" if ours and "FINDING" not in what else "")


def run_all(options):
    with tempfile.TemporaryDirectory(prefix="maniple-fuzz-seeds-") as folder:
        seeds = pathlib.Path(folder)
        compiler = find_compiler(seeds)
        if compiler is None:
            print("fuzz: no clang++ with libFuzzer here (packages clang-14 and libclang-rt-14-dev): skipped")
            return SKIPPED
        begin = time.monotonic()
        build(options.build, compiler, options.jobs)
        print(f"built in {time.monotonic() - begin:.0f} s with {pathlib.Path(compiler).name}")
        subprocess.run([sys.executable, SOURCE / "tests" / "fuzz" / "make_seeds.py", seeds], check=True)
        targets = [Target(program, options, seeds) for program in sorted(options.build.glob("*_fuzz"))]
        known = {target.name for target in targets}
        asked = set(options.only.split(",")) if options.only else known
        if asked - known:
            sys.exit(f"fuzz: no target {', '.join(sorted(asked - known))} (there are {', '.join(sorted(known))})")
        targets = [target for target in targets if target.name in asked]
        seconds = options.total * options.jobs / len(targets) if options.total else options.seconds
        return report(targets, seconds, options)


def report(targets, seconds, options):
    print(f"{len(targets)} targets, {seconds:.0f} s each, {options.jobs} at a time; inputs and findings in "
          f"{options.folder}")
    print(f"{'target':16}{'executions':>12}{'a second':>10}{'core s':>8}{'new inputs':>12}{'edges':>8}"
          f"{'findings':>10}", flush=True)
    found = []
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for work in concurrent.futures.as_completed([pool.submit(target.run, seconds) for target in targets]):
            target = work.result()
            found += target.found
            print(f"{target.name:16}{target.executions:12,}{target.executions / target.seconds:10,.0f}"
                  f"{target.core_seconds:8,.0f}{target.new:12,}{target.edges:8,}{len(target.found):10}", flush=True)
    for file, what in found:
        print(f"FINDING  {file}: {what}")
    return 1 if found else 0


def read_options(words=None):
    parser = argparse.ArgumentParser(prog="fuzz", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--seconds", type=float, default=60, metavar="N", help="of each target (default: 60)")
    add("--total", type=float, default=0, metavar="N", help="instead: of all targets together, on the clock")
    add("--only", default="", metavar="TARGET,...", help="these targets (default: all)")
    add("--jobs", type=int, default=len(os.sched_getaffinity(0)), metavar="N",
        help="targets at a time (default: as many as there are cores)")
    add("--build", type=pathlib.Path, default=SOURCE / "build" / "fuzz", metavar="DIR",
        help="where the targets are built (default: build/fuzz)")
    add("--folder", type=pathlib.Path, metavar="DIR",
        help="for inputs and findings (default: those of --build)")
    options = parser.parse_args(words)
    options.build = options.build.resolve()
    options.folder = (options.folder or options.build).resolve()
    return options


if __name__ == "__main__":
    sys.exit(run_all(read_options()))
