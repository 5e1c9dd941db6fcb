#!/usr/bin/env python3
"""results.h5 against least squares in double precision, written here: files in, files out."""
import math
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import program  # first: leaves where a package is missing
import numpy as np

import plink_files
import regression_facts

BETA = 1e-6              # standard errors
STANDARD_ERROR = 1e-6    # relative; its float32 takes 6e-8 of it
NEG_LOG10_P = 1e-5       # relative; likewise


def neg_log10_p(t, degrees):
    """-log10 of the two-sided p of Student's t, in log scale, from the incomplete beta function.

    p = I_x(degrees / 2, 1 / 2), x = degrees / (degrees + t^2): the continued fraction of Lentz, which converges
    fast for x < (a + 1) / (a + b + 2), and I_x(a, b) = 1 - I_(1-x)(b, a) elsewhere (DLMF 8.17.4, 8.17.22).
    """
    square = t * t
    a, b = degrees / 2, 0.5
    log_x, log_rest = -math.log1p(square / degrees), -math.log1p(degrees / square) if square > 0 else -math.inf
    x, rest = math.exp(log_x), math.exp(log_rest)
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * log_x + b * log_rest
    if square == 0:
        return 0.0
    if x < (a + 1) / (a + b + 2):
        return -(log_front - math.log(a) + math.log(beta_fraction(a, b, x))) / math.log(10)
    complement = math.exp(log_front) * beta_fraction(b, a, rest) / b
    return -math.log1p(-complement) / math.log(10)


def beta_fraction(a, b, x):
    tiny = 1e-300
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1) or tiny)
    value = d
    for m in range(1, 100000):
        for term in (m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
                     -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))):
            d = 1 / (1 + term * d or tiny)
            c = 1 + term / c or tiny
            value *= c * d
        if abs(c * d - 1) < 1e-15:
            return value
    raise ArithmeticError("the continued fraction does not converge")


class TheOracleItself(unittest.TestCase):
    def test_closed_forms(self):
        for t in (1e-9, 1e-3, 0.5, 3.0, 40.0, 1e8):
            cauchy = -math.log10(2 / math.pi * math.atan2(1, t))
            two = -math.log10(2 / (math.sqrt(2 + t * t) * (math.sqrt(2 + t * t) + t)))
            self.assertAlmostEqual(neg_log10_p(t, 1) / cauchy, 1, delta=1e-6 if t < 1e-6 else 1e-11)
            self.assertAlmostEqual(neg_log10_p(t, 2) / two, 1, delta=1e-6 if t < 1e-6 else 1e-11)

    def test_far_tail(self):
        # degrees = 2: p = 1 - t / sqrt(2 + t^2), which is 1 / t^2 for large t.
        self.assertAlmostEqual(neg_log10_p(1e150, 2), 300, delta=1e-9)


def regress(dosages, trait, covariates, missing):
    """beta, standard error, t, degrees and samples of each variant; NaN where there is no regression."""
    found = np.full((len(dosages), 5), np.nan)
    observed = ~np.isnan(trait)
    for v, row in enumerate(dosages):
        called = observed & (row != regression_facts.MISSING)
        kept = called if missing == "drop" else observed
        genotype = row.astype(float)
        if called.any():
            genotype[row == regression_facts.MISSING] = genotype[called].mean()
        design = np.column_stack([np.ones(kept.sum()), *(column[kept] for column in covariates)])
        basis, _ = np.linalg.qr(design)
        g, y = genotype[kept], trait[kept]
        for _ in range(2):
            g, y = g - basis @ (basis.T @ g), y - basis @ (basis.T @ y)
        degrees = kept.sum() - design.shape[1] - 1
        if degrees < 1 or np.ptp(row[called]) == 0:
            continue
        own = g @ g
        beta = g @ y / own
        left = y - beta * g
        error = math.sqrt(left @ left / degrees / own)
        found[v] = beta, error, beta / error, degrees, kept.sum()
    return found


