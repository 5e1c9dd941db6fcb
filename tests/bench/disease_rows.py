"""Rows about binary traits and times to an event."""
import shutil
import subprocess
import sys

import program  # first: leaves where a package is missing
import numpy as np

import cohorts
import measurement
from line import Line, shape

sys.path.insert(0, str(program.SOURCE / "tests" / "golden"))
import plink2

COVARIATES = [f"covariate_{c + 1}" for c in range(cohorts.COVARIATES)]
TIMED_TRAITS = 3
GLM = ("firth-fallback", "hide-covar", "omit-ref")
GOALS = {"spa": 12, "firth-approx": 12, "firth": None}  # CPU seconds of ten traits at the rows' own size
TIMES_GOAL = 24
FULL_MODELS = 40          # variants whose full regressions are held against the peer's
FULL_MODEL_ERRORS = 1e-3  # standard errors: plink2 ends its search early
TYPICAL_ERRORS = 0.1      # standard errors, of a timed scan, in the median: most of its effects are one step
COXPH_VARIANTS = 20

COXPH = r"""
words <- commandArgs(TRUE)
if (!suppressPackageStartupMessages(require(survival, quietly = TRUE))) quit(status = 3)
d <- read.table(words[1], header = TRUE); g <- as.matrix(read.table(words[2]))
x <- as.matrix(d[, -(1:2)]); y <- Surv(d$time, d$event); control <- coxph.control(timefix = FALSE)
begin <- proc.time()
fits <- lapply(seq_len(ncol(g)), function(v)
  coxph.fit(cbind(x, g[, v]), y, NULL, NULL, NULL, control, NULL, "efron", NULL, resid = FALSE))
took <- proc.time() - begin
last <- function(v) v[length(v)]
cat(sum(took[1:2]), took[3], "\n")
for (f in fits) cat(last(f$coefficients), sqrt(last(f$var)), "\n")
"""


def goal_of(bench, seconds):
    """Goals are for the rows' own size."""
    return seconds if bench.options.scale == bench.options.scale_samples == 1 else None


def line_of(bench, work, name, cost, theirs, seconds, remarks):
    goal = goal_of(bench, seconds)
    return Line(work, name, cost, f"{theirs.cpu / cost.cpu:.0f}x" if theirs else "", f"{goal} CPU s" if goal else "",
                cost.cpu <= goal if goal else None, remarks)


def timed_scan(bench, cohort, name, traits, *words):
    bench.say(f"maniple: {name}")
    return measurement.median([measurement.measure([*bench.command(cohort.store, traits), "--min-cases", 5, *words, "--out",
                                                    bench.run_folder(name)]) for _ in range(bench.options.runs)])


def full_models(bench, cohort, trait, variants):
    """Results of --test wald for variants with these IDs."""
    (bench.folder / "full.txt").write_text("".join(f"{name}\n" for name in variants))
    out = bench.run_folder("full")
    program.maniple("scan", "--store", cohort.store, "--trait", trait, "--covariate", "covariate_*", "--test", "wald",
                    "--min-cases", 5, "--min-carriers", 1, "--extract", bench.folder / "full.txt", "--out", out)
    return program.read_results(out)


def compare(what, ours, timed, variants, effects, errors):
    """Full models, and effects of a timed scan, against a peer's effects; stops the benchmark where they differ."""
    their = {name: place for place, name in enumerate(variants)}
    place = [their[name] for name in ours.variant_id]
    apart = np.abs(ours.beta[:, 0] - effects[place]) / errors[place]
    known = np.isfinite(apart)
    place = {name: row for row, name in enumerate(timed.variant_id)}
    rows = [place[name] for name in variants]
    typical = float(np.nanmedian(np.abs(timed.beta[rows, 0] - effects) / errors))
    if known.sum() < len(apart) / 2 or not apart[known].max() < FULL_MODEL_ERRORS or not typical < TYPICAL_ERRORS:
        sys.exit(f"{what}: the results differ, the comparison is void (full models: {known.sum()} of {len(apart)} "
                 f"compared, the worst {np.nanmax(apart):.2g} standard errors off; the timed scan's effects "
                 f"{typical:.2g} in the median)")
    return (f"{known.sum()} full models (--test wald) within {apart[known].max():.1g} standard errors of the peer's; the timed "
            f"scan's effects {typical:.1g} in the median")


