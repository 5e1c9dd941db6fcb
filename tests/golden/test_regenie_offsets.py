#!/usr/bin/env python3
"""REGENIE's step 2 with its own LOCO predictions, quantitative traits, against maniple scan --predictors.

REGENIE 1.0.6.7 made these files. Where the two differ by more than printed digits, and why:

* Its .loco values are in SDs of the trait's residual on the covariates, and it divides that residual's sum of
  squares by samples - 1; since version 2 it divides by samples - columns, the residual's own degrees of freedom,
  which is what a prediction means here. Test: with predictions multiplied with the ratio of the two SDs
  (1.003) effects have the printed digits; as they stand, they are within 2e-3 standard errors.
* Its statistic is a score test: the variance is that of the residual without the variant, again over
  samples - 1, and p is a chi-squared tail. Ours is the exact t test of the same regression. One follows from
  the other: with r2 = t^2 / (t^2 + degrees), CHISQ = (samples - 1) r2.
* The residual's variance it takes without projecting the prediction on the covariates once more: as step 1
  residualised genotypes on them over all samples, next to nothing is left there (2e-4 of the variance here).
* For a trait with missing values it fills in the trait's mean, projects covariates over all samples, and leaves
  out the filled in ones afterwards: what is left is orthogonal to the covariates over the union, not over the
  trait's own samples. Test: its algorithm, written here, has its printed digits on the complete traits; on a
  trait with missing values it is another regression than the exact one, which ours is.
"""
import math
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import program  # first: leaves where a package is missing
import numpy as np

import loco_files
import plink_files
from test_double_precision import regress
from test_regenie import EXAMPLE, EXPECTED, TRAITS, read_regenie

PRINTED = 2e-5           # relative: half a unit of 6 digits in each of several numbers
# Predictions of other SDs: 0.3% of a prediction of about 0.3 SD.
OTHER_SCALE = 2e-3     # relative; CHISQ, a square, twice that
# Y2's predictions are not quite orthogonal to the covariates: 2.3e-4 of the variance.
NOT_PROJECTED = 3e-4     # relative
COLUMNS = 4              # intercept and three covariates


def read_table(path):
    rows = [line.split() for line in path.read_text(encoding="utf-8").splitlines()]
    return rows[0][2:], {row[1]: np.array(row[2:], dtype=float) for row in rows[1:]}


def read_bed(prefix):
    """Variants as (contig, A1), IIDs, and A1 counts, NaN where missing."""
    lines = lambda end: pathlib.Path(f"{prefix}.{end}").read_text(encoding="utf-8").splitlines()
    bim = [line.split() for line in lines("bim")]
    people = [line.split()[1] for line in lines("fam")]
    raw = np.frombuffer(pathlib.Path(f"{prefix}.bed").read_bytes()[3:], dtype=np.uint8).reshape(len(bim), -1)
    codes = (raw[:, :, None] >> np.array([0, 2, 4, 6], dtype=np.uint8) & 3).reshape(len(bim), -1)[:, :len(people)]
    return [(row[0], row[4]) for row in bim], people, np.array([2, np.nan, 1, 0])[codes]


def read_loco(path):
    lines = [line.split() for line in path.read_text(encoding="utf-8").splitlines()]
    return lines[0][1:], {line[0]: np.array(line[1:], dtype=float) for line in lines[1:]}


def chi_squared_tail(chisq):
    """-log10 p with one degree of freedom."""
    return np.array([-math.log10(math.erfc(math.sqrt(value / 2))) for value in chisq])


class RegenieStep2:
    """What REGENIE 1.0.6.7 does with a quantitative trait, in double precision."""

    def __init__(self, trait, covariates):
        self.observed = ~np.isnan(trait)
        design = np.column_stack([np.ones(len(trait)), covariates])
        self.basis, _ = np.linalg.qr(design)
        filled = np.where(self.observed, trait - trait[self.observed].mean(), 0)
        residual = self.project(filled) * self.observed
        self.scale = np.sqrt(residual @ residual / (self.observed.sum() - 1))
        self.residual = residual / self.scale

    def project(self, values):
        return values - self.basis @ (self.basis.T @ values)

    def test(self, dosage, prediction):
        """beta, standard error, chi-squared of one variant."""
        left = (self.residual - prediction) * self.observed
        sd = np.sqrt(left @ left / (self.observed.sum() - 1))
        genotype = self.project(np.where(np.isnan(dosage), np.nanmean(dosage), dosage)) * self.observed
        own = genotype @ genotype
        product = genotype @ left
        chisq = product ** 2 / own / sd ** 2
        beta = product / own * self.scale
        return beta, abs(beta) / np.sqrt(chisq), chisq


