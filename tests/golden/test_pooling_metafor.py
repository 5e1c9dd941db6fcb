#!/usr/bin/env python3
"""Pooled levels of maniple evaluate --leave-one-out against R's metafor: rma with method DL and test adhoc.

Both start from the levels' estimates and standard errors as maniple printed them, so that rounding is all that is left.
"""
import json
import pathlib
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import program  # first: leaves where a package is missing
import h5py
import numpy as np

SCRIPT = r"""
suppressMessages(library(metafor)); d <- read.delim("levels.tsv"); options(digits = 17)
for (name in unique(d$metric)) {
  e <- d[d$metric == name, ]; m <- rma(yi = e$value, sei = e$error, method = "DL", test = "adhoc")
  half <- qt(0.975, m$k - 2) * sqrt(m$tau2 + m$se^2)
  cat(name, format(c(m$b, m$ci.lb, m$ci.ub, m$b - half, m$b + half, m$QE, -log10(m$QEp), m$tau2, m$I2 / 100), digits = 17), "\n")
}
"""
LOGIT = (lambda x: np.log(x / (1 - x)), lambda x, e: e / (x * (1 - x)), lambda z: 1 / (1 + np.exp(-z)))
ROOT = (lambda x: np.arctanh(np.sqrt(x)), lambda x, e: e / (2 * np.sqrt(x) * (1 - x)), lambda z: np.tanh(max(z, 0))**2)
LOG = (np.log, lambda x, e: e, np.exp)
PLAIN = (lambda x: x, lambda x, e: e, lambda z: z)
SCALES = {"binary_1": {"auc": LOGIT, "auc_covariates": LOGIT, "odds_ratio_per_sd": LOG, "auc_incremental": PLAIN,
                       "calibration_in_the_large": PLAIN, "brier": PLAIN},
          "quantitative_1": {"r2": ROOT, "r2_full": ROOT, "r2_incremental": PLAIN, "effect_per_sd": PLAIN},
          "event_time_1:event_1": {"c_index": LOGIT, "c_index_full": LOGIT, "hazard_ratio_per_sd": LOG}}


def has_metafor():
    return shutil.which("Rscript") and subprocess.run(["Rscript", "-e", "library(metafor)"], capture_output=True,
                                                      check=False).returncode == 0


@unittest.skipUnless(has_metafor(), "no Rscript with metafor")
class Pooling(program.InScratch):
    def test_against_metafor(self):
        program.maniple("simulate", "--store", "s", "--samples", "1200", "--variants", "300", "--quantitative", "1",
                        "--binary", "1", "--time-to-event", "1", "--heritability", "0.6", "--causal", "6", "--seed", "7",
                        folder=self.folder)
        with h5py.File(self.folder / "s/cohort.h5") as file:
            ids = [value.decode() for value in file["sample_id"][:]]
        (self.folder / "w.tsv").write_text("IID\twhere\n" + "".join(f"{i}\tw{s % 5}\n" for s, i in enumerate(ids)))
        program.maniple("import", "--store", "s", "--table", "w.tsv", "--name", "w", folder=self.folder)
        differ = 0
        for trait, scales in SCALES.items():
            out = trait.split(":", maxsplit=1)[0]
            program.maniple("evaluate", "--store", "s", "--leave-one-out", "where", "--trait", trait, "--covariate",
                            "covariate_1,sex", "--penalties", "12", "--split", "0.8,0.2", "--bootstrap", "60", "--out",
                            out, folder=self.folder)
            lines = json.loads((self.folder / out / "evaluation.json").read_text())["rows"]
            text = "metric\tvalue\terror\n"
            for metric, (to, error_of, _) in scales.items():
                for line in lines:
                    if (line["kind"], line["metric"]) == ("estimate", metric):
                        error = line.get("standard_error", line.get("standard_error_of_log"))
                        text += f"{metric}\t{to(line['estimate'])!r}\t{error_of(line['estimate'], error)!r}\n"
            (self.folder / "levels.tsv").write_text(text.replace("np.float64(", "").replace(")", ""))
            said = subprocess.run(["Rscript", "-e", SCRIPT], cwd=self.folder, capture_output=True, text=True, check=True)
            for answer in said.stdout.splitlines():
                metric, *numbers = answer.split()
                numbers = [float(x) for x in numbers]
                back = scales[metric][2]
                line = lambda kind, name: next(r for r in lines if (r["kind"], r["metric"]) == (kind, name))
                pooled, new = line("pooled", metric), line("new_level", metric)
                q = line("heterogeneity", f"{metric}_heterogeneity_q")
                found = [pooled["estimate"], pooled["lower"], pooled["upper"], new["lower"], new["upper"], q["estimate"],
                         q["neg_log10_p"], line("heterogeneity", f"{metric}_tau_squared")["estimate"],
                         line("heterogeneity", f"{metric}_i_squared")["estimate"]]
                right = [back(x) for x in numbers[:5]] + numbers[5:]
                np.testing.assert_allclose(found, right, rtol=1e-9, atol=1e-12, err_msg=metric)
                differ += found[7] > 0
        self.assertGreater(differ, 1)  # else tau^2 was never tried


if __name__ == "__main__":
    program.main()