def row_cases(bench):
    cohort = bench.cohorts.get("complete")
    table, traits = bench.cohorts.table("complete", "cases")
    work = f"10 binary traits, 2% to 30% cases, {shape(cohort)}"
    theirs, how = bench.peer.estimate(cohort, table, traits, TIMED_TRAITS, COVARIATES, bench.options.peer_share, GLM)
    lines = [Line(work, "plink2 firth-fallback", theirs, remarks=[how])]
    trait = traits[TIMED_TRAITS - 1]
    effects, errors, rows = plink2.logistic_effects(bench.folder / f"plink.{trait}.glm.logistic.hybrid")
    ids = [row["ID"] for row in rows]
    plain = [row["ID"] for row, effect in zip(rows, effects) if row["FIRTH?"] == "N" and np.isfinite(effect)]
    full = full_models(bench, cohort, trait, plain[::max(1, len(plain) // FULL_MODELS)])
    for correction, seconds in GOALS.items():
        name = f"cases-{correction}"
        cost = timed_scan(bench, cohort, name, "cases_*", "--correction", correction)
        timed = program.read_results(bench.folder / f"run-{name}", [trait])
        lines.append(line_of(bench, work, f"maniple, {correction}", cost, theirs, seconds,
                             [compare(name, full, timed, ids, effects, errors)]))
    return lines


def read_genotypes(bfile, variants, samples):
    """ALT alleles of some variants, by place; complete ones."""
    data = np.memmap(f"{bfile}.bed", dtype=np.uint8, mode="r", offset=3).reshape(-1, (samples + 3) // 4)[variants]
    codes = (data[:, :, None] >> np.array([0, 2, 4, 6], dtype=np.uint8) & 3).reshape(len(variants), -1)[:, :samples]
    return np.array([2, -1, 1, 0])[codes]


def run_coxph(bench, cohort, table, variants):
    """Cost of R's coxph for some variants of the last trait; their effects and standard errors. None without it."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        return None
    traits = np.genfromtxt(table, names=True, dtype=None, encoding="utf-8")
    last = cohorts.TABLES["cases"][1]
    covariates = np.genfromtxt(f"{cohort.bfile}.tsv", names=True, dtype=None, encoding="utf-8")
    people = np.column_stack([traits[f"years_{last}"], traits[f"cases_{last}"] - 1, *(covariates[name] for name in COVARIATES)])
    np.savetxt(bench.folder / "people.txt", people, "%.10g", header=" ".join(["time", "event", *COVARIATES]), comments="")
    np.savetxt(bench.folder / "alleles.txt", read_genotypes(cohort.bfile, variants, cohort.samples).T, "%d")
    bench.say(f"coxph: {len(variants)} variants")
    done = subprocess.run([rscript, "-e", COXPH, bench.folder / "people.txt", bench.folder / "alleles.txt"],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        return None
    lines = [[float(word) for word in line.split()] for line in done.stdout.splitlines()]
    return measurement.Cost(*lines[0], memory=0), *np.array(lines[1:]).T


def row_times(bench):
    cohort = bench.cohorts.get("complete")
    table, traits = bench.cohorts.table("complete", "cases")
    pairs = [f"{trait.replace('cases', 'years')}:{trait}" for trait in traits]
    work = f"10 times to an event, 2% to 30% events, {shape(cohort)}"
    cost = timed_scan(bench, cohort, "times", ",".join(pairs))
    chosen = list(range(0, cohort.variants, -(-cohort.variants // COXPH_VARIANTS)))
    found = run_coxph(bench, cohort, table, chosen)
    if found is None:
        return [line_of(bench, work, "maniple, spa", cost, None, TIMES_GOAL, ["no R with its package survival is here"])]
    theirs, effects, errors = found
    factor = len(traits) * cohort.variants / len(chosen)
    ids = cohort.variant_ids()
    variants = [ids[place] for place in chosen]
    timed = program.read_results(bench.folder / "run-times", [pairs[-1]])
    agreement = compare("times", full_models(bench, cohort, pairs[-1], variants), timed, variants, effects, errors)
    theirs = measurement.Cost(theirs.cpu * factor, theirs.wall * factor, 0)
    how = f"coxph timed on {len(chosen)} variants of one trait, without R's start, times {factor:,.0f}"
    return [Line(work, "R coxph", theirs, remarks=[how]),
            line_of(bench, work, "maniple, spa", cost, theirs, TIMES_GOAL, [agreement])]
