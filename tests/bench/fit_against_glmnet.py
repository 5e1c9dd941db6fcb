#!/usr/bin/env python3
"""What `maniple fit` costs and predicts on a cohort with known truth, beside R's glmnet on the variants that look best.

Prints a table: R^2 among people that neither has seen, penalties, time, memory. With --require the exit code says
whether the fit predicts nearly as well as glmnet at its own best penalty, within the time and memory given.
"""
import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import program  # first: leaves where a package is missing
import numpy as np
import measurement

COVARIATES = ["covariate_1", "covariate_2", "sex"]
PARTS = ["training", "validation", "test"]
DECODED_AT_ONCE = 1000  # variants

SCRIPT = r"""
suppressMessages(library(glmnet))
size <- scan("size", quiet = TRUE)  # people, columns, of those covariates, people for training
x <- matrix(readBin("x", "double", size[1] * size[2]), size[1], size[2])
y <- scan("y", quiet = TRUE)
free <- seq_len(size[3])
factors <- rep(c(0, 1), c(size[3], size[2] - size[3]))
training <- seq_len(size[4])
fit <- glmnet(x[training, ], y[training], penalty.factor = factors, nlambda = 60, lambda.min.ratio = 0.05)
predicted <- predict(fit, x[-training, ])
errors <- colMeans((predicted - y[-training])^2)
best <- which.min(errors)
again <- glmnet(x, y, penalty.factor = factors, lambda = fit$lambda[seq_len(best)])
writeBin(as.double(as.matrix(fit$beta)[-free, best]), "beta_training")
writeBin(as.double(as.matrix(again$beta)[-free, best]), "beta_all")
cat(best, length(fit$lambda), "\n")
"""


