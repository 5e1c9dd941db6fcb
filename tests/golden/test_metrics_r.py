#!/usr/bin/env python3
"""Numbers of maniple evaluate against R: lm, glm, survival (coxph, concordance, survfit) and pROC, run live.

Both print doubles. Closed forms agree to rounding. Iterated fits stop at a relative change of 1e-14 in R; glm's
standard errors belong to the step before its last, which leaves up to the root of that, 1e-7.
"""
import csv
import json
import pathlib
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import program  # first: leaves where a package is missing
import numpy as np
from evaluation_rows import read_rows
from plink_files import sample_id, write_bfile, write_table

LUNG = program.SHARED_DATA / "06_survival_clinical" / "lung.csv"
NAN = float("nan")
SAMPLES = 600

COMMON = r"""
d <- read.delim("t.tsv"); options(digits = 17)
say <- function(name, ...) cat(name, format(c(...), digits = 17), "\n")
strict <- glm.control(epsilon = 1e-14, maxit = 100)
"""


def has_package(name):
    if shutil.which("Rscript") is None:
        return False
    return subprocess.run(["Rscript", "-e", f"library({name})"], capture_output=True).returncode == 0


def cohort(folder, columns):
    count = len(next(iter(columns.values())))
    dosages = np.random.default_rng(1).binomial(2, 0.3, (8, count))
    write_bfile(folder / "g", dosages)
    write_table(folder / "t.tsv", columns)
    program.maniple("import", "--store", "s", "--bfile", "g", "--table", "t.tsv", folder=folder)


def evaluate(folder, *words, out="r"):
    program.maniple("evaluate", "--store", "s", "--scores", "t", "--out", out, "--bootstrap", "50", *words,
                    folder=folder)
    return read_rows(folder / out)


def find(rows, metric, group="all", kind="estimate", part=None):
    found = [row for row in rows if (row["kind"], row["metric"], row["group"]) == (kind, metric, group)
             and (part is None or row["part"] == part)]
    assert len(found) == 1, (metric, group, kind, part, len(found))
    return [NAN if found[0][name] == "NA" else float(found[0][name]) for name in ("estimate", "lower", "upper")]


