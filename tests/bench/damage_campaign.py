#!/usr/bin/env python3
"""Flips a bit, or cuts off the end, of a file of a store, of results, or of what an interrupted command left, again and again.

Each trial changes one place of one file and runs the command that reads it. Either exit code 4 comes with the file named
("found"), or everything is as if nothing had been changed: the bytes that the command makes, and all that h5py reads of the
file itself ("no effect": places that HDF5 leaves unused, or a state that is not needed any more). Where a command needs
only a part of a file, `verify` must find the damage.

Fails (exit code 1) where a number is another, another message comes, a command crashes, or takes more than a minute.
"""
import argparse
import collections
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
if {"-h", "--help"} & set(sys.argv):
    os.environ["MANIPLE"] = "true"  # Help is there before a build.
import program  # first: leaves where a package is missing
from program import everything

import campaign
from campaign import bytes_of, files_below

sys.path.insert(0, str(program.SOURCE / "tests" / "commands"))
from command_case import CORRUPT_INPUT, ENVIRONMENT

STOPPED = 75
PATIENCE = 60
CUT = 0.2  # chance that a file is cut off
SCAN = ["scan", "--store", "s", "--trait", "quantitative_*,binary_*", "--covariate", "covariate_1", "--missing-genotype", "drop",
        "--no-report"]
RIDGE = ["scan", "--store", "s", "--trait", "quantitative_*", "--covariate", "covariate_1", "--whole-genome", "ridge", "--no-report",
         "--whole-genome-block", "20", "--out", "r"]


class Scene:
    """files: patterns of those that are damaged. words: the command that reads them, made: the paths whose bytes count.
    verified: what `verify` checks before it, if the command does not read all of the files. begun: whether the command was
    interrupted before, and where."""

    def __init__(self, name, files, words, made, verified=None, begun=None):
        self.name, self.files, self.words, self.made = name, files, words, made
        self.verified, self.begun = verified, begun


# In a folder with a store `s` that has a model `m`, PLINK files `p`, and a run `done` with predictors.
SCENES = [
    Scene("store", ["s/cohort.h5", "s/genotypes/*", "s/tables/*"], [*SCAN, "--out", "r"], ["r/results.h5", "r/summary.tsv"], "s"),
    Scene("models", ["s/models/*"], ["score", "--store", "s", "--model", "m", "--out", "r"], ["r/scores.h5", "r/scores.tsv"], "s"),
    Scene("run", ["done/*.h5"], ["export", "--run", "done", "--trait", "quantitative_1", "--out", "t.tsv"], ["t.tsv"], "done"),
    Scene("import", [".new.partial/**/*"], ["import", "--store", "new", "--bfile", "p", "--block-variants", "16"], ["new"],
          begun=".new.partial/genotypes/2-1.h5"),
    Scene("scan", ["r/segments/*", "r/.unfinished"], [*SCAN, "--out", "r"], ["r/results.h5", "r/summary.tsv"],
          begun="r/segments/columns"),
    Scene("level 1", ["r/whole-genome/*", "r/.unfinished"], RIDGE, ["r/results.h5", "r/predictors.h5"],
          begun="r/whole-genome/traits-*"),
    Scene("after it", ["r/whole-genome/*", "r/predictors.h5", "r/.unfinished"], RIDGE, ["r/results.h5", "r/predictors.h5"],
          begun="r/whole-genome/columns"),
    Scene("fit", ["s/models/.f.*"], ["fit", "--store", "s", "--trait", "quantitative_1", "--covariate", "covariate_1", "--name",
                                     "f"], ["s/models/f.h5"], begun="s/models/.f.fit"),
]


