#!/usr/bin/env python3
"""maniple fit --method stacked-ridge against its definition in double precision, and against --method ridge."""
import ctypes
import ctypes.util
import json
import pathlib
import struct
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import program  # first: leaves where a package is missing
import h5py
import numpy as np

from test_ridge import Cohort, read_rows
from test_whole_genome import FOLDS, HERITABILITIES, LevelZero, logistic_ridge, penalties, stack, stack_odds

LIBRARY = ctypes.util.find_library("xxhash")
BLOCK = 60
COVARIATES = ["covariate_1", "covariate_2"]


def find_folds(families, people, seed=1):
    """As trait/training_split.hpp shares families out."""
    hashed = ctypes.CDLL(LIBRARY).XXH3_64bits
    hashed.restype, hashed.argtypes = ctypes.c_uint64, [ctypes.c_char_p, ctypes.c_size_t]
    folds = []
    for family, person in zip(families, people):
        together = family not in ("", "0", person)
        name = (family if together else person).encode()
        key = struct.pack("<4Q", seed, 2, int(together), len(name)) + name
        folds.append(min(int((hashed(key, len(key)) >> 11) * 2.0 ** -53 * FOLDS), FOLDS - 1))
    return np.array(folds)


@unittest.skipUnless(LIBRARY, "there is no libxxhash")
class Definition(program.InScratch):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cohort = cohort = Cohort(cls.folder, "s", 600, 700, "--contigs", 3, "--quantitative", 2, "--binary", 1,
                                     "--heritability", 0.6, "--causal", 60, "--missing-genotypes", 0.02,
                                     "--missing-traits", 0, "--seed", 3)
        cohort.parts = np.array(["test" if s % 4 == 0 else "training" for s in range(600)])
        values = cohort.column("quantitative_1")
        lacking = {"few": np.arange(600) % 17 == 1, "many": np.arange(600) % 5 < 2}
        with open(cls.folder / "more.tsv", "w", encoding="utf-8") as file:
            file.write("IID\tfew\tmany\tuse\tbin\n")
            case = cohort.column("binary_1")
            for s, person in enumerate(cohort.ids):
                row = ["NA" if lacking[name][s] else repr(float(values[s])) for name in ("few", "many")]
                row += [cohort.parts[s], "NA" if s % 23 == 5 else str(int(case[s]))]
                file.write("\t".join([person, *row]) + "\n")
        program.maniple("import", "--store", cohort.store, "--table", cls.folder / "more.tsv", "--name", "more")
        for row, line in zip(cohort.table, read_rows(cls.folder / "more.tsv")):
            row.update(line)
        cls.contigs, families = ([line.split()[0] for line in (cls.folder / f"s-p.{kind}").read_text().splitlines()]
                                 for kind in ("bim", "fam"))
        cls.folds = find_folds(families, cohort.ids)
        cls.traits = ["quantitative_1", "quantitative_2", "few", "many", "binary_1", "bin"]
        cls.report = cls.fit("m", cls.traits)
        program.maniple("score", "--store", cohort.store, "--model", "m", "--out", cls.folder / "scores")
        cls.scores = read_rows(cls.folder / "scores/scores.tsv")

    @classmethod
    def fit(cls, name, traits, *words):
        program.maniple("fit", "--method", "stacked-ridge", "--store", cls.cohort.store, "--name", name, "--trait",
                        ",".join(traits), "--covariate", ",".join(COVARIATES), "--split-column", "use",
                        "--whole-genome-block", BLOCK, "--out", cls.folder / name, *words)
        return json.loads((cls.folder / name / "fit.json").read_text())

    def define(self, trait):
        """Weights per ALT allele, what is predicted of everybody, and the place of level 1's penalty."""
        cohort = self.cohort
        y = cohort.column(trait)
        design = np.column_stack([np.ones(len(y)), *(cohort.column(name) for name in COVARIATES)])
        base = (cohort.parts == "training") & ~np.isnan(design).any(axis=1)
        mean = np.nanmean(cohort.genotypes[base], axis=0)
        filled = np.where(np.isnan(cohort.genotypes), mean, cohort.genotypes) - mean
        kept = filled[base].std(axis=0) > 0
        share = np.linalg.lstsq(design[base], filled[base], rcond=None)[0]
        own = filled - design @ share  # what covariates leave of the genotypes
        sd = np.sqrt((own[base] ** 2).sum(axis=0) / (base.sum() - design.shape[1]))
        zero = LevelZero(cohort.genotypes[base][:, kept].T, [c for c, k in zip(self.contigs, kept) if k],
                         design[base][:, 1:], y[base], self.folds[base], BLOCK)
        x, has = zero.columns[zero.own], zero.own
        if trait.startswith("bin"):
            _, place, offset = stack_odds(zero, design[base][:, 1:], y[base])
            penalty = penalties(x.shape[1])[place] * 3 / np.pi ** 2
            coefficients = logistic_ridge(x, y[base][has], offset[has], penalty)
            null = np.linalg.lstsq(design[base][has], offset[has], rcond=None)[0]
            scale = 1
        else:
            penalty = stack(zero)[1]
            place = int(np.argmin(np.abs(penalties(x.shape[1]) - penalty)))
            coefficients = np.linalg.solve(x.T @ x + penalty * np.eye(x.shape[1]), x.T @ zero.residual[has])
            null = np.linalg.lstsq(design[base][has], y[base][has], rcond=None)[0]
            scale = zero.scale
        weights = np.zeros(len(kept))
        weights[kept] = zero.weigh(coefficients) * scale / sd[kept]
        return weights, design, design @ null + own @ weights, place

    def test_weights_and_predictions(self):
        for trait in self.traits:
            weights, design, predicted, place = self.define(trait)
            found, numbers = self.cohort.model("m", trait)
            # Where a few samples lack a trait, level 0 is solved step by step, with products of 1e-7 at best, which
            # log odds magnify.
            tolerance = 1e-5 if trait == "bin" else 1e-6
            relative = np.linalg.norm(found - weights) / np.linalg.norm(weights)
            score = np.array([float(row[trait]) for row in self.scores])
            ours = design @ [numbers["intercept"] + numbers["offset"], *numbers["covariates"]] + score
            off = np.abs(ours - predicted).max() / predicted.std()
            print(f"{trait}: weights {relative:.1e} off, predictions of {len(ours)} people at most {off:.1e} SD")
            with self.subTest(trait):
                self.assertLess(relative, tolerance)
                self.assertLess(off, tolerance)
            said = next(row for row in self.report["traits"] if row["trait"] == trait)
            self.assertEqual(said["heritability"], HERITABILITIES[place])
            self.assertEqual(said["variants"], np.count_nonzero(weights))

    def test_validation_is_of_people_not_seen(self):
        """fit.json's R^2 or AUC: covariates' part of all samples, and what level 1 predicts out of its folds."""
        for trait in ("quantitative_1", "many"):
            cohort, y = self.cohort, self.cohort.column(trait)
            design = np.column_stack([np.ones(len(y)), *(cohort.column(name) for name in COVARIATES)])
            base = cohort.parts == "training"
            mean = np.nanmean(cohort.genotypes[base], axis=0)
            kept = np.nanstd(cohort.genotypes[base], axis=0) > 0
            zero = LevelZero(cohort.genotypes[base][:, kept].T, [c for c, k in zip(self.contigs, kept) if k],
                             design[base][:, 1:], y[base], self.folds[base], BLOCK)
            whole = zero.out_of_fold(stack(zero)[0])
            own = zero.own
            error = (zero.residual - whole)[own] * zero.scale
            values = y[base][own]
            expected = 1 - (error ** 2).sum() / ((values - values.mean()) ** 2).sum()
            said = next(row for row in self.report["traits"] if row["trait"] == trait)
            self.assertLess(abs(said["validation"] - expected), 1e-6, trait)
            self.assertLess(abs(said["score_r_squared"] - np.corrcoef(zero.residual[own], whole[own])[0, 1] ** 2), 1e-6)

    def test_filters(self):
        """Weights are those of a fit without the variants that a filter leaves out."""
        training = self.cohort.parts == "training"
        frequency = np.nanmean(self.cohort.genotypes[training], axis=0) / 2
        names = {v: name for name, v in self.cohort.place.items()}
        rare = np.minimum(frequency, 1 - frequency) < 0.1
        (self.folder / "rare").write_text("\n".join(names[v] for v in np.flatnonzero(rare)) + "\n")
        self.fit("filtered", ["quantitative_1"], "--min-maf", 0.1)
        self.fit("excluded", ["quantitative_1"], "--exclude", self.folder / "rare")
        weights = [self.cohort.model(name, "quantitative_1")[0] for name in ("filtered", "excluded")]
        np.testing.assert_array_equal(*weights)
        np.testing.assert_array_equal(weights[0] != 0, ~rare)


