#!/usr/bin/env python3
"""Kills commands at random times, again and again, and runs them to the end: the bytes must be those of a run that nobody
disturbed, and nothing may be left over.

Each trial takes a command, a number of ranks (0: without a launcher) and a time between 0 and what the command takes.
Then it is killed: one rank, or the launcher and all ranks (SIGKILL), or every rank is asked to stop (SIGTERM). The next run
has another number of ranks, and may be killed, too; the last one may not. By command the table has how often it was
killed, how often the next run could take something up, and trials with other bytes, files that are left, or a refusal.

Fails (exit code 1) where there is any such trial, or a kill never met a command at work.
"""
import argparse
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
if {"-h", "--help"} & set(sys.argv):
    os.environ["MANIPLE"] = "true"  # Help is there before a build.
import program  # first: leaves where a package is missing

import campaign
from campaign import bytes_of, files_below, is_left_alone, reason_in

sys.path.insert(0, str(program.SOURCE / "tests" / "commands"))
from command_case import ENVIRONMENT, USER_ERROR, ranks_of

RANKS = (0, 1, 2, 3)
SECOND_KILL = 0.4       # chance that the next run is killed, too
STOPPED = 75
MOST_TRIALS = 50        # until a kill has met a command at work
PATIENCE = 60           # seconds from a kill to the end of all processes
GOES_ON = ("taken up", "goes on", "going on", "are taken", "were done by")  # What a run says that takes something up.


class Command:
    """words: of the command. made: paths whose bytes count. done: what it says where all is made already, with exit code 2;
    the others see that, and have nothing to do."""

    def __init__(self, name, words, made, done=()):
        self.name, self.words, self.made, self.done = name, words, made, done

    def is_done(self, code, said):
        return code == 0 or code == USER_ERROR and any(word in said for word in self.done)


# Every command works in a folder with a store `s` and PLINK files `p`. Results are complete before a report is begun.
COMMANDS = [
    Command("import", ["import", "--store", "new", "--bfile", "p", "--block-variants", "16"], ["new"],
            done=("already", "come twice")),
    Command("scan", ["scan", "--store", "s", "--trait", "quantitative_*,binary_*", "--covariate", "covariate_1",
                     "--missing-genotype", "drop", "--no-report", "--out", "r"], ["r/results.h5", "r/summary.tsv"]),
    Command("whole-genome", ["scan", "--store", "s", "--trait", "quantitative_*", "--covariate", "covariate_1",
                             "--whole-genome", "ridge", "--whole-genome-block", "100", "--no-report", "--out", "r"],
            ["r/results.h5", "r/predictors.h5"]),
    Command("fit", ["fit", "--store", "s", "--trait", "quantitative_1", "--covariate", "covariate_1", "--name", "m"],
            ["s/models/m.h5"], done=("already",)),
]


def send(sent, processes):
    for process in processes:
        try:
            os.kill(process, sent)
        except ProcessLookupError:
            pass


