#!/usr/bin/env python3
"""Paths of the elastic net against R's glmnet, run here and now."""
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import program  # first: leaves where a package is missing
import numpy as np

PATH = os.environ.get("MANIPLE_ELASTIC_NET_PATH")
SCRIPT = pathlib.Path(__file__).with_name("glmnet_path.R")
MOUSE = program.SHARED_DATA / "04_b6btbr_mouse_f2/plink"

# glmnet stops when no coefficient's move lowers the objective by this share of the null deviance; the
# difference of coefficients is about its square root, times how badly the problem is conditioned.
THRESHOLD = 1e-15
# Of coefficients of standardised genotypes, for a trait with variance 1.
TOLERANCE = 1e-5
VIOLATION = 1e-6


def lacking():
    if shutil.which("Rscript") is None:
        return "there is no Rscript on the PATH (Debian: r-base-core)"
    if subprocess.run(["Rscript", "-e", "library(glmnet)"], capture_output=True, check=False).returncode:
        return "R has no glmnet (Debian: r-cran-glmnet)"
    return "MANIPLE_ELASTIC_NET_PATH names no program" if PATH is None else None


def simulate(random, samples, variants, missing=0.0):
    """variants x samples; ten neighbours at a time are correlated."""
    dosages = np.zeros((variants, samples), np.uint8)
    cuts = random.normal(size=variants) * 0.8
    for _ in range(2):
        for first in range(0, variants, 10):
            last = min(first + 10, variants)
            hidden = random.normal(size=samples)
            for v in range(first, last):
                dosages[v] += hidden < cuts[v]
                hidden = 0.8 * hidden + 0.6 * random.normal(size=samples)
    dosages[random.uniform(size=dosages.shape) < missing] = 3
    return dosages


def standardised(dosages):
    called = np.where(dosages == 3, np.nan, dosages)
    centred = called - np.nanmean(called, axis=1, keepdims=True)
    centred = np.nan_to_num(centred)
    sd = centred.std(axis=1, keepdims=True)
    return centred / np.where(sd > 0, sd, 1), sd[:, 0]


def unit(values):
    values = values - np.nanmean(values)
    return values / np.sqrt(np.nanmean(values**2))


