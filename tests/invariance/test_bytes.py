#!/usr/bin/env python3
"""Equal inputs give equal bytes: any ranks, threads and instruction set; and a trait's numbers are its own."""
import filecmp
import itertools
import os
import pathlib
import re
import shutil
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import program  # first: leaves where a package is missing
import numpy as np

import plink_files

RANKS, THREADS = (1, 2, 3), (1, 2)
TRAITS = 20

needs_mpirun = unittest.skipUnless(program.find_mpirun(), "there is no mpirun on the PATH")


class Bytes(program.InScratch):
    def scan(self, store, out, *options, ranks=0, threads=2, environment=None):
        """Path of results.h5. ranks = 0: without mpirun."""
        words = ["scan", "--store", store, "--out", self.folder / out, "--threads", threads, *options]
        if ranks == 0:
            program.maniple(*words, environment=environment)
        else:
            program.maniple_on(ranks, *words, environment=environment)
        return self.folder / out / "results.h5"

    def check_ranks_and_threads(self, name, store, *options, ranks=RANKS):
        first = self.scan(store, f"{name}-plain", *options, threads=1)
        for count, threads in itertools.product(ranks, THREADS):
            other = self.scan(store, f"{name}-{count}x{threads}", *options, ranks=count, threads=threads)
            self.assert_same_bytes(first, other)
        print(f"\n{name}: {first.stat().st_size} bytes, the same on {ranks} ranks x {THREADS} threads")
        return first

    def assert_same_bytes(self, first, other):
        self.assertTrue(filecmp.cmp(first, other, shallow=False), f"'{first}' and '{other}' differ")

    def assert_same_numbers(self, trait, first, other):
        """Every dataset of one trait, bit for bit."""
        one, two = program.read_results(first.parent), program.read_results(other.parent)
        self.assertEqual(one.variant_id, two.variant_id)
        for name in program.NUMBERS:
            columns = [getattr(run, name)[:, run.traits.index(trait)] for run in (one, two)]
            self.assertEqual(columns[0].dtype, columns[1].dtype)
            self.assertEqual(columns[0].tobytes(), columns[1].tobytes(), f"{name} of {trait} differs")
        self.assertGreater(np.count_nonzero(one.status[:, one.traits.index(trait)] == 0), 0)


