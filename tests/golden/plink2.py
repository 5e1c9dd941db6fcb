"""plink2 --glm as the oracle: running it, reading its rows, and holding results.h5 against them.

The demands: per row that both report, the standard error within one unit of the last of the 6 digits that
plink2 prints; beta likewise or within 1e-6 standard errors (effects near zero); -log10 p within 1e-4 of
itself; the same number of samples. A row that plink2 reports as NA has no number here either.
"""
import collections
import math
import pathlib
import shutil

import numpy as np

import program

PLINK2 = shutil.which("plink2")
COLUMNS = "cols=chrom,pos,ref,alt,nobs,beta,se,p,err"
PRINTED_DIGITS = 6
NULL_EFFECT = 1e-6      # standard errors
NEG_LOG10_P = 1e-4      # relative

# -log10 p near 0 is proportional to |beta|, so 1e-4 of it asks for beta within 1e-4 |beta|. Where an effect is
# 0 in truth (allele counts that balance exactly), both programs print the rounding of their sums, some 1e-14
# standard errors: no digit of such a p can be compared, and it must only be as near to 1 in both.
NO_EFFECT = 1e-10       # standard errors

Row = collections.namedtuple("Row", "variant samples beta standard_error neg_log10_p error")


def run_glm(bfile, table, traits, covariates, out, covariate_table=None):
    """One plink2 run for all traits; returns {trait: [Row in file order]}, without traits that it skips."""
    model = (["--covar", covariate_table or table, "--covar-name", ",".join(covariates)] if covariates else [])
    hidden = "hide-covar" if covariates else "allow-no-covars"
    program.run([PLINK2, "--bfile", bfile, "--pheno", table, "--pheno-name", ",".join(traits), *model,
                 "--glm", hidden, "omit-ref", "log10", COLUMNS, "--threads", "1", "--out", out],
                environment={"OPENBLAS_NUM_THREADS": "1"})
    return {trait: read_glm(f"{out}.{trait}.glm.linear") for trait in traits
            if pathlib.Path(f"{out}.{trait}.glm.linear").exists()}


def read_glm(path):
    """Rows of a .glm.linear file, p as -log10 p."""
    with open(path, encoding="utf-8") as file:
        names = file.readline().lstrip("#").split()
        column = {name: place for place, name in enumerate(names)}
        rows = []
        for line in file:
            field = line.split()
            if "LOG10_P" in column:
                log10_p = float(field[column["LOG10_P"]].replace("NA", "nan"))
            else:
                p = float(field[column["P"]].replace("NA", "nan"))
                log10_p = -math.log10(p) if p > 0 else math.inf
            beta, error = (float(field[column[name]].replace("NA", "nan")) for name in ("BETA", "SE"))
            if field[column["A1"]] == field[column["REF"]]:  # stored files test the minor allele
                beta = -beta
            rows.append(Row(field[column["ID"]], int(field[column["OBS_CT"]]), beta, error, log10_p,
                            field[column["ERRCODE"]]))
    return rows


def read_rows(path):
    with open(path, encoding="utf-8") as file:
        names = file.readline().lstrip("#").split()
        return [dict(zip(names, line.split())) for line in file]


def number(text):
    return float(text.replace("NA", "nan"))


def logistic_effects(path):
    """Rows of a .glm.logistic file. Per variant: log odds of the ALT allele, their standard error; and the rows."""
    rows = read_rows(path)
    effects = np.array([math.log(number(row["OR"])) if row["OR"] != "NA" else math.nan for row in rows])
    sign = np.array([-1 if row["A1"] == row["REF"] else 1 for row in rows])
    return effects * sign, np.array([number(row["LOG(OR)_SE"]) for row in rows]), rows


def last_digit(values):
    """The value of one unit in the last of the digits that plink2 prints, per value."""
    magnitude = np.abs(values)
    with np.errstate(divide="ignore"):
        exponent = np.floor(np.log10(magnitude))
    # A printed 0 has no last digit of its own: what a smaller number would have been printed as is unknown.
    return np.where(magnitude > 0, 10.0 ** (exponent - (PRINTED_DIGITS - 1)), 0.0)


