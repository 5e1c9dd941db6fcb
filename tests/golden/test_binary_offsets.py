#!/usr/bin/env python3
"""Logistic tests beside predictions: maniple scan --model auto --predictors against regressions with an offset, in
double precision, written here; against R's glm(offset) run live; and REGENIE's stored score tests.

Tests of the score: U = g'(y - m), V = g'Wg less what covariates explain, m from the offset and the covariates.
"""
import math
import pathlib
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import program  # first: leaves where a package is missing
import numpy as np

import loco_files
import plink2
import plink_files
from test_binary import EXAMPLE
from test_double_precision import regress

SAMPLES, VARIANTS = 700, 240
CONTIGS = ["1", "2", "3"]
NUMBERS = 2e-6       # relative: effects and standard errors are stored as float32, genotypes are exact
DISEASES = ["frequent", "some", "few_missing", "unpredicted"]


def logistic(values):
    return 1 / (1 + np.exp(-values))


def fit_null(design, y, offset):
    """Risks by logistic regression on the design beside an offset."""
    beta = np.zeros(design.shape[1])
    for _ in range(60):
        risk = logistic(design @ beta + offset)
        weight = risk * (1 - risk)
        step = np.linalg.solve((design.T * weight) @ design, design.T @ (y - risk))
        beta += step
        if np.abs(step).max() < 1e-13:
            break
    return logistic(design @ beta + offset)


def score_test(dosage, design, y, risk):
    """Effect, standard error and -log10 p; a missing genotype is the mean of those that are there."""
    known = dosage != plink_files.MISSING
    genotype = np.where(known, dosage, dosage[known].mean()).astype(float)
    weight = risk * (1 - risk)
    inverse = np.linalg.inv((design.T * weight) @ design)
    left = genotype - design @ (inverse @ (design.T @ (weight * genotype)))
    score = left @ (y - risk)
    variance = (weight * left) @ left
    return score / variance, 1 / math.sqrt(variance), -math.log10(math.erfc(abs(score) / math.sqrt(2 * variance)))


def firth_test(dosage, design, y, offset):
    """Effect and standard error of the variant where Firth's penalised likelihood is largest."""
    known = dosage != plink_files.MISSING
    x = np.column_stack([design, np.where(known, dosage, dosage[known].mean())])
    beta = np.zeros(x.shape[1])
    for _ in range(300):
        risk = logistic(x @ beta + offset)
        weight = risk * (1 - risk)
        covariance = np.linalg.inv((x.T * weight) @ x)
        hat = weight * np.einsum("ij,jk,ik->i", x, covariance, x)
        step = covariance @ (x.T @ (y - risk + hat * (0.5 - risk)))
        beta += step * min(1, 2 / np.abs(step).max())
        if np.abs(step).max() < 1e-11:
            break
    return beta[-1], math.sqrt(covariance[-1, -1])


