#!/usr/bin/env python3
"""Scans with times to an event beside other traits: the same bytes for any ranks, threads, batches and instruction
set, and each trait's numbers those it has alone."""
import filecmp
import itertools
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import program  # first: leaves where a package is missing
import numpy as np

COVARIATES = ["--covariate", "covariate_1,covariate_2,sex"]
TIMES = [f"event_time_{i}:event_{i}" for i in range(1, 6)]
MIXED = ",".join(["quantitative_*", "binary_*", *TIMES])


class Survival(program.InScratch):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.store = cls.folder / "store"
        program.maniple("simulate", "--store", cls.store, "--samples", 1100, "--variants", 900, "--contigs", 2,
                        "--quantitative", 20, "--binary", 10, "--time-to-event", 5, "--seed", 4,
                        "--missing-genotypes", 0.02, "--missing-traits", 0.06)

    def scan(self, out, traits, *options, ranks=0, threads=2, environment=None, store=None):
        words = ["scan", "--store", store or self.store, "--out", self.folder / out, "--threads", threads, "--trait", traits,
                 *COVARIATES, *options]
        if ranks == 0:
            program.maniple(*words, environment=environment)
        else:
            program.maniple_on(ranks, *words, environment=environment)
        return self.folder / out / "results.h5"

    def assert_same_bytes(self, first, other):
        self.assertTrue(filecmp.cmp(first, other, shallow=False), f"'{first}' and '{other}' differ")

    @unittest.skipUnless(program.find_mpirun(), "there is no mpirun on the PATH")
    def test_ranks_and_threads(self):
        for correction, missing in (("spa", "mean"), ("spa", "drop"), ("firth-approx", "drop")):
            options = ["--correction", correction, "--missing-genotype", missing]
            first = self.scan(f"{correction}-{missing}", MIXED, *options, threads=1)
            self.assertEqual(len(program.read_results(first.parent).traits), 35)
            for ranks, threads in itertools.product((1, 2, 3), (1, 2)):
                other = self.scan(f"{correction}-{missing}-{ranks}x{threads}", MIXED, *options, ranks=ranks,
                                  threads=threads)
                self.assert_same_bytes(first, other)

    def assert_wald(self, results):
        results = program.read_results(results.parent)
        self.assertGreater(np.count_nonzero(results.status == results.statuses.index("separated")), 20)
        self.assertGreater(np.count_nonzero(results.status == 0), 20000)

    @unittest.skipUnless(program.find_mpirun(), "there is no mpirun on the PATH")
    def test_full_models(self):
        options = ["--test", "wald", "--missing-genotype", "drop", "--min-carriers", 1]
        first = self.scan("wald", MIXED, *options, threads=1)
        self.assert_wald(first)
        for ranks, threads in ((1, 2), (2, 1), (3, 2)):
            self.assert_same_bytes(first, self.scan(f"wald-{ranks}x{threads}", MIXED, *options, ranks=ranks,
                                                    threads=threads))
        for kind in program.usable_instruction_sets(self.store, "quantitative_1"):
            self.assert_same_bytes(first, self.scan(f"wald-{kind}", MIXED, *options, environment={"MANIPLE_ISA": kind}))
        for trait in ("binary_3", TIMES[1]):
            alone = self.scan(f"wald-{trait}", trait, *options)
            one, two = (program.read_results(run.parent, [trait]) for run in (first, alone))
            for name in program.NUMBERS:
                self.assertEqual(getattr(one, name).tobytes(), getattr(two, name).tobytes(), f"{name} of {trait}")

    def test_a_trait_alone(self):
        for missing in ("mean", "drop"):
            together = self.scan(f"{missing}-all", MIXED, "--missing-genotype", missing)
            for trait in (*TIMES, "quantitative_7", "binary_3"):
                alone = self.scan(f"{missing}-{trait}", trait, "--missing-genotype", missing)
                one, two = (program.read_results(run.parent, [trait]) for run in (together, alone))
                for name in program.NUMBERS:
                    self.assertEqual(getattr(one, name).tobytes(), getattr(two, name).tobytes(), f"{name} of {trait}")
                self.assertGreater(np.count_nonzero(one.status == 0), 700)

    def test_instruction_sets(self):
        for correction, missing in itertools.product(("spa", "firth-approx"), ("mean", "drop")):
            first = None
            for kind in program.usable_instruction_sets(self.store, "quantitative_1"):
                other = self.scan(f"{correction}-{missing}-{kind}", MIXED, "--correction", correction,
                                  "--missing-genotype", missing, "--correction-threshold", "0.3",
                                  environment={"MANIPLE_ISA": kind})
                first = first or other
                self.assert_same_bytes(first, other)

    def test_batches(self):
        store, count = self.folder / "many-traits", 60
        program.maniple("simulate", "--store", store, "--samples", 3000, "--variants", 300, "--time-to-event", count,
                        "--seed", 2, "--missing-traits", 0.01)
        traits = ",".join(f"event_time_{i}:event_{i}" for i in range(1, count + 1))
        first = self.scan("whole", traits, threads=1, store=store)
        refused = program.maniple("scan", "--store", store, "--out", self.folder / "least", "--threads", 1,
                                  "--trait", traits, *COVARIATES, "--memory", "1M", expected=2)
        least = int(re.search(r"give at least --memory (\d+)M", refused.stderr).group(1))
        other = self.scan("batches", traits, "--memory", f"{least + 2}M", threads=1, store=store)
        self.assertRegex((other.parent / "log.txt").read_text(encoding="utf-8"), r"batch 2 of")
        self.assert_same_bytes(first, other)
        self.assertEqual((first.parent / "summary.tsv").read_text(), (other.parent / "summary.tsv").read_text())


if __name__ == "__main__":
    program.main()
