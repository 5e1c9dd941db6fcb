#!/usr/bin/env python3
"""Runs commands while a read, a write, a sync or a rename fails, one after another, and again while all is well.

A library in front of the C library makes the N-th operation on files of the working folder fail: no space, an input or output
error, a signal in between, fewer bytes than asked for, a flipped bit, the end of the process right before it; or makes one of
three ranks slow. What must come of it:

  eintr, short, slow       nothing: the bytes of an undisturbed run
  enospc, eio              exit code 3 with one message and a file's name, and the same command then goes on; or, where the
                           operation is for comfort alone, nothing
  flip                     exit code 4, now or from `verify` of what was made; or no effect on any value
  kill                     the same command then goes on; also where one rank of three is killed

Fails (exit code 1) where anything else comes. By command the table has how many operations an undisturbed run has, and
how often each outcome came.
"""
import argparse
import collections
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
if {"-h", "--help"} & set(sys.argv):
    os.environ["MANIPLE"] = "true"  # Help is there before a build.
import program  # first: leaves where a package is missing
from program import everything

import campaign
from campaign import bytes_of, files_below, is_left_alone, reason_in, working_in
from kill_campaign import COMMANDS, PATIENCE, Command, send

sys.path.insert(0, str(program.SOURCE / "tests" / "commands"))
from command_case import CORRUPT_INPUT, ENVIRONMENT, ENVIRONMENT_ERROR, launcher

OPERATIONS = ("read", "write", "sync", "rename")
KINDS = {"read": ("eio", "short", "eintr", "flip", "kill"), "write": ("enospc", "eio", "short", "eintr", "flip", "kill"),
         "sync": ("eio", "kill"), "rename": ("eio", "enospc", "kill")}
HARMLESS = ("short", "eintr")
ENDLESS = "it, or a rank of it, takes for ever"  # In place of an exit code.
# What `verify` checks of what a command makes.
VERIFIED = {"import": "new", "scan": "r", "whole-genome": "r", "fit": "s", "addition": "s", "report": "s"}
# Beside those that are killed: what adds to a store, writes a report, or makes text.
EXPORT = Command("export", ["export", "--run", "done", "--trait", "quantitative_1", "--out", "t.tsv"], ["t.tsv"],
                 done=("already",))
OTHERS = [Command("addition", ["import", "--store", "s", "--bfile", "q", "--table", "q.tsv", "--name", "more"], ["s"],
                  done=("already", "come twice")),
          Command("report", ["fit", "--store", "s", "--trait", "quantitative_1", "--method", "ridge", "--name", "m", "--out", "f"],
                  ["s/models/m.h5"], done=("already",)), EXPORT]


def find_library():
    named = os.environ.get("MANIPLE_FAULTS", "")
    if not pathlib.Path(named).is_file():
        program.skip_everything("the library of faults is not there (MANIPLE_FAULTS names it)")
    return named