class Offsets(program.InScratch):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        draw = np.random.default_rng(41)
        cls.contigs = np.repeat(CONTIGS, [90, 70, 80])
        dosages = draw.binomial(2, draw.uniform(0.05, 0.6, VARIANTS)[:, None], (VARIANTS, SAMPLES))
        dosages[draw.random(dosages.shape) < draw.choice([0, 0.02], VARIANTS)[:, None]] = plink_files.MISSING
        cls.dosages = dosages
        cls.covariates = {"age": draw.normal(55, 8, SAMPLES), "sex": draw.integers(0, 2, SAMPLES).astype(float)}
        cls.covariates["age"][9] = np.nan
        age = np.nan_to_num((cls.covariates["age"] - 55) / 8)
        cls.traits, cls.predictions = {}, {}
        for number, name in enumerate([*DISEASES, "height"]):
            parts = {contig: 0.5 * draw.normal(size=SAMPLES) for contig in CONTIGS}
            genome = sum(parts.values())
            if name == "height":
                trait = genome + 0.3 * age + draw.normal(size=SAMPLES)
            else:
                odds = (0.2, -1.5, -1.0, -0.5)[number] + 0.5 * age + genome + 0.5 * np.clip(dosages[number], 0, 2)
                trait = (draw.random(SAMPLES) < logistic(odds)).astype(float)
            lacking = draw.random(SAMPLES) < {"few_missing": 0.03}.get(name, 0)
            cls.traits[name] = np.where(lacking, np.nan, trait)
            rows = {contig: (genome - parts[contig] + 0.3).astype(np.float32) for contig in CONTIGS}
            for at in np.flatnonzero(draw.random(SAMPLES) < {"unpredicted": 0.2}.get(name, 0)):
                for values in rows.values():
                    values[at] = np.nan
            cls.predictions[name] = rows
        plink_files.write_bfile(cls.folder / "c", dosages, cls.contigs)
        plink_files.write_table(cls.folder / "c.tsv", {**cls.traits, **cls.covariates})
        program.maniple("import", "--store", cls.folder / "store", "--bfile", cls.folder / "c", "--table",
                        cls.folder / "c.tsv")
        names = [plink_files.sample_id(s) for s in range(SAMPLES)]
        cls.listing = loco_files.write_predictions(cls.folder, "own", [f"{name}_{name}" for name in names],
                                                   cls.predictions)

    def scan(self, out, *options):
        program.maniple("scan", "--store", self.folder / "store", "--trait", ",".join(self.traits), "--covariate",
                        ",".join(self.covariates), "--model", "auto", "--predictors", self.listing, "--out",
                        self.folder / out, *options)
        return program.read_results(self.folder / out)

    def people(self, trait):
        """Who takes part, the design, and the trait."""
        here = np.isfinite(self.traits[trait]) & np.isfinite(self.predictions[trait]["1"])
        for column in self.covariates.values():
            here &= np.isfinite(column)
        design = np.column_stack([np.ones(here.sum()), *(column[here] for column in self.covariates.values())])
        return here, design, self.traits[trait][here]

    def test_score(self):
        results = self.scan("score", "--correction", "none")
        for place, trait in enumerate(self.traits):
            here, design, y = self.people(trait)
            apart, compared = np.zeros(3), 0
            for contig in CONTIGS:
                if trait == "height":
                    continue
                offset = self.predictions[trait][contig][here].astype(float)
                risk = fit_null(design, y, offset)
                for at in np.flatnonzero(self.contigs == contig):
                    self.assertEqual(results.status[at, place], 0)
                    effect, error, log_p = score_test(self.dosages[at][here], design, y, risk)
                    apart = np.maximum(apart, [abs(results.beta[at, place] - effect) / error,
                                               abs(results.standard_error[at, place] / error - 1),
                                               abs(results.neg_log10_p[at, place] - log_p) / max(log_p, 0.1)])
                    self.assertEqual(results.samples[at, place], here.sum())
                    compared += 1
            print(f"\n{trait}: {compared} score tests; effects {apart[0]:.2g} standard errors apart, standard errors "
                  f"{apart[1]:.2g}, -log10 p {apart[2]:.2g}")
            self.assertLess(apart.max(), NUMBERS)
            self.assertEqual(compared, 0 if trait == "height" else VARIANTS)

    def test_firth(self):
        results = self.scan("firth", "--correction", "firth", "--correction-threshold", "1")
        trait, place = "some", list(self.traits).index("some")
        here, design, y = self.people(trait)
        largest = 0
        for contig in CONTIGS:
            offset = self.predictions[trait][contig][here].astype(float)
            for at in np.flatnonzero(self.contigs == contig)[:15]:
                effect, error = firth_test(self.dosages[at][here], design, y, offset)
                largest = max(largest, abs(results.beta[at, place] - effect) / error,
                              abs(results.standard_error[at, place] / error - 1))
        print(f"\nexact Firth beside an offset: {largest:.2g}")
        self.assertLess(largest, 1e-5)

    def test_quantitative_trait_among_them(self):
        """Its numbers are those of least squares of the trait less its prediction, and its bytes those it has alone."""
        results = self.scan("mixed")
        place = list(self.traits).index("height")
        here, design, y = self.people("height")
        basis, _ = np.linalg.qr(design)
        left = y - basis @ (basis.T @ y)
        scale = math.sqrt(left @ left / (len(y) - design.shape[1]))
        for contig in CONTIGS:
            rows = np.flatnonzero(self.contigs == contig)
            less = np.where(here, self.traits["height"], np.nan) - scale * self.predictions["height"][contig].astype(float)
            expected = regress(self.dosages[rows], less, list(self.covariates.values()), "mean")
            self.assertLess(np.abs((results.beta[rows, place] - expected[:, 0]) / expected[:, 1]).max(), 1e-6)
        for trait in self.traits:
            program.maniple("scan", "--store", self.folder / "store", "--trait", trait, "--covariate",
                            ",".join(self.covariates), "--predictors", self.listing, "--threads", "1", "--out",
                            self.folder / f"alone_{trait}")
            alone = program.read_results(self.folder / f"alone_{trait}")
            place = list(self.traits).index(trait)
            for column in ("beta", "standard_error", "neg_log10_p", "status", "samples"):
                self.assertEqual(getattr(alone, column)[:, 0].tobytes(),
                                 np.ascontiguousarray(getattr(results, column)[:, place]).tobytes(), (trait, column))

    @unittest.skipUnless(shutil.which("Rscript"), "Rscript is not here")
    def test_against_glm(self):
        """R: the rise of the score (Rao) by one more column in glm(family = binomial, offset)."""
        results = self.scan("for-r", "--correction", "none")
        trait, place = "frequent", list(self.traits).index("frequent")
        here, _, y = self.people(trait)
        picked = [at for at in range(0, VARIANTS, 24) if (self.dosages[at] != plink_files.MISSING).all()]
        columns = {"y": y, **{name: values[here] for name, values in self.covariates.items()}}
        for at in picked:
            columns[f"g{at}"] = self.dosages[at][here]
            columns[f"o{at}"] = self.predictions[trait][self.contigs[at]][here].astype(float)
        lines = ["\t".join(columns)]
        lines += ["\t".join(repr(float(v)) for v in row) for row in zip(*columns.values())]
        (self.folder / "r.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        script = ('d <- read.delim("r.tsv"); strict <- glm.control(epsilon = 1e-14, maxit = 100)\n'
                  f"for (k in c({','.join(map(str, picked))})) {{\n"
                  '  o <- d[[paste0("o", k)]]; d$g <- d[[paste0("g", k)]]\n'
                  "  m <- glm(y ~ age + sex, binomial, d, offset = o, control = strict)\n"
                  "  f <- glm(y ~ age + sex + g, binomial, d, offset = o, control = strict)\n"
                  '  cat(k, format(anova(m, f, test = "Rao")$Rao[2], digits = 17), "\\n") }\n')
        done = subprocess.run(["Rscript", "-e", script], cwd=self.folder, capture_output=True, text=True, check=True)
        rows = [line.split() for line in done.stdout.splitlines()]
        self.assertEqual([int(row[0]) for row in rows], picked)
        for at, rao in rows:
            z = results.beta[int(at), place] / results.standard_error[int(at), place]
            self.assertAlmostEqual(z * z / float(rao), 1, delta=1e-5)

    def test_units_are_not_mixed_up(self):
        """Text does not say whether it holds log odds: people are told what it must hold."""
        for model, words in (("linear", "must be those of a linear model"), ("logistic", "must be log odds")):
            program.maniple("scan", "--store", self.folder / "store", "--trait", "some", "--model", model,
                            "--predictors", self.listing, "--out", self.folder / f"units_{model}")
            self.assertIn(words, (self.folder / f"units_{model}/log.txt").read_text(encoding="utf-8"))


