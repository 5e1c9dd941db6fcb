#!/usr/bin/env python3
"""scan --whole-genome-only of binary traits that is stopped or killed, and run again: the same bytes as in one go."""
import atexit
import functools
import os
import pathlib
import shutil
import signal
import tempfile
import unittest

from command_case import start
from program import MANIPLE, find_mpirun, main

import test_whole_genome_resume as resume

FILES = ("predictors.h5", "summary.tsv")


@functools.cache
def in_one_go():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="maniple-resume-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    simulate = ["simulate", "--store", "s", "--samples", 1000, "--variants", 2000, "--contigs", 3, "--quantitative", 1,
                "--binary", 5, "--missing-traits", 0.03, "--seed", 2]
    for words in (simulate, [*LogOdds.words, "--out", "whole"]):
        done = start([MANIPLE, *words], cwd=folder)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
    return folder, [(folder / "whole" / name).read_bytes() for name in FILES]


class LogOdds(resume.Interrupted):
    words = ["scan", "--store", "s", "--trait", "quantitative_*,binary_*", "--covariate", "covariate_1",
             "--whole-genome", "ridge", "--whole-genome-only", "--model", "auto", "--whole-genome-block", 20,
             "--threads", 1]

    def setUp(self):
        super(resume.Interrupted, self).setUp()
        folder, self.whole = in_one_go()
        shutil.copytree(folder / "s", self.folder / "s")

    def finish(self, *options, ranks=0, out="r"):
        said = self.succeed(*self.words, "--out", out, *options, ranks=ranks)
        self.assertEqual([(self.folder / out / name).read_bytes() for name in FILES], self.whole)
        self.assertEqual(sorted(os.listdir(self.folder / out)), ["log.txt", "predictors.h5", "run.json", "summary.tsv"])
        return said

    def check(self, ranks):
        for is_time, kept in ((self.is_level_zero, None), (self.is_level_one, "were done by")):
            for sent in (signal.SIGKILL, signal.SIGTERM):
                with self.subTest(sent=sent.name, ranks=ranks, kept=kept):
                    code, said = self.stop(sent, is_time, ranks=ranks)
                    self.assertEqual(code == resume.STOPPED, sent == signal.SIGTERM, said)
                    said = self.finish(ranks=3 - ranks if ranks else 0)
                    if kept:
                        self.assertIn(kept, said)
                    shutil.rmtree(self.folder / "r")

    def test_one_process(self):
        self.check(0)

    @unittest.skipIf(find_mpirun() is None, "no mpirun")
    def test_two_ranks(self):
        self.check(2)

    def test_another_model(self):
        self.stop(signal.SIGTERM, self.is_level_one)
        words = [*self.words, "--out", "r"]
        words[words.index("auto")] = "linear"
        self.refuse("--model was 'auto' and is 'linear'", *words)
        self.finish()


if __name__ == "__main__":
    main()
