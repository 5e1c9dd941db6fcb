#!/usr/bin/env python3
"""Scans with predictors give equal bytes: any ranks, threads, instruction set, batches; a trait's numbers are its own."""
import filecmp
import itertools
import json
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import program  # first: leaves where a package is missing
import numpy as np

import loco_files

SAMPLES, TRAITS, CONTIGS = 700, 30, 7
RANKS, THREADS = (1, 2, 3), (1, 2)


class OffsetBytes(program.InScratch):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Contigs end inside units of 1,024 rows, and several lie within one.
        cls.store, cls.listing = cls.make(
            "store", SAMPLES, TRAITS, CONTIGS, "--variants", 4000, "--missing-traits", 0.05, "--missing-genotypes", 0.02)
        cls.model = ["--covariate", "covariate_1,sex", "--trait", "quantitative_*,binary_*"]

    @classmethod
    def make(cls, name, samples, traits, contigs, *options):
        """A simulated store and predictions that some people lack."""
        store = cls.folder / name
        program.maniple("simulate", "--store", store, "--samples", samples, "--contigs", contigs, "--quantitative",
                        traits, "--binary", 2, "--bfile", cls.folder / f"{name}-p", *options)
        fam = [line.split() for line in (cls.folder / f"{name}-p.fam").read_text(encoding="utf-8").splitlines()]
        draw = np.random.default_rng(5)
        predictions = {}
        for trait in [*(f"quantitative_{t}" for t in range(1, traits + 1)), "binary_1", "binary_2"]:
            common = draw.normal(size=samples)
            without = draw.random(samples) < draw.choice([0, 0.01, 0.4])
            predictions[trait] = {c: np.where(without, np.nan, 0.3 * common + 0.1 * draw.normal(size=samples))
                                  for c in range(1, contigs + 1)}
        return store, loco_files.write_predictions(cls.folder, name, [f"{row[0]}_{row[1]}" for row in fam], predictions)

    def scan(self, out, *options, ranks=0, threads=2, predictors=None, environment=None, store=None):
        words = ["scan", "--store", store or self.store, "--out", self.folder / out, "--threads", threads,
                 "--predictors", predictors or self.listing, *(options or self.model)]
        if ranks == 0:
            program.maniple(*words, environment=environment)
        else:
            program.maniple_on(ranks, *words, environment=environment)
        return self.folder / out / "results.h5"

    def assert_same(self, first, other):
        self.assertTrue(filecmp.cmp(first, other, shallow=False), f"'{first}' and '{other}' differ")

    @unittest.skipUnless(program.find_mpirun(), "there is no mpirun on the PATH")
    def test_ranks_and_threads(self):
        for missing in ("mean", "drop"):
            options = [*self.model, "--missing-genotype", missing]
            first = self.scan(f"plain-{missing}", *options, threads=1)
            for ranks, threads in itertools.product(RANKS, THREADS):
                other = self.scan(f"{missing}-{ranks}x{threads}", *options, ranks=ranks, threads=threads)
                self.assert_same(first, other)
                self.assertEqual((first.parent / "summary.tsv").read_text(), (other.parent / "summary.tsv").read_text())
            for threads in (3, 8):
                self.assert_same(first, self.scan(f"{missing}-{threads}", *options, threads=threads))

    def test_instruction_sets(self):
        sets = program.usable_instruction_sets(self.store, "quantitative_1")
        first = self.scan("set-first")
        for name in sets:
            self.assert_same(first, self.scan(f"set-{name}", environment={"MANIPLE_ISA": name}))

    def test_memory(self):
        """Traits in batches: predictions come with them."""
        store, listing = self.make("many", 4000, 60, 3, "--variants", 900, "--missing-traits", 0.01)
        of_many = {"store": store, "predictors": listing, "threads": 1}
        first = self.scan("memory-plain", **of_many)
        words = ["scan", "--store", store, *self.model, "--threads", 1, "--predictors", listing,
                 "--out", self.folder / "memory-least"]
        refused = program.maniple(*words, "--memory", "1M", expected=2)
        least = int(re.search(r"give at least --memory (\d+)M", refused.stderr).group(1))
        batches = set()
        for extra in (0, 1, 3, 8, 200):
            other = self.scan(f"memory-{extra}", *self.model, "--memory", f"{least + extra}M", **of_many)
            record = json.loads((other.parent / "run.json").read_text(encoding="utf-8"))
            self.assertLessEqual(record["ranks"][0]["peak_memory_bytes"], (least + extra) * 1_000_000)
            said = (other.parent / "log.txt").read_text(encoding="utf-8")
            batches.add(int(found.group(1)) if (found := re.search(r"(\d+) batches", said)) else 1)
            self.assert_same(first, other)
        print(f"\nmemory from {least} MB: {sorted(batches)} batches, the same bytes")
        self.assertIn(1, batches)
        self.assertGreater(max(batches), 1)

    def test_companions(self):
        one, all_of_them = "quantitative_7", program.read_results(self.scan("companions").parent)
        for name, traits in (("alone", one), ("two", f"quantitative_29,{one}"), ("some", f"binary_1,{one},quantitative_2")):
            found = program.read_results(self.scan(name, "--covariate", "covariate_1,sex", "--trait", traits).parent)
            for number in program.NUMBERS:
                columns = [getattr(run, number)[:, run.traits.index(one)] for run in (all_of_them, found)]
                self.assertEqual(columns[0].tobytes(), columns[1].tobytes(), number)
            self.assertGreater(np.count_nonzero(found.status == 0), 0)

    def test_some_contigs(self):
        """A contig's numbers do not depend on the others of the run."""
        whole = program.read_results(self.scan("contigs-all").parent)
        part = program.read_results(self.scan("contigs-some", *self.model, "--chr", "3,6").parent)
        rows = [whole.variant_id.index(name) for name in part.variant_id]
        for number in program.NUMBERS:
            self.assertEqual(getattr(whole, number)[rows].tobytes(), getattr(part, number).tobytes(), number)

    @unittest.skipUnless(loco_files.has_writer, "no program that writes predictors.h5")
    def test_file(self):
        """predictors.h5, named or in a folder, is as good as the text that it was made of."""
        model = [*self.model, "--model", "linear"]  # What the file says its predictions are.
        first = self.scan("text", *model)
        run = self.folder / "made"
        run.mkdir()
        loco_files.to_predictors(self.store, self.listing, run / "predictors.h5", range(1, CONTIGS + 1))
        self.assert_same(first, self.scan("of-file", *model, predictors=run / "predictors.h5"))
        if program.find_mpirun():
            self.assert_same(first, self.scan("of-folder", *model, predictors=run, ranks=3))


if __name__ == "__main__":
    program.main()
