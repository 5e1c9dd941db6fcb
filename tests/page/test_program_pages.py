#!/usr/bin/env python3
"""Pages that the program makes of real runs, in a browser: the quickstart's scan and evaluation, an explained person,
times to an event, ten million variants. None holds a sample's ID but the person's."""
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "commands"))
import page_checks
from command_case import CommandCase
from program import SOURCE, bolt_example, h5py, main, run

COVARIATES = "CAT_COV,QCOV1,QCOV2"


class ProgramPages(CommandCase):
    def forbid(self, store, *allowed):
        """A file with the IDs of a store's samples that a page must not hold."""
        with h5py.File(self.folder / store / "cohort.h5") as file:
            ids = [value.decode() for value in file["sample_id"][:]]
        return self.write("ids.txt", "".join(f"{name}\n" for name in ids if name not in allowed)), ids

    def check(self, page, *options):
        code, output = page_checks.check_page(self.folder / page, *options)
        self.assertEqual(code, 0, output)

    def job(self, command, name, *words, **options):
        self.succeed(command, "--job", SOURCE / "jobs" / name, "--store", "s", *words, **options)

    def test_quickstart(self):
        bfile = bolt_example(self.folder)
        if bfile is None:
            self.skipTest("Debian's bolt-lmm-example is not here")
        self.succeed("import", "--store", "s", "--bfile", bfile)
        self.succeed("import", "--store", "s", "--table", f"{bfile}.pheno2.covars", "--name", "phenotypes",
                     "--missing-value", -9)
        self.job("scan", "first-scan.ini", "--out", "run")
        self.job("fit", "first-score.ini", "--out", "fit")
        self.job("evaluate", "first-evaluation.ini", "--out", "evaluation")
        ids, names = self.forbid("s")
        self.check("run/report.html", "--expect-plots", "manhattan,qq", "--forbid", ids)
        self.check("evaluation/report.html", "--expect-plots", "forest,quantiles", "--forbid", ids)
        self.succeed("explain", "--store", "s", "--model", "first", "--sample", names[5], "--html", "--evaluation",
                     "evaluation", "--out", "why")
        ids, _ = self.forbid("s", names[5])
        self.check("why/person-1.html", "--expect-plots", "density,contributions", "--forbid", ids)

    def test_many_traits(self):
        self.succeed("simulate", "--store", "s", "--samples", 600, "--variants", 5000, "--contigs", 22, "--quantitative", 4,
                     "--binary", 1, "--time-to-event", 1, "--causal", 8, "--heritability", 0.9)
        self.succeed("scan", "--store", "s", "--trait", "quantitative_*,binary_*,event_time_1:event_1", "--covariate", "sex,site",
                     "--out", "run")
        ids, _ = self.forbid("s")
        self.check("run/report.html", "--expect-plots", "manhattan,qq,heat", "--forbid", ids)

    def test_risks(self):
        self.succeed("simulate", "--store", "s", "--samples", 6000, "--variants", 400, "--quantitative", 0, "--binary", 1,
                     "--time-to-event", 1, "--heritability", 0.3, "--causal", 60, "--seed", 3)
        for trait, words in (("binary_1", ["--threshold", "top=0.1", "risk=0.2"]),
                             ("event_time_1:event_1", ["--horizon", 5])):
            kind = trait.partition("_")[0]
            self.succeed("fit", "--store", "s", "--trait", trait, "--name", kind, "--penalties", 20, "--split", "0.4,0.1,0.5")
            self.succeed("evaluate", "--store", "s", "--model", kind, "--trait", trait, "--by", "site,sex", "--recalibrate",
                         "--bootstrap", 40, *words, "--out", kind)
            ids, names = self.forbid("s")
            self.check(f"{kind}/report.html", "--forbid", ids, "--expect-plots",
                       "forest,calibration,quantiles" + (",incidence" if kind == "event" else ""))
        self.succeed("explain", "--store", "s", "--model", "event", "--sample", names[7], "--html", "--evaluation", "event",
                     "--out", "why")
        ids, _ = self.forbid("s", names[7])
        self.check("why/person-1.html", "--expect-plots", "density,contributions", "--forbid", ids)

    def test_ten_million_variants(self):
        run([os.environ["MANIPLE_WRITE_SCAN"], self.folder / "run", 10_000_000, 1, 100])
        self.succeed("report", "--run", "run")
        self.assertLess((self.folder / "run/report.html").stat().st_size, 5_000_000)
        self.check("run/report.html", "--expect-plots", "manhattan,qq", "--paint-limit", 2)


if __name__ == "__main__":
    page_checks.require_browser()
    main()