class Kills(campaign.Campaign):
    def __init__(self, folder, options):
        super().__init__()
        self.folder, self.options, self.random = folder, options, random.Random(options.seed)
        self.store = folder / "store"

    def run(self):
        self.store.mkdir()
        program.maniple("simulate", "--store", self.store / "s", "--bfile", self.store / "p", "--samples", self.options.samples,
                        "--variants", self.options.variants, "--quantitative", 24, "--binary", 3, "--missing-traits", 0.1,
                        "--contigs", 4, "--seed", self.options.seed)
        print(f"{self.options.kills} trials each, {self.options.samples:,} people x {self.options.variants:,} variants, seed "
              f"{self.options.seed}")
        print(f"{'command':14}{'seconds':>8}{'trials':>8}{'kills':>7}{'at work':>9}{'goes on':>9}{'wrong':>7}", flush=True)
        for command in COMMANDS:
            if command.name in self.options.only.split(","):
                self.try_command(command)
        return self.print_failures()

    def fresh(self):
        place = self.folder / "trial"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(self.store, place)
        return place

    def start(self, command, ranks, place):
        launcher = [program.find_mpirun(), "--bind-to", "none", "-n", str(ranks)] if ranks else []
        return subprocess.Popen([*launcher, program.MANIPLE, *command.words, "--threads", "1"], cwd=place, text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                env=ENVIRONMENT)

    def measure(self, command, ranks):
        """Seconds that it takes when nobody disturbs it, and the folder it then leaves."""
        place = self.fresh()
        begin = time.monotonic()
        child = self.start(command, ranks, place)
        _, said = child.communicate()
        if child.returncode:
            sys.exit(f"{command.name}: exit code {child.returncode}\n{said}")
        return time.monotonic() - begin, place

    def try_command(self, command):
        launched, _ = self.measure(command, 2)
        alone, place = self.measure(command, 0)
        self.seconds = {ranks: launched if ranks else alone for ranks in RANKS}
        self.right, self.files = bytes_of(place, command.made), files_below(place)
        counts = {"kills": 0, "at work": 0, "goes on": 0}
        trials = wrong = 0
        # A few kills may all come before a short command is at work.
        while trials < self.options.kills or not counts["at work"] and 0 < trials < MOST_TRIALS:
            problem = self.try_once(command, counts)
            if problem:
                wrong += 1
                self.require(False, f"{command.name}, trial {trials}: {problem}")
            trials += 1
        self.require(counts["at work"] or not trials, f"{command.name}: no kill met it at work")
        print(f"{command.name:14}{alone:8.1f}{trials:8}{counts['kills']:7}{counts['at work']:9}{counts['goes on']:9}{wrong:7}",
              flush=True)

    def try_once(self, command, counts):
        """What was wrong, if anything."""
        place = self.fresh()
        ranks = self.random.choice(RANKS)
        while True:
            code, said = self.kill(command, ranks, place, counts)
            counts["goes on"] += any(word in said for word in GOES_ON)
            if command.is_done(code, said):
                break
            if code not in (0, STOPPED) and code > 0 and "maniple: " in said and not ranks:
                return f"a run that was killed before, and then refused: {reason_in(said)}"
            if not is_left_alone(place, PATIENCE):
                return f"a rank still runs {PATIENCE} seconds after its launcher has ended"
            ranks = self.random.choice([other for other in RANKS if other != ranks])
            if self.random.random() > SECOND_KILL:
                child = self.start(command, ranks, place)
                _, said = child.communicate()
                counts["goes on"] += any(word in said for word in GOES_ON)
                if not command.is_done(child.returncode, said):
                    return f"exit code {child.returncode} on {ranks} ranks: {reason_in(said)}"
                break
        if bytes_of(place, command.made) != self.right:
            return "other bytes"
        left = set(files_below(place)) ^ set(self.files)
        return f"files are left or missing: {sorted(left)[:5]}" if left else None

    def kill(self, command, ranks, place, counts):
        """Exit code and words of a run that is killed at some time, unless it ends before."""
        how = self.random.choice(("rank", "all", "stop"))
        child = self.start(command, ranks, place)
        try:
            child.wait(self.random.uniform(0, 1.2 * self.seconds[ranks]))
        except subprocess.TimeoutExpired:
            mine = ranks_of(child.pid) if ranks else [child.pid]
            counts["kills"] += 1
            counts["at work"] += bool(mine)
            if how == "stop":
                send(signal.SIGTERM, mine)
            elif how == "rank" and mine:
                send(signal.SIGKILL, [self.random.choice(mine)])
            else:
                send(signal.SIGKILL, [child.pid, *mine])
        try:
            _, said = child.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:  # A launcher may wait for ever for a rank that died while it started.
            send(signal.SIGKILL, [child.pid, *(ranks_of(child.pid) if ranks else [])])
            _, said = child.communicate()
        return child.returncode, said


def read_options(words=None):
    parser = argparse.ArgumentParser(prog="bench-kills", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--kills", type=int, default=50, metavar="N", help="trials of each command (default: 50)")
    add("--only", default="import,scan,whole-genome,fit", metavar="NAME,...", help="these commands (default: all)")
    add("--samples", type=int, default=4000, metavar="N")
    add("--variants", type=int, default=20_000, metavar="N")
    add("--seed", type=int, default=1, metavar="N")
    add("--folder", type=pathlib.Path, metavar="DIR", help="to work in (default: TMPDIR)")
    options = parser.parse_args(words)
    if program.find_mpirun() is None:
        parser.error("there is no mpirun on the PATH")
    return options


if __name__ == "__main__":
    campaign.run_in_folder(Kills, "kills", read_options())
