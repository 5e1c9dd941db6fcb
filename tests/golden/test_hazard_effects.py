#!/usr/bin/env python3
"""Null models and one-variant effects of times to an event against R's survival::coxph, run live.

Partial likelihoods, their scores and information, and martingale residuals agree to the tolerance of iterated fits.
Two quantities are approximations by design, whose distance from coxph with all coefficients free is bounded here:
 - the information of the Poisson form, and that of the genotype less its projection on covariates, instead of the
   partial likelihood's with covariates' own coefficients profiled out;
 - the effect with covariates' predictor given, and with Firth's penalty.
"""
import csv
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import program  # first: leaves where a package is missing
import numpy as np

EFFECTS = os.environ.get("MANIPLE_HAZARD_EFFECTS")
CLINICAL = program.SHARED_DATA / "06_survival_clinical"

SCRIPT = r"""
library(survival)
words <- commandArgs(TRUE); covariates <- as.integer(words[2]); d <- as.matrix(read.table(words[1]))
say <- function(name, ...) cat(name, format(c(...), digits = 17), "\n")
# Times are tied where they are equal as doubles.
strict <- coxph.control(eps = 1e-13, toler.chol = 1e-13, iter.max = 100, timefix = FALSE)
still <- coxph.control(iter.max = 0, timefix = FALSE)
s <- Surv(d[, 1], d[, 2])
null <- if (covariates > 0) coxph(s ~ d[, 2 + seq_len(covariates)], control = strict) else coxph(s ~ 1, control = strict)
say("null", tail(null$loglik, 1))
say("expected", d[, 2] - residuals(null, "martingale"))
x <- if (covariates > 0) as.vector(d[, 2 + seq_len(covariates), drop = FALSE] %*% coef(null)) else 0 * d[, 1]
for (column in (3 + covariates):ncol(d)) {
  g <- d[, column]
  at <- function(beta) coxph(s ~ g + offset(x), init = beta, control = still)
  rise <- function(beta) tail(at(beta)$loglik, 1) - tail(at(0)$loglik, 1)
  u <- sum(g * residuals(null, "martingale"))
  say("given", u, 1 / at(0)$var, rise(0.5), rise(-0.5))
  free <- coxph(s ~ g + d[, 2 + seq_len(covariates)], control = strict)
  start <- coxph(s ~ g + d[, 2 + seq_len(covariates)], init = c(0, coef(null)), control = still)
  say("free", 1 / start$var[1, 1], coef(free)[1], sqrt(free$var[1, 1]),
      2 * (tail(free$loglik, 1) - tail(null$loglik, 1)))
}
"""


def has_survival():
    return shutil.which("Rscript") and subprocess.run(["Rscript", "-e", "library(survival)"],
                                                      capture_output=True).returncode == 0


def parse(text):
    return [(words[0], np.array(words[1:], float)) for words in map(str.split, text.splitlines())]


def read_clinical(name, event, columns, logarithms=()):
    """Time, event and columns of those who have every one."""
    with open(CLINICAL / name) as file:
        rows = list(csv.DictReader(file))
    rows = [row for row in rows if all(row[c] not in ("", "NA") for c in columns)]
    x = [[np.log(float(row[c])) if c in logarithms else float(row[c]) for c in columns] for row in rows]
    return np.column_stack([[float(row["time"]) for row in rows], [float(row[event]) for row in rows], x])


def read_lung():
    return read_clinical("lung.csv", "status", ["age", "sex", "ph.ecog"])


def read_pbc():
    return read_clinical("pbc312.csv", "d", ["age", "edema", "bili", "protime", "albumin"],
                         logarithms=("bili", "protime", "albumin"))


def fit(table, covariates):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "t.txt"
        np.savetxt(path, table, "%.17g")
        return parse(program.run([EFFECTS, path, covariates]).stdout)


def simulate(seed, samples, rate, effect, days=0, frequency=0.3, tied_to_covariate=0.0):
    """Time, event, three covariates, four genotypes of which the first changes the hazard."""
    random = np.random.default_rng(seed)
    covariates = random.normal(size=(samples, 3))
    odds = np.log(frequency / (1 - frequency)) + tied_to_covariate * covariates[:, 0]
    genotypes = random.binomial(2, 1 / (1 + np.exp(-odds)), (4, samples)).T
    x = covariates @ [0.7, -0.4, 0.1] + effect * genotypes[:, 0]
    event = random.exponential(size=samples) * np.exp(-x)
    end = np.quantile(event, rate) * random.uniform(0.5, 1.5, samples)
    time = np.minimum(event, end)
    if days:
        time = np.ceil(time / end.max() * days)
    return np.column_stack([time, event <= end, covariates, genotypes])


