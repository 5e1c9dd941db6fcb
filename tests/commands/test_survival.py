#!/usr/bin/env python3
"""maniple scan --trait TIME:EVENT: what is refused, what is reported, and odd shapes."""
import csv
import json

from command_case import CommandCase
from plink_files import MISSING, write_bfile, write_table
from program import h5py, main, np, read_results

SAMPLES, VARIANTS = 300, 40


class Survival(CommandCase):
    @classmethod
    def setUpClass(cls):
        chance = np.random.default_rng(8)
        cls.dosages = chance.binomial(2, np.linspace(0.003, 0.5, VARIANTS)[:, None], (VARIANTS, SAMPLES))
        age = chance.normal(50, 10, SAMPLES)
        happens = chance.exponential(10, SAMPLES) * np.exp(-0.05 * (age - 50))
        end = chance.uniform(2, 12, SAMPLES)
        died = (happens <= end).astype(float)
        years = np.minimum(happens, end)
        years[:10] = np.nan
        died[5:12] = np.nan
        rank = np.argsort(np.argsort(years))
        cls.values = {
            "age": age, "height": chance.normal(170, 8, SAMPLES), "sick": (chance.random(SAMPLES) < 0.3).astype(float),
            "years": years, "died": died,
            "whole_years": np.floor(years), "no_years": np.zeros(SAMPLES), "negative": years - 3,
            "everybody": np.ones(SAMPLES), "nobody": np.zeros(SAMPLES),
            "one": (np.arange(SAMPLES) == 100).astype(float), "last": (years == np.nanmax(years)).astype(float),
            "few": (np.arange(SAMPLES) % 75 == 20).astype(float), "codes": np.arange(SAMPLES) % 3.0,
            "twos": 1 + died, "order": -years, "fast": (rank < 40).astype(float)}

    def setUp(self):
        super().setUp()
        write_bfile(self.folder / "g", self.dosages)
        write_table(self.folder / "t.tsv", self.values)
        self.succeed("import", "--store", "s", "--bfile", "g", "--table", "t.tsv")

    def scan(self, traits, *words, out="r", covariates="age"):
        said = self.succeed("scan", "--store", "s", "--trait", traits, *(["--covariate", covariates] if covariates else []),
                            "--out", out, *words)
        return said, read_results(self.folder / out)

    def summary(self, out="r"):
        with open(self.folder / out / "summary.tsv", encoding="utf-8") as file:
            return {row["trait"]: row for row in csv.DictReader(file, delimiter="\t")}

    def require_numbers(self, results):
        """Where there is no number, a status says so."""
        ok = results.status == 0
        for values in (results.beta, results.standard_error, results.neg_log10_p):
            np.testing.assert_array_equal(np.isfinite(values), ok)

    def test_what_is_said(self):
        said, results = self.scan("height,years:died,sick", "--missing-genotype", "drop")
        self.assertIn("times to event: Cox regression, beta is log hazard ratio per allele (score test, spa where "
                      "p <= 0.05)", said)
        self.assertEqual(results.traits, ["height", "years:died", "sick"])
        events = int(np.nansum(np.where(np.isnan(self.values["years"]), 0, self.values["died"])))
        people = SAMPLES - 12
        self.assertIn(f"years:died: {people} samples, {events} events, {people - events} censored", said)
        row = self.summary()["years:died"]
        self.assertEqual((row["type"], row["samples"], row["cases"], row["controls"]),
                         ("time-to-event", str(people), str(events), str(people - events)))
        record = json.loads((self.folder / "r/run.json").read_text())
        self.assertEqual(record["plan"]["tests"], "score test, spa where p <= 0.05")
        with h5py.File(self.folder / "r/results.h5") as file:
            self.assertIn("times to event: Cox (score test, spa where p <= 0.05)", file.attrs["model"].decode())
        self.require_numbers(results)
        self.succeed("export", "--run", "r", "--trait", "years:died", "--out", "years.tsv")
        exported = (self.folder / "years.tsv").read_text().splitlines()
        self.assertEqual(len(exported), 1 + VARIANTS)
        _, alone = self.scan("years:died", "--missing-genotype", "drop", out="alone")
        self.assertEqual(alone.beta[:, 0].tobytes(), results.beta[:, 1].tobytes())

    def test_columns_of_two_tables(self):
        write_table(self.folder / "u.tsv", {"late": self.values["died"]})
        self.succeed("import", "--store", "s", "--table", "u.tsv")
        _, one = self.scan("years:died", out="one")
        _, two = self.scan("years:late", out="two")
        self.assertEqual(one.beta.tobytes(), two.beta.tobytes())
        tables = {table["name"] for table in json.loads((self.folder / "two/run.json").read_text())["inputs"]["tables"]}
        self.assertEqual(tables, {"t", "u"})

    def test_nobody_censored(self):
        said, _ = self.scan("years:everybody", out="r2")
        self.assertIn("trait 'years:everybody': nobody is censored; where 'everybody' is missing", said)
        said, _ = self.scan("years:died", out="died")
        self.assertNotIn("nobody is censored", said)

    def test_plan(self):
        said = self.succeed("scan", "--store", "s", "--trait", "years:died", "--out", "r", "--plan")
        self.assertIn("memory per rank", said)
        self.assertFalse((self.folder / "r").exists())

    def test_refusals(self):
        for words, why in (
                (["years:died", "--model", "linear"], "--model linear is of quantitative"),
                (["years:died", "--model", "logistic"], "--model logistic is of binary"),
                (["years:died", "--correction", "firth"], "--correction firth is of binary traits"),
                (["height,years:died", "--whole-genome", "ridge"], "trait 'years:died' is a time to an event (whole"),
                (["height,years:died", "--whole-genome", "ridge", "--whole-genome-only"],
                 "trait 'years:died' is a time to an event (whole"),
                (["height,years:died", "--predictors", "none.list"], "trait 'years:died' is a time to an event (whole"),
                (["years:diedd"], "did you mean 'died'"),
                (["yaers:died"], "did you mean 'years'"),
                (["years:years"], "one column for times and events"),
                (["age:died", "--covariate", "age"], "both a trait and a covariate"),
                (["negative:died"], "negative times"),
                (["years:codes"], "'codes' has the value 2"),
                (["years:nobody"], "too few events"),
                (["years:few"], "too few events (fewer than 20"),
                (["years:fast", "--covariate", "order"], "separated")):
            with self.subTest(words=words):
                self.refuse([why], "scan", "--store", "s", "--out", "r", "--trait", *words)

    def test_event_codes(self):
        _, one = self.scan("years:died", out="one")
        _, two = self.scan("years:twos", out="two")  # 1 censored, 2 an event
        self.assertEqual(one.beta.tobytes(), two.beta.tobytes())

    def test_privacy(self):
        said, _ = self.scan("years:few", "--min-cases", "1")
        self.assertIn("<5 events, NA censored", said)
        row = self.summary()["years:few"]
        self.assertEqual((row["cases"], row["controls"]), ("<5", "NA"))

    def test_few_and_many_events(self):
        for trait, least in (("years:one", 20), ("years:few", 20), ("years:last", 0), ("years:everybody", 30),
                             ("whole_years:died", 30), ("no_years:sick", 30), ("no_years:everybody", 0)):
            for correction in ("none", "spa", "firth-approx"):
                with self.subTest(trait=trait, correction=correction):
                    out = f"{trait.replace(':', '-')}-{correction}"
                    options = [] if correction == "none" else ["--correction-threshold", "1"]
                    _, results = self.scan(trait, "--correction", correction, "--min-cases", "1", "--min-carriers", "1",
                                           *options, out=out, covariates="")
                    self.require_numbers(results)
                    self.assertGreaterEqual((results.status == 0).sum(), least)

    def test_an_event_at_a_time_when_all_are_at_risk(self):
        """Events of one time for everybody are draws without a history: U is that of a case among all."""
        _, results = self.scan("no_years:sick", "--correction", "none", covariates="")
        case = self.values["sick"]
        for v in np.flatnonzero(results.status[:, 0] == 0):
            centred = self.dosages[v] - self.dosages[v].mean()
            # Efron's hazards differ little between those with events and without; the effect has the same sign.
            self.assertEqual(np.sign(results.beta[v, 0]), np.sign(centred @ case))

    def test_one_person_one_variant(self):
        (self.folder / "one.txt").write_text("p20 p20\n")
        done = self.run_maniple("scan", "--store", "s", "--trait", "years:few", "--keep", "one.txt", "--min-cases", "1",
                                "--out", "one")
        self.assertEqual(done.returncode, 0, done.stderr)
        results = read_results(self.folder / "one")
        self.assertFalse((results.status == 0).any())
        self.require_numbers(results)
        (self.folder / "v.txt").write_text(f"v{VARIANTS - 1}\n")
        _, results = self.scan("years:died", "--extract", "v.txt", out="variant")
        self.assertEqual(results.beta.shape, (1, 1))
        self.assertEqual(results.status[0, 0], 0)

    def test_missing_genotypes(self):
        dosages = self.dosages.copy()
        dosages[3] = MISSING  # Nobody's,
        dosages[20, np.flatnonzero(self.values["died"] == 1)] = MISSING  # and those of all who have an event.
        dosages[21, np.flatnonzero(self.values["died"] == 0)] = MISSING
        write_bfile(self.folder / "m", dosages)
        self.succeed("import", "--store", "m", "--bfile", "m", "--table", "t.tsv")
        for missing in ("mean", "drop"):
            for correction in ("none", "spa", "firth-approx"):
                out = f"{missing}-{correction}"
                options = [] if correction == "none" else ["--correction-threshold", "1"]
                self.succeed("scan", "--store", "m", "--trait", "years:died", "--covariate", "age", "--out", out,
                             "--missing-genotype", missing, "--correction", correction, *options)
                results = read_results(self.folder / out)
                self.require_numbers(results)
                self.assertEqual(results.statuses[results.status[3, 0]], "no_genotypes")

    def test_threshold(self):
        _, none = self.scan("years:died", "--correction", "none", out="none")
        _, some = self.scan("years:died", "--correction-threshold", "0.3", out="some")
        _, every = self.scan("years:died", "--correction-threshold", "1", out="every")
        ok = none.status[:, 0] == 0
        small = ok & (none.neg_log10_p[:, 0] > -np.log10(0.3))
        self.assertTrue(0 < small.sum() < ok.sum())
        np.testing.assert_array_equal(some.beta[small, 0], every.beta[small, 0])
        np.testing.assert_array_equal(some.beta[ok & ~small, 0], none.beta[ok & ~small, 0])
        self.assertTrue((every.beta[ok, 0] != none.beta[ok, 0]).all())


if __name__ == "__main__":
    main()