class Damage(campaign.Campaign):
    def __init__(self, folder, options):
        super().__init__()
        self.folder, self.options, self.random = folder, options, random.Random(options.seed)
        self.base = folder / "base"

    def run(self):
        self.base.mkdir()
        within = {"folder": self.base, "environment": {"OMP_NUM_THREADS": "1"}}
        program.maniple("simulate", "--store", "s", "--bfile", "p", "--samples", self.options.samples, "--variants",
                        self.options.variants, "--quantitative", 24, "--binary", 2, "--missing-traits", 0.1, "--contigs", 4,
                        "--seed", self.options.seed, **within)
        program.maniple("fit", "--store", "s", "--trait", "quantitative_1", "--method", "ridge", "--name", "m", **within)
        program.maniple(*RIDGE[:-1], "done", **within)
        scenes = [scene for scene in SCENES if scene.name in self.options.only.split(",")]
        print(f"{self.options.trials} trials, {self.options.samples:,} people x {self.options.variants:,} variants, seed "
              f"{self.options.seed}")
        print(f"{'files of':14}{'trials':>8}{'cut off':>9}{'found':>8}{'no effect':>11}{'wrong':>7}", flush=True)
        for number, scene in enumerate(scenes):
            self.try_scene(scene, self.options.trials * (number + 1) // len(scenes) - self.options.trials * number // len(scenes))
        return self.print_failures()

    def start(self, words, place):
        return subprocess.Popen([program.MANIPLE, *map(str, words), *([] if words[0] in ("verify", "export") else ["--threads", "1"])],
                                cwd=place, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                env=ENVIRONMENT)

    def finish(self, words, place):
        """Exit code, and all that was said; a code of None: it did not end."""
        child = self.start(words, place)
        try:
            said, _ = child.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            child.kill()
            child.communicate()
            return None, "it takes for ever"
        return child.returncode, said

    def prepare(self, scene):
        """A folder in which the command was interrupted, and the bytes that an undisturbed one makes."""
        place = self.folder / "prepared"
        for attempt in range(20):
            shutil.rmtree(place, ignore_errors=True)
            shutil.copytree(self.base, place)
            if not scene.begun:
                break
            child = self.start(scene.words, place)
            while not any(path.stat().st_size > 0 for path in place.glob(scene.begun)) and child.poll() is None:
                time.sleep(0.0005)
            time.sleep(0.005 * attempt)
            child.send_signal(signal.SIGTERM)
            child.communicate(timeout=PATIENCE)
            if child.returncode == STOPPED and list(place.glob(scene.begun)):
                break
        else:
            sys.exit(f"{scene.name}: it could not be interrupted")
        whole = self.folder / "whole"
        shutil.rmtree(whole, ignore_errors=True)
        shutil.copytree(self.base, whole)
        code, said = self.finish(scene.words, whole)
        if code:
            sys.exit(f"{scene.name}: exit code {code}\n{said}")
        self.right, self.whole_files = bytes_of(whole, scene.made), files_below(whole)
        return place

    def try_scene(self, scene, trials):
        prepared = self.prepare(scene)
        files = sorted({path for pattern in scene.files for path in prepared.glob(pattern)
                        if path.is_file() and path.stat().st_size > 0})
        counts = collections.Counter()
        for trial in range(trials):
            file = self.random.choice(files)
            problem = self.try_once(scene, prepared, file.relative_to(prepared), counts)
            if problem:
                counts["wrong"] += 1
                self.require(False, f"{scene.name}, trial {trial}: {problem}")
        self.require(not trials or counts["found"] > 0, f"{scene.name}: nothing was ever found")
        print(f"{scene.name:14}{trials:8}{counts['cut']:9}{counts['found']:8}{counts['no effect']:11}{counts['wrong']:7}",
              flush=True)

    def damage(self, path, counts):
        """Where it was done, for messages."""
        whole = path.read_bytes()
        place = self.random.randrange(len(whole))
        if self.random.random() < CUT:
            counts["cut"] += 1
            path.write_bytes(whole[:place])
            return f"cut off at {place}"
        bit = self.random.randrange(8)
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1:])
        return f"byte {place} bit {bit}"

    def is_same_store(self, scene, place):
        """Bytes that HDF5 leaves unused may have changed in a partition that an import took up."""
        if scene.name != "import":
            return False
        files = sorted(bytes_of(place, scene.made))
        return (files == sorted(self.right) and self.finish(["verify", "new"], place)[0] == 0 and
                all(everything(place / file) == everything(self.folder / "whole" / file) for file in files))

    def try_once(self, scene, prepared, name, counts):
        """What was wrong, if anything."""
        place = self.folder / "trial"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(prepared, place)
        values = everything(place / name) if scene.verified else None
        where = f"{name} {self.damage(place / name, counts)}"
        found = False
        if scene.verified:
            code, said = self.finish(["verify", scene.verified], place)
            found = code == CORRUPT_INPUT
            if code not in (0, CORRUPT_INPUT) or (found and name.name not in said):
                return f"{where}: verify: exit code {code}: {said[-300:]}"
        code, said = self.finish(scene.words, place)
        if code == CORRUPT_INPUT:
            if name.name not in said:
                return f"{where}: the file is not named: {said[-300:]}"
            if scene.verified and not found:
                return f"{where}: verify does not find what the command finds: {said[-300:]}"
            counts["found"] += 1
            return None
        if code:
            return f"{where}: exit code {code}: {said[-300:]}"
        if bytes_of(place, scene.made) != self.right and not self.is_same_store(scene, place):
            return f"{where}: other bytes"
        if found:
            counts["found"] += 1
            return None
        if scene.verified:
            try:
                if everything(place / name) != values:
                    return f"{where}: a value changed, and verify does not find it"
            except (OSError, RuntimeError, KeyError) as error:
                return f"{where}: h5py cannot read it any more, and verify does not find it: {error}"
        left = set(files_below(place)) ^ set(self.whole_files)
        if left:
            return f"{where}: files are left or missing: {sorted(left)[:5]}"
        counts["no effect"] += 1
        return None


def read_options(words=None):
    parser = argparse.ArgumentParser(prog="bench-damage", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    names = ",".join(scene.name for scene in SCENES)
    add("--trials", type=int, default=2000, metavar="N", help="in all (default: 2000)")
    add("--only", default=names, metavar="NAME,...", help=f"files of these (default: {names})".replace("%", "%%"))
    add("--samples", type=int, default=1500, metavar="N")
    add("--variants", type=int, default=4000, metavar="N")
    add("--seed", type=int, default=1, metavar="N")
    add("--folder", type=pathlib.Path, metavar="DIR", help="to work in (default: TMPDIR)")
    return parser.parse_args(words)


if __name__ == "__main__":
    campaign.run_in_folder(Damage, "damage", read_options())