@unittest.skipUnless(EXAMPLE.exists(), "the shared data are not here")
class RegenieOffsets(program.InScratch):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.genotypes = {}
        for name in ("example", "example_3chr"):
            store = cls.folder / name
            program.maniple("import", "--store", store, "--bfile", EXAMPLE / "input" / name)
            for table in ("phenotype", "covariates"):
                program.maniple("import", "--store", store, "--table", EXAMPLE / f"input/{table}.txt")
            cls.genotypes[name] = read_bed(EXAMPLE / "input" / name)
        people = cls.genotypes["example"][1]
        _, values = read_table(EXAMPLE / "input/phenotype.txt")
        cls.traits = np.array([values[person] for person in people])
        _, values = read_table(EXAMPLE / "input/covariates.txt")
        cls.covariates = np.array([values[person] for person in people])

    def scan(self, store, out, predictors, *options):
        program.maniple("scan", "--store", self.folder / store, "--trait", ",".join(TRAITS), "--covariate",
                        "V1,V2,V3", "--predictors", predictors, "--out", self.folder / out, *options)
        return program.read_results(self.folder / out)

    def rescaled(self, prefix, samples):
        """REGENIE's predictions in SDs with the residual's own degrees of freedom."""
        factor = np.sqrt((samples - COLUMNS) / (samples - 1))
        names, predictions = None, {}
        for number, trait in enumerate(TRAITS, 1):
            names, rows = read_loco(EXPECTED / f"{prefix}_{number}.loco")
            predictions[trait] = {contig: values * factor for contig, values in rows.items()}
        return loco_files.write_predictions(self.folder, f"rescaled-{prefix}", names, predictions)

    def expected(self, expected, trait, alternates):
        rows = read_regenie(EXPECTED / f"{expected}_{trait}.regenie")
        sign = np.array([1 if row["ALLELE1"] == alternate else -1 for row, alternate in zip(rows, alternates)])
        number = lambda name: np.array([float(row[name]) for row in rows])
        return [row["ID"] for row in rows], sign * number("BETA"), number("SE"), number("CHISQ"), number("LOG10P")

    def compare(self, title, results, expected, store, tolerance):
        alternates = [allele for _, allele in self.genotypes[store][0]]
        for place, trait in enumerate(TRAITS):
            names, beta, error, chisq, tails = self.expected(expected, trait, alternates)
            self.assertEqual(names, results.variant_id)
            self.assertTrue((results.status[:, place] == 0).all())
            samples = results.samples[:, place]
            degrees = samples - COLUMNS - 1
            t = results.beta[:, place] / results.standard_error[:, place].astype(float)
            share = t ** 2 / (t ** 2 + degrees)
            own_chisq = (samples - 1) * share
            own_error = np.abs(results.beta[:, place]) / np.sqrt(own_chisq)
            real = np.abs(beta) > error  # an effect of nothing has no relative deviation
            self.assertGreater(real.mean(), 0.2)
            found = {
                "BETA": (np.abs(results.beta[:, place] / beta - 1))[real].max(),
                "BETA in SE": np.abs((results.beta[:, place] - beta) / error).max(),
                "SE": np.abs(own_error / error - 1).max(),
                "CHISQ": np.abs(own_chisq / chisq - 1)[real].max(),
                "LOG10P": np.abs(chi_squared_tail(own_chisq) / tails - 1)[real].max()}
            exact = {"SE": np.abs(results.standard_error[:, place] / error - 1).max(),
                     "CHISQ": np.abs(t ** 2 / chisq - 1)[real].max(),
                     "LOG10P": np.abs(results.neg_log10_p[:, place] / tails - 1)[real].max()}
            print(f"\n{title} {trait}: largest relative deviation as REGENIE's score test " +
                  ", ".join(f"{name} {value:.2g}" for name, value in found.items()) + "; of the exact t test " +
                  ", ".join(f"{name} {value:.2g}" for name, value in exact.items()))
            for name, value in found.items():
                self.assertLess(value, tolerance * (2 if name == "CHISQ" else 1), name)
            # The exact test has the variant in its variance, and samples - 5 degrees of freedom for 499.
            self.assertLess(exact["SE"], 0.02)

    def test_one_chromosome(self):
        """What is left out for the only chromosome is everything: predictions are 0."""
        results = self.scan("example", "one", EXPECTED / "fit_lin_out_pred.list")
        self.compare("one chromosome", results, "test_lin_out", "example", PRINTED)

    def test_fewer_samples_than_predicted(self):
        results = self.scan("example", "fewer", EXPECTED / "fit_lin_out_pred.list", "--remove",
                            EXAMPLE / "input/fid_iid_to_remove.txt")
        self.assertTrue((results.samples == 494).all())
        self.compare("494 samples", results, "test_lin_out_missing", "example", PRINTED)

    def test_three_chromosomes(self):
        results = self.scan("example_3chr", "three", EXPECTED / "fit_lin_out_3chr_pred.list")
        self.compare("three chromosomes", results, "test_lin_out_3chr", "example_3chr", OTHER_SCALE)

    def test_three_chromosomes_in_its_scale(self):
        results = self.scan("example_3chr", "three-scaled", self.rescaled("fit_lin_out_3chr", 500))
        self.compare("three chromosomes, its SD", results, "test_lin_out_3chr", "example_3chr", NOT_PROJECTED)

    def test_its_algorithm_has_its_digits(self):
        variants, people, dosages = self.genotypes["example_3chr"]
        for place, trait in enumerate(TRAITS):
            names, rows = read_loco(EXPECTED / f"fit_lin_out_3chr_{place + 1}.loco")
            order = [names.index(f"{person}_{person}") for person in people]
            _, beta, error, chisq, _ = self.expected("test_lin_out_3chr", trait, [allele for _, allele in variants])
            step2 = RegenieStep2(self.traits[:, place], self.covariates)
            own = np.array([step2.test(dosage, rows[contig][order]) for dosage, (contig, _) in zip(dosages, variants)])
            for found, theirs in zip(own.T, (beta, error, chisq)):
                self.assertLess(np.abs(found / theirs - 1).max(), PRINTED)

    def test_missing_values(self):
        """A trait with missing values where a covariate matters: REGENIE's covariates are projected over all."""
        variants, people, dosages = self.genotypes["example_3chr"]
        draw = np.random.default_rng(3)
        gone = draw.random(len(people)) < 0.1 + 0.4 * (self.covariates[:, 0] > 0)    # with V1, as in a substudy
        traits = self.traits + 2 * self.covariates[:, :1]
        traits[gone, 0] = np.nan
        store = self.folder / "missing"
        program.maniple("import", "--store", store, "--bfile", EXAMPLE / "input/example_3chr")
        with open(self.folder / "t.txt", "w", encoding="utf-8") as file:
            file.write("FID IID Y1 Y2 V1 V2 V3\n")
            for person, values, covariates in zip(people, traits, self.covariates):
                cells = ["NA" if value != value else repr(float(value)) for value in [*values, *covariates]]
                file.write(" ".join([person, person, *cells]) + "\n")
        program.maniple("import", "--store", store, "--table", self.folder / "t.txt")
        results = self.scan("missing", "missing-run", EXPECTED / "fit_lin_out_3chr_pred.list")
        counts = np.where(np.isnan(dosages), plink_files.MISSING, dosages).astype(int)
        for place, trait in enumerate(TRAITS):
            names, rows = read_loco(EXPECTED / f"fit_lin_out_3chr_{place + 1}.loco")
            order = [names.index(f"{person}_{person}") for person in people]
            observed = ~np.isnan(traits[:, place])
            basis, _ = np.linalg.qr(np.column_stack([np.ones(observed.sum()), self.covariates[observed]]))
            rest = traits[observed, place] - basis @ (basis.T @ traits[observed, place])
            scale = np.sqrt(rest @ rest / (observed.sum() - COLUMNS))
            step2 = RegenieStep2(traits[:, place], self.covariates)
            apart, exact = [], []
            for contig in ("1", "2", "3"):
                here = np.array([c == contig for c, _ in variants])
                prediction = rows[contig][order].astype(np.float32).astype(float)
                wanted = regress(counts[here], traits[:, place] - scale * prediction, list(self.covariates.T), "mean")
                exact.append(np.abs(results.beta[here, place] - wanted[:, 0]) / wanted[:, 1])
                theirs = np.array([step2.test(dosage, prediction) for dosage in dosages[here]])
                apart.append((theirs[:, 0] - wanted[:, 0]) / wanted[:, 1])
            apart, exact = np.concatenate(apart), np.concatenate(exact)
            print(f"\n{trait}, {observed.sum()} of {len(people)} samples: beta of the exact regression less ours at "
                  f"most {exact.max():.2g} standard errors, less REGENIE's {np.abs(apart).max():.2g}")
            self.assertLess(exact.max(), 1e-6)
            if place == 0:
                self.assertGreater(np.abs(apart).max(), 0.05)   # missing values: not the same regression
            else:
                self.assertLess(np.abs(apart).max(), 0.01)      # complete: the same, but for the SD's scale


if __name__ == "__main__":
    program.main()