class Deviations:
    """Largest deviation per criterion, in units of what is allowed, and every row over it."""

    def __init__(self):
        self.largest = collections.Counter()
        self.broken = []
        self.compared = 0
        self.errors = collections.Counter()     # (ERRCODE of plink2, status here): rows
        self.explained = collections.Counter()  # (rule, ERRCODE of plink2, status here): rows

    def note(self, criterion, share, describe):
        if len(share) == 0:
            return
        self.largest[criterion] = max(self.largest[criterion], float(np.max(share)))
        for place in np.flatnonzero(~(share <= 1)):
            self.broken.append(f"{criterion}: {share[place]:.3g} of what is allowed: {describe(place)}")

    def report(self, name):
        limits = ", ".join(f"{criterion} {share:.3g}" for criterion, share in self.largest.items())
        print(f"\n{name}: {self.compared} rows compared; largest deviation in units of the allowed: {limits}")
        for (error, status), rows in sorted(self.errors.items()):
            print(f"  plink2 {error:24} here {status:22} {rows} rows")
        for (rule, error, status), rows in sorted(self.explained.items()):
            print(f"  explained: {rule} (plink2 {error}, here {status}): {rows} rows")


def compare_trait(rows, results, trait, deviations, explain=None, printed_p=False):
    """Hold one trait's rows against the same variants of results.h5; both are in file order.

    explain(row number, Row, status name, samples here) names the rule by which a disagreement about whether
    there is a number, or about the samples, is plink2's doing; None when there is no such rule.
    printed_p: -log10 p was made from a printed P, of whose 6 digits a p near 1 leaves too few: half a unit of
    its last digit is allowed on top.
    """
    place = results.traits.index(trait)
    name = f"trait {trait}"
    if [row.variant for row in rows] != results.variant_id:
        deviations.broken.append(f"{name}: variants differ or have another order")
        return
    theirs = {field: np.array([getattr(row, field) for row in rows], float)
              for field in ("samples", "beta", "standard_error", "neg_log10_p")}
    status, samples = results.status[:, place], results.samples[:, place]
    has_number = ~np.isnan(theirs["beta"])
    both = np.flatnonzero(has_number & (status == 0))
    deviations.compared += len(both)
    for at, row in enumerate(rows):
        code = results.statuses[status[at]]
        here, there = status[at] == 0, has_number[at]
        if not (here and there):
            deviations.errors[row.error, code] += 1
        if here != there or (here and row.samples != samples[at]):
            rule = explain(at, row, code, int(samples[at])) if explain else None
            if rule is None:
                deviations.broken.append(f"{name} {row}: here {code}, {samples[at]} samples")
            else:
                deviations.explained[rule, row.error, code] += 1

    ours = {field: getattr(results, field)[both, place].astype(float) for field in theirs}
    theirs = {field: values[both] for field, values in theirs.items()}
    apart = {field: np.abs(ours[field] - theirs[field]) for field in theirs}
    in_digits = {field: share(apart[field], last_digit(theirs[field])) for field in ("beta", "standard_error")}
    in_errors = share(apart["beta"], NULL_EFFECT * ours["standard_error"])
    allowed = NEG_LOG10_P * theirs["neg_log10_p"]
    if printed_p:
        p = 10.0 ** -theirs["neg_log10_p"]
        allowed += 0.5 * last_digit(p) / p / math.log(10)
    none = NO_EFFECT * ours["standard_error"]
    no_effect = (np.abs(ours["beta"]) < none) & (np.abs(theirs["beta"]) < none)
    describe = lambda at: f"{name} {rows[both[at]]} here " + str(
        {field: float(values[at]) for field, values in ours.items()})
    deviations.note("standard_error", in_digits["standard_error"], describe)
    deviations.note("beta", np.minimum(in_digits["beta"], in_errors), describe)
    deviations.note("neg_log10_p", share(apart["neg_log10_p"], np.where(no_effect, NO_EFFECT, allowed)),
                    describe)


def share(apart, allowed):
    """apart / allowed; no difference is 0 whatever is allowed."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(apart == 0, 0.0, apart / allowed)