@unittest.skipUnless(CLINICAL.exists(), "no clinical data")
class AgainstStoredFits(unittest.TestCase):
    def test_log_likelihoods(self):
        stored = (CLINICAL / "expected_coxph.txt").read_text()
        for table, title in ((read_lung(), r"## lung: [^\n]*efron"), (read_pbc(), "## pbc")):
            part = re.search(title + r".*?loglik1.*?\n([^\n]*)", stored, re.DOTALL).group(1).split()
            self.assertEqual((len(table), table[:, 1].sum()), (float(part[0]), float(part[1])))
            self.assertAlmostEqual(fit(table, table.shape[1] - 2)[0][1][0], float(part[3]), places=8)


@unittest.skipUnless(has_survival(), "no Rscript with survival")
class AgainstSurvival(unittest.TestCase):
    def compare(self, table, covariates):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "t.txt"
            np.savetxt(path, table, "%.17g")
            ours = parse(program.run([EFFECTS, path, covariates]).stdout)
            theirs = parse(program.run(["Rscript", "-e", SCRIPT, path, covariates]).stdout)
        np.testing.assert_allclose(ours[0][1], theirs[0][1], rtol=1e-11)
        np.testing.assert_allclose(ours[1][1], theirs[1][1], rtol=1e-6, atol=1e-9)
        found = []
        for place in range(table.shape[1] - 2 - covariates):
            given, adjusted, firth, counted = (ours[2 + 4 * place + k][1] for k in range(4))
            their_given, free = (theirs[2 + 2 * place + k][1] for k in range(2))
            np.testing.assert_allclose(given, their_given, rtol=1e-6, atol=1e-6)
            np.testing.assert_allclose(adjusted[0], given[0], rtol=1e-6, atol=1e-6)
            found.append({"poisson": adjusted[1] / free[0], "projected": adjusted[2] / free[0],
                          "effect": (firth[0] - free[1]) / free[2], "error": firth[1] / free[2],
                          "rise": firth[2] - free[3], "deviate": free[1] / free[2], "tail": firth[3],
                          "counted_effect": (counted[0] - firth[0]) / firth[1],
                          "counted_error": counted[1] / firth[1], "counted_tail": counted[3] - firth[3]})
        return found

    @unittest.skipUnless(CLINICAL.exists(), "no clinical data")
    def test_clinical_data(self):
        self.compare(read_lung(), 2)
        self.compare(read_pbc(), 4)

    def check(self, shapes, seeds, **bounds):
        for name, shape in shapes.items():
            for seed in seeds:
                for place, row in enumerate(self.compare(simulate(seed, **shape), 3)):
                    with self.subTest(name, seed=seed, place=place, **row):
                        self.assertGreater(row["poisson"], 1 - 1e-6)  # Means at risk only ever add to it.
                        for key, (least, most) in bounds.items():
                            self.assertTrue(least <= row[key] <= most, key)

    def test_effects_that_a_scan_finds(self):
        self.check({"many events": dict(samples=2000, rate=0.7, effect=0.2),
                    "days": dict(samples=2000, rate=0.3, effect=0.2, days=50),
                    "few events": dict(samples=4000, rate=0.02, effect=0.5),
                    "tied to a covariate": dict(samples=4000, rate=0.1, effect=0.2, tied_to_covariate=0.8)}, (1, 2),
                   poisson=(1, 1.01), projected=(0.999, 1.001), effect=(-0.02, 0.05), error=(0.998, 1.001),
                   counted_effect=(-0.04, 0.005), counted_error=(0.995, 1.001), counted_tail=(-0.04, 0.01))

    def test_rare_variants_have_firths_effect(self):
        # A tenth of 80 carriers has an event: Firth's effect is nearer to 0, or above R's, by some of its error.
        self.check({"rare": dict(samples=4000, rate=0.1, effect=0.5, frequency=0.01)}, (1, 2),
                   poisson=(1, 1.001), projected=(0.999, 1.001), effect=(0, 0.3), error=(0.94, 1.01),
                   counted_effect=(-0.01, 0.01), counted_error=(0.999, 1.001), counted_tail=(-0.01, 0.01))

    def test_effects_far_from_null(self):
        # Hazard ratios per allele of 1.65 and 2.7, |z| of 11 to 15: carriers leave the risk sets early, which
        # expected events under the null model do not know; the partial likelihood does.
        self.check({"strong": dict(samples=4000, rate=0.5, effect=0.5),
                    "strong, uncommon": dict(samples=6000, rate=0.5, effect=1.0, frequency=0.02)}, (1, 2),
                   poisson=(1, 1.02), projected=(0.999, 1.001), effect=(-0.05, 0.15), error=(0.97, 1.001),
                   counted_effect=(-0.2, 0.01), counted_error=(0.99, 1.001), counted_tail=(-0.5, 0.05))
        # |z| of 26: covariates' predictor without the genotype is no longer what it is beside it.
        self.check({"all": dict(samples=4000, rate=0.95, effect=0.7)}, (1, 2),
                   projected=(0.999, 1.02), effect=(-0.8, 0.1), error=(0.97, 1.001))


if __name__ == "__main__":
    unittest.main()