class Simulated(Bytes):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.store, cls.bfile = cls.folder / "store", cls.folder / "cohort"
        program.maniple("simulate", "--store", cls.store, "--samples", 900, "--variants", 7000,
                        "--contigs", 4, "--quantitative", TRAITS - 2, "--binary", 2, "--seed", 5,
                        "--missing-genotypes", 0.02, "--missing-traits", 0.08, "--bfile", cls.bfile)
        cls.covariates = ["--covariate", "covariate_1,covariate_2,sex,site", "--model", "linear"]
        cls.model = ["--trait", "all", *cls.covariates]

    @needs_mpirun
    def test_ranks_and_threads(self):
        for missing in ("mean", "drop"):
            with self.subTest(missing=missing):
                options = ["--trait", "quantitative_*,binary_*", *self.covariates,
                           "--missing-genotype", missing]
                results = self.check_ranks_and_threads(f"simulated-{missing}", self.store, *options)
                self.assertEqual(len(program.read_results(results.parent).traits), TRAITS)

    @needs_mpirun
    def test_many_rounds(self):
        """Blocks so small that every rank takes many turns; bytes do not depend on the size of blocks."""
        fine = self.folder / "fine"
        program.maniple("import", "--store", fine, "--bfile", self.bfile, "--block-variants", 16, "--table",
                        f"{self.bfile}.tsv", "--name", "simulated")
        options = ["--trait", "quantitative_*", *self.covariates]
        coarse = self.scan(self.store, "coarse", *options)
        self.assert_same_bytes(coarse, self.check_ranks_and_threads("many-rounds", fine, *options))

    @needs_mpirun
    def test_memory(self):
        """Traits in batches of any size; the least memory is what the refusal says."""
        store = self.folder / "many-traits"
        program.maniple("simulate", "--store", store, "--samples", 4000, "--variants", 700, "--contigs", 2,
                        "--quantitative", 120, "--binary", 3, "--missing-traits", 0.01)
        options = ["--trait", "quantitative_*,binary_*", *self.covariates]
        first = self.scan(store, "memory-plain", *options)
        words = ["scan", "--store", store, *options, "--threads", 1, "--out", self.folder / "memory-least"]
        refused = program.maniple(*words, "--memory", "1M", expected=2)
        self.assertFalse((self.folder / "memory-least").exists())
        least = int(re.search(r"give at least --memory (\d+)M", refused.stderr).group(1))
        batches = set()
        for extra, ranks in ((0, 0), (1, 0), (2, 3), (3, 2), (4, 0), (100, 0)):
            name = f"memory-{extra}-{ranks}"
            memory = ["--memory", f"{least + extra + 20 * (ranks > 0)}M"]
            other = self.scan(store, name, *options, *memory, ranks=ranks, threads=1)
            said = (self.folder / name / "log.txt").read_text(encoding="utf-8")
            batches.add(int(found.group(1)) if (found := re.search(r"(\d+) batches", said)) else 1)
            self.assert_same_bytes(first, other)
            self.assertEqual((first.parent / "summary.tsv").read_text(), (other.parent / "summary.tsv").read_text())
            self.assertEqual(sorted(os.listdir(other.parent)),
                             [".plan", "log.txt", "report.html", "results.h5", "run.json", "summary.tsv"])
            self.assertEqual((first.parent / "report.html").read_bytes(), (other.parent / "report.html").read_bytes())
        print(f"\nmemory from {least} MB: {sorted(batches)} batches, the same bytes")
        self.assertIn(1, batches)
        self.assertGreater(max(batches), 1)

    @needs_mpirun
    def test_ranks_with_different_threads(self):
        options = ["scan", "--store", self.store, *self.model[:2], *self.covariates]
        plain = self.scan(self.store, "equal", *self.model)
        words = [*options, "--out", self.folder / "unequal", "--threads", 1]
        program.maniple_on(1, *words, ":", "-n", 1, program.MANIPLE, *words[:-1], 3)
        self.assert_same_bytes(plain, self.folder / "unequal" / "results.h5")

    @needs_mpirun
    def test_filters(self):
        with open(f"{self.bfile}.bim", encoding="utf-8") as bim:
            chosen = [line.split()[1] for line in bim][::7]
        extract = self.folder / "extract.txt"
        extract.write_text("\n".join(chosen) + "\n", encoding="utf-8")
        options = ["--trait", "quantitative_*", "--extract", extract, "--chr", "2-3", "--min-mac", 5,
                   "--hwe", 1e-6, "--missing-genotype", "drop"]
        results = self.check_ranks_and_threads("filtered", self.store, *options)
        self.assertLess(len(program.read_results(results.parent).variant_id), len(chosen))

    @needs_mpirun
    def test_rows_that_no_unit_ends_with(self):
        """Filters that leave one row, one row chunk, and one more than that; empty blocks in between."""
        with open(f"{self.bfile}.bim", encoding="utf-8") as bim:
            ids = [line.split()[1] for line in bim]
        for name, chosen in (("first-and-last", [ids[0], ids[-1]]), ("sparse", ids[3::997]), ("run", ids[500:530])):
            extract = self.folder / f"{name}.txt"
            extract.write_text("\n".join(chosen) + "\n", encoding="utf-8")
            with self.subTest(name=name):
                results = self.check_ranks_and_threads(name, self.store, *self.model[:2], "--extract", extract,
                                                       ranks=(2, 3))
                self.assertEqual(program.read_results(results.parent).variant_id, chosen)

    @needs_mpirun
    def test_more_ranks_than_blocks(self):
        with open(f"{self.bfile}.bim", encoding="utf-8") as bim:
            one = bim.readline().split()[1]
        extract = self.folder / "one.txt"
        extract.write_text(f"{one}\n", encoding="utf-8")
        self.check_ranks_and_threads("one-variant", self.store, "--trait", "quantitative_1", "--extract",
                                     extract, ranks=(2, 3))

    def test_a_trait_alone_and_among_others(self):
        for missing in ("mean", "drop"):
            options = [*self.covariates, "--missing-genotype", missing]
            among = self.scan(self.store, f"among-{missing}", "--trait", "quantitative_*,binary_*", *options)
            for trait, companions in (("quantitative_3", "binary_2"), ("quantitative_7", "quantitative_1*"),
                                      ("binary_1", "quantitative_5,quantitative_18,binary_2")):
                alone = self.scan(self.store, f"alone-{missing}-{trait}", "--trait", trait, *options)
                some = self.scan(self.store, f"some-{missing}-{trait}", "--trait", f"{companions},{trait}",
                                 *options)
                self.assert_same_numbers(trait, alone, among)
                self.assert_same_numbers(trait, alone, some)

    def test_instruction_sets(self):
        for missing in ("mean", "drop"):
            options = ["--trait", "quantitative_*", *self.covariates, "--missing-genotype", missing]
            first = self.scan(self.store, f"best-{missing}", *options)
            sets = program.usable_instruction_sets(self.store, "quantitative_1")
            self.assertIn("scalar", sets)
            for name in sets:
                self.assert_same_bytes(first, self.scan(self.store, f"{name}-{missing}", *options,
                                                        environment={"MANIPLE_ISA": name}))
            print(f"\n{missing}: the same bytes with {sets}")

    def test_import_again(self):
        stores = [self.folder / f"again-{threads}" for threads in THREADS]
        for store, threads in zip(stores, THREADS):
            program.maniple("import", "--store", store, "--bfile", self.bfile, "--threads", threads,
                            "--table", f"{self.bfile}.tsv", "--name", "simulated")
        files = sorted(path.relative_to(stores[0]) for path in stores[0].rglob("*.h5"))
        self.assertGreater(len([path for path in files if path.parts[0] == "genotypes"]), 3)
        for path in files:
            self.assert_same_bytes(stores[0] / path, stores[1] / path)
        # The simulator writes the store of the same genotypes by another way.
        for path in files:
            if path.parts[0] == "genotypes":
                self.assert_same_bytes(stores[0] / path, self.store / path)
        self.assert_same_bytes(self.scan(stores[0], "original", "--trait", "binary_1"),
                               self.scan(stores[1], "again", "--trait", "binary_1"))


