#!/usr/bin/env python3
"""scan --whole-genome ridge: its predictors against REGENIE's, and against the definition in double precision.

REGENIE 1.0.6.7 made the stored .loco files with penalties M / h2 and L / h2 (later versions: (1 - h2) / h2), which are
ours for heritabilities h2 / (1 + h2); and it divides sums of squares by samples - 1, we by samples - columns. Its
predictions are then ours but for 0.3% of scale and 0.6% of a penalty. (test_stacked_level.py repeats its
algorithm in numpy to the printed digits.)
"""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import program  # first: leaves where a package is missing
import h5py
import numpy as np

from test_regenie import EXAMPLE, EXPECTED, TRAITS
from test_regenie_offsets import read_bed, read_loco, read_table

HERITABILITIES = np.array([0.01, 0.25, 0.5, 0.75, 0.99])
FOLDS, BLOCK = 5, 100
LACKING = slice(20, 70)  # people without the third trait


def predict(genotypes, contigs, covariates, trait, penalties):
    """LOCO predictions by contig, and from all of them under None: the definition, nothing shared or saved."""
    people = len(trait)
    basis, _ = np.linalg.qr(np.column_stack([np.ones(people), covariates]))
    degrees = people - basis.shape[1]
    own = ~np.isnan(trait)
    own_basis, _ = np.linalg.qr(np.column_stack([np.ones(own.sum()), covariates[own]]))
    residual = np.zeros(people)
    residual[own] = trait[own] - own_basis @ (own_basis.T @ trait[own])
    residual /= np.sqrt(residual @ residual / (own.sum() - own_basis.shape[1]))
    filled = np.where(np.isnan(genotypes), np.nanmean(genotypes, axis=1, keepdims=True), genotypes).T
    filled = filled - basis @ (basis.T @ filled)
    filled /= np.sqrt((filled ** 2).sum(axis=0) / degrees)
    folds = np.minimum(np.arange(people) // (people // FOLDS), FOLDS - 1)
    columns, contig_of = [], []
    for contig in dict.fromkeys(contigs):
        places = [v for v, other in enumerate(contigs) if other == contig]
        for first in range(0, len(places), BLOCK):
            block = filled[:, places[first:first + BLOCK]]
            for penalty in penalties(filled.shape[1]):
                column = np.zeros(people)
                for fold in range(FOLDS):
                    fit, out = own & (folds != fold), folds == fold
                    gram = block[fit].T @ block[fit] + penalty * np.eye(block.shape[1])
                    column[out] = block[out] @ np.linalg.solve(gram, block[fit].T @ residual[fit])
                column[own] -= column[own].mean()
                columns.append(np.where(own, column / column[own].std(ddof=1), 0))
                contig_of.append(contig)
    columns, contig_of = np.array(columns).T, np.array(contig_of)
    best = None
    for penalty in penalties(columns.shape[1]):
        fits = [np.linalg.solve(columns[own & (folds != fold)].T @ columns[own & (folds != fold)] +
                                penalty * np.eye(columns.shape[1]),
                                columns[own & (folds != fold)].T @ residual[own & (folds != fold)])
                for fold in range(FOLDS)]
        together = sum(np.where(folds == fold, columns @ fits[fold], 0) for fold in range(FOLDS))
        loss = ((residual - together)[own] ** 2).mean()
        if best is None or loss < best[0]:
            best = loss, fits
    found = {}
    for contig in [*dict.fromkeys(contigs), None]:
        keep = contig_of != contig if contig else np.ones(len(contig_of), dtype=bool)
        value = sum(np.where(folds == fold, columns[:, keep] @ best[1][fold][keep], 0) for fold in range(FOLDS))
        found[contig] = np.where(own, value, np.nan)
    return found


@unittest.skipUnless(EXAMPLE.exists(), "the shared data are not here")
class WholeGenome(program.InScratch):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name in ("example", "example_3chr"):
            store = cls.folder / name
            program.maniple("import", "--store", store, "--bfile", EXAMPLE / "input" / name)
            for table in ("phenotype", "covariates"):
                program.maniple("import", "--store", store, "--table", EXAMPLE / f"input/{table}.txt")
        _, cls.people, _ = read_bed(EXAMPLE / "input/example")
        tables = [read_table(EXAMPLE / f"input/{table}.txt")[1] for table in ("phenotype", "covariates")]
        cls.traits, cls.covariates = (np.array([table[person] for person in cls.people]) for table in tables)
        cls.third = cls.traits.sum(axis=1)
        cls.third[LACKING] = np.nan
        lines = [f"{person}\t{'NA' if np.isnan(value) else value}" for person, value in zip(cls.people, cls.third)]
        (cls.folder / "third.txt").write_text("IID\tY3\n" + "\n".join(lines) + "\n", encoding="utf-8")
        program.maniple("import", "--store", cls.folder / "example_3chr", "--table", cls.folder / "third.txt")

    def scan(self, store, out, traits, heritabilities, *options):
        program.maniple("scan", "--store", self.folder / store, "--trait", traits, "--covariate", "V1,V2,V3",
                        "--whole-genome", "ridge", "--folds", "contiguous", "--whole-genome-block", BLOCK,
                        "--whole-genome-min-maf", 0, "--whole-genome-heritabilities",
                        ",".join(str(value) for value in heritabilities), "--out", self.folder / out, *options)
        with h5py.File(self.folder / out / "predictors.h5") as file:
            contigs = [name.decode() for name in file["contig_id"][:]] + [None]
            names = [name.decode() for name in file["trait_id"][:]]
            found = file["prediction"][:].reshape(len(names), len(contigs), -1)
        return {name: dict(zip(contigs, found[t])) for t, name in enumerate(names)}

    def test_against_regenie(self):
        for store, prefix in (("example", "fit_lin_out"), ("example_3chr", "fit_lin_out_3chr")):
            found = self.scan(store, f"r-{store}", "Y1,Y2", HERITABILITIES / (1 + HERITABILITIES))
            for number, trait in enumerate(TRAITS, 1):
                names, rows = read_loco(EXPECTED / f"{prefix}_{number}.loco")
                place = {name.split("_")[-1]: i for i, name in enumerate(names)}
                order = [place[person] for person in self.people]
                for contig, ours in found[trait].items():
                    theirs = rows[contig or "23"][order]
                    if not theirs.any():
                        self.assertFalse(ours.any())  # one contig: nothing is left without it
                        continue
                    correlation = np.corrcoef(ours, theirs)[0, 1]
                    scale = ours @ theirs / (ours @ ours)
                    rest = np.abs(scale * ours - theirs).max() / theirs.std()
                    print(f"{prefix} {trait} without {contig}: correlation {correlation:.7f}, scale {scale:.5f}, "
                          f"rest at most {rest:.1e} SD")
                    self.assertGreater(correlation, 0.9999)
                    self.assertLess(abs(scale - np.sqrt(499 / 496)), 5e-3)
                    self.assertLess(rest, 0.03)

    def test_against_the_definition(self):
        found = self.scan("example_3chr", "d", "Y1,Y2,Y3", HERITABILITIES)
        kinds, _, genotypes = read_bed(EXAMPLE / "input/example_3chr")
        contigs = [contig for contig, _ in kinds]
        penalties = lambda columns: columns * (1 - HERITABILITIES) / HERITABILITIES
        for name, trait in zip(("Y1", "Y2", "Y3"), (*self.traits.T, self.third)):
            expected = predict(genotypes, contigs, self.covariates, trait, penalties)
            for contig, values in expected.items():
                ours = found[name][contig]
                self.assertTrue((np.isnan(ours) == np.isnan(values)).all())
                deviation = np.nanmax(np.abs(ours - values))
                print(f"{name} without {contig}: at most {deviation:.1e} SD of the trait")
                self.assertLess(deviation, 2e-6)

    def test_a_trait_alone(self):
        among = self.scan("example_3chr", "among", "Y1,Y2,Y3", HERITABILITIES)
        alone = self.scan("example_3chr", "alone", "Y3", HERITABILITIES)
        for contig, values in alone["Y3"].items():
            np.testing.assert_array_equal(values, among["Y3"][contig])
        results = [program.read_results(self.folder / out) for out in ("among", "alone")]
        np.testing.assert_array_equal(results[0].beta[:, 2], results[1].beta[:, 0])

    def test_predictors_again(self):
        """A scan that takes a run's predictors is the scan that made them."""
        self.scan("example_3chr", "made", "Y1,Y3", HERITABILITIES)
        program.maniple("scan", "--store", self.folder / "example_3chr", "--trait", "Y1,Y3", "--covariate", "V1,V2,V3",
                        "--predictors", self.folder / "made", "--out", self.folder / "taken")
        self.assertEqual((self.folder / "made/results.h5").read_bytes(),
                         (self.folder / "taken/results.h5").read_bytes())


if __name__ == "__main__":
    program.main()
