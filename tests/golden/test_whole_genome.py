#!/usr/bin/env python3
"""scan --whole-genome ridge: its predictors against REGENIE's, and against the definition in double precision.

REGENIE 1.0.6.7 made the stored .loco files with penalties M / h2 and L / h2 (later versions: (1 - h2) / h2), which are
ours for heritabilities h2 / (1 + h2); and it divides sums of squares by samples - 1, we by samples - columns. Its
predictions are then ours but for 0.3% of scale and 0.6% of a penalty. (test_stacked_level.py repeats its
algorithm in numpy to the printed digits.) Its binary traits were left out one sample at a time, on one
chromosome and with next to nothing to predict (R^2 of 1%): what it does there is repeated at level 1 alone, by
test_stacked_level.py; the program's binary traits are compared with the definition here.
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


def penalties(columns):
    return columns * (1 - HERITABILITIES) / HERITABILITIES


class LevelZero:
    """Predictions of all blocks, straight from their definition: nothing shared or saved."""

    def __init__(self, genotypes, contigs, covariates, trait, folds=None, size=BLOCK):
        """Genotypes: variants x people. Folds: contiguous unless given. Size: variants of a block."""
        people = len(trait)
        basis, _ = np.linalg.qr(np.column_stack([np.ones(people), covariates]))
        degrees = people - basis.shape[1]
        self.own = own = ~np.isnan(trait)
        own_basis, _ = np.linalg.qr(np.column_stack([np.ones(own.sum()), covariates[own]]))
        self.residual = residual = np.zeros(people)
        residual[own] = trait[own] - own_basis @ (own_basis.T @ trait[own])
        self.scale = np.sqrt(residual @ residual / (own.sum() - own_basis.shape[1]))
        residual /= self.scale
        filled = np.where(np.isnan(genotypes), np.nanmean(genotypes, axis=1, keepdims=True), genotypes).T
        filled = filled - basis @ (basis.T @ filled)
        filled /= np.sqrt((filled ** 2).sum(axis=0) / degrees)
        self.standard = filled
        self.folds = np.minimum(np.arange(people) // (people // FOLDS), FOLDS - 1) if folds is None else folds
        columns, contig_of = [], []
        self.blocks, self.deviations = [], []  # of each column: its variants, and what it was divided by
        for contig in dict.fromkeys(contigs):
            places = [v for v, other in enumerate(contigs) if other == contig]
            for first in range(0, len(places), size):
                block = filled[:, places[first:first + size]]
                for penalty in penalties(filled.shape[1]):
                    column = np.zeros(people)
                    for fold in range(FOLDS):
                        fit, out = own & (self.folds != fold), self.folds == fold
                        gram = block[fit].T @ block[fit] + penalty * np.eye(block.shape[1])
                        column[out] = block[out] @ np.linalg.solve(gram, block[fit].T @ residual[fit])
                    column[own] -= column[own].mean()
                    self.deviations.append(column[own].std(ddof=1))
                    columns.append(np.where(own, column / self.deviations[-1], 0))
                    contig_of.append(contig)
                    self.blocks.append(places[first:first + size])
        self.columns, self.contig_of = np.array(columns).T, np.array(contig_of)

    def weigh(self, coefficients):
        """Of standardised genotypes, from coefficients of the columns: level 0 is fitted to everybody."""
        weights, own = np.zeros(self.standard.shape[1]), self.own
        for c, places in enumerate(self.blocks):
            block = self.standard[own][:, places]
            gram = block.T @ block + penalties(len(weights))[c % len(HERITABILITIES)] * np.eye(len(places))
            weights[places] += coefficients[c] / self.deviations[c] * np.linalg.solve(gram, block.T @ self.residual[own])
        return weights

    def without(self, fold):
        return self.own & (self.folds != fold)

    def out_of_fold(self, fits, keep=slice(None)):
        """What coefficients, one set per fold, predict of the fold that they have not seen."""
        return sum(np.where(self.folds == fold, self.columns[:, keep] @ fits[fold][keep], 0) for fold in range(FOLDS))

    def by_contig(self, fits):
        """LOCO predictions by contig, and from all of them under None."""
        found = {}
        for contig in [*dict.fromkeys(self.contig_of), None]:
            keep = self.contig_of != contig if contig else np.ones(len(self.contig_of), dtype=bool)
            found[contig] = np.where(self.own, self.out_of_fold(fits, keep), np.nan)
        return found


def stack(zero):
    """Level 1 of a quantitative trait: coefficients without each fold, and the penalty."""
    best = None
    for penalty in penalties(zero.columns.shape[1]):
        fits = []
        for fold in range(FOLDS):
            x = zero.columns[zero.without(fold)]
            fits.append(np.linalg.solve(x.T @ x + penalty * np.eye(x.shape[1]),
                                        x.T @ zero.residual[zero.without(fold)]))
        loss = ((zero.residual - zero.out_of_fold(fits))[zero.own] ** 2).mean()
        if best is None or loss < best[0]:
            best = loss, fits, penalty
    return best[1:]


def predict(zero):
    return zero.by_contig(stack(zero)[0])


def logistic_ridge(x, is_case, offset, penalty):
    """Newton's method, to the end."""
    b = np.zeros(x.shape[1])
    for _ in range(60):
        risk = 1 / (1 + np.exp(-offset - x @ b))
        curvature = (x.T * (risk * (1 - risk))) @ x + penalty * np.eye(len(b))
        step = np.linalg.solve(curvature, x.T @ (is_case - risk) - penalty * b)
        b += step
        if np.abs(step).max() < 1e-13 * max(1, np.abs(b).max()):
            break
    return b