class HardlyAnybody(Bytes):
    """A cohort smaller than its ranks: three samples, two variants on two contigs."""

    @needs_mpirun
    def test_three_samples(self):
        plink_files.write_bfile(self.folder / "tiny", [[0, 1, 2], [2, 0, 3]], contigs=[1, 2])
        plink_files.write_table(self.folder / "tiny.tsv", {"trait": [0.5, 1.25, 3.0]})
        program.maniple("import", "--store", self.folder / "store", "--bfile", self.folder / "tiny",
                        "--table", self.folder / "tiny.tsv")
        for missing in ("mean", "drop"):
            self.check_ranks_and_threads(f"tiny-{missing}", self.folder / "store", "--trait", "trait",
                                         "--missing-genotype", missing, ranks=(3,))


class Thousand(Bytes):
    @needs_mpirun
    def test_real_genotypes(self):
        bfile = program.bolt_example(self.folder)
        if bfile is None:
            self.skipTest(f"'{program.BOLT_EXAMPLE}' is not here (Debian: bolt-lmm-example)")
        store = self.folder / "store"
        program.maniple("import", "--store", store, "--bfile", bfile, "--table", f"{bfile}.pheno2.covars",
                        "--name", "phenotypes", "--missing-value", "-9")
        for missing in ("mean", "drop"):
            options = ["--covariate", "QCOV1,CAT_COV", "--missing-genotype", missing]
            among = self.check_ranks_and_threads(f"1000-genomes-{missing}", store, "--trait", "PHENO,QCOV2",
                                                 *options)
            alone = self.scan(store, f"alone-{missing}", "--trait", "PHENO", *options)
            self.assert_same_numbers("PHENO", alone, among)


if __name__ == "__main__":
    program.main()
