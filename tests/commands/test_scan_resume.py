#!/usr/bin/env python3
"""A scan that is stopped or killed while it computes, and run again: it goes on, to the same bytes as in one go."""
import itertools
import os
import re
import resource
import shutil
import signal
import unittest

from command_case import CORRUPT_INPUT, ENVIRONMENT_ERROR
import program
from program import main
from resume_case import STOPPED, Interrupted

SAMPLES = 2000


class Scan(Interrupted):
    simulate = ("simulate", "--store", "s", "--samples", SAMPLES, "--variants", 30000, "--quantitative", 36, "--binary", 4,
                "--missing-traits", 0.2, "--seed", 4)
    words = ("scan", "--store", "s", "--trait", "quantitative_*,binary_*", "--covariate", "covariate_1", "--missing-genotype",
             "drop", "--threads", 1)
    files = ("results.h5", "summary.tsv", "report.html")
    others = (".plan", "log.txt", "run.json")

    def has_columns(self, bytes_of_them=300_000):
        columns = self.folder / "r/segments/columns"
        return columns.exists() and columns.stat().st_size > bytes_of_them

    def is_sealed(self):
        return bool(self.there("segments/sealed"))

    def taken_up(self, said):
        found = re.search(r"an interrupted run is taken up: (?:(\d+) of 30000 variants|all tests) were done by then", said)
        self.assertIsNotNone(found, said)
        return int(found[1] or 30000)