@unittest.skipUnless(EXAMPLE.exists(), "the shared data are not here")
class Regenie(program.InScratch):
    """Stored step 2 of binary traits with Firth below p = 0.5: the others are score tests. Its predictions for the
    only chromosome are 0."""

    def test_score(self):
        store = self.folder / "store"
        program.maniple("import", "--store", store, "--bfile", EXAMPLE / "input/example", "--table",
                        EXAMPLE / "input/phenotype_bin.txt")
        program.maniple("import", "--store", store, "--table", EXAMPLE / "input/covariates.txt")
        expected = EXAMPLE / "expected_regenie_v1.0.6.7_from_glow"
        lines = (expected / "fit_bin_out_pred.list").read_text(encoding="utf-8").splitlines()
        listing = self.folder / "pred.list"
        listing.write_text("".join(f"{line.split()[0]} {expected / pathlib.Path(line.split()[1]).name}\n"
                                   for line in lines), encoding="utf-8")
        program.maniple("scan", "--store", store, "--trait", "Y1,Y2", "--covariate", "V1,V2,V3", "--predictors",
                        listing, "--correction", "none", "--out", self.folder / "r")
        results = program.read_results(self.folder / "r")
        for place, trait in enumerate(["Y1", "Y2"]):
            rows = plink2.read_rows(expected / f"test_bin_out_half_firth_{trait}.regenie")
            chisq = np.array([float(row["CHISQ"]) for row in rows])
            z = results.beta[:, place].astype(float) / results.standard_error[:, place]
            ours = z * z
            # chi-squared of p = 0.5; beside the border either may be corrected.
            plain = ours < 0.4549 * 0.99
            apart = np.abs(ours[plain] - chisq[plain]) / np.maximum(chisq[plain], 1e-3)
            print(f"\n{trait}: {plain.sum()} score tests; chi-squared at most {apart.max():.2g} apart")
            self.assertGreater(plain.sum(), 400)
            self.assertLess(apart.max(), 1e-3)


if __name__ == "__main__":
    program.main()
