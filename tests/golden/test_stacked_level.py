#!/usr/bin/env python3
"""Level 1 of the whole-genome regression against dense solutions in double precision, and against REGENIE's
stored predictions: level 0 is done here, straight from its definition, as REGENIE 1.0.6.7 did it.

That version differs from later ones, and from `maniple scan`, in two places: the penalties of quantitative traits
are columns / h2 at both levels (from 1.0.6.8 on columns (1 - h2) / h2), and genotypes and traits are scaled by
samples - 1, not samples - columns of the covariates.
"""
import os
import pathlib
import re
import sys
import tempfile
import unittest

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"  # numpy's, for small matrices
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import program  # first: leaves where a package is missing
import numpy as np

LEVEL = os.environ.get("MANIPLE_STACKED_LEVEL")
EXAMPLE = program.SHARED_DATA / "01_regenie_example"
STORED = EXAMPLE / "expected_regenie_v1.0.6.7_from_glow"
HERITABILITIES = np.array([0.01, 0.25, 0.5, 0.75, 0.99])


class Level:
    """What stacked_level prints."""

    def __init__(self, *problem_and_instructions):
        done = self.run(*problem_and_instructions)
        self.text = done.stdout
        lines = [line.split() for line in self.text.splitlines()]
        self.chosen = int(lines[0][1])
        self.losses = np.array([line[1:] for line in lines if line[0] == "loss"], float)
        self.folds = np.array([line[1:] for line in lines if line[0] == "fold"], float)
        self.all = np.array(next(line[1:] for line in lines if line[0] == "all"), float)
        self.whole = np.array(next(line[1:] for line in lines if line[0] == "whole"), float)
        self.loco = {int(line[1]): np.array(line[2:], float) for line in lines if line[0] == "loco"}

    @staticmethod
    def refusal(*problem):
        return Level.run(*problem, "list", expected=2).stderr

    @staticmethod
    def run(outcome, x, contigs, folds, penalties, trait, offset=None, instructions="", expected=0):
        offset = np.zeros(len(trait)) if offset is None else offset
        with tempfile.NamedTemporaryFile() as file:
            for values, kind in (([x.shape[1], x.shape[0], folds.max() + 1, len(penalties)], np.int64),
                                 (contigs, np.int32), (folds, np.int32), (penalties, np.float64), (x.T, np.float32),
                                 (trait, np.float64), (offset, np.float64)):
                file.write(np.ascontiguousarray(values, kind).tobytes())
            file.flush()
            environment = {"MANIPLE_ISA": instructions} if instructions else None
            return program.run([LEVEL, outcome, file.name], environment=environment, expected=expected)


def ridge(x, y, penalties):
    """penalties x columns."""
    gram, right = x.T @ x, x.T @ y
    return np.array([np.linalg.solve(gram + penalty * np.eye(len(right)), right) for penalty in penalties])


def logistic_ridge(x, y, offset, penalty):
    b = np.zeros(x.shape[1])
    for _ in range(100):
        p = 1 / (1 + np.exp(-offset - x @ b))
        step = np.linalg.solve((x.T * (p * (1 - p))) @ x + penalty * np.eye(len(b)), x.T @ (y - p) - penalty * b)
        b += step
        if np.abs(step).max() < 1e-11 * np.abs(b).max():
            break
    return b