def ask_r(folder, script):
    done = subprocess.run(["Rscript", "-e", COMMON + script], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return {line.split()[0]: [float(x) for x in line.split()[1:]] for line in done.stdout.splitlines()}


class AgainstR(program.InScratch):
    def compare(self, rows, expected, names, rtol):
        for name, (metric, numbers) in names.items():
            found = find(rows, **metric) if isinstance(metric, dict) else find(rows, metric)
            np.testing.assert_allclose(found[:numbers], expected[name][:numbers], rtol=rtol, err_msg=name)


@unittest.skipUnless(shutil.which("Rscript"), "no Rscript")
class Quantitative(AgainstR):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        chance = np.random.default_rng(3)
        score, age = chance.standard_normal(SAMPLES), chance.normal(50, 10, SAMPLES)
        site = [f"s{i}" for i in chance.integers(0, 3, SAMPLES)]
        y = 170 + 0.8 * score + 0.1 * age + np.array([s == "s1" for s in site]) + chance.normal(0, 2, SAMPLES)
        score[5], age[9], y[11] = NAN, NAN, NAN
        cohort(cls.folder, {"y": y, "prs": score, "age": age, "site": site})

    def test_variance_explained_and_calibration(self):
        rows = evaluate(self.folder, "--trait", "y", "--score", "prs", "--covariate", "age,site", "--scale", "linear",
                        "--by", "site")
        expected = ask_r(self.folder, r"""
d <- d[complete.cases(d), ]
a <- lm(y ~ prs, d); b <- lm(y ~ age + site, d); f <- lm(y ~ age + site + prs, d)
r <- function(m) summary(m)$r.squared
say("r2", r(a)); say("base", r(b)); say("full", r(f)); say("gain", r(f) - r(b))
say("effect", sd(d$prs) * c(coef(f)["prs"], confint(f)["prs", ]))
say("slope", coef(a)["prs"], confint(a)["prs", ])
o <- lm(I(y - prs) ~ 1, d); say("large", coef(o), confint(o))
e <- d[d$site == "s2", ]; say("site", summary(lm(y ~ prs, e))$r.squared)
bands <- cut(d$prs, c(-Inf, quantile(d$prs, 1:4 / 5), Inf), labels = FALSE)
q <- lm(y ~ age + site + relevel(factor(bands), "3"), d)
for (k in c(1, 2, 4, 5)) { n <- paste0('relevel(factor(bands), "3")', k); say(paste0("fifth", k), coef(q)[n], confint(q)[n, ]) }
tenth <- cut(d$prs, c(-Inf, quantile(d$prs, 1:9 / 10), Inf), labels = FALSE)
say("predicted4", mean(d$prs[tenth == 4]))
t4 <- lm(y ~ 1, d[tenth == 4, ]); say("observed4", coef(t4), confint(t4))
""")
        names = {"r2": ("r2", 1), "base": ("r2_covariates", 1), "full": ("r2_full", 1), "gain": ("r2_incremental", 1),
                 "effect": ("effect_per_sd", 3), "slope": ("calibration_slope", 3),
                 "large": ("calibration_in_the_large", 3),
                 "site": ({"metric": "r2", "group": "s2"}, 1),
                 "predicted4": ({"metric": "predicted", "kind": "calibration", "part": "tenth 4"}, 1),
                 "observed4": ({"metric": "observed", "kind": "calibration", "part": "tenth 4"}, 3)}
        for k in (1, 2, 4, 5):
            names[f"fifth{k}"] = ({"metric": "difference", "kind": "quantile", "part": f"fifth {k}"}, 3)
        self.compare(rows, expected, names, 1e-9)


@unittest.skipUnless(has_package("pROC"), "no Rscript with pROC")
class Binary(AgainstR):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        chance = np.random.default_rng(4)
        score = np.round(chance.normal(-1, 1, SAMPLES), 1)  # Ties.
        age = chance.normal(50, 10, SAMPLES)
        risk = 1 / (1 + np.exp(-(0.9 * score + 0.03 * (age - 50))))
        case = (chance.random(SAMPLES) < risk).astype(float)
        cohort(cls.folder, {"case": case, "prs": score, "age": age, "sex": [f"{'mf'[i % 2]}" for i in range(SAMPLES)]})

    def test_discrimination_calibration_and_rates(self):
        rows = evaluate(self.folder, "--trait", "case", "--score", "prs", "--covariate", "age", "--scale", "linear",
                        "--by", "sex", "--threshold", "score=0", "risk=0.35", "--prevalence", "0.02")
        expected = ask_r(self.folder, r"""
suppressMessages(library(pROC))
auc_of <- function(x, e = d) { r <- roc(e$case, x, quiet = TRUE, direction = "<"); c(auc(r), ci.auc(r)[c(1, 3)]) }
say("auc", auc_of(d$prs))
b <- glm(case ~ age, binomial, d, control = strict); f <- glm(case ~ age + prs, binomial, d, control = strict)
say("base", auc_of(fitted(b))[1]); say("full", auc_of(fitted(f))[1])
say("gain", auc_of(fitted(f))[1] - auc_of(fitted(b))[1])
n <- nrow(d); lb <- as.numeric(logLik(b)); lf <- as.numeric(logLik(f))
say("nagelkerke", (1 - exp(2 / n * (lb - lf))) / (1 - exp(2 / n * lb)))
wald <- function(m, i) { s <- summary(m)$coefficients[i, 1:2]; s[1] + c(0, -1, 1) * qnorm(0.975) * s[2] }
say("odds", exp(sd(d$prs) * wald(f, "prs")))
c1 <- glm(case ~ prs, binomial, d, control = strict); u <- vcov(glm(case ~ I(prs - mean(prs)), binomial, d, control = strict))
say("line", coef(c1)[1] + coef(c1)[2] * mean(d$prs), coef(c1)[2], u[1, 1], u[1, 2], u[2, 2])
say("slope", wald(c1, 2))
say("large", wald(glm(case ~ 1 + offset(prs), binomial, d, control = strict), 1))
p <- plogis(d$prs); m <- mean(d$case)
say("brier", mean((p - d$case)^2)); say("skill", 1 - mean((p - d$case)^2) / (m * (1 - m)))
K <- 0.02; t <- -qnorm(K); z <- dnorm(t); i <- z / K; r <- summary(lm(case ~ prs, d))$r.squared
th <- i * (m - K) / (1 - K) * (i * (m - K) / (1 - K) - t); C <- K * (1 - K) / z^2 * K * (1 - K) / (m * (1 - m))
say("liability", r * C / (1 + r * th * C))
for (s in c("m", "f")) say(paste0("auc_", s), auc_of(d$prs[d$sex == s], d[d$sex == s, ]))
v <- function(s) var(roc(d$case[d$sex == s], d$prs[d$sex == s], quiet = TRUE, direction = "<"))
a <- sapply(c("m", "f"), function(s) auc_of(d$prs[d$sex == s], d[d$sex == s, ])[1]); w <- c(v("m"), v("f"))
say("gap", a["f"] - a["m"] + c(0, -1, 1) * qnorm(0.975) * sqrt(sum(w)))
say("q", diff(a)^2 / sum(w)); say("p", -pchisq(diff(a)^2 / sum(w), 1, lower = FALSE, log = TRUE) / log(10))
wilson <- function(x) c(mean(x), prop.test(sum(x), length(x), correct = FALSE)$conf.int)
say("tpr", wilson(d$prs[d$case == 1] >= 0)); say("fpr", wilson(plogis(d$prs[d$case == 0]) >= 0.35))
""")
        rate = {"kind": "threshold"}
        names = {"auc": ("auc", 3), "base": ("auc_covariates", 1), "full": ("auc_full", 1), "gain": ("auc_incremental", 1),
                 "nagelkerke": ("nagelkerke_r2", 1), "liability": ("liability_r2", 1),
                 "odds": ("odds_ratio_per_sd", 3), "slope": ("calibration_slope", 3),
                 "large": ("calibration_in_the_large", 3),
                 "brier": ("brier", 1), "skill": ("brier_skill", 1),
                 "auc_m": ({"metric": "auc", "group": "m"}, 3), "auc_f": ({"metric": "auc", "group": "f"}, 3),
                 "q": ({"metric": "auc_heterogeneity_q", "kind": "heterogeneity", "group": "all"}, 1),
                 "tpr": ({"metric": "true_positive_rate", "part": "score=0", **rate}, 3),
                 "fpr": ({"metric": "false_positive_rate", "part": "risk=0.35", **rate}, 3)}
        self.compare(rows, expected, names, 3e-7)
        line = json.loads((self.folder / "r/evaluation.json").read_text())["calibration_line"]
        np.testing.assert_allclose([line[name] for name in ("level", "slope", "level_variance", "covariance",
                                                            "slope_variance")], expected["line"], rtol=1e-6)
        gap = [row for row in rows if row["kind"] == "gap" and row["metric"] == "auc"]
        self.assertEqual([row["part"] for row in gap], [f"less {'m' if gap[0]['group'] == 'f' else 'f'}"])
        sign = 1 if gap[0]["group"] == "f" else -1
        self.assertAlmostEqual(float(gap[0]["estimate"]), sign * expected["gap"][0], places=10)
        self.assertAlmostEqual(float(gap[0]["upper"]) - float(gap[0]["lower"]),
                               expected["gap"][2] - expected["gap"][1], places=10)
        test = [row for row in rows if row["kind"] == "heterogeneity" and row["metric"] == "auc_heterogeneity_q"]
        self.assertAlmostEqual(float(test[0]["neg_log10_p"]), expected["p"][0], places=9)


@unittest.skipUnless(has_package("survival"), "no Rscript with survival")
class Survival(AgainstR):
    def test_concordance_and_hazards(self):
        chance = np.random.default_rng(6)
        score, age = chance.standard_normal(SAMPLES), chance.normal(50, 10, SAMPLES)
        time = np.ceil(30 * chance.exponential(1, SAMPLES) * np.exp(-0.6 * score - 0.02 * (age - 50)))  # Ties.
        event = (chance.random(SAMPLES) < 0.6).astype(float)
        cohort(self.folder, {"years": time, "event": event, "prs": score, "age": age})
        rows = evaluate(self.folder, "--trait", "years:event", "--score", "prs", "--covariate", "age", "--scale", "linear")
        expected = ask_r(self.folder, r"""
suppressMessages(library(survival))
strict <- coxph.control(eps = 1e-14, iter.max = 100); s <- Surv(d$years, d$event)
say("c", concordance(s ~ d$prs, reverse = TRUE)$concordance)
b <- coxph(s ~ age, d, control = strict); f <- coxph(s ~ age + prs, d, control = strict)
say("base", concordance(b)$concordance); say("full", concordance(f)$concordance)
ci <- function(m, i) { k <- summary(m)$coefficients[i, ]; k[1] + c(0, -1, 1) * qnorm(0.975) * k[3] }
say("hazard", exp(sd(d$prs) * ci(f, "prs"))); say("slope", ci(coxph(s ~ prs, d, control = strict), 1))
""")
        names = {"c": ("c_index", 1), "base": ("c_index_covariates", 1), "full": ("c_index_full", 1),
                 "hazard": ("hazard_ratio_per_sd", 3), "slope": ("calibration_slope", 3)}
        self.compare(rows, expected, names, 1e-8)


@unittest.skipUnless(has_package("survival"), "no Rscript with survival")
class Incidence(AgainstR):
    def test_incidence_by_fifth(self):
        """survfit with log-log intervals at the times told, which are written with five decimals."""
        people = 4 * SAMPLES
        chance = np.random.default_rng(8)
        score = chance.standard_normal(people)
        time = np.ceil(300 * chance.exponential(1, people) * np.exp(-0.6 * score)) / 10  # Ties.
        event = (chance.random(people) < 0.6).astype(float)
        cohort(self.folder, {"years": time, "event": event, "prs": score})
        evaluate(self.folder, "--trait", "years:event", "--score", "prs", out="curves")
        curves = json.loads((self.folder / "curves/evaluation.json").read_text())["incidence"]
        self.assertEqual([curve["group"] for curve in curves], [f"fifth {k}" for k in range(1, 6)])
        (self.folder / "times.txt").write_text("".join(f"{k} {t}\n" for k, curve in enumerate(curves) for t in curve["time"]))
        expected = ask_r(self.folder, r"""
suppressMessages(library(survival))
d$fifth <- cut(d$prs, c(-Inf, quantile(d$prs, 1:4 / 5), Inf), labels = FALSE)
asked <- read.table("times.txt")
for (k in 1:5) {
  f <- survfit(Surv(years, event) ~ 1, d[d$fifth == k, ], conf.type = "log-log")
  s <- summary(f, times = asked[asked$V1 == k - 1, 2], extend = TRUE)
  say(paste0("share", k), 1 - s$surv); say(paste0("lower", k), 1 - s$upper); say(paste0("upper", k), 1 - s$lower)
}
""")
        for k, curve in enumerate(curves, 1):
            self.assertGreater(len(curve["time"]), 8)
            for name, ours in (("share", "incidence"), ("lower", "lower"), ("upper", "upper")):
                np.testing.assert_allclose(curve[ours], expected[f"{name}{k}"], rtol=0, atol=5.1e-6)


@unittest.skipUnless(LUNG.exists(), "the shared data are not here")
class Lung(AgainstR):
    """coxph of R's lung data, Efron's ties, as stored; R stopped at a relative change of 1e-9."""

    def test_lung(self):
        with open(LUNG, encoding="utf-8") as file:
            people = list(csv.DictReader(file))
        number = lambda text: NAN if text == "NA" else float(text)
        columns = {name.replace(".", "_"): [number(p[name]) for p in people] for name in
                   ("time", "status", "age", "sex", "ph.ecog")}
        cohort(self.folder, columns)
        for name, value, error in (("age", 0.0110667645601, 0.0092674110137),
                                   ("sex", -0.5526123957036, 0.1677390537873),
                                   ("ph_ecog", 0.4637284753704, 0.1135772661267)):
            others = [n for n in ("age", "sex", "ph_ecog") if n != name]
            rows = evaluate(self.folder, "--trait", "time:status", "--score", name, "--covariate", ",".join(others),
                            out=name)
            complete = np.all([~np.isnan(columns[n]) for n in columns], axis=0)
            sd = np.std(np.array(columns[name])[complete], ddof=1)
            found = np.log(find(rows, "hazard_ratio_per_sd")) / sd
            self.assertAlmostEqual(found[0], value, places=8)
            self.assertAlmostEqual((found[2] - found[1]) / 2 / 1.959963984540054, error, places=8)
            self.assertAlmostEqual(find(rows, "c_index_full")[0], 0.637135493, places=9)


if __name__ == "__main__":
    program.main()