def stack_odds(zero, covariates, trait):
    """Level 1 of a binary trait: coefficients without each fold, the place of the penalty, and the covariates' log
    odds."""
    own = zero.own
    is_case = np.where(own, trait, 0)
    design = np.column_stack([np.ones(len(trait)), covariates])
    offset = design @ logistic_ridge(design[own], is_case[own], 0, 0)
    best = None
    for place, penalty in enumerate(penalties(zero.columns.shape[1]) * 3 / np.pi ** 2):
        fits = [logistic_ridge(zero.columns[zero.without(fold)], is_case[zero.without(fold)],
                               offset[zero.without(fold)], penalty) for fold in range(FOLDS)]
        risk = 1 / (1 + np.exp(-offset - zero.out_of_fold(fits)))
        likelihood = np.log(np.where(is_case == 1, risk, 1 - risk))[own].mean()
        if best is None or likelihood > best[0]:
            best = likelihood, fits, place
    return best[1], best[2], offset


def predict_odds(zero, covariates, trait):
    """Log odds without the covariates' part, times their calibration slope, and the place of the penalty."""
    fits, place, offset = stack_odds(zero, covariates, trait)
    found, own = zero.by_contig(fits), zero.own
    design = np.column_stack([np.ones(own.sum()), found[None][own]])
    slope = max(0, logistic_ridge(design, trait[own], offset[own], 0)[1])
    print(f"calibration slope {slope:.3f}")
    return {contig: slope * values for contig, values in found.items()}, place


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
        _, codes = read_table(EXAMPLE / "input/phenotype_bin.txt")
        cls.binary = np.array([[*codes[person], codes[person][0]] for person in cls.people])
        cls.binary[LACKING, 2] = np.nan
        with open(cls.folder / "binary.txt", "w", encoding="utf-8") as file:
            file.write("IID\tB1\tB2\tB3\n")
            for person, values in zip(cls.people, cls.binary):
                file.write("\t".join([person, *("NA" if value != value else str(int(value)) for value in values)]) + "\n")
        for name in ("example", "example_3chr"):
            program.maniple("import", "--store", cls.folder / name, "--table", cls.folder / "binary.txt")

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
        for name, trait in zip(("Y1", "Y2", "Y3"), (*self.traits.T, self.third)):
            zero = LevelZero(genotypes, contigs, self.covariates, trait)
            expected = predict(zero)
            self.check_r_squared("d", name, zero, expected[None])
            for contig, values in expected.items():
                ours = found[name][contig]
                self.assertTrue((np.isnan(ours) == np.isnan(values)).all())
                deviation = np.nanmax(np.abs(ours - values))
                print(f"{name} without {contig}: at most {deviation:.1e} SD of the trait")
                self.assertLess(deviation, 2e-6)

    def check_r_squared(self, run, trait, zero, whole):
        """summary.tsv and predictors.h5: of the residual and of predictions from all contigs."""
        whole = whole[zero.own]
        expected = np.corrcoef(zero.residual[zero.own], whole)[0, 1] ** 2 if whole.any() else 0
        header, *rows = [line.split("\t") for line in (self.folder / run / "summary.tsv").read_text().splitlines()]
        row = next(dict(zip(header, row)) for row in rows if row[0] == trait)
        self.assertLess(abs(float(row["whole_genome_r_squared"]) - expected), 1e-5)
        self.assertEqual(int(row["whole_genome_samples"]), zero.own.sum())
        with h5py.File(self.folder / run / "predictors.h5") as file:
            place = list(file["trait_id"][:]).index(trait.encode())
            self.assertLess(abs(file["trait_r_squared"][place] - expected), 1e-6)
            self.assertEqual(file["trait_heritability"][place], float(row["whole_genome_heritability"]))
            return row, file["trait_unit"][place].decode(), file["trait_scale"][place]

    def test_binary_traits_against_the_definition(self):
        found = self.scan("example_3chr", "b", "B1,B2,B3,Y1", HERITABILITIES, "--model", "auto",
                          "--whole-genome-only")
        self.assertFalse((self.folder / "b/results.h5").exists())
        kinds, _, genotypes = read_bed(EXAMPLE / "input/example_3chr")
        contigs = [contig for contig, _ in kinds]
        for name, trait in zip(("B1", "B2", "B3"), self.binary.T):
            zero = LevelZero(genotypes, contigs, self.covariates, trait)
            expected, chosen = predict_odds(zero, self.covariates, trait)
            row, unit, scale = self.check_r_squared("b", name, zero, expected[None])
            self.assertEqual((unit, scale), ("log odds", 1))
            self.assertEqual(float(row["whole_genome_heritability"]), HERITABILITIES[chosen])
            self.assertEqual(int(row["cases"]), np.nansum(trait))
            for contig, values in expected.items():
                ours = found[name][contig]
                self.assertTrue((np.isnan(ours) == np.isnan(values)).all())
                deviation = np.nanmax(np.abs(ours - values))
                print(f"{name} without {contig}: log odds of SD {np.nanstd(values):.2f}, at most {deviation:.1e} off")
                # Level 0 of a trait that samples lack is solved to a tolerance, which log odds of many SDs magnify.
                self.assertLess(deviation, 1e-5 if name == "B3" else 1e-7)
        # A trait that is none of them is as ever, and so is a scan that takes it.
        zero = LevelZero(genotypes, contigs, self.covariates, self.traits[:, 0])
        expected = predict(zero)
        self.assertEqual(self.check_r_squared("b", "Y1", zero, expected[None])[1], "SD")
        self.assertLess(np.abs(found["Y1"]["2"] - expected["2"]).max(), 2e-6)

    def test_binary_traits_as_numbers(self):
        """--model linear, as scans test them."""
        found = self.scan("example_3chr", "n", "B3", HERITABILITIES, "--model", "linear")["B3"]
        kinds, _, genotypes = read_bed(EXAMPLE / "input/example_3chr")
        zero = LevelZero(genotypes, [contig for contig, _ in kinds], self.covariates, self.binary[:, 2])
        for contig, values in predict(zero).items():
            self.assertLess(np.nanmax(np.abs(found[contig] - values)), 2e-6)

    def test_binary_predictors_as_regenie_reads_them(self):
        """.loco files of a logistic model hold its log odds, whatever their scale."""
        found = self.scan("example_3chr", "x", "B3", HERITABILITIES, "--model", "logistic", "--whole-genome-only")["B3"]
        program.maniple("export", "--store", self.folder / "example_3chr", "--predictors", self.folder / "x", "--out",
                        self.folder / "x-regenie")
        names, rows = read_loco(self.folder / "x-regenie_1.loco")
        has = ~np.isnan(self.binary[:, 2])
        self.assertEqual([name.split("_")[-1] for name in names], [p for p, h in zip(self.people, has) if h])
        for contig in ("1", "2", "3"):
            np.testing.assert_array_equal(rows[contig].astype(np.float32), found[contig][has])

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
