#!/usr/bin/env python3
"""scan --whole-genome-only of binary traits that is stopped or killed, and run again: the same bytes as in one go."""
import shutil
import signal
import unittest

from resume_case import STOPPED, Interrupted
from program import find_mpirun, main


class LogOdds(Interrupted):
    simulate = ("simulate", "--store", "s", "--samples", 1000, "--variants", 2000, "--contigs", 3, "--quantitative", 1,
                "--binary", 5, "--missing-traits", 0.03, "--seed", 2)
    words = ("scan", "--store", "s", "--trait", "quantitative_*,binary_*", "--covariate", "covariate_1",
             "--whole-genome", "ridge", "--whole-genome-only", "--model", "auto", "--whole-genome-block", 20,
             "--threads", 1)
    files = ("predictors.h5", "summary.tsv")

    def check(self, ranks):
        for is_time, kept in ((self.is_level_zero, None), (self.is_level_one, "were done by")):
            for sent in (signal.SIGKILL, signal.SIGTERM):
                with self.subTest(sent=sent.name, ranks=ranks, kept=kept):
                    code, said = self.stop(sent, is_time, ranks=ranks)
                    self.assertEqual(code == STOPPED, sent == signal.SIGTERM, said)
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