class Cohort:
    """A simulated cohort in a store and as PLINK files, its people split at random."""

    def __init__(self, folder, options):
        self.store, self.bfile = folder / "store", folder / "plink"
        program.maniple("simulate", "--store", self.store, "--samples", options.samples, "--variants",
                        options.variants, "--ancestries", 1, "--relatives", 0, "--heritability",
                        options.heritability, "--causal", options.causal, "--quantitative", 1, "--binary", 0,
                        "--missing-traits", 0, "--seed", options.seed, "--bfile", self.bfile)
        with open(f"{self.bfile}.tsv", encoding="utf-8") as file:
            names, *rows = [line.rstrip("\n").split("\t") for line in file]
        self.people = [row[names.index("IID")] for row in rows]
        column = lambda name: np.array([float(row[names.index(name)]) for row in rows])
        self.trait = column("quantitative_1")
        self.covariates = np.column_stack([column(name) for name in COVARIATES])
        shares = np.cumsum([options.training - options.validation, options.validation])
        places = np.random.default_rng(options.seed).permutation(options.samples) / options.samples
        self.part = np.searchsorted(shares, places, side="right")
        table = folder / "parts.tsv"
        table.write_text("IID\tpart\n" + "".join(f"{person}\t{PARTS[part]}\n"
                                                 for person, part in zip(self.people, self.part)))
        program.maniple("import", "--store", self.store, "--table", table, "--name", "parts")

    def people_of(self, *parts):
        return np.concatenate([np.flatnonzero(self.part == PARTS.index(part)) for part in parts])

    def residual(self, people):
        """Trait less what the covariates explain among these people."""
        free = np.column_stack([np.ones(len(people)), self.covariates[people]])
        return self.trait[people] - free @ np.linalg.lstsq(free, self.trait[people], rcond=None)[0]

    def genotypes(self, variants):
        """people x variants: copies of the first allele, centred where called; those missing are 0."""
        width = -(-len(self.people) // 4)
        packed = np.memmap(f"{self.bfile}.bed", dtype=np.uint8, offset=3, mode="r").reshape(-1, width)[variants]
        codes = np.stack([packed >> shift & 3 for shift in (0, 2, 4, 6)], axis=2).reshape(len(packed), -1)
        values = np.array([2, np.nan, 1, 0])[codes[:, :len(self.people)]].T
        return np.nan_to_num(values - np.nanmean(values, axis=0))

    def best_variants(self, count, variants):
        """Those most correlated with the trait among the people for training."""
        training = self.people_of("training")
        residual = self.residual(training)
        strength = np.zeros(variants)
        for first in range(0, variants, DECODED_AT_ONCE):
            some = np.arange(first, min(first + DECODED_AT_ONCE, variants))
            x = self.genotypes(some)[training]
            x -= x.mean(axis=0)
            spread = np.sqrt((x * x).sum(axis=0))
            strength[some] = np.abs(residual @ x) / np.where(spread > 0, spread, np.inf)
        return np.sort(np.argsort(-strength, kind="stable")[:count])

    def judge(self, score):
        """R^2 of the test people's trait, less covariates, by a score of all people."""
        test = self.people_of("test")
        return float(np.corrcoef(self.residual(test), score[test])[0, 1]) ** 2


def fit_with_glmnet(cohort, folder, options):
    """R^2 of the lasso for the people for training, and of one for validation too, and R's account."""
    chosen = cohort.best_variants(min(options.glmnet_variants, options.variants), options.variants)
    genotypes = cohort.genotypes(chosen)
    people = cohort.people_of("training", "validation")
    x = np.column_stack([cohort.covariates[people], genotypes[people]])
    (folder / "size").write_text(f"{x.shape[0]} {x.shape[1]} {len(COVARIATES)} {len(cohort.people_of('training'))}")
    x.T.tofile(folder / "x")
    np.savetxt(folder / "y", cohort.trait[people], fmt="%.17g")
    (folder / "fit.R").write_text(SCRIPT)
    del x
    done = program.run(["Rscript", "fit.R"], folder=folder)
    best, count = map(int, done.stdout.split())
    if best == count:
        sys.exit("glmnet's best penalty is its last one: its path is too short to compare with")
    of = lambda name: cohort.judge(genotypes @ np.fromfile(folder / name))
    return {"training": of("beta_training"), "all": of("beta_all"), "best": best, "penalties": count}


def fit_with_maniple(cohort, folder, options, name, *words):
    out = folder / name
    cost = measurement.measure([program.MANIPLE, "fit", "--store", cohort.store, "--trait", "quantitative_1",
                                "--covariate", ",".join(COVARIATES), "--split-column", "part", "--threads",
                                options.threads, "--name", name, "--out", out, *words])
    scores = folder / f"{name}-scores"
    program.maniple("score", "--store", cohort.store, "--model", name, "--out", scores)
    with open(scores / "scores.tsv", encoding="utf-8") as file:
        names, *rows = [line.split() for line in file]
    score_of = {row[names.index("IID")]: float(row[-1]) for row in rows}
    trait = json.loads((out / "fit.json").read_text())["traits"][0]
    with open(out / "path.tsv", encoding="utf-8") as file:
        steps = [line.split("\t") for line in file][1:]
    return {"r2": cohort.judge(np.array([score_of[person] for person in cohort.people])), "cost": cost,
            "violation": max(float(step[-1]) for step in steps),
            "penalties": sum(step[1] == "path" for step in steps), "facts": trait}


def describe(name, fit):
    cost = fit["cost"]
    return (f"{name:<28} {fit['r2']:.4f}  {fit['penalties']:>9}  {cost.wall:>7.1f}  {cost.cpu:>7.1f}  "
            f"{cost.memory:>9.0f}  {fit['violation']:.1e}")


def compare(folder, options):
    cohort = Cohort(folder, options)
    fits = {}
    if "default" in options.paths:
        fits["default (early stop)"] = fit_with_maniple(cohort, folder, options, "default")
    if "whole" in options.paths:
        fits["all penalties"] = fit_with_maniple(cohort, folder, options, "whole", "--early-stop", 0)
    print(f"{options.samples:,} people x {options.variants:,} variants, {options.causal} causal, heritability "
          f"{options.heritability}; {len(cohort.people_of('training', 'validation')):,} people for training and "
          f"validation; {options.threads} threads")
    print(measurement.describe_machine())
    print(f"{'':<28} {'R^2':<6}  penalties  seconds  CPU [s]  peak [MB]  violation")
    for name, fit in fits.items():
        print(describe(name, fit), flush=True)
    peer = fit_with_glmnet(cohort, folder, options)
    shape = f"glmnet, {min(options.glmnet_variants, options.variants):,} variants"
    print(f"{shape:<28} {peer['all']:.4f}  penalty {peer['best']} of {peer['penalties']} fitted again; "
          f"{peer['training']:.4f} without the people for validation")
    best = max(peer["all"], peer["training"])
    failed = False
    for name, fit in fits.items():
        share = fit["r2"] / best
        print(f"{name}: {share:.1%} of glmnet's R^2")
        failed |= (share < options.least_share or fit["cost"].wall > options.most_seconds
                   or fit["cost"].memory > options.most_memory or fit["violation"] > options.most_violation)
    return 1 if options.require and failed else 0


def parse(words):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--samples", type=int, default=20_000)
    add("--variants", type=int, default=50_000)
    add("--causal", type=int, default=500)
    add("--heritability", type=float, default=0.5)
    add("--training", type=float, default=0.8, help="share of people for training and validation")
    add("--validation", type=float, default=0.1, help="share of people for validation")
    add("--glmnet-variants", type=int, default=5000, help="that glmnet gets: those that look best")
    add("--paths", nargs="+", choices=["default", "whole"], default=["default", "whole"])
    add("--threads", type=int, default=2)
    add("--seed", type=int, default=1)
    add("--require", action="store_true", help="fail where a limit is not kept")
    add("--least-share", type=float, default=0.95, help="of glmnet's R^2")
    add("--most-seconds", type=float, default=120)
    add("--most-memory", type=float, default=2000, help="MB")
    add("--most-violation", type=float, default=1e-6)
    add("--folder", type=pathlib.Path, help="to work in (default: a temporary one)")
    return parser.parse_args(words)


def has_glmnet():
    if shutil.which("Rscript") is None:
        return False
    return subprocess.run(["Rscript", "-e", "library(glmnet)"], capture_output=True, check=False).returncode == 0


def main():
    options = parse(sys.argv[1:])
    if not has_glmnet():
        program.skip_everything("R's glmnet is not here (Debian: r-cran-glmnet)")
    with tempfile.TemporaryDirectory(prefix="maniple-fit-", dir=options.folder) as folder:
        sys.exit(compare(pathlib.Path(folder), options))


if __name__ == "__main__":
    main()
