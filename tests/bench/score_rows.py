"""Rows about polygenic scores."""
import sys

import program  # first: leaves where a package is missing
import numpy as np

import measurement
from line import Line, shape

sys.path.insert(0, str(program.SOURCE / "tests" / "golden"))
import plink2

GOALS = {1: 10, 50: 10, 1000: 4}


def write_weights(path, cohort, scores):
    """A table for plink2 --score: variant, allele, weights."""
    random = np.random.default_rng(scores)
    with open(f"{cohort.bfile}.bim", encoding="utf-8") as variants, open(path, "w", encoding="utf-8") as file:
        print("ID", "A1", *(f"s{c}" for c in range(scores)), sep="\t", file=file)
        for line in variants:
            field = line.split()
            print(field[1], field[4], *(f"{w:.5g}" for w in random.normal(size=scores)), sep="\t", file=file)


def read_sums(path, suffix, scores):
    with open(path, encoding="utf-8") as file:
        header = file.readline().rstrip("\n").split("\t")
        # A score alone is named after its file.
        names = [f"s{c}" for c in range(scores)] if f"s0{suffix}" in header else [header[-1].removesuffix(suffix)]
        columns = [header.index(f"{name}{suffix}") for name in names]
        return np.loadtxt(file, usecols=columns, dtype=float, delimiter="\t", ndmin=2, max_rows=200)


def row_scores(bench):
    """plink2 reads a .pgen and its table; maniple a store and a model, both made beforehand."""
    lines = []
    for name, genotypes in (("complete", "no missing genotypes"), ("missing", "1% missing genotypes")):
        cohort = bench.cohorts.get(name)
        pgen = bench.folder / f"{name}-pgen"
        program.run([plink2.PLINK2, "--bfile", cohort.bfile, "--make-pgen", "--out", pgen])
        for scores, goal in GOALS.items():
            if scores == 1000 and name == "missing":
                continue  # minutes of plink2
            bench.say(f"{scores} scores, {genotypes}")
            weights = bench.folder / f"weights-{scores}.tsv"
            if not weights.exists():
                write_weights(weights, cohort, scores)
            model = f"bench_{scores}"
            program.maniple("import", "--store", cohort.store, "--weights", weights, "--name", model)
            run, out = bench.run_folder(f"{name}-scores"), bench.folder / "plink-scores"
            columns = "3" if scores == 1 else f"3-{scores + 2}"
            ours, theirs = [], []
            for _ in range(bench.options.runs):
                ours.append(measurement.measure(
                    [program.MANIPLE, "score", "--store", cohort.store, "--model", model, "--ambiguous", "keep",
                     "--threads", bench.options.threads, "--out", bench.run_folder(f"{name}-scores")]))
                theirs.append(measurement.measure(
                    [plink2.PLINK2, "--pfile", pgen, "--score", weights, "header-read", "cols=+scoresums",
                     "--score-col-nums", columns, "--threads", bench.options.threads, "--out", out]))
            difference = np.abs(read_sums(run / "scores.tsv", "", scores) -
                                read_sums(f"{out}.sscore", "_SUM", scores)).max()
            if not difference < 0.01:
                sys.exit(f"{scores} scores differ by {difference}: the comparison is void")
            our, their = measurement.median(ours), measurement.median(theirs)
            ratio = their.cpu / our.cpu
            work = f"{scores:,} scores, {genotypes}, {shape(cohort)}"
            lines += [Line(work, "plink2", their),
                      Line(work, "maniple", our, f"{ratio:.1f}x", f"{goal}x", ratio >= goal,
                           [f"largest difference of sums: {difference:.2g}"])]
    return lines