def draw_cohort(samples=700, variants=1200):
    draw = np.random.default_rng(11)
    frequency = draw.beta(0.5, 1.5, variants).clip(0.002, 0.998)
    dosages = draw.binomial(2, frequency[:, None], (variants, samples))
    covariates = {"age": draw.normal(55, 8, samples), "dose": draw.gamma(2, 1e4, samples),
                  "arm": draw.integers(0, 2, samples).astype(float)}
    covariates["age_squared"] = covariates["age"] ** 2      # collinear to 3 digits
    base = 0.3 * covariates["arm"] + draw.normal(size=samples)
    dosages[0] = draw.binomial(2, 0.4, samples)              # determines the traits below
    dosages[1] = draw.binomial(2, 0.3, samples)
    traits = {"plain": base, "large": 1e9 + 1e3 * base, "small": 1e-12 * base,
              "skewed": np.exp(3 * draw.normal(size=samples)), "binary": (base > 0.5).astype(float)}
    for name, noise in (("strong", 0.3), ("stronger", 1e-2), ("nearly_all", 1e-4), ("all_but", 1e-6)):
        traits[name] = dosages[0] + 0.2 * covariates["arm"] + noise * draw.normal(size=samples)
    for name, share in (("few_missing", 0.02), ("half_missing", 0.5)):
        traits[name] = np.where(draw.random(samples) < share, np.nan, base + 0.3 * dosages[1])
    traits["hardly_any"] = np.where(np.arange(samples) < 12, base, np.nan)
    missing = draw.choice([0, 0.005, 0.05, 0.4], variants)
    missing[:2] = 0, 0.01
    dosages[draw.random((variants, samples)) < missing[:, None]] = plink_files.MISSING
    return dosages, traits, covariates


class DoublePrecision(program.InScratch):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dosages, cls.traits, cls.covariates = draw_cohort()
        plink_files.write_bfile(cls.folder / "c", cls.dosages)
        plink_files.write_table(cls.folder / "c.tsv", {**cls.traits, **cls.covariates})
        program.maniple("import", "--store", cls.folder / "store", "--bfile", cls.folder / "c",
                        "--table", cls.folder / "c.tsv")

    def compare(self, missing):
        out = self.folder / missing
        program.maniple("scan", "--store", self.folder / "store", "--trait", ",".join(self.traits), "--model", "linear",
                        "--covariate", ",".join(self.covariates), "--missing-genotype", missing,
                        "--out", out)
        results = program.read_results(out)
        largest, compared, highest, broken = {}, 0, 0.0, []
        for place, trait in enumerate(results.traits):
            expected = regress(self.dosages, self.traits[trait], list(self.covariates.values()), missing)
            both = np.flatnonzero((results.status[:, place] == 0) & ~np.isnan(expected[:, 0]))
            lost = np.flatnonzero((results.status[:, place] != 0) != np.isnan(expected[:, 0]))
            for v in lost:
                facts = regression_facts.find_facts(self.dosages[v], self.traits[trait],
                                                    list(self.covariates.values()), False)
                status = results.statuses[results.status[v, place]]
                inflated = facts.inflations[:1].max(initial=0) > 0.99 * regression_facts.INFLATED
                if not (status == "collinear_genotype" and inflated):
                    broken.append(f"{trait} variant {v}: {status}, {facts}")
            beta, error, t, degrees, samples = expected[both].T
            tails = np.array([neg_log10_p(*pair) for pair in zip(t, degrees)])
            share = {"beta": np.abs(results.beta[both, place] - beta) / (BETA * error),
                     "standard_error": np.abs(results.standard_error[both, place] - error) /
                                       (STANDARD_ERROR * error),
                     "neg_log10_p": np.abs(results.neg_log10_p[both, place] - tails) / (NEG_LOG10_P * tails),
                     "samples": np.where(results.samples[both, place] == samples, 0, np.inf)}
            compared += len(both)
            highest = max(highest, tails.max(initial=0))
            for criterion, values in share.items():
                largest[criterion] = max(largest.get(criterion, 0), values.max(initial=0))
                broken += [f"{criterion} {trait} variant {both[at]}: {values[at]:.3g} of what is allowed, "
                           f"expected {expected[both[at]]}, {tails[at]}, here {results.beta[both[at], place]} "
                           f"{results.standard_error[both[at], place]} {results.neg_log10_p[both[at], place]}"
                           for at in np.flatnonzero(~(values <= 1))]
        print(f"\n{missing}: {compared} regressions, -log10 p up to {highest:.1f}; largest deviation in units "
              "of the allowed: " + ", ".join(f"{name} {value:.3g}" for name, value in largest.items()))
        if broken:
            self.fail(f"{len(broken)} rows:\n" + "\n".join(broken[:20]))
        self.assertGreater(highest, 1000)
        self.assertGreater(compared, 10000)

    def test_mean(self):
        self.compare("mean")

    def test_drop(self):
        self.compare("drop")


if __name__ == "__main__":
    program.main()
