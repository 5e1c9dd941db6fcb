#!/usr/bin/env python3
"""Paths of `maniple fit` against R's glmnet: the whole command, 2,000 people x 5,000 variants."""
import csv
import pathlib
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import program  # first: leaves where a package is missing
import numpy as np

SAMPLES, VARIANTS, PENALTIES = 2000, 5000, 20
# Both solve to about 1e-7 of the largest gradient; effects differ by the curvature's inverse of that.
TOLERANCE = 1e-5

SCRIPT = r"""
suppressMessages(library(glmnet))
arguments <- commandArgs(TRUE)
size <- scan("size", quiet = TRUE)
x <- matrix(readBin("x", "double", size[1] * size[2]), size[1], size[2])
y <- as.matrix(read.table("y"))
penalties <- scan("penalties", quiet = TRUE)
covariates <- size[3]
factors <- c(rep(0, covariates), rep(1, size[2] - covariates))
family <- arguments[1]
response <- if (family == "cox") cbind(time = y[, 1], status = y[, 2]) else y[, 1]
alpha <- as.numeric(arguments[2])
scale <- 1
if (family == "gaussian") {  # glmnet divides the ridge share of the penalty by the response's deviation
  scale <- alpha + (1 - alpha) * sqrt(mean((response - mean(response))^2))
  alpha <- alpha / scale
}
glmnet.control(fdev = 0, devmax = 1)
fit <- glmnet(x, response, family = family, alpha = alpha, penalty.factor = factors,
              lambda = penalties * scale * sum(factors) / length(factors), thresh = 1e-14, maxit = 1e8)
stopifnot(length(fit$lambda) == length(penalties))
beta <- as.matrix(fit$beta)
writeBin(as.double(beta), "beta")
"""


def has_glmnet():
    if shutil.which("Rscript") is None:
        return False
    return subprocess.run(["Rscript", "-e", "library(glmnet)"], capture_output=True).returncode == 0


def read_bed(prefix, samples, variants):
    """samples x variants: copies of ALT (the first allele of the .bim counts in a .bed), NaN = missing."""
    raw = np.fromfile(f"{prefix}.bed", dtype=np.uint8)[3:].reshape(variants, -1)
    codes = np.stack([raw >> shift & 3 for shift in (0, 2, 4, 6)], axis=2).reshape(variants, -1)[:, :samples]
    return np.array([2, np.nan, 1, 0])[codes].T


def read_rows(path):
    with open(path, encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


@unittest.skipUnless(has_glmnet(), "R's glmnet is not here (Debian: r-cran-glmnet)")
class Glmnet(program.InScratch):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.store, bfile = cls.folder / "store", cls.folder / "p"
        program.maniple("simulate", "--store", cls.store, "--samples", SAMPLES, "--variants", VARIANTS, "--contigs", 3,
                        "--quantitative", 1, "--binary", 1, "--time-to-event", 1, "--heritability", 0.5, "--causal",
                        40, "--missing-traits", 0.02, "--missing-genotypes", 0.01, "--bfile", bfile, "--seed", 11)
        cls.genotypes = read_bed(bfile, SAMPLES, VARIANTS)
        with open(f"{bfile}.bim", encoding="utf-8") as bim:
            fields = [line.split() for line in bim]
        cls.place = {row[1]: v for v, row in enumerate(fields)}
        cls.alternate = [row[4] for row in fields]
        cls.table = read_rows(f"{bfile}.tsv")
        cls.parts = ["training" if s % 4 else "validation" for s in range(SAMPLES)]
        key = "IID" if "IID" in cls.table[0] else "#IID"
        parts = cls.folder / "parts.tsv"
        parts.write_text("IID\tpart\n" + "".join(f"{row[key]}\t{part}\n" for row, part in zip(cls.table, cls.parts)))
        program.maniple("import", "--store", cls.store, "--table", parts, "--name", "parts")

    def column(self, name):
        return np.array([np.nan if row[name] == "NA" else float(row[name]) for row in self.table])

    def check(self, family, trait, columns, covariates=(), mixing=1):
        out = self.folder / f"{family}-{mixing}"
        options = ["--covariate", ",".join(covariates)] if covariates else []
        program.maniple("fit", "--store", self.store, "--name", out.name, "--trait", trait, "--split-column", "part",
                        "--no-refit", "--early-stop", 0, "--penalties", PENALTIES, "--smallest-penalty-ratio", 0.15,
                        "--mixing", mixing, "--tolerance", 1e-9, "--out", out, *options)
        response = [self.column(name) for name in columns]
        others = [self.column(name) for name in covariates]
        keep = np.array([part == "training" for part in self.parts])
        for values in [*response, *others]:
            keep &= ~np.isnan(values)
        genotypes = self.genotypes[keep]
        means = np.nanmean(genotypes, axis=0)
        genotypes = np.where(np.isnan(genotypes), means, genotypes)
        x = np.column_stack([*(values[keep] for values in others), genotypes])
        steps = [row for row in read_rows(out / "path.tsv") if row["fit"] == "path"]
        self.assertEqual(len(steps), PENALTIES)
        (out / "size").write_text(f"{x.shape[0]} {x.shape[1]} {len(others)}")
        (out / "x").write_bytes(np.asfortranarray(x).tobytes("F"))
        np.savetxt(out / "y", np.column_stack([values[keep] for values in response]), fmt="%.17g")
        (out / "penalties").write_text("\n".join(row["penalty"] for row in steps))
        (out / "fit.R").write_text(SCRIPT)
        program.run(["Rscript", "fit.R", family, mixing], folder=out)
        expected = np.fromfile(out / "beta").reshape(PENALTIES, -1)[:, len(others):]
        found = np.zeros_like(expected)
        for row in read_rows(out / "coefficients.tsv"):
            place = self.place[row["variant_id"]]
            self.assertEqual(row["effect_allele"], self.alternate[place])
            found[int(row["step"]) - 1, place] = float(row["effect"])
        worst = np.abs(found - expected).max()
        sizes = np.count_nonzero(expected, axis=1)
        print(f"\n{family}, alpha {mixing}: {sizes[-1]} variants at the end, largest difference {worst:.1e}")
        self.assertGreater(sizes[-1], 50)
        self.assertLess(worst, TOLERANCE)
        self.assertLess(max(float(row["violation"]) for row in steps), 1e-6)

    def test_gaussian(self):
        self.check("gaussian", "quantitative_1", ["quantitative_1"], ["covariate_1", "covariate_2"])

    def test_gaussian_elastic_net(self):
        self.check("gaussian", "quantitative_1", ["quantitative_1"], mixing=0.5)

    def test_binomial(self):
        self.check("binomial", "binary_1", ["binary_1"], ["covariate_1", "covariate_2"])

    def test_cox(self):
        times = self.column("event_time_1")
        self.assertEqual(len(np.unique(times[~np.isnan(times)])), np.count_nonzero(~np.isnan(times)))  # no ties
        self.check("cox", "event_time_1:event_1", ["event_time_1", "event_1"], ["covariate_1", "covariate_2"])


if __name__ == "__main__":
    program.main()
