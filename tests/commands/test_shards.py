#!/usr/bin/env python3
"""scan --shard K/N and merge: the bytes of a scan in one go, whatever ran where; and what is refused."""
import atexit
import functools
import itertools
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from command_case import CORRUPT_INPUT, ENVIRONMENT, CommandCase, launcher, start
import program
from program import MANIPLE, main

STOPPED = 75
SCAN = ("scan", "--store", "s", "--trait", "quantitative_*,binary_*", "--covariate", "covariate_1", "--chr", "1,3",
        "--missing-genotype", "drop", "--min-mac", 5)


@functools.cache
def in_one_go():
    """A folder with a store, results `whole` and the three shards `thirds/1`, ...: made once."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="maniple-shards-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for words in (("simulate", "--store", "s", "--samples", 500, "--variants", 15000, "--contigs", 3, "--quantitative", 30,
                   "--binary", 2, "--missing-traits", 0.1, "--seed", 8),
                  (*SCAN, "--threads", 1, "--out", "whole"),
                  *((*SCAN, "--threads", 1, "--out", f"thirds/{k}", "--shard", f"{k}/3") for k in (1, 2, 3))):
        done = start([MANIPLE, *words], cwd=folder)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
    return folder


class Shards(CommandCase):
    def setUp(self):
        super().setUp()
        self.made = in_one_go()
        os.symlink(self.made / "s", self.folder / "s")
        self.whole = [(self.made / "whole" / name).read_bytes() for name in ("results.h5", "summary.tsv")]

    def have_thirds(self, out="r"):
        shutil.copytree(self.made / "thirds", self.folder / out)
        return [f"{out}/{k}" for k in (1, 2, 3)]

    def shard(self, k, n, *options, out=None, ranks=0):
        return self.succeed(*SCAN, "--shard", f"{k}/{n}", "--out", out or f"r/{k}", *options, ranks=ranks)

    def merge(self, *shards, out="r", options=()):
        said = self.succeed("merge", *options, "--out", out, *shards)
        self.assertEqual([(self.folder / out / name).read_bytes() for name in ("results.h5", "summary.tsv")], self.whole)
        self.assertLessEqual({"results.h5", "summary.tsv", "run.json", "log.txt"}, set(os.listdir(self.folder / out)))
        self.assertNotIn(".unfinished", os.listdir(self.folder / out))
        return said


class Bytes(Shards):
    def test_numbers_of_shards(self):
        """One; several; more than there are units, so that some are empty."""
        for n in (1, 2, 3, 7, 40):
            with self.subTest(shards=n):
                rows = [int(re.search(r"shard \d+/\d+: (\d+) of 9732 variants", self.shard(k, n, "--threads", 1))[1])
                        for k in range(1, n + 1)]
                self.assertEqual(sum(rows), 9732)
                self.assertEqual(0 in rows, n == 40)
                self.merge(*(f"r/{k}" for k in range(n, 0, -1)))
                shutil.rmtree(self.folder / "r")

    def test_ranks_threads_and_memory(self):
        """Traits may come in batches here and in others there."""
        self.succeed("simulate", "--store", "many", "--samples", 300, "--variants", 6000, "--quantitative", 250, "--binary", 0,
                     "--missing-traits", 0)
        scan = ["scan", "--store", "many", "--trait", "quantitative_*"]
        self.succeed(*scan, "--threads", 1, "--out", "all")
        refused = self.refuse("give at least --memory", *scan, "--threads", 1, "--out", "r", "--memory", "1M")
        least = int(re.search(r"give at least --memory (\d+)M", refused)[1])
        many = 2 if program.find_mpirun() else 0
        for k, options, ranks in ((1, ["--threads", 1, "--memory", f"{least + 1}M"], 0), (2, ["--threads", 3], 0),
                                  (3, ["--threads", 1], many), (4, ["--threads", 2], many)):
            said = self.succeed(*scan, "--shard", f"{k}/4", "--out", f"r/{k}", *options, ranks=ranks)
            self.assertEqual("batches of at most" in said, k == 1, said)
        self.succeed("merge", "--out", "r", *(f"r/{k}" for k in (1, 2, 3, 4)))
        for name in ("results.h5", "summary.tsv"):
            self.assertEqual((self.folder / "r" / name).read_bytes(), (self.folder / "all" / name).read_bytes(), name)
        ranks = json.loads((self.folder / "r/run.json").read_text())["ranks"]
        self.assertEqual([rank["shard"] for rank in ranks], ["1/4", "2/4", *["3/4"] * max(many, 1),
                                                             *["4/4"] * max(many, 1), "merge"])

    def test_the_same_record(self):
        self.merge(*self.have_thirds())
        merged, whole = (json.loads((folder / "run.json").read_text()) for folder in (self.folder / "r", self.made / "whole"))
        for name in ("plan", "inputs", "libraries", "version"):
            self.assertEqual(merged[name], whole[name])
        self.assertIn("lambda GC", (self.folder / "r/log.txt").read_text())

    def test_store_and_shards_may_be_elsewhere(self):
        """A merge needs no store, only reads the shards, and may have them from anywhere."""
        shards = [shutil.move(self.folder / shard, self.folder / f"moved{i}") for i, shard in enumerate(self.have_thirds())]
        os.remove(self.folder / "s")
        before = [path.stat().st_mtime_ns for path in sorted(self.folder.rglob("moved*/*"))]
        self.merge(*shards, out="elsewhere/r")
        self.assertEqual(before, [path.stat().st_mtime_ns for path in sorted(self.folder.rglob("moved*/*"))])

    def test_little_memory(self):
        """Few traits are counted at a time then, in more passes over the shards."""
        shards = self.have_thirds()
        refused = self.refuse("give at least --memory", "merge", "--memory", "1M", "--out", "r", *shards)
        least = int(re.search(r"give at least --memory (\d+)M", refused)[1])
        self.merge(*shards, options=("--memory", f"{least}M"))
        own = json.loads((self.folder / "r/run.json").read_text())["ranks"][-1]
        self.assertLess(own["peak_memory_bytes"], least * 1_000_000)

    def test_predictors(self):
        """The regression is made once, and each shard tests beside it."""
        words = ["--trait", "quantitative_1,binary_1", "--threads", 1]
        self.succeed("scan", "--store", "s", *words, "--whole-genome", "ridge", "--whole-genome-only", "--out", "p")
        scan = ["scan", "--store", "s", *words, "--predictors", "p"]
        self.succeed(*scan, "--out", "all")
        for k in (1, 2):
            self.succeed(*scan, "--shard", f"{k}/2", "--out", f"r/{k}")
        self.succeed("merge", "--out", "r", "r/1", "r/2")
        for name in ("results.h5", "summary.tsv"):
            self.assertEqual((self.folder / "r" / name).read_bytes(), (self.folder / "all" / name).read_bytes())


class Interrupted(Shards):
    simulate = ("simulate", "--store", "t", "--samples", 2000, "--variants", 8000, "--binary", 4, "--seed", 3)
    scan = ("scan", "--store", "t", "--trait", "binary_*", "--test", "wald", "--threads", 1)

    def test_stopped_and_killed(self):
        self.succeed(*self.simulate)
        self.succeed(*self.scan, "--out", "all")
        words = [*self.scan, "--shard", "2/2", "--out", "r/2"]
        self.succeed(*self.scan, "--shard", "1/2", "--out", "r/1")
        for sent in (signal.SIGTERM, signal.SIGKILL):
            child = subprocess.Popen([MANIPLE, *map(str, words)], cwd=self.folder, stderr=subprocess.PIPE, text=True)
            limit = time.monotonic() + 60
            before = 0 if sent == signal.SIGTERM else (self.folder / "r/2/shard/columns").stat().st_size
            def is_further():
                columns = self.folder / "r/2/shard/columns"
                return (self.folder / "r/2/shard/sealed").exists() and columns.stat().st_size > before
            while not is_further() and child.poll() is None and time.monotonic() < limit:
                time.sleep(0.001)
            child.send_signal(sent)
            _, said = child.communicate(timeout=60)
            self.assertEqual(child.returncode, STOPPED if sent == signal.SIGTERM else -signal.SIGKILL, said)
            self.assertEqual(sorted(set(os.listdir(self.folder / "r/2")) - {"log.txt"}), [".unfinished", "shard"])
            self.refuse(["'r/2' holds a shard that is not finished", "give its command again"], "merge", "--out", "r", "r/1", "r/2")
            if sent == signal.SIGTERM:  # What was killed leaves more, which these remove.
                self.refuse("another kind", *self.scan, "--out", "r/2")
                self.refuse("--shard was '2/2' and is '1/2'", *self.scan, "--shard", "1/2", "--out", "r/2")
        self.assertIn("an interrupted run is taken up", self.succeed(*words, ranks=2 if program.find_mpirun() else 0))
        self.succeed("merge", "--out", "r", "r/1", "r/2")
        for name in ("results.h5", "summary.tsv"):
            self.assertEqual((self.folder / "r" / name).read_bytes(), (self.folder / "all" / name).read_bytes())

    def test_stops_before(self):
        self.succeed(*self.simulate)
        self.succeed(*self.scan, "--out", "all")
        for run in itertools.count():
            stop = ["--stop-before", "1s"] if run < 6 else []
            done = self.run_maniple(*self.scan, "--shard", "1/1", "--out", "r/1", *stop)
            self.assertIn(done.returncode, (0, STOPPED), done.stderr)
            if done.returncode == 0:
                break
        self.succeed("merge", "--out", "r", "r/1")
        self.assertEqual((self.folder / "r/results.h5").read_bytes(), (self.folder / "all/results.h5").read_bytes())


class Refused(Shards):
    def test_words(self):
        for word in ("0/3", "4/3", "3", "a/b", "-1/3", "1/3/5", "1/0", "1/10001"):
            self.refuse([f"option --shard = '{word}'", "such as 3/22"], *SCAN, "--out", "r", f"--shard={word}")
        for more in ([], ["--whole-genome-only"]):
            self.refuse(["--shard and --whole-genome exclude each other", "--whole-genome-only", "--predictors RUN"], "scan",
                        "--store", "s", "--trait", "quantitative_1", "--out", "r", "--shard", "1/3", "--whole-genome", "ridge", *more)
        self.refuse("--shard is missing", "merge", "--out", "r")

    def test_no_shard(self):
        shards = self.have_thirds()
        self.refuse("'absent' is no shard (it does not exist)", "merge", "--out", "m", *shards[:2], "absent")
        os.mkdir(self.folder / "empty")
        self.refuse("'empty' is no shard (it holds no shard.done)", "merge", "--out", "m", *shards[:2], "empty")
        shutil.copytree(self.made / "whole", self.folder / "whole")
        self.refuse("results of a whole scan", "merge", "--out", "m", *shards[:2], "whole")
        self.refuse("has no results.h5", "export", "--run", shards[0], "--trait", "quantitative_1", "--out", "t.tsv")
        self.refuse("holds a finished run", *SCAN, "--shard", "2/3", "--out", shards[0])

    def test_missing_and_twice(self):
        shards = self.have_thirds()
        self.refuse(["shard 2 of 3 is missing", "--shard 2/3"], "merge", "--out", "m", shards[0], shards[2])
        self.refuse("shards 1 and 3 of 3 are missing", "merge", "--out", "m", shards[1])
        shutil.copytree(self.folder / shards[1], self.folder / "again")
        self.refuse("shard 2 of 3 is there twice ('r/2' and 'again')", "merge", "--out", "m", *shards, "again")
        self.refuse("shard 2 of 3 is there twice ('r/2' and 'r/2')", "merge", "--out", "m", *shards, shards[1])
        self.shard(2, 9, out="ninth")
        self.refuse("shards 1 and 3 to 9 of 9 are missing", "merge", "--out", "m", "ninth")
        self.refuse(["shard 2/9 in 'ninth' has another plan than shard 1/3 in 'r/1'", "there were 3 shards and are 9"], "merge",
                    "--out", "m", *shards, "ninth")

    def test_other_plans(self):
        shards = self.have_thirds()
        words = list(SCAN)
        for option, value, why in (("--min-mac", 6, "filters was 'maf 0, mac 5"), ("--chr", "1,2", "chosen variants"),
                                   ("--trait", "quantitative_*", "--trait was"), ("--covariate", "covariate_2", "--covariate was"),
                                   ("--missing-genotype", "mean", "--missing-genotype was 'drop' and is 'mean'")):
            with self.subTest(option=option):
                other = [value if words[i - 1] == option else word for i, word in enumerate(words)]
                self.succeed(*other, "--shard", "3/3", "--out", "other")
                self.refuse(["shard 3/3 in 'other' has another plan than shard 1/3 in 'r/1'", why], "merge", "--out", "m", *shards[:2],
                            "other")
                shutil.rmtree(self.folder / "other")

    def test_folders_that_are_used(self):
        shards = self.have_thirds()
        self.write("r/notes.txt", "mine")
        self.refuse("it holds 'notes.txt'", "merge", "--out", "r", *shards)
        os.remove(self.folder / "r/notes.txt")
        self.merge(*shards)
        self.assertIn("nothing to do", self.merge(*reversed(shards)))

    def test_damage(self):
        """Any changed byte is found, and nothing is left of the merge."""
        shards = self.have_thirds()
        for name in ("shard.done", "shard/columns", "shard/names"):
            file = self.folder / shards[1] / name
            intact = file.read_bytes()
            for place in (0, 9, 33, len(intact) // 3, len(intact) // 2, len(intact) - 9, len(intact) - 1):
                with self.subTest(file=name, place=place):
                    broken = bytearray(intact)
                    broken[place] ^= 4
                    file.write_bytes(broken)
                    self.fail_with(CORRUPT_INPUT, [f"'r/2/{name}'", "scan that part again"], "merge", "--out", "m", *shards)
            for broken in (intact[:-1], intact + b"\0", b""):
                file.write_bytes(broken)
                self.fail_with(CORRUPT_INPUT, [f"'r/2/{name}'", "scan that part again"], "merge", "--out", "m", *shards)
            os.remove(file)
            if name != "shard.done":
                self.fail_with(CORRUPT_INPUT, [f"'r/2/{name}'", "scan that part again"], "merge", "--out", "m", *shards)
            file.write_bytes(intact)
        self.merge(*shards)


if __name__ == "__main__":
    main()