class Accuracy(program.InScratch):
    def test_held_out_people(self):
        """R^2 of those whom neither method has seen: what is left of a trait without covariates."""
        cohort = Cohort(self.folder, "s", 4000, 6000, "--contigs", 5, "--quantitative", 3, "--heritability", 0.5,
                        "--causal", 300, "--missing-genotypes", 0.01, "--missing-traits", 0.02, "--seed", 21)
        found = {}
        for method in ("ridge", "stacked-ridge"):
            program.maniple("fit", "--method", method, "--store", cohort.store, "--name", method, "--trait",
                            "quantitative_*", "--covariate", "covariate_*,sex,site,ancestry", "--split", "0.7,0.1,0.2",
                            "--threads", 2)
            for k in (1, 2, 3):
                trait, out = f"quantitative_{k}", self.folder / f"{method}-{k}"
                program.maniple("evaluate", "--store", cohort.store, "--model", method, "--score", trait, "--trait",
                                trait, "--covariate", "covariate_*,sex,site,ancestry", "--out", out, "--bootstrap", 50)
                rows = read_rows(out / "evaluation.tsv")
                found[method, trait] = {row["metric"]: float(row["estimate"]) for row in rows if row["kind"] == "estimate"}
        gains = []
        for k in (1, 2, 3):
            ours, theirs = (found[method, f"quantitative_{k}"] for method in ("stacked-ridge", "ridge"))
            for key in ("r2_incremental", "calibration_slope"):
                print(f"quantitative_{k}: {key} {ours[key]:.4f}, of --method ridge {theirs[key]:.4f}")
            ours, theirs = ours["r2_incremental"], theirs["r2_incremental"]
            gains.append(ours - theirs)
            self.assertGreater(ours, 0.02)
        self.assertGreater(np.mean(gains), -0.02)


if __name__ == "__main__":
    program.main()
