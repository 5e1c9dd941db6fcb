#!/usr/bin/env python3
"""A scan with predictors against least squares of trait less prediction in double precision, written here."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import program  # first: leaves where a package is missing
import numpy as np

import loco_files
import plink_files
from test_double_precision import BETA, NEG_LOG10_P, STANDARD_ERROR, neg_log10_p, regress

SAMPLES, VARIANTS = 500, 330
CONTIGS = ["1", "02", "chrX"]       # as the genotypes have them; as REGENIE numbers them: 1, 2, 23
ROWS = [1, 2, 3, 22, 23]


def draw_cohort():
    draw = np.random.default_rng(23)
    dosages = draw.binomial(2, draw.uniform(0.02, 0.6, VARIANTS)[:, None], (VARIANTS, SAMPLES))
    dosages[draw.random((VARIANTS, SAMPLES)) < draw.choice([0, 0.02, 0.2], VARIANTS)[:, None]] = plink_files.MISSING
    contigs = np.repeat(CONTIGS, [110, 100, 120])
    covariates = {"age": draw.normal(55, 8, SAMPLES), "dose": draw.gamma(2, 1e4, SAMPLES)}
    covariates["age"][5] = np.nan
    traits, predictions = {}, {}
    for number, name in enumerate(["plain", "large", "few_missing", "half_missing", "many_unpredicted", "strong"]):
        genome = {row: draw.normal(size=SAMPLES) * 0.4 for row in ROWS}
        trait = sum(genome.values()) + 0.02 * (covariates["age"] - 55) + draw.normal(size=SAMPLES)
        trait = np.where(np.isnan(trait), 0.0, trait)
        if name == "large":
            trait = 1e9 + 1e4 * trait
        if name == "strong":
            trait = 3 * dosages[0] + 1e-3 * draw.normal(size=SAMPLES)
            genome = {row: 1e-2 * values for row, values in genome.items()}
        share = {"few_missing": 0.02, "half_missing": 0.5}.get(name, 0)
        traits[name] = np.where(draw.random(SAMPLES) < share, np.nan, trait)
        total = sum(genome.values())
        # Neither centred nor orthogonal to covariates: a scan must not rely on it.
        rows = {row: (total - genome[row] + 0.2 + 1e-5 * covariates["dose"]).astype(np.float32) for row in ROWS}
        without = draw.random(SAMPLES) < {"many_unpredicted": 0.3, "plain": 0.01}.get(name, 0)
        for at in np.flatnonzero(without):
            rows[ROWS[at % len(ROWS)]][at] = np.nan     # in one row: the person has none then
        predictions[name] = rows
    return dosages, contigs, traits, covariates, predictions


def residual_sd(trait, covariates):
    here = ~np.isnan(trait)
    design = np.column_stack([np.ones(here.sum()), *(column[here] for column in covariates)])
    basis, _ = np.linalg.qr(design)
    rest = trait[here]
    for _ in range(2):
        rest = rest - basis @ (basis.T @ rest)
    return np.sqrt(rest @ rest / (here.sum() - design.shape[1]))


class Offsets(program.InScratch):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dosages, cls.contigs, cls.traits, cls.covariates, cls.predictions = draw_cohort()
        plink_files.write_bfile(cls.folder / "c", cls.dosages, cls.contigs)
        plink_files.write_table(cls.folder / "c.tsv", {**cls.traits, **cls.covariates})
        program.maniple("import", "--store", cls.folder / "store", "--bfile", cls.folder / "c",
                        "--table", cls.folder / "c.tsv")
        # Samples in an order of their own, one of them a stranger; the last has no prediction at all.
        order = np.random.default_rng(1).permutation(SAMPLES - 1)
        names = [*(f"{plink_files.sample_id(s)}_{plink_files.sample_id(s)}" for s in order), "q_q"]
        shuffled = {trait: {row: [*values[order], 7.0] for row, values in rows.items()}
                    for trait, rows in cls.predictions.items()}
        cls.listing = loco_files.write_predictions(cls.folder, "own", names, shuffled)
        for rows in cls.predictions.values():
            for values in rows.values():
                values[SAMPLES - 1] = np.nan

    def less_prediction(self, trait, row, scale=None):
        rows = self.predictions[trait]
        unpredicted = np.isnan(sum(rows[r].astype(float) for r in (1, 2, 23)))
        for column in self.covariates.values():
            unpredicted |= np.isnan(column)
        values = np.where(unpredicted, np.nan, self.traits[trait])
        if scale is None:
            scale = residual_sd(values, list(self.covariates.values()))
        return values - scale * np.nan_to_num(rows[row].astype(float))

    def compare(self, out, predictors, missing, scale=None):
        program.maniple("scan", "--store", self.folder / "store", "--trait", ",".join(self.traits),
                        "--covariate", ",".join(self.covariates), "--missing-genotype", missing,
                        "--predictors", predictors, "--out", self.folder / out)
        results = program.read_results(self.folder / out)
        largest, compared, broken = {}, 0, []
        for place, trait in enumerate(results.traits):
            for contig, row in zip(CONTIGS, (1, 2, 23)):
                here = np.flatnonzero(self.contigs == contig)
                expected = regress(self.dosages[here], self.less_prediction(trait, row, scale),
                                   list(self.covariates.values()), missing)
                self.assertTrue((results.status[here, place] == 0).all())
                beta, error, t, degrees, samples = expected.T
                tails = np.array([neg_log10_p(*pair) for pair in zip(t, degrees)])
                share = {"beta": np.abs(results.beta[here, place] - beta) / (BETA * error),
                         "standard_error": np.abs(results.standard_error[here, place] / error - 1) / STANDARD_ERROR,
                         "neg_log10_p": np.abs(results.neg_log10_p[here, place] / tails - 1) / NEG_LOG10_P,
                         "samples": np.where(results.samples[here, place] == samples, 0, np.inf)}
                compared += len(here)
                for criterion, values in share.items():
                    largest[criterion] = max(largest.get(criterion, 0), values.max())
                    broken += [f"{criterion} {trait} variant {here[at]}: {values[at]:.3g} of what is allowed"
                               for at in np.flatnonzero(~(values <= 1))]
        print(f"\n{out}: {compared} regressions; largest deviation in units of the allowed: "
              + ", ".join(f"{name} {value:.3g}" for name, value in largest.items()))
        self.assertFalse(broken, "\n".join(broken[:20]))
        self.assertEqual(compared, VARIANTS * len(self.traits))

    def test_text_mean(self):
        self.compare("text-mean", self.listing, "mean")

    def test_text_drop(self):
        self.compare("text-drop", self.listing, "drop")

    @unittest.skipUnless(loco_files.has_writer, "no program that writes predictors.h5")
    def test_file(self):
        """predictors.h5 with the traits' residual SD, and with a scale of its own."""
        whole = loco_files.write_predictions(
            self.folder, "whole", [plink_files.sample_id(s) for s in range(SAMPLES)],
            {trait: {row: np.where(np.isnan(sum(rows[r] for r in (1, 2, 23))), np.nan, values)
                     for row, values in rows.items()} for trait, rows in self.predictions.items()})
        same = loco_files.to_predictors(self.folder / "store", whole, self.folder / "same.h5", [1, 2, 23])
        self.compare("file-mean", same, "mean")
        self.compare("text-again", self.listing, "mean")
        self.assertEqual((self.folder / "file-mean/results.h5").read_bytes(),
                         (self.folder / "text-again/results.h5").read_bytes())
        scaled = loco_files.to_predictors(self.folder / "store", whole, self.folder / "scaled.h5", [1, 2, 23], 0.75)
        self.compare("file-scaled", scaled, "drop", 0.75)

    def test_samples_are_counted(self):
        program.maniple("scan", "--store", self.folder / "store", "--trait", "many_unpredicted,strong",
                        "--predictors", self.listing, "--out", self.folder / "counted")
        rows = self.predictions["many_unpredicted"]
        without = int(np.isnan(sum(rows[r] for r in (1, 2, 23))).sum())
        log = (self.folder / "counted/log.txt").read_text(encoding="utf-8")
        self.assertIn(f"many_unpredicted: {SAMPLES - without} samples; left out, without a prediction: {without}", log)
        self.assertIn(f"strong: {SAMPLES - 1} samples; left out, without a prediction: <5", log)
        self.assertIn("1 sample of", log)
        summary = [line.split("\t") for line in (self.folder / "counted/summary.tsv").read_text().splitlines()]
        table = {row[0]: dict(zip(summary[0], row)) for row in summary[1:]}
        self.assertEqual(table["strong"]["unpredicted"], "<5")
        self.assertEqual(table["strong"]["predictors"], str(self.listing))


if __name__ == "__main__":
    program.main()
