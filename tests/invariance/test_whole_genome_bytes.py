#!/usr/bin/env python3
"""Predictors and results of scan --whole-genome are the same bytes however many ranks and threads, on any instruction set."""
import itertools
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import program  # first: leaves where a package is missing

FILES = ("predictors.h5", "results.h5")


class WholeGenomeBytes(program.InScratch):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.store = cls.folder / "store"
        program.maniple("simulate", "--store", cls.store, "--samples", 500, "--variants", 1500, "--contigs", 4,
                        "--quantitative", 3, "--binary", 2, "--missing-traits", 0.05, "--missing-genotypes", 0.02)

    def scan(self, out, ranks=0, threads=2, **options):
        words = ["scan", "--store", self.store, "--trait", "quantitative_*,binary_1", "--covariate", "covariate_1,sex",
                 "--whole-genome", "ridge", "--whole-genome-block", 100, "--threads", threads, "--out",
                 self.folder / out]
        if ranks == 0:
            program.maniple(*words, **options)
        else:
            program.maniple_on(ranks, *words, **options)
        return [(self.folder / out / name).read_bytes() for name in FILES]

    @unittest.skipUnless(program.find_mpirun(), "there is no mpirun on the PATH")
    def test_ranks_and_threads(self):
        expected = self.scan("one", threads=1)
        for ranks, threads in itertools.product((1, 2, 3), (1, 2)):
            with self.subTest(ranks=ranks, threads=threads):
                self.assertEqual(self.scan(f"r{ranks}-{threads}", ranks, threads), expected)

    def predict(self, out, ranks=0, threads=2, trait="quantitative_*,binary_*", **options):
        """Log odds of binary traits beside quantitative ones, without tests."""
        words = ["scan", "--store", self.store, "--trait", trait, "--covariate", "covariate_1,sex", "--whole-genome",
                 "ridge", "--whole-genome-only", "--model", "auto", "--whole-genome-block", 100, "--threads",
                 threads, "--out", self.folder / out]
        if ranks == 0:
            program.maniple(*words, **options)
        else:
            program.maniple_on(ranks, *words, **options)
        return [(self.folder / out / name).read_bytes() for name in ("predictors.h5", "summary.tsv")]

    @unittest.skipUnless(program.find_mpirun(), "there is no mpirun on the PATH")
    def test_log_odds_over_ranks_and_threads(self):
        expected = self.predict("odds", threads=1)
        for ranks, threads in itertools.product((1, 2, 3), (1, 2)):
            with self.subTest(ranks=ranks, threads=threads):
                self.assertEqual(self.predict(f"odds-{ranks}-{threads}", ranks, threads), expected)

    def test_log_odds_on_instruction_sets(self):
        expected = self.predict("odds-best")
        for name in program.usable_instruction_sets(self.store, "quantitative_1"):
            with self.subTest(instructions=name):
                self.assertEqual(self.predict(f"odds-{name}", environment={"MANIPLE_ISA": name}), expected)

    def test_a_binary_trait_has_no_companions(self):
        self.predict("among")
        self.predict("alone", trait="binary_2")
        rows = {}
        for run in ("among", "alone"):
            with program.h5py.File(self.folder / run / "predictors.h5") as file:
                place = list(file["trait_id"][:]).index(b"binary_2")
                slices = len(file["prediction"]) // len(file["trait_id"])
                rows[run] = file["prediction"][place * slices:(place + 1) * slices].tobytes(), \
                    file["trait_r_squared"][place].tobytes()
        self.assertEqual(*rows.values())

    def test_instruction_sets(self):
        expected = self.scan("best")
        for name in program.usable_instruction_sets(self.store, "quantitative_1"):
            with self.subTest(instructions=name):
                found = self.scan(name, environment={"MANIPLE_ISA": name})
                self.assertEqual(found, expected)


if __name__ == "__main__":
    program.main()
