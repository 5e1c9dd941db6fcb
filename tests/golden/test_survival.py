#!/usr/bin/env python3
"""Times to an event in maniple scan: against R's survival::coxph, run live, and against double precision brute force.

Score tests have the partial likelihood's score, and the information of the Poisson form: that of coxph and what the
genotype's mean at risk varies by over time, which is nothing where the genotype has no effect, but for chance.
Corrected rows have Firth's regression in the partial likelihood of the genotype less what covariates explain of it,
beside the null model's predictor. With few carriers the others' own differences count as a normal part.
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

import plink_files
from partial_likelihood import PartialLikelihood

SAMPLES = 1500
VARIANTS = 90
TRAITS = {"years": "died", "days": "ill", "months": "rare"}
NAMES = [f"{time}:{event}" for time, event in TRAITS.items()]

SCRIPT = r"""
library(survival)
words <- commandArgs(TRUE); d <- read.table(words[1], header = TRUE); g <- as.matrix(read.table(words[2]))
strict <- coxph.control(eps = 1e-13, toler.chol = 1e-13, iter.max = 100, timefix = FALSE)
still <- coxph.control(iter.max = 0, timefix = FALSE)
s <- Surv(d$time, d$event); x <- cbind(d$age, d$sex)
null <- coxph(s ~ x, control = strict)
for (v in seq_len(ncol(g))) {
  a <- g[, v]
  start <- coxph(s ~ a + x, init = c(0, coef(null)), control = still)
  free <- tryCatch(coxph(s ~ a + x, control = strict), warning = function(w) NULL)
  cat(sum(a * residuals(null, "martingale")), 1 / start$var[1, 1],
      if (is.null(free)) c(NA, NA) else c(coef(free)[1], sqrt(free$var[1, 1])), "\n")
}
"""


def has_survival():
    return shutil.which("Rscript") and subprocess.run(["Rscript", "-e", "library(survival)"],
                                                      capture_output=True).returncode == 0


def normal_tail(z):
    """-log10 of both tails."""
    return -(math.log10(math.erfc(abs(z) / math.sqrt(2)))) if abs(z) < 30 else math.inf


def saddlepoint(rest, expected, score):
    """-log10 p of a score by the saddlepoint approximation, events being Poisson's given how many there are."""
    total = expected.sum()

    def cumulant(t):
        tilted = expected * np.exp(t * rest)
        poisson = (tilted - expected - t * rest * expected).sum(), (rest * (tilted - expected)).sum(), \
            (rest * rest * tilted).sum()
        scale = 1 + poisson[0] / total
        first = poisson[1] / scale
        return total * math.log(scale), first, poisson[2] / scale - first * first / total

    tails = []
    for s in (score, -score):
        low, high = (0.0, 40 / np.abs(rest).max()) if s > 0 else (-40 / np.abs(rest).max(), 0.0)
        for _ in range(200):
            middle = (low + high) / 2
            low, high = (middle, high) if cumulant(middle)[1] < s else (low, middle)
        t = (low + high) / 2
        value, first, second = cumulant(t)
        if abs(first - s) > 1e-6 * abs(s):  # There is no such sum.
            tails.append(0.0)
            continue
        w = math.copysign(math.sqrt(2 * (t * s - value)), t)
        z = abs(w + math.log(t * math.sqrt(second) / w) / w)
        tails.append(math.erfc(z / math.sqrt(2)) / 2)
    return -math.log10(sum(tails)) if tails[0] > 0 else math.nan