def read_bed(prefix):
    samples = len(prefix.with_suffix(".fam").read_text().splitlines())
    rows = np.fromfile(prefix.with_suffix(".bed"), np.uint8)[3:].reshape(-1, -(-samples // 4))
    codes = (rows[:, :, None] >> np.array([0, 2, 4, 6], np.uint8) & 3).reshape(len(rows), -1)[:, :samples]
    return np.array([2, 3, 1, 0], np.uint8)[codes]


def read_path(text, leading):
    """[(numbers of the first line, {variant: effect}), ...]"""
    lines = text.splitlines()
    path = []
    for first, second in zip(lines[::2], lines[1::2]):
        pairs = (word.split(":") for word in second.split())
        numbers = [float(word) for word in first.split()]
        path.append((numbers[:leading], numbers[leading:], {int(v): float(b) for v, b in pairs}))
    return path


class AgainstGlmnet(program.InScratch):
    def compare(self, outcome, dosages, values, covariates=(), events=None, mixing=1.0, path="path 50 0.05"):
        file = self.folder / f"{self.id().rsplit('.', maxsplit=1)[-1]}.txt"
        text = lambda numbers: " ".join(f"{number:.17g}" for number in numbers) + "\n"
        with open(file, "w", encoding="ascii") as out:
            out.write(f"{outcome} {mixing} 1e-8 {len(covariates)}\n{path}\n{text(values)}")
            if events is not None:
                out.write(text(events))
            out.writelines(text(covariate) for covariate in covariates)
            out.writelines((row + 48).tobytes().decode() + "\n" for row in dosages.astype(np.uint8))
        ours = read_path(program.run([PATH, file]).stdout, leading=4)
        penalties = [f"{leading[0]:.17g}" for leading, *_ in ours]
        theirs = read_path(program.run(["Rscript", SCRIPT, file, THRESHOLD, *penalties]).stdout, leading=1)
        self.assertEqual(len(ours), len(theirs))
        _, sd = standardised(dosages[:, ~np.isnan(values)])
        worst = most = 0
        for (leading, model, effects), (_, their_model, their_effects) in zip(ours, theirs):
            penalty, converged, violation, _ = leading
            self.assertEqual(converged, 1, f"at penalty {penalty}")
            self.assertLess(violation, VIOLATION)
            for variant in effects.keys() | their_effects.keys():
                difference = effects.get(variant, 0) - their_effects.get(variant, 0)
                worst = max(worst, abs(difference) * sd[variant])
            self.assertEqual(len(model), len(their_model))
            for mine, other in zip(model, their_model):
                worst = max(worst, abs(mine - other) / max(1, abs(other)))
            most = max(most, len(effects))
        print(f"{self.id()}: {len(ours)} penalties, up to {most} variants, largest difference {worst:.1e}")
        self.assertLess(worst, TOLERANCE)
        self.assertGreater(most, 10)

    def trait(self, random, dosages, covariates=(), heritability=0.5):
        x, _ = standardised(dosages)
        causal = random.choice(len(x), max(len(x) // 50, 5), replace=False)
        genetic = unit(random.normal(size=len(causal)) @ x[causal])
        environment = random.normal(size=dosages.shape[1])
        return (np.sqrt(heritability) * genetic + np.sqrt(1 - heritability) * environment
                + sum(0.3 * covariate for covariate in covariates))

    def test_quantitative_large(self):
        random = np.random.default_rng(1)
        dosages = simulate(random, 2000, 5000)
        self.compare("quantitative", dosages, unit(self.trait(random, dosages)), path="path 100 0.05")

    def test_quantitative_with_covariates_and_missing_values(self):
        random = np.random.default_rng(2)
        dosages = simulate(random, 700, 900, missing=0.03)
        covariates = [random.normal(size=700) + (dosages[5] == 1), 50 + 9 * random.normal(size=700)]
        trait = self.trait(random, dosages, [covariates[0]])
        trait[random.uniform(size=700) < 0.05] = np.nan
        for mixing in (1, 0.5, 0.1):
            with self.subTest(mixing=mixing):
                self.compare("quantitative", dosages, unit(trait), covariates, mixing=mixing)

    def test_binary_large(self):
        random = np.random.default_rng(3)
        dosages = simulate(random, 2000, 5000)
        cases = self.trait(random, dosages) > 0.4
        self.compare("binary", dosages, cases.astype(float), path="path 40 0.15")

    def test_binary_with_covariates_and_missing_genotypes(self):
        random = np.random.default_rng(4)
        dosages = simulate(random, 800, 700, missing=0.03)
        covariates = [random.normal(size=800), 50 + 9 * random.normal(size=800)]
        cases = self.trait(random, dosages, [covariates[0]]) > 1
        for mixing in (1, 0.5):
            with self.subTest(mixing=mixing):
                self.compare("binary", dosages, cases.astype(float), covariates, mixing=mixing,
                             path="path 30 0.1")

    def test_time_to_event(self):
        random = np.random.default_rng(5)
        dosages = simulate(random, 900, 600, missing=0.02)
        covariates = [random.normal(size=900), 50 + 9 * random.normal(size=900)]
        hazard = np.exp(self.trait(random, dosages, [covariates[0]]))
        times, censored = random.exponential(size=900) / hazard, 1.5 * random.exponential(size=900)
        self.assertEqual(len(set(np.minimum(times, censored))), 900)  # untied
        for mixing in (1, 0.5):
            with self.subTest(mixing=mixing):
                self.compare("time_to_event", dosages, np.minimum(times, censored), covariates,
                             events=(times <= censored).astype(float), mixing=mixing, path="path 20 0.2")

    @unittest.skipUnless(MOUSE.exists(), "the shared data are not here")
    def test_mouse_cross(self):
        """Real genotypes of an F2 cross: long runs of variants are nearly the same."""
        dosages = read_bed(MOUSE / "b6btbr_auto")
        dosages = dosages[np.sort(np.unique(dosages, axis=0, return_index=True)[1])]
        rows = [line.split() for line in (MOUSE / "b6btbr.pheno.txt").read_text().splitlines()]
        insulin = [row[rows[0].index("log10_insulin_10wk")] for row in rows[1:]]
        values = unit(np.array([np.nan if word in ("NA", "-9") else float(word) for word in insulin]))
        self.compare("quantitative", dosages, values, mixing=0.5, path="path 30 0.1")


if __name__ == "__main__":
    REASON = lacking()
    if REASON is not None:
        program.skip_everything(REASON)
    program.main()
