#!/usr/bin/env python3
"""maniple scan --model: which traits get which model, what is refused, what is reported."""
import csv
import json

from command_case import CommandCase
from plink_files import write_bfile, write_table
from program import main, np, read_results

SAMPLES, VARIANTS = 300, 60


class Logistic(CommandCase):
    @classmethod
    def setUpClass(cls):
        chance = np.random.default_rng(4)
        cls.dosages = chance.binomial(2, np.linspace(0.001, 0.5, VARIANTS)[:, None], (VARIANTS, SAMPLES))
        age = chance.normal(50, 10, SAMPLES)
        sick = (chance.random(SAMPLES) < 0.3).astype(float)
        sick[:15] = np.nan
        cls.values = {"height": chance.normal(170, 8, SAMPLES), "age": age, "sick": sick,
                      "rare": np.where(np.arange(SAMPLES) < 12, 1.0, 0.0),
                      "old": (age > 50).astype(float)}

    def setUp(self):
        super().setUp()
        write_bfile(self.folder / "g", self.dosages)
        write_table(self.folder / "t.tsv", self.values)
        self.succeed("import", "--store", "s", "--bfile", "g", "--table", "t.tsv")

    def scan(self, traits, *words, out="r"):
        said = self.succeed("scan", "--store", "s", "--trait", traits, "--covariate", "age", "--out", out, *words)
        return said, read_results(self.folder / out)

    def test_each_type_its_model(self):
        said, results = self.scan("height,sick", "--correction", "spa")  # --model auto is the default
        self.assertIn("score test, spa where p <= 0.05", said)
        _, height = self.scan("height", out="height")
        _, risk = self.scan("sick", "--model", "linear", out="risk")
        _, odds = self.scan("sick", "--model", "logistic", "--correction", "spa", out="odds")
        self.assertEqual(results.beta[:, 0].tobytes(), height.beta[:, 0].tobytes())
        self.assertEqual(results.beta[:, 1].tobytes(), odds.beta[:, 0].tobytes())
        # A difference in risk is about w = risk (1 - risk) times that in log odds.
        ok = (odds.status[:, 0] == 0) & (risk.status[:, 0] == 0)
        share = np.nanmean(self.values["sick"])
        slope = np.polyfit(odds.beta[ok, 0], risk.beta[ok, 0], 1)[0]
        self.assertAlmostEqual(slope, share * (1 - share), delta=0.03)
        with open(self.folder / "r/summary.tsv", encoding="utf-8") as file:
            rows = {row["trait"]: row for row in csv.DictReader(file, delimiter="\t")}
        cases = int(np.nansum(self.values["sick"]))
        self.assertEqual((int(rows["sick"]["cases"]), int(rows["sick"]["controls"])), (cases, SAMPLES - 15 - cases))
        few = int((results.status[:, 1] == results.statuses.index("too_few_carriers")).sum())
        self.assertEqual(int(rows["sick"]["too_few_carriers"]), few)
        self.assertGreater(few, 0)
        plan = json.loads((self.folder / "r/run.json").read_text())["plan"]
        self.assertEqual((plan["model"], plan["tests"]), ("auto", "score test, spa where p <= 0.05"))

    def test_limits(self):
        self.refuse(["too few cases (fewer than 20"], "scan", "--store", "s", "--trait", "rare", "--model", "auto",
                    "--out", "r")
        _, results = self.scan("rare", "--model", "auto", "--min-cases", "12", "--min-carriers", "1")
        carriers = (self.dosages > 0).sum(axis=1)
        lone = np.flatnonzero(carriers == 1)
        self.assertTrue((results.status[lone, 0] == 0).all())
        done = self.run_maniple("scan", "--store", "s", "--trait", "*", "--model", "auto", "--out", "all")
        self.assertEqual(done.returncode, 0)
        self.assertIn("trait 'rare' is left out: it has too few cases", done.stderr)

    def test_options_without_use(self):
        said, _ = self.scan("height", "--min-cases", "30", "--correction", "none", out="height")
        self.assertIn("--correction changes nothing: every trait is tested by linear regression", said)
        self.assertIn("--min-cases changes nothing", said)
        said, _ = self.scan("height", "--test", "wald", out="wald")
        self.assertIn("--test changes nothing", said)
        said, _ = self.scan("height,sick", "--min-cases", "30", out="both")
        self.assertNotIn("changes nothing", said)

    def test_separated_by_covariates(self):
        self.refuse(["told apart without error by the covariates"], "scan", "--store", "s", "--trait", "old",
                    "--covariate", "age", "--model", "auto", "--out", "r")

    def test_refusals(self):
        for words, why in ((["--trait", "height", "--model", "logistic"], "logistic regression is of binary traits"),
                           (["--trait", "sick", "--model", "linear", "--correction", "spa"], "no use with --model linear"),
                           (["--trait", "sick", "--model", "probit"], "probit"),
                           (["--trait", "sick", "--test", "wald", "--correction", "spa"], "no use with --test wald"),
                           (["--trait", "sick", "--test", "score", "--model", "linear"], "no use with --model linear"),
                           (["--trait", "sick", "--model", "auto", "--correction", "some"], "some"),
                           (["--trait", "sick", "--model", "auto", "--correction", "none",
                             "--correction-threshold", "0.1"], "no use with --correction none"),
                           (["--trait", "sick", "--model", "auto", "--correction-threshold", "2"], "2"),
                           (["--trait", "sick", "--model", "auto", "--min-cases", "0"], "0")):
            with self.subTest(words=words):
                self.refuse([why], "scan", "--store", "s", "--out", "r", *words)
                self.assertFalse((self.folder / "r").exists())

    def test_wald(self):
        said, wald = self.scan("height,sick", "--test", "wald", "--min-carriers", "1", out="wald")
        self.assertIn("Wald test of the full model", said)
        _, plain = self.scan("height,sick", out="plain")
        self.assertEqual(wald.beta[:, 0].tobytes(), plain.beta[:, 0].tobytes())     # of quantitative traits: exact t
        ok = (wald.status[:, 1] == 0) & (plain.status[:, 1] == 0)
        self.assertGreater(np.corrcoef(wald.beta[ok, 1], plain.beta[ok, 1])[0, 1], 0.95)
        lone = np.flatnonzero((self.dosages > 0).sum(axis=1) == 1)
        self.assertGreater((wald.status[lone, 1] == wald.statuses.index("separated")).sum(), 0)
        self.assertTrue(np.isnan(wald.beta[wald.status[:, 1] != 0, 1]).all())

    def test_threshold(self):
        _, none = self.scan("sick", "--model", "auto", "--correction", "none", out="none")
        _, some = self.scan("sick", "--model", "auto", "--correction-threshold", "0.3", out="some")
        _, every = self.scan("sick", "--model", "auto", "--correction-threshold", "1", out="every")
        ok = none.status[:, 0] == 0
        small = ok & (none.neg_log10_p[:, 0] > -np.log10(0.3))
        self.assertTrue(0 < small.sum() < ok.sum())
        np.testing.assert_array_equal(some.beta[small, 0], every.beta[small, 0])
        np.testing.assert_array_equal(some.beta[ok & ~small, 0], none.beta[ok & ~small, 0])
        self.assertTrue((every.beta[ok, 0] != none.beta[ok, 0]).all())


if __name__ == "__main__":
    main()