def simulate(samples, columns, seed):
    """Predictors in groups of five that say much the same, as float32."""
    random = np.random.default_rng(seed)
    blocks = np.repeat(random.normal(size=(samples, columns // 5)), 5, axis=1)
    x = (blocks + 0.2 * random.normal(size=blocks.shape)).astype(np.float32).astype(float)
    genetic = blocks @ random.normal(size=columns) / np.sqrt(5 * columns)
    return x, genetic, random.integers(0, 5, samples), np.arange(columns) * 4 // columns + 1, random


class DenseSolutions(unittest.TestCase):
    def check(self, level, x, contigs, folds, chosen, fits):
        self.assertEqual(level.chosen, chosen)
        scale = np.abs(fits).max()
        self.assertLess(np.abs(level.folds - fits).max(), 1e-7 * scale)
        for contig, loco in level.loco.items():
            others = np.where(contigs == contig, 0, x)
            expected = np.einsum("sc,sc->s", others, fits[folds])
            self.assertLess(np.abs(loco - expected).max(), 1e-7 * np.abs(expected).max())

    def test_quantitative(self):
        for samples, columns in ((1000, 80), (100, 120), (500, 5)):
            x, genetic, folds, contigs, random = simulate(samples, columns, samples)
            trait = genetic + random.normal(size=samples)
            penalties = columns * (1 - HERITABILITIES) / HERITABILITIES
            level = Level("quantitative", x, contigs, folds, penalties, trait)
            fits = np.stack([ridge(x[folds != f], trait[folds != f], penalties) for f in range(5)], axis=1)
            predicted = np.einsum("sc,psc->ps", x, fits[:, folds])
            errors = ((predicted - trait)**2).mean(axis=1)
            np.testing.assert_allclose(level.losses[:, 0], errors, rtol=1e-9)
            np.testing.assert_allclose(level.losses[:, 2], [np.corrcoef(p, trait)[0, 1]**2 for p in predicted],
                                       rtol=1e-7)
            self.check(level, x, contigs, folds, errors.argmin(), fits[errors.argmin()])
            expected = ridge(x, trait, penalties)[errors.argmin()]
            self.assertLess(np.abs(level.all - expected).max(), 1e-7 * np.abs(expected).max())

    def test_binary(self):
        for samples, columns in ((1000, 50), (60, 80)):
            x, genetic, folds, contigs, random = simulate(samples, columns, samples)
            offset = random.normal(size=samples) - 1
            trait = (random.uniform(size=samples) < 1 / (1 + np.exp(-offset - genetic))).astype(float)
            penalties = columns * 3 / np.pi**2 * (1 - HERITABILITIES) / HERITABILITIES
            level = Level("binary", x, contigs, folds, penalties, trait, offset)
            fits = np.array([[logistic_ridge(x[folds != f], trait[folds != f], offset[folds != f], p)
                              for f in range(5)] for p in penalties])
            risk = 1 / (1 + np.exp(-offset - np.einsum("sc,psc->ps", x, fits[:, folds])))
            likelihoods = np.log(np.where(trait == 1, risk, 1 - risk)).mean(axis=1)
            np.testing.assert_allclose(level.losses[:, 1], likelihoods, rtol=1e-9)
            np.testing.assert_allclose(level.losses[:, 0], ((risk - trait)**2).mean(axis=1), rtol=1e-8)
            self.check(level, x, contigs, folds, likelihoods.argmax(), fits[likelihoods.argmax()])
            expected = logistic_ridge(x, trait, offset, penalties[likelihoods.argmax()])
            self.assertLess(np.abs(level.all - expected).max(), 1e-7 * np.abs(expected).max())


class InstructionSets(unittest.TestCase):
    def test_same_bits(self):
        x, genetic, folds, contigs, random = simulate(700, 70, 1)
        penalties = x.shape[1] * (1 - HERITABILITIES) / HERITABILITIES
        folds[:50] = -1
        for outcome, trait in (("quantitative", genetic + random.normal(size=len(x))), ("binary", genetic > 0)):
            fit = lambda name: Level(outcome, x, contigs, folds, penalties, trait, genetic, name)
            refusal = Level.refusal(outcome, x, contigs, folds, penalties, trait, genetic)
            sets = re.search(r"this processor runs: ([^)]*)\)", refusal).group(1).split(", ")
            scalar = fit("scalar").text
            for name in sets:
                self.assertEqual(fit(name).text, scalar, name)


def read_table(path):
    with open(path, encoding="utf-8") as file:
        names, *rows = [line.split() for line in file]
    return {row[1]: row[2:] for row in rows}, names[2:]


class RegenieExample:
    def __init__(self, name, phenotypes):
        self.fam = [line.split() for line in (EXAMPLE / f"input/{name}.fam").read_text().splitlines()]
        contigs = np.array([int(line.split()[0]) for line in (EXAMPLE / f"input/{name}.bim").read_text().splitlines()])
        raw = np.fromfile(EXAMPLE / f"input/{name}.bed", dtype=np.uint8)[3:].reshape(len(contigs), -1)
        codes = np.stack([raw >> shift & 3 for shift in (0, 2, 4, 6)], axis=2).reshape(len(contigs), -1)
        genotypes = np.array([2, np.nan, 1, 0])[codes[:, :len(self.fam)]].T
        covariates, _ = read_table(EXAMPLE / "input/covariates.txt")
        traits, self.names = read_table(EXAMPLE / f"input/{phenotypes}")
        ids = [person[1] for person in self.fam]
        self.traits = np.array([traits[i] for i in ids], float)
        self.covariates = np.column_stack([np.ones(len(ids)), np.array([covariates[i] for i in ids], float)])
        self.basis, _ = np.linalg.qr(self.covariates)
        self.genotypes = self.scaled(np.where(np.isnan(genotypes), np.nanmean(genotypes, axis=0), genotypes))
        self.blocks = [(contig, self.genotypes[:, contigs == contig][:, first:first + 100])
                       for contig in np.unique(contigs) for first in range(0, (contigs == contig).sum(), 100)]

    def scaled(self, values):
        values = values - self.basis @ (self.basis.T @ values)
        return values / np.sqrt((values**2).sum(axis=0) / (len(values) - 1))

    def predictors(self, predict):
        """Level 0: columns, and their contigs. `predict(block, penalties)` is out of fold."""
        penalties = self.genotypes.shape[1] / HERITABILITIES
        x = np.hstack([predict(block, penalties) for _, block in self.blocks])
        contigs = np.repeat([contig for contig, _ in self.blocks], len(HERITABILITIES))
        return (x - x.mean(axis=0)) / x.std(axis=0, ddof=1), contigs

    def stored(self, name):
        """Predictions by contig, in the order of the .fam file."""
        with open(STORED / name, encoding="utf-8") as file:
            head, *rows = [line.split() for line in file]
        place = {f"{person[0]}_{person[1]}": s for s, person in enumerate(self.fam)}
        order = np.argsort([place[i] for i in head[1:]])
        return {int(row[0]): np.array(row[1:], float)[order] for row in rows}


def printed_losses(log, trait):
    """Rsq and MSE of each penalty, and the place of the chosen one."""
    section = (STORED / log).read_text().split(f"({trait}) : \n")[1].split("* making")[0].splitlines()
    rows = [line for line in section if "Rsq" in line]
    chosen = next(i for i, line in enumerate(rows) if "min value" in line)
    numbers = [line.replace("<- min value", "").replace(",", "").split() for line in rows]
    return np.array([[words[4], words[7]] for words in numbers], float), chosen


@unittest.skipUnless(STORED.is_dir(), "REGENIE's example is not here")
class Regenie(unittest.TestCase):
    def test_quantitative(self):
        for name, log in (("example", "fit_lin_out"), ("example_3chr", "fit_lin_out_3chr")):
            example = RegenieExample(name, "phenotype.txt")
            samples = len(example.fam)
            folds = np.minimum(np.arange(samples) // (samples // 5), 4)
            for t, trait_name in enumerate(example.names):
                y = example.scaled(example.traits[:, t])

                def predict(block, penalties):
                    parts = [block[folds == f] @ ridge(block[folds != f], y[folds != f], penalties).T
                             for f in range(5)]
                    return np.vstack(parts)  # folds are contiguous

                x, contigs = example.predictors(predict)
                level = Level("quantitative", x, contigs, folds, x.shape[1] / HERITABILITIES, y)
                if (STORED / f"{log}.log").exists():
                    losses, chosen = printed_losses(f"{log}.log", trait_name)
                    np.testing.assert_allclose(level.losses[:, [2, 0]], losses, rtol=1e-5)
                    self.assertEqual(level.chosen, chosen)
                # Six printed digits of numbers up to 1, and predictors rounded to float32.
                stored = example.stored(f"{log}_{t + 1}.loco")
                for contig in np.unique(contigs):
                    np.testing.assert_allclose(level.loco[contig], stored[contig], atol=2e-6)
                # A fit to all samples is something else, by far.
                if name == "example_3chr":
                    others = np.where(contigs == 1, 0, level.all)
                    self.assertGreater(np.abs(x @ others - stored[1]).max(), 0.05)

    def test_binary_leave_one_out(self):
        """REGENIE leaves out one sample at a time here, at level 1 by one Newton step; we fit anew without it."""
        example = RegenieExample("example", "phenotype_bin.txt")
        folds = np.arange(len(example.fam))
        for t, trait_name in enumerate(example.names):
            trait = example.traits[:, t]
            y = example.scaled(trait)
            offset = example.covariates @ logistic_ridge(example.covariates, trait, np.zeros(len(y)), 0)

            def predict(block, penalties):
                values, vectors = np.linalg.eigh(block.T @ block)
                turned = block @ vectors
                fitted = turned @ ((turned.T @ y)[:, None] / (values[:, None] + penalties))
                leverage = turned**2 @ (1 / (values[:, None] + penalties))
                return (fitted - leverage * y[:, None]) / (1 - leverage)

            x, contigs = example.predictors(predict)
            penalties = x.shape[1] * 3 / np.pi**2 * (1 - HERITABILITIES) / HERITABILITIES
            level = Level("binary", x, contigs, folds, penalties, trait, offset)
            losses, chosen = printed_losses("fit_bin_out.log", trait_name)
            np.testing.assert_allclose(level.losses[:, [2, 0]], losses, rtol=2e-3)
            self.assertEqual(level.chosen, chosen)
            # The contigs that the file knows and the data do not have: predictions from all columns.
            stored = example.stored(f"fit_bin_out_{t + 1}.loco")[2]
            self.assertGreater(np.corrcoef(level.whole, stored)[0, 1], 0.99999)
            self.assertLess(np.abs(level.whole - stored).max(), 0.03 * np.abs(stored).max())


if __name__ == "__main__":
    if LEVEL is None:
        program.skip_everything("MANIPLE_STACKED_LEVEL names no program")
    unittest.main()