class Once(Scan):
    def test_stopped(self):
        ranks = itertools.cycle([0, 2, 3] if program.find_mpirun() else [0])
        for sent in (signal.SIGTERM, signal.SIGUSR1, signal.SIGINT):
            with self.subTest(sent=sent.name):
                code, said = self.stop(sent, self.has_columns)
                self.assertEqual(code, STOPPED, said)
                self.assertIn("give the same command again", said)
                self.assertEqual(sorted(os.listdir(self.folder / "r")), [".unfinished", "segments"])
                self.refuse("has no results.h5", "export", "--run", "r", "--trait", "quantitative_1", "--out", "t.tsv")
                self.assertGreater(self.taken_up(self.finish(ranks=next(ranks))), 0)
                shutil.rmtree(self.folder / "r")

    def test_killed(self):
        """What was sealed counts, not what came after it, whole or not."""
        self.stop(signal.SIGKILL, self.is_sealed)
        with open(self.folder / "r/segments/columns", "ab") as columns:
            columns.write(bytes(1000))
        self.assertGreater(self.taken_up(self.finish()), 0)

    def test_killed_before_anything_was_sealed(self):
        self.stop(signal.SIGKILL, lambda: self.has_columns(0))
        self.assertNotIn("taken up", self.finish() if not self.is_sealed() else "")

    def test_again_and_again(self):
        """Each run does a little more."""
        done = [0]
        self.stop(signal.SIGTERM, self.has_columns)
        for _ in range(3):
            before = (self.folder / "r/segments/columns").stat().st_size
            code, said = self.stop(signal.SIGTERM, lambda: "taken up" in self.said() and self.has_columns(before + 200_000))
            self.assertEqual(code, STOPPED, said)
            done.append(self.taken_up(said))
        done.append(self.taken_up(self.finish()))
        self.assertEqual(done, sorted(set(done)))

    def test_full_disk(self):
        """What was there before the disk was full is of use after room is made."""
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, 3_000_000))
        for again in (False, True):
            done = self.run_maniple(*self.words, "--out", "r", preexec_fn=limit)
            self.judge(done, ENVIRONMENT_ERROR, ["segments/columns", "check disk space"], self.words)
            self.assertEqual("taken up" in done.stderr, again)
        self.assertGreater(self.taken_up(done.stderr), 1000)
        self.assertGreater(self.taken_up(self.finish()), 1000)

    @unittest.skipIf(program.find_mpirun() is None, "no mpirun")
    def test_ranks(self):
        for sent in (signal.SIGTERM, signal.SIGKILL):
            with self.subTest(sent=sent.name):
                self.stop(sent, self.is_sealed, ranks=3)
                self.assertGreater(self.taken_up(self.finish(ranks=2)), 0)
                shutil.rmtree(self.folder / "r")

    def test_other_plans(self):
        self.stop(signal.SIGTERM, self.has_columns)
        for more, why in ((["--min-mac", 20], "filters was 'maf 0, mac 0"), (["--min-cases", 30], "--min-cases was '20'"),
                          (["--chr", "1,2"], "chosen variants"), (["--correction", "none"], "--correction was 'score test, spa"),
                          (["--trait", "quantitative_*"], "--trait was"), (["--covariate", "covariate_2"], "--covariate was")):
            with self.subTest(words=more):
                words = list(self.words)
                if more[0] in words:
                    words[words.index(more[0]) + 1] = more[1]
                    more = []
                self.refuse(["an interrupted scan had another plan", why, "choose another --out"], *words, *more, "--out", "r")
        self.refuse("of an interrupted command of another kind", *self.words, "--whole-genome", "ridge", "--out", "r")
        # Not where files are.
        os.rename(self.folder / "s", self.folder / "elsewhere")
        self.words = ["elsewhere" if word == "s" else word for word in self.words]
        self.assertGreater(self.taken_up(self.finish()), 0)

    def test_damage(self):
        self.stop(signal.SIGTERM, self.has_columns)
        for name in ("columns", "sealed"):
            file = self.folder / "r/segments" / name
            intact = file.read_bytes()
            for place in (0, 20, len(intact) // 2, len(intact) - 1):
                broken = bytearray(intact)
                broken[place] ^= 4
                file.write_bytes(broken)
                with self.subTest(file=name, place=place):
                    self.fail_with(CORRUPT_INPUT, [f"segments/{name}", "is damaged", "remove it"], *self.words, "--out", "r")
            file.write_bytes(intact[:-1])
            self.fail_with(CORRUPT_INPUT, [f"segments/{name}"], *self.words, "--out", "r")
            file.write_bytes(intact)
        (self.folder / "r/segments/columns").rename(self.folder / "columns")
        self.fail_with(CORRUPT_INPUT, ["segments/columns", "is not there"], *self.words, "--out", "r")
        shutil.rmtree(self.folder / "r/segments")
        self.assertNotIn("taken up", self.finish())


class Batches(Scan):
    """Traits that do not fit the memory together; and batches long enough to be met."""
    simulate = ("simulate", "--store", "s", "--samples", 8000, "--variants", 6000, "--quantitative", 60, "--binary", 0,
                "--missing-traits", 0.2, "--seed", 5)
    words = ("scan", "--store", "s", "--trait", "quantitative_*", "--covariate", "covariate_1", "--missing-genotype",
             "drop", "--threads", 1)

    def least(self):
        refused = self.refuse("give at least --memory", *self.words, "--memory", "1M", "--out", "x")
        return int(re.search(r"give at least --memory (\d+)M", refused)[1])

    def stop_in(self, batch, memory):
        """After some of its row chunks."""
        sizes = []

        def is_time():
            if f"batch {batch} of" in self.said():
                sizes.append((self.folder / "r/segments/columns").stat().st_size)
            return sizes and sizes[-1] > sizes[0]

        code, said = self.stop(signal.SIGTERM, is_time, "--memory", memory)
        self.assertEqual(code, STOPPED, said)

    def test_batches_that_are_done_stay(self):
        """The one that was begun is finished as it is, with more memory and with a little less."""
        least = self.least()
        for before, after in ((4, 4), (4, 12), (12, 11)):
            with self.subTest(before=before, after=after):
                self.stop_in(2, f"{least + before}M")
                said = self.finish("--memory", f"{least + after}M")
                self.assertRegex(said, r"taken up: 1 of \d+ batches and [1-9]\d+ of 6000 variants of the next were done")
                self.assertNotIn("batch 1 of", said)
                self.assertNotIn("done again", said)
                shutil.rmtree(self.folder / "r")

    def test_less_memory(self):
        """A batch that does not fit any more is given up, also by a run that is killed right then."""
        least = self.least()
        for batch in (1, 2):
            self.stop_in(batch, f"{least + 12}M")
            self.stop(signal.SIGKILL, lambda: "batch 2 of" in self.said(), "--memory", f"{least + 4}M")
            self.assertIn("batch 2 of", self.finish("--memory", f"{least + 4}M"))
            shutil.rmtree(self.folder / "r")
        self.stop_in(1, f"{least + 12}M")
        said = self.finish("--memory", f"{least + 4}M")
        self.assertIn("takes more memory than there is now (--memory): it is done again, in smaller ones", said)
        self.assertNotIn("taken up", said)
        self.assertIn("batch 1 of", said)


if __name__ == "__main__":
    main()