class Faults(campaign.Campaign):
    def __init__(self, folder, options):
        super().__init__()
        self.folder, self.options, self.random = folder, options, random.Random(options.seed)
        self.base, self.place = folder / "base", folder / "trial"
        self.library = find_library()

    def run(self):
        self.base.mkdir()
        program.maniple("simulate", "--store", "s", "--bfile", "p", "--samples", self.options.samples, "--variants",
                        self.options.variants, "--quantitative", 12, "--binary", 2, "--missing-traits", 0.1, "--contigs", 3,
                        folder=self.base)
        program.maniple("simulate", "--store", "q", "--bfile", "q", "--samples", self.options.samples, "--variants",
                        self.options.variants, "--contigs", 3, "--seed", 2, folder=self.base)
        shutil.rmtree(self.base / "q")
        program.maniple("scan", "--store", "s", "--trait", "quantitative_1", "--out", "done", folder=self.base)
        print(f"{self.options.places} places of each kind, {self.options.samples:,} people x {self.options.variants:,} variants, "
              f"seed {self.options.seed}")
        print(f"{'command':14}{'operations':>24}{'trials':>8}{'nothing':>9}{'refused':>9}{'killed':>8}{'found':>7}{'wrong':>7}",
              flush=True)
        for command in [*COMMANDS, *OTHERS]:
            if command.name in self.options.only.split(","):
                self.try_command(command)
        return self.print_failures()

    def fresh(self, fault=""):
        shutil.rmtree(self.place, ignore_errors=True)
        shutil.copytree(self.base, self.place)
        if "flip" not in fault:
            return
        for name in ("p.bed", "p.bim", "p.fam", "q.bed", "q.bim", "q.fam", "q.tsv"):  # Files of others have no checksums.
            (self.place / name).unlink()
            (self.place / name).symlink_to(self.base / name)

    def start(self, command, fault=None, ranks=0, rank=""):
        threads = [] if command.words[0] == "export" else ["--threads", "1"]
        settings = {"LD_PRELOAD": self.library, "MANIPLE_FAULT": fault, "MANIPLE_FAULT_UNDER": f"{self.place}/",
                    "MANIPLE_FAULT_RANK": str(rank), "MANIPLE_FAULT_COUNT": str(self.folder / "counts")} if fault else {}
        words = [*launcher(ranks), *(["env", *(f"{k}={v}" for k, v in settings.items())] if fault else []), program.MANIPLE,
                 *command.words, *threads]
        with subprocess.Popen(words, cwd=self.place, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env=ENVIRONMENT) as child:
            try:
                said, problem = child.communicate(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                send(signal.SIGKILL, working_in(self.place.resolve()))
                said, problem = child.communicate()
                return subprocess.CompletedProcess(words, ENDLESS, said, problem)
        if not is_left_alone(self.place, PATIENCE):
            return subprocess.CompletedProcess(words, ENDLESS, said, problem)
        return subprocess.CompletedProcess(words, child.returncode, said, problem)

    def try_command(self, command):
        self.fresh()
        (self.folder / "counts").unlink(missing_ok=True)
        done = self.start(command, "count:0")
        if done.returncode:
            sys.exit(f"{command.name}: exit code {done.returncode}\n{done.stderr}")
        self.right, self.files = bytes_of(self.place, command.made), files_below(self.place)
        self.values = {name: everything(self.place / name) for name in self.right if name.endswith(".h5")}
        counts = dict(zip(OPERATIONS, map(int, (self.folder / "counts").read_text(encoding="utf-8").split())))
        outcomes = collections.Counter()
        for operation, kinds in KINDS.items():
            for kind in kinds:
                for number in self.choose(counts[operation]):
                    self.note(command, f"{operation}-{kind}:{number}", outcomes)
        if command.words[0] not in ("import", "export") and program.find_mpirun():
            for fault in ("slow:300", *(f"{operation}-kill:{n}" for operation in OPERATIONS for n in (1, 3))):
                self.note(command, fault, outcomes, ranks=3, rank=self.random.choice((0, 1, 2)))
        every = "/".join(str(counts[operation]) for operation in OPERATIONS)
        print(f"{command.name:14}{every:>24}{sum(outcomes.values()):8}{outcomes['nothing']:9}{outcomes['refused']:9}"
              f"{outcomes['killed']:8}{outcomes['found']:7}{outcomes['wrong']:7}", flush=True)

    def choose(self, count):
        """Places between 1 and count, the first and the last among them."""
        if count <= self.options.places:
            return range(1, count + 1)
        return sorted({1, count, *self.random.sample(range(2, count), self.options.places - 2)})

    def note(self, command, fault, outcomes, ranks=0, rank=""):
        self.fresh(fault)
        outcome = self.outcome(command, fault, ranks, rank)
        if outcome not in ("nothing", "refused", "killed", "found"):
            self.require(False, f"{command.name}, {fault}{f' on rank {rank} of {ranks}' if ranks else ''}: {outcome}")
            outcome = "wrong"
        outcomes[outcome] += 1

    def outcome(self, command, fault, ranks, rank):
        """nothing, refused, killed, found; or what was wrong."""
        kind = fault.split(":")[0].split("-")[-1]
        done = self.start(command, fault, ranks, rank)
        if done.returncode == 0:
            problem = self.difference(command)
            if kind == "flip" and problem:
                return self.find_flip(command, problem)
            return problem or "nothing"
        if kind in (*HARMLESS, "slow"):
            return f"exit code {done.returncode}: {reason_in(done.stderr)}"
        if kind == "flip":
            is_clear = done.returncode == CORRUPT_INPUT and done.stderr.count("maniple: ") == 1 and "'" in done.stderr
            return "found" if is_clear else f"exit code {done.returncode}: {reason_in(done.stderr)}"
        if kind != "kill":
            is_clear = done.returncode == ENVIRONMENT_ERROR and done.stderr.count("maniple: ") == 1 and "'" in done.stderr
            if not is_clear:
                return f"exit code {done.returncode}: {reason_in(done.stderr)}"
        again = self.start(command, ranks=2 if ranks else 0)
        if not command.is_done(again.returncode, again.stderr):
            return f"the next run: exit code {again.returncode}: {reason_in(again.stderr)}"
        return self.difference(command) or ("killed" if kind == "kill" else "refused")

    def difference(self, command):
        if bytes_of(self.place, command.made) != self.right:
            return "other bytes"
        left = set(files_below(self.place)) ^ set(self.files)
        return f"files are left or missing: {sorted(left)[:5]}" if left else None

    def find_flip(self, command, problem):
        """Is a flip that went through seen by verify, or without effect on values?"""
        if command.name not in VERIFIED:
            return "nothing"  # Text has no checksums.
        verified = subprocess.run([program.MANIPLE, "verify", VERIFIED[command.name]], cwd=self.place, capture_output=True,
                                  text=True, env=ENVIRONMENT, check=False)
        if verified.returncode == CORRUPT_INPUT:
            return "found"
        made = bytes_of(self.place, command.made)
        if verified.returncode or made.keys() != self.right.keys():
            return f"{problem}; verify: exit code {verified.returncode}: {reason_in(verified.stderr)}"
        for name, values in self.values.items():
            if everything(self.place / name) != values:
                return f"{problem}, of which verify finds nothing: {name}"
        texts = [name for name in made if name not in self.values and made[name] != self.right[name]]
        return f"{problem}: {texts}" if texts else "nothing"


def read_options(words=None):
    parser = argparse.ArgumentParser(prog="bench-faults", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    names = ",".join(command.name for command in [*COMMANDS, *OTHERS])
    add("--places", type=int, default=20, metavar="N", help="operations of each kind of fault (default: 20)")
    add("--only", default=names, metavar="NAME,...", help="these commands (default: all)")
    add("--samples", type=int, default=1200, metavar="N")
    add("--variants", type=int, default=3000, metavar="N")
    add("--seed", type=int, default=1, metavar="N")
    add("--folder", type=pathlib.Path, metavar="DIR", help="to work in (default: TMPDIR)")
    return parser.parse_args(words)


if __name__ == "__main__":
    campaign.run_in_folder(Faults, "faults", read_options())
