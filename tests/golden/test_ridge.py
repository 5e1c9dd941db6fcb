#!/usr/bin/env python3
"""maniple fit --method ridge against the dense solution in double precision, and against heritabilities simulated."""
import csv
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import program  # first: leaves where a package is missing
import h5py
import numpy as np

# Of the largest weight: iterations end at a relative residual of 1e-9, which the condition number magnifies.
TOLERANCE = 1e-6


def read_bed(prefix, samples, variants):
    """samples x variants: copies of ALT (the first allele of the .bim counts in a .bed), NaN = missing."""
    raw = np.fromfile(f"{prefix}.bed", dtype=np.uint8)[3:].reshape(variants, -1)
    codes = np.stack([raw >> shift & 3 for shift in (0, 2, 4, 6)], axis=2).reshape(variants, -1)[:, :samples]
    return np.array([2, np.nan, 1, 0])[codes].T


def read_rows(path):
    with open(path, encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


class Cohort:
    """A simulated store, and what is in it as plain arrays."""

    def __init__(self, folder, name, samples, variants, *words):
        self.store, bfile = folder / name, folder / f"{name}-p"
        program.maniple("simulate", "--store", self.store, "--samples", samples, "--variants", variants, "--bfile",
                        bfile, *words)
        self.genotypes = read_bed(bfile, samples, variants)
        with open(f"{bfile}.bim", encoding="utf-8") as bim:
            fields = [line.split() for line in bim]
        self.place = {row[1]: v for v, row in enumerate(fields)}
        self.alternate = [row[4] for row in fields]
        self.table = read_rows(f"{bfile}.tsv")
        self.parts = np.array(["validation" if s % 5 == 0 else "training" for s in range(samples)])
        key = "IID" if "IID" in self.table[0] else "#IID"
        self.ids = [row[key] for row in self.table]
        parts = folder / f"{name}-parts.tsv"
        parts.write_text("IID\tpart\n" + "".join(f"{i}\t{part}\n" for i, part in zip(self.ids, self.parts)))
        program.maniple("import", "--store", self.store, "--table", parts, "--name", "parts")

    def column(self, name):
        return np.array([np.nan if row[name] == "NA" else float(row[name]) for row in self.table])

    def fit(self, name, traits, *words, covariates=()):
        options = ["--covariate", ",".join(covariates)] if covariates else []
        out = self.store.parent / f"{self.store.name}-{name}"
        program.maniple("fit", "--method", "ridge", "--store", self.store, "--name", name, "--trait", ",".join(traits),
                        "--split-column", "part", "--out", out, *options, *words)
        return json.loads((out / "fit.json").read_text()), read_rows(out / "path.tsv")

    def model(self, name, trait):
        """Weights by variant of the .bim, and the score's other numbers."""
        with h5py.File(self.store / "models" / f"{name}.h5") as file:
            score = [value.decode() for value in file["score_id"][:]].index(trait)
            ids = [value.decode() for value in file["variant_id"][:]]
            alleles = [value.decode() for value in file["variant_effect_allele"][:]]
            spans = np.repeat(np.arange(len(ids)), np.diff(file["weight_start"][:]))
            mine = file["weight_score"][:] == score
            weights = np.zeros(self.genotypes.shape[1])
            for span, weight in zip(spans[mine], file["weight"][:][mine]):
                assert alleles[span] == self.alternate[self.place[ids[span]]]
                weights[self.place[ids[span]]] = weight
            own = file["covariate_score"][:] == score
            return weights, {"offset": file["score_offset"][score], "intercept": file["score_intercept"][score],
                             "covariates": file["covariate_coefficient"][:][own],
                             "heritability": file["score_heritability"][score]}

    def dense(self, trait, heritability, covariates=(), keep=None):
        """Weights per ALT allele, the predictor of everybody, and penalty, from the primal or dual normal equations."""
        y = self.column(trait)
        others = [self.column(name) for name in covariates]
        keep = (self.parts == "training" if keep is None else keep) & ~np.isnan(y)
        for values in others:
            keep &= ~np.isnan(values)
        mean = np.nanmean(self.genotypes[keep], axis=0)
        filled = np.where(np.isnan(self.genotypes), mean, self.genotypes)
        sd = filled[keep].std(axis=0)
        inverse = np.divide(1, sd, out=np.zeros_like(sd), where=sd > 0)
        x = (filled - mean) * inverse
        count, variants = keep.sum(), np.count_nonzero(sd)
        design = np.column_stack([np.ones(len(y)), *others])
        q = np.linalg.qr(design[keep])[0]
        shift = variants * (1 - heritability) / heritability
        px = x[keep] - q @ (q.T @ x[keep])
        py = y[keep] - q @ (q.T @ y[keep])
        if count < x.shape[1]:
            effects = px.T @ np.linalg.solve(px @ px.T + shift * np.eye(count), py)
        else:
            effects = np.linalg.solve(px.T @ px + shift * np.eye(x.shape[1]), px.T @ py)
        genetic = x @ effects
        coefficients = np.linalg.lstsq(design[keep], y[keep] - genetic[keep], rcond=None)[0]
        return {"weights": effects * inverse, "predictor": genetic + design @ coefficients, "penalty": shift / count,
                "coefficients": coefficients, "offset": -np.sum(effects * inverse * mean), "y": y, "x": px, "py": py,
                "rank": design.shape[1], "variants": variants}


class Dense(program.InScratch):
    def agree(self, cohort, name, trait, expected):
        weights, numbers = cohort.model(name, trait)
        largest = np.abs(expected["weights"]).max()
        worst = np.abs(weights - expected["weights"]).max() / largest
        relative = np.linalg.norm(weights - expected["weights"]) / np.linalg.norm(expected["weights"])
        print(f"\n{cohort.store.name} {name} {trait}: {cohort.genotypes.shape}, difference {relative:.1e}, at the most "
              f"{worst:.1e} of the largest weight")
        self.assertGreater(largest, 0)
        self.assertLess(worst, TOLERANCE)
        self.assertLess(relative, TOLERANCE)
        np.testing.assert_allclose(numbers["offset"], expected["offset"], rtol=1e-6, atol=1e-7)
        np.testing.assert_allclose([numbers["intercept"], *numbers["covariates"]], expected["coefficients"], rtol=1e-6,
                                   atol=1e-7)

    def test_more_variants_than_samples(self):
        """Several traits, each with its own missing values; missing genotypes; covariates."""
        cohort = Cohort(self.folder, "wide", 500, 1400, "--contigs", 3, "--quantitative", 3, "--heritability", 0.5,
                        "--causal", 200, "--missing-traits", 0.1, "--missing-genotypes", 0.03, "--seed", 5)
        traits = [f"quantitative_{k}" for k in (1, 2, 3)]
        self.assertEqual(len({tuple(np.isnan(cohort.column(trait))) for trait in traits}), 3)
        covariates = ["covariate_1", "covariate_2"]
        for heritability in (0.02, 0.5, 0.98):
            name = f"h{heritability}"
            report, _ = cohort.fit(name, traits, "--heritability", heritability, "--no-refit", covariates=covariates)
            for t, trait in enumerate(traits):
                expected = cohort.dense(trait, heritability, covariates)
                self.agree(cohort, name, trait, expected)
                said = report["traits"][t]
                self.assertTrue(said["converged"])
                self.assertLess(said["largest_residual"], 1e-9)
                self.assertAlmostEqual(said["penalty"] / expected["penalty"], 1, 12)
                self.assertIsNone(said["estimate"])

    def test_more_samples_than_variants(self):
        cohort = Cohort(self.folder, "long", 1300, 150, "--quantitative", 1, "--heritability", 0.4, "--causal", 50,
                        "--missing-genotypes", 0.2, "--seed", 6)
        cohort.fit("m", ["quantitative_1"], "--heritability", 0.4, "--no-refit")
        self.agree(cohort, "m", "quantitative_1", cohort.dense("quantitative_1", 0.4))
        cohort.fit("refit", ["quantitative_1"], "--heritability", 0.4)
        everyone = np.ones(1300, dtype=bool)
        self.agree(cohort, "refit", "quantitative_1", cohort.dense("quantitative_1", 0.4, keep=everyone))

    def test_one_variant(self):
        cohort = Cohort(self.folder, "one", 300, 20, "--quantitative", 1, "--missing-genotypes", 0.05, "--seed", 7)
        chosen = next(v for v in range(20) if 0.1 < np.nanmean(cohort.genotypes[:, v]) < 1.9)
        others = [name for name, v in cohort.place.items() if v != chosen]
        (self.folder / "others").write_text("\n".join(others) + "\n")
        cohort.fit("m", ["quantitative_1"], "--heritability", 0.5, "--no-refit", "--exclude", self.folder / "others")
        cohort.genotypes = np.where(np.arange(20) == chosen, cohort.genotypes, 0)
        self.agree(cohort, "m", "quantitative_1", cohort.dense("quantitative_1", 0.5))

    def test_heritability_by_validation(self):
        """R^2 of each heritability tried, the best of them, and its model on everybody."""
        cohort = Cohort(self.folder, "tried", 700, 500, "--quantitative", 2, "--heritability", 0.5, "--causal", 60,
                        "--missing-traits", 0.05, "--seed", 8)
        traits = ["quantitative_1", "quantitative_2"]
        report, path = cohort.fit("m", traits, covariates=["covariate_1"])
        for trait, said in zip(traits, report["traits"]):
            judged = [row for row in path if row["trait"] == trait and row["stage"] == "judged"]
            self.assertEqual(len(judged), 10)
            best = max(judged, key=lambda row: float(row["validation"]))
            self.assertEqual(float(best["heritability"]), said["heritability"])
            self.assertEqual(float(best["validation"]), said["validation"])
            for row in judged:
                expected = cohort.dense(trait, float(row["heritability"]), ["covariate_1"])
                known = ~np.isnan(expected["y"]) & ~np.isnan(expected["predictor"])
                for part in ("training", "validation"):
                    some = known & (cohort.parts == part)
                    y, error = expected["y"][some], (expected["y"] - expected["predictor"])[some]
                    self.assertAlmostEqual(float(row[part]), 1 - np.sum(error**2) / np.sum((y - y.mean())**2), 4)
            self.agree(cohort, "m", trait, cohort.dense(trait, said["heritability"], ["covariate_1"],
                                                        np.ones(700, dtype=bool)))

    def test_score_is_the_predictor(self):
        cohort = Cohort(self.folder, "scored", 300, 400, "--quantitative", 1, "--missing-genotypes", 0.02, "--seed", 9)
        cohort.fit("m", ["quantitative_1"], "--heritability", 0.5, "--no-refit")
        program.maniple("score", "--store", cohort.store, "--model", "m", "--out", self.folder / "scores")
        rows = read_rows(self.folder / "scores/scores.tsv")
        column = next(name for name in rows[0] if "quantitative_1" in name)
        scores = np.array([float(row[column]) for row in rows])
        expected = cohort.dense("quantitative_1", 0.5)
        genetic = expected["predictor"] - expected["coefficients"][0]
        difference = scores - genetic
        self.assertLess(np.ptp(difference), 1e-6 * np.ptp(genetic))


class Heritability(program.InScratch):
    def test_against_exact_traces(self):
        cohort = Cohort(self.folder, "traces", 500, 600, "--quantitative", 1, "--heritability", 0.5, "--causal", 100,
                        "--seed", 12)
        report, _ = cohort.fit("m", ["quantitative_1"], covariates=["covariate_1"])
        estimate = report["traits"][0]["estimate"]
        dense = cohort.dense("quantitative_1", 0.5, ["covariate_1"])
        relationship = dense["x"] @ dense["x"].T / dense["variants"]
        degrees = len(dense["py"]) - dense["rank"]
        y = dense["py"]
        moments = np.array([[np.sum(relationship**2), np.trace(relationship)], [np.trace(relationship), degrees]])
        genetic, noise = np.linalg.solve(moments, [y @ relationship @ y, y @ y])
        exact = genetic / (genetic + noise)
        # 40 random vectors add a sixth of the standard error.
        self.assertLess(abs(estimate["heritability"] - exact), 0.8 * estimate["standard_error"])
        covariance = genetic * relationship + noise * np.eye(len(y))
        first, space = np.trace(relationship) - degrees, degrees
        second = np.sum(relationship**2) - 2 * np.trace(relationship) + degrees
        spread = second - first**2 / space
        middle = relationship - (1 + first / space + exact * spread / space) * np.eye(len(y))
        product = middle @ covariance
        error = np.sqrt(2 * np.trace(product @ product)) / (spread * (genetic + noise))
        self.assertAlmostEqual(estimate["standard_error"] / error, 1, 0)
        print(f"\nheritability {estimate['heritability']:.3f} ({estimate['standard_error']:.3f}), with exact traces "
              f"{exact:.3f} ({error:.3f})")

    def check_mean(self, what, report, expected):
        """Traits share random vectors, which are a fortieth of their variance."""
        values = np.array([trait["estimate"]["heritability"] for trait in report["traits"]])
        errors = np.array([trait["estimate"]["standard_error"] for trait in report["traits"]])
        print(f"\n{what}: mean of {len(values)} estimates {values.mean():.3f}, {expected:.3f} expected, SD "
              f"{values.std():.3f}, standard errors {errors.mean():.3f}")
        self.assertTrue(np.all(np.abs(values - expected) < 4 * errors), values)
        self.assertLess(abs(values.mean() - expected), 3 * errors.mean() * np.sqrt(1 / len(values) + 1 / 40))

    def test_effects_of_the_model(self):
        """Twenty traits whose effects are those the estimator assumes."""
        samples, variants, traits = 1200, 1200, 20
        cohort = Cohort(self.folder, "model", samples, variants, "--quantitative", 1, "--contigs", 5, "--seed", 13)
        keep = cohort.parts == "training"
        mean = np.nanmean(cohort.genotypes[keep], axis=0)
        filled = np.where(np.isnan(cohort.genotypes), mean, cohort.genotypes)
        sd = filled[keep].std(axis=0)
        x = (filled - mean) * np.divide(1, sd, out=np.zeros_like(sd), where=sd > 0)
        rng = np.random.default_rng(1)
        for heritability in (0.2, 0.6):
            effects = np.sqrt(heritability / np.count_nonzero(sd)) * rng.normal(size=(variants, traits))
            values = x @ effects + np.sqrt(1 - heritability) * rng.normal(size=(samples, traits))
            table = f"h{round(10 * heritability)}"
            names = [f"{table}_{t}" for t in range(traits)]
            lines = ["\t".join(["IID", *names])]
            lines += ["\t".join([name, *(repr(float(v)) for v in row)]) for name, row in zip(cohort.ids, values)]
            (self.folder / f"{table}.tsv").write_text("\n".join(lines) + "\n")
            program.maniple("import", "--store", cohort.store, "--table", self.folder / f"{table}.tsv", "--name", table)
            report, _ = cohort.fit(table, names, "--tolerance", 1e-3)
            self.check_mean(f"heritability {heritability}", report, heritability)

    def test_simulated_cohort(self):
        """`maniple simulate` gives common variants, which have more LD, larger shares than the estimator assumes:
        its expectation follows from the covariance of the traits."""
        covariates = [f"covariate_{k}" for k in (1, 2, 3, 4)]
        for heritability in (0.2, 0.6):
            cohort = Cohort(self.folder, f"cohort-{heritability}", 1200, 1200, "--quantitative", 16, "--heritability",
                            heritability, "--causal", 1200, "--contigs", 5, "--relatives", 0, "--missing-traits", 0,
                            "--seed", 14)
            report, _ = cohort.fit("m", [f"quantitative_{k}" for k in range(1, 17)], "--tolerance", 1e-3,
                                   covariates=[*covariates, "sex", "site", "ancestry"])
            keep = cohort.parts == "training"
            columns = [np.ones(len(keep)), *map(cohort.column, covariates)]
            for name in ("sex", "site", "ancestry"):
                levels = [row[name] for row in cohort.table]
                columns += [np.array([value == level for value in levels], float) for level in sorted(set(levels))[1:]]
            q = np.linalg.qr(np.column_stack(columns)[keep])[0]
            mean = np.nanmean(cohort.genotypes[keep], axis=0)
            filled = np.where(np.isnan(cohort.genotypes), mean, cohort.genotypes)
            sd = filled[keep].std(axis=0)
            varying = sd > 0
            x = (filled[keep] - mean)[:, varying] / sd[varying]
            frequency = mean[varying] / 2
            share = (2 * frequency * (1 - frequency)) ** (1 - 0.38)
            project = lambda values: values - q @ (q.T @ values)
            genetic = (x * share) @ x.T
            genetic *= heritability * len(x) / np.trace(genetic)
            covariance = genetic + (1 - heritability) * np.eye(len(x))
            covariance = project(project(covariance).T)
            relationship = project(x)
            relationship = relationship @ relationship.T / varying.sum()
            degrees = len(x) - q.shape[1]
            moments = np.array([[np.sum(relationship**2), np.trace(relationship)], [np.trace(relationship), degrees]])
            parts = np.linalg.solve(moments, [np.sum(relationship * covariance), np.trace(covariance)])
            self.check_mean(f"simulated heritability {heritability}", report, parts[0] / parts.sum())


if __name__ == "__main__":
    program.main()
