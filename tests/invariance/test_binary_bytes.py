#!/usr/bin/env python3
"""Scans with linear and logistic models side by side: the same bytes for any ranks, threads, batches and
instruction set, and each trait's numbers those it has alone."""
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
CORRECTIONS = ("firth-approx", "spa")


class Mixed(program.InScratch):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.store = cls.folder / "store"
        program.maniple("simulate", "--store", cls.store, "--samples", 1100, "--variants", 1500, "--contigs", 2,
                        "--quantitative", 4, "--binary", 4, "--seed", 9, "--missing-genotypes", 0.02,
                        "--missing-traits", 0.06)
        cls.model = ["--trait", "quantitative_*,binary_*", *COVARIATES, "--model", "auto"]

    def scan(self, out, *options, ranks=0, threads=2, environment=None, store=None):
        words = ["scan", "--store", store or self.store, "--out", self.folder / out, "--threads", threads, *options]
        if ranks == 0:
            program.maniple(*words, environment=environment)
        else:
            program.maniple_on(ranks, *words, environment=environment)
        return self.folder / out / "results.h5"

    def assert_same_bytes(self, first, other):
        self.assertTrue(filecmp.cmp(first, other, shallow=False), f"'{first}' and '{other}' differ")

    def assert_same_numbers(self, trait, first, other):
        one, two = program.read_results(first.parent, [trait]), program.read_results(other.parent, [trait])
        for name in program.NUMBERS:
            self.assertEqual(getattr(one, name).tobytes(), getattr(two, name).tobytes(), f"{name} of {trait}")
        self.assertGreater(np.count_nonzero(one.status == 0), 1000)

    @unittest.skipUnless(program.find_mpirun(), "there is no mpirun on the PATH")
    def test_ranks_and_threads(self):
        for correction, missing in zip(CORRECTIONS, ("mean", "drop")):
            options = [*self.model, "--correction", correction, "--missing-genotype", missing]
            first = self.scan(f"{correction}-plain", *options, threads=1)
            for ranks, threads in itertools.product((1, 2, 3), (1, 2)):
                other = self.scan(f"{correction}-{ranks}x{threads}", *options, ranks=ranks, threads=threads)
                self.assert_same_bytes(first, other)

    def test_a_trait_alone(self):
        for correction in CORRECTIONS:
            together = self.scan(f"{correction}-all", *self.model, "--correction", correction)
            for trait in ("quantitative_2", "binary_1", "binary_3"):
                alone = self.scan(f"{correction}-{trait}", "--trait", trait, *COVARIATES, "--model", "auto",
                                  "--correction", correction)
                self.assert_same_numbers(trait, together, alone)
            linear = self.scan(f"{correction}-linear", "--trait", "quantitative_*", *COVARIATES)
            self.assert_same_numbers("quantitative_3", together, linear)

    def test_instruction_sets(self):
        for correction in (*CORRECTIONS, "firth"):
            options = [*self.model, "--correction", correction, "--chr", "1", "--missing-genotype", "drop"]
            first = None
            for kind in program.usable_instruction_sets(self.store, "quantitative_1"):
                other = self.scan(f"{correction}-{kind}", *options, environment={"MANIPLE_ISA": kind})
                first = first or other
                self.assert_same_bytes(first, other)

    def test_batches(self):
        store = self.folder / "many-traits"
        program.maniple("simulate", "--store", store, "--samples", 3000, "--variants", 300, "--quantitative", 30,
                        "--binary", 30, "--seed", 2, "--missing-traits", 0.01)
        first = self.scan("whole", *self.model, threads=1, store=store)
        refused = program.maniple("scan", "--store", store, "--out", self.folder / "least", "--threads", 1,
                                  *self.model, "--memory", "1M", expected=2)
        least = int(re.search(r"give at least --memory (\d+)M", refused.stderr).group(1))
        other = self.scan("batches", *self.model, "--memory", f"{least + 2}M", threads=1, store=store)
        said = (other.parent / "log.txt").read_text(encoding="utf-8")
        self.assertRegex(said, r"batch 2 of")
        self.assert_same_bytes(first, other)
        self.assertEqual((first.parent / "summary.tsv").read_text(), (other.parent / "summary.tsv").read_text())


if __name__ == "__main__":
    program.main()