class Scans(program.InScratch):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        random = np.random.default_rng(11)
        frequency = np.concatenate([np.full(30, 0.006), np.full(20, 0.03), np.linspace(0.05, 0.97, VARIANTS - 50)])
        cls.genotypes = random.binomial(2, frequency[:, None], (VARIANTS, SAMPLES)).astype(np.int8)
        age, sex = random.normal(50, 10, SAMPLES), random.integers(0, 2, SAMPLES).astype(float)
        cls.covariates = np.column_stack([age, sex])
        genetic = 0.3 * cls.genotypes[-1] + 0.7 * cls.genotypes[35] + 1.5 * cls.genotypes[4]
        cls.genotypes[random.random(cls.genotypes.shape) < 0.01] = plink_files.MISSING
        columns = {"age": age, "sex": sex}
        for (time, event), rate, steps in zip(TRAITS.items(), (0.6, 0.25, 0.04), (0, 60, 12)):
            happens = random.exponential(size=SAMPLES) * np.exp(-0.04 * (age - 50) - 0.3 * sex - genetic)
            end = np.quantile(happens, rate) * random.uniform(0.5, 1.5, SAMPLES)
            until = np.minimum(happens, end)
            if steps:
                until = np.ceil(until / end.max() * steps)  # Ties.
            columns[time] = np.where(random.random(SAMPLES) < 0.04, math.nan, until)
            columns[event] = np.where(random.random(SAMPLES) < 0.03, math.nan, happens <= end)
        cls.columns = columns
        plink_files.write_bfile(cls.folder / "cohort", cls.genotypes)
        plink_files.write_table(cls.folder / "traits.tsv", columns)
        cls.store = cls.folder / "store"
        program.maniple("import", "--store", cls.store, "--bfile", cls.folder / "cohort")
        program.maniple("import", "--store", cls.store, "--table", cls.folder / "traits.tsv")

    @classmethod
    def scan(cls, out, *options):
        program.maniple("scan", "--store", cls.store, "--trait", ",".join(NAMES), "--covariate", "age,sex",
                        "--min-carriers", "1", "--out", cls.folder / out, *options)
        return program.read_results(cls.folder / out)

    def people_of(self, name):
        """Whom a trait is about, their times, events and covariates."""
        time, event = (self.columns[part] for part in name.split(":"))
        has = ~np.isnan(time) & ~np.isnan(event)
        return has, time[has], event[has], self.covariates[has]

    def filled(self, has):
        """Variants x people: a missing genotype is the mean of the others."""
        genotypes = np.where(self.genotypes == plink_files.MISSING, math.nan, self.genotypes)[:, has]
        return np.where(np.isnan(genotypes), np.nanmean(genotypes, axis=1, keepdims=True), genotypes)

    def null_of(self, name):
        """Partial likelihood, predictor, expected events, and covariates with an intercept."""
        _, time, event, covariates = self.people_of(name)
        likelihood = PartialLikelihood(time, event)
        standard = (covariates - covariates.mean(axis=0)) / covariates.std(axis=0)
        predictor = standard @ likelihood.fit(standard)[0]
        return likelihood, predictor, likelihood.expected(predictor), np.column_stack([np.ones(len(time)), standard])

    @staticmethod
    def adjust(genotype, covariates, weights):
        """What weighted covariates leave of a genotype."""
        weighted = covariates * weights[:, None]
        return genotype - covariates @ np.linalg.solve(weighted.T @ covariates, weighted.T @ genotype)

    def test_score_tests(self):
        results = self.scan("score", "--correction", "none")
        for place, name in enumerate(NAMES):
            has, _, event, _ = self.people_of(name)
            _, _, expected, covariates = self.null_of(name)
            ok = results.status[:, place] == 0
            self.assertGreater(ok.sum(), VARIANTS - 5)
            self.assertTrue((results.samples[:, place] == has.sum()).all())
            for v in np.flatnonzero(ok):
                rest = self.adjust(self.filled(has)[v], covariates, expected)
                information = (expected * rest * rest).sum()
                score = (rest * (event - expected)).sum()
                self.assertAlmostEqual(results.standard_error[v, place] * math.sqrt(information), 1, delta=1e-6)
                self.assertAlmostEqual(results.beta[v, place] * math.sqrt(information), score / math.sqrt(information),
                                       delta=1e-6)
                self.assertAlmostEqual(results.neg_log10_p[v, place], normal_tail(score / math.sqrt(information)),
                                       delta=1e-5 * max(1, results.neg_log10_p[v, place]))

    def test_score_tests_of_called_samples(self):
        results = self.scan("score-drop", "--correction", "none", "--missing-genotype", "drop")
        for place, name in enumerate(NAMES):
            has, _, event, _ = self.people_of(name)
            _, _, expected, covariates = self.null_of(name)
            for v in np.flatnonzero(results.status[:, place] == 0):
                genotype = self.genotypes[v, has].astype(float)
                called = genotype != plink_files.MISSING
                self.assertEqual(results.samples[v, place], called.sum())
                rest = self.adjust(genotype[called], covariates[called], expected[called])
                information = (expected[called] * rest * rest).sum()
                score = (rest * (event - expected)[called]).sum()
                self.assertAlmostEqual(results.standard_error[v, place] * math.sqrt(information), 1, delta=1e-6)
                self.assertAlmostEqual(results.beta[v, place] * math.sqrt(information), score / math.sqrt(information),
                                       delta=2e-6)

    @unittest.skipUnless(has_survival(), "no Rscript with survival")
    def test_against_coxph(self):
        plain = self.scan("plain", "--correction", "none")
        corrected = self.scan("corrected", "--correction-threshold", "1")
        wald = self.scan("wald", "--test", "wald")
        self.assertGreater((wald.status == wald.statuses.index("separated")).sum(), 3)
        for place, name in enumerate(NAMES):
            has, time, event, covariates = self.people_of(name)
            np.savetxt(self.folder / "people.txt", np.column_stack([time, event, covariates]), "%.17g",
                       header="time event age sex", comments="")
            np.savetxt(self.folder / "genotypes.txt", self.filled(has).T, "%.17g")
            said = program.run(["Rscript", "-e", SCRIPT, self.folder / "people.txt", self.folder / "genotypes.txt"])
            score, information, effect, error = np.array(
                [[float(word.replace("NA", "nan")) for word in line.split()] for line in said.stdout.splitlines()]).T
            ok = plain.status[:, place] == 0
            ours = 1 / plain.standard_error[ok, place].astype(float) ** 2
            np.testing.assert_allclose(plain.beta[ok, place] * ours / np.sqrt(ours), score[ok] / np.sqrt(ours),
                                       atol=1e-5)
            ratio = ours / information[ok]
            common = ok & (np.abs(effect) < 3 * error) & (information > 10)
            near = (corrected.beta[common, place] - effect[common]) / error[common]
            errors = corrected.standard_error[common, place] / error[common]
            print(f"\n{name}: {int(event.sum())} events; Poisson V over coxph's {ratio.min():.5f} to {ratio.max():.5f};"
                  f" effects {near.min():.3f} to {near.max():.3f} standard errors from coxph's, errors "
                  f"{errors.min():.4f} to {errors.max():.4f} of its")
            full = wald.status[:, place] == 0
            apart = np.abs(wald.beta[full, place] - effect[full]) / error[full]
            error_ratio = wald.standard_error[full, place] / error[full]
            separated = wald.status[:, place] == wald.statuses.index("separated")
            print(f"--test wald: {full.sum()} effects, at most {apart.max():.2g} standard errors from coxph's, errors "
                  f"{np.abs(error_ratio - 1).max():.2g}; {separated.sum()} separated")
            self.assertLess(apart.max(), 1e-4)
            self.assertLess(np.abs(error_ratio - 1).max(), 1e-4)
            self.assertGreater(full.sum(), VARIANTS - 25)
            # Of these coxph has no effect, or says that it may be infinite and shows how far it went.
            self.assertFalse((np.abs(effect[separated]) < 5).any())
            alleles = self.filled(has)[separated]
            rarer = np.where(alleles.mean(axis=1, keepdims=True) > 1, 2 - alleles, alleles)
            known = self.genotypes[separated][:, has] != plink_files.MISSING
            self.assertFalse(((rarer > 0) & known & (event > 0)).any(), "events among carriers")
            self.assertGreater(ratio.min(), 1 - 1e-5)
            self.assertLess(ratio.max(), 1.02)
            self.assertLess(np.abs(near).max(), 0.35)
            self.assertLess(np.median(np.abs(near)), 0.1)
            self.assertLess(np.abs(errors - 1).max(), 0.15)

    def check_corrected(self, out, missing, *options):
        """Effects, standard errors and p of all rows against brute force; the largest distances."""
        results = self.scan(out, "--correction-threshold", "1", "--missing-genotype", missing, *options)
        for place, name in enumerate(NAMES):
            has, time, event, _ = self.people_of(name)
            likelihood, predictor, expected, covariates = self.null_of(name)
            filled = self.filled(has)
            ok = results.status[:, place] == 0
            self.assertGreater(ok.sum(), VARIANTS - 8)
            apart = {"dense": [0, 0, 0], "carriers": [0, 0, 0]}
            for v in np.flatnonzero(ok):
                called = np.ones(has.sum(), bool)
                if missing == "drop":
                    called = self.genotypes[v, has] != plink_files.MISSING
                rest = self.adjust(filled[v, called], covariates[called], expected[called])
                own = PartialLikelihood(time[called], event[called]) if not called.all() else likelihood
                effect, error, rise = own.fit_firth(rest, predictor[called])
                tail = normal_tail(math.sqrt(max(rise, 0)))
                if "firth-approx" not in options:
                    score = (rest * (event - expected)[called]).sum()
                    # As where a scan corrects: nearer to 0 the formula has an end on the one side.
                    is_small = score ** 2 > 1.96 ** 2 * (expected[called] * rest * rest).sum()
                    tail = saddlepoint(rest, expected[called], score) if is_small else math.nan
                kind = "carriers" if min(filled[v].sum(), 2 * len(called) - filled[v].sum()) < 300 else "dense"
                found = [abs(results.beta[v, place] - effect) / error,
                         abs(results.standard_error[v, place] / error - 1),
                         abs(results.neg_log10_p[v, place] - tail)]
                apart[kind] = [max(a, b) if not math.isnan(b) else a for a, b in zip(apart[kind], found)]
            print(f"\n{name}, {out}: effects within {apart['dense'][0]:.2g} standard errors of brute force, errors "
                  f"{apart['dense'][1]:.2g}, -log10 p {apart['dense'][2]:.2g}; with few carriers "
                  f"{apart['carriers'][0]:.2g}, {apart['carriers'][1]:.2g}, {apart['carriers'][2]:.2g}")
            yield apart

    def test_corrected_rows(self):
        for out, missing, *options in (("spa", "mean"), ("spa-drop", "drop"),
                                       ("firth", "mean", "--correction", "firth-approx"),
                                       ("firth-drop", "drop", "--correction", "firth-approx")):
            for apart in self.check_corrected(out, missing, *options):
                for worst, bound in zip(apart["dense"], (1e-5, 1e-5, 1e-3)):
                    self.assertLess(worst, bound)
                for worst, bound in zip(apart["carriers"], (0.005, 0.002, 0.002)):
                    self.assertLess(worst, bound)


if __name__ == "__main__":
    program.main()
