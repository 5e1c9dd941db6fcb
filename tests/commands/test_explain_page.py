#!/usr/bin/env python3
"""Pages of `maniple explain --html`: places, risks, distances and warnings against numpy; who may read them."""
import csv
import json
import re

from command_case import CommandCase
from plink_files import MISSING, write_bfile
from program import h5py, main, np
from report_page import Page

SAMPLES = 1600
FAR = 7  # Whose principal components are far from everybody's.


class ExplainPage(CommandCase):
    def setUp(self):
        super().setUp()
        self.succeed("simulate", "--store", "s", "--samples", SAMPLES, "--variants", "400", "--quantitative", "1", "--binary",
                     "2", "--heritability", "0.7", "--causal", "12", "--seed", "4")
        with h5py.File(self.folder / "s/cohort.h5") as file:
            self.ids = [value.decode() for value in file["sample_id"][:]]
        chance = np.random.default_rng(6)
        self.pcs = chance.standard_normal((SAMPLES, 3)) @ chance.standard_normal((3, 3)) / 100
        self.pcs[FAR] = 2
        self.pcs[9, 1] = np.nan
        self.site = np.array(["a" if s % 2 else "b" for s in range(SAMPLES)], dtype=object)
        self.site[5] = "</script><b>few"
        text = lambda x: "NA" if x != x else repr(float(x))
        self.write("w.tsv", "IID\tclinic\tPC1\tPC2\tPC3\n" + "".join(
            f"{i}\t{self.site[s]}\t" + "\t".join(map(text, self.pcs[s])) + "\n" for s, i in enumerate(self.ids)))
        self.succeed("import", "--store", "s", "--table", "w.tsv", "--name", "w")

    def explain(self, people, *words, out="why", model="m"):
        words = ("explain", "--store", "s", "--model", model, "--sample", *[self.ids[p] for p in people], "--html", "--out", out,
                 *words)
        said = self.succeed(*words)
        for i in self.ids:
            self.assertNotRegex(said, rf"\b{i}\b")
        pages = {}
        self.assertEqual((self.folder / out).stat().st_mode & 0o777, 0o700)
        for number, person in enumerate(people, 1):
            path = self.folder / out / f"person-{number}.html"
            self.assertEqual(path.stat().st_mode & 0o777, 0o600)
            pages[person] = Page(path)
            words = re.findall(r"[\w.-]+", pages[person].without_own_code())
            self.assertEqual(set(words) & set(self.ids), {self.ids[person]})
        return pages

    def fit(self, trait, *words):
        self.succeed("fit", "--store", "s", "--trait", trait, "--name", "m", "--penalties", "15", "--split", "0.5,0.1,0.4", *words)

    def scores(self):
        self.succeed("score", "--store", "s", "--model", "m", "--out", "scored")
        with open(self.folder / "scored/scores.tsv", encoding="utf-8") as file:
            rows = list(csv.DictReader(file, delimiter="\t"))
        column = [name for name in rows[0] if name not in ("#IID", "#FID", "IID")][0]
        return np.array([float(row[column]) for row in rows])

    def test_place_contributions_and_no_risk(self):
        self.fit("binary_1")
        self.write("genes.tsv", "gene contig start end\nA<i>&B 1 1 2000000000\nC 2 1 2000000000\n")
        pages = self.explain([3, FAR], "--genes", "genes.tsv", "--top", "6")
        scores = self.scores()
        for person, page in pages.items():
            self.assertEqual(page.sections(), ["score-1", "limits", "methods"])
            below = ((scores < scores[person]).sum() + ((scores == scores[person]).sum() - 1) / 2) / (SAMPLES - 1)
            self.assertIn(f"Of the 1,599 other people of this store, {100 * below:.1f}% have a lower score" +
                          (" (half of those with the same score counted)" if (scores == scores[person]).sum() > 1 else "") +
                          ". They are", page.text)
            self.assertIn("100.0% of the score's variance rests on genotypes that this person has", page.text)
            data = page.data["population-data-1"]
            self.assertAlmostEqual(data["mark"]["value"], scores[person], places=9)
            self.assertEqual(sum(data["counts"]), SAMPLES)
            self.assertFalse([c for c in data["counts"] if 0 < c < 5])
            bounds = data["edges"][1:-1]
            self.assertEqual(list(np.cumsum(data["counts"])[:-1]), [int((scores <= b).sum()) for b in bounds])
            self.assertIn("No absolute risk is told: the model was not recalibrated", page.text)
            self.assertIn("No evaluation of this score was named", page.text)
            self.assertIn("was not asked (--pc)", page.text)
            self.assertIn("A<i>&B", page.text)
        rows = (self.folder / "why/contributions.tsv").read_text().splitlines()[1:7]
        shown = pages[3].data["contributions-data-1"]["rows"]
        np.testing.assert_allclose([row["value"] for row in shown], [float(row.split("\t")[-1]) for row in rows], rtol=1e-6)

    def test_missing_genotypes(self):
        """Shares of variance that genotypes have, from the weights and frequencies themselves."""
        samples, variants = 600, 40
        chance = np.random.default_rng(8)
        dosages = chance.binomial(2, chance.uniform(0.1, 0.6, (variants, 1)), (variants, samples))
        weights = chance.standard_normal(variants)
        frequency = chance.uniform(0.1, 0.6, variants)
        dosages[:, 0] = MISSING
        for person, count in ((1, 30), (2, 8)):
            dosages[chance.choice(variants, count, replace=False), person] = MISSING
        write_bfile(self.folder / "g", dosages)
        self.succeed("import", "--store", "few", "--bfile", "g")
        lines = [line.split() for line in (self.folder / "g.bim").read_text().splitlines()]
        self.write("few.tsv", "chr_name\tchr_position\teffect_allele\tother_allele\teffect_weight\tallelefrequency_effect\n" +
                   "".join(f"{c}\t{at}\t{a}\t{b}\t{w!r}\t{f!r}\n" for (c, _, _, at, a, b), w, f in
                           zip(lines, weights.tolist(), frequency.tolist())))
        self.succeed("import", "--store", "few", "--weights", "few.tsv", "--name", "w")
        with h5py.File(self.folder / "few/cohort.h5") as file:
            ids = [value.decode() for value in file["sample_id"][:]]
        self.succeed("explain", "--store", "few", "--model", "w", "--sample", *ids[:4], "--html", "--out", "few-pages")
        variance = weights ** 2 * 2 * frequency * (1 - frequency)
        for person in range(4):
            text = Page(self.folder / f"few-pages/person-{person + 1}.html").text
            share = variance[dosages[:, person] != MISSING].sum() / variance.sum()
            told = f"{100 * share:.{2 if 0 < 100 * share < 1 else 1}f}% of the score's variance rests on genotypes that"
            self.assertIn(("Only " if share < 0.9 else "") + told, text)
            self.assertEqual("have a lower score" in text, share >= 0.5, person)
            self.assertEqual("No absolute risk is told: most of this person's genotypes" in text, share < 0.5)

    def test_risk_groups_and_distance(self):
        self.fit("binary_1", "--covariate", "w.PC1")
        # The person without a neighbour has nobody to be judged with.
        self.succeed("evaluate", "--store", "s", "--model", "m", "--trait", "binary_1", "--recalibrate", "--bootstrap", "20",
                     "--by", "clinic", "--out", "judged")
        facts = json.loads((self.folder / "judged/evaluation.json").read_text(encoding="utf-8"))
        scores = self.scores()
        with h5py.File(self.folder / "s/models/m.h5") as file:
            number = lambda name: float(file[name][0])
            coefficient = float(file["covariate_coefficient"][0])
            plain = scores + number("score_offset") + number("score_intercept") + coefficient * self.pcs[:, 0]
            linear = number("recalibration_intercept") + number("recalibration_slope") * plain
            used = file["training_is_used"][:].astype(bool)
        line = facts["calibration_line"]
        ends = [int(np.nanargmin(linear)), int(np.nanargmax(linear))]
        pages = self.explain(list(dict.fromkeys([3, 5, FAR, 9, *ends])), "--evaluation", "judged", "--pc", "PC*")
        # Beyond the bounds between which people were evaluated there is no interval.
        bounds = facts["histogram"]["bounds"]
        within, beyond = set(), set()
        for person in (3, 5, FAR, *ends):
            risk = 1 / (1 + np.exp(-linear[person]))
            is_within = bounds[0] <= risk <= bounds[-1]
            within.add(person) if is_within else beyond.add(person)
            self.assertEqual("is estimated to be" in pages[person].text, is_within)
            self.assertEqual(f"outside of {100 * bounds[0]:.3g}% to {100 * bounds[-1]:.3g}%" in pages[person].text, not is_within)
            self.assertIn("A risk is a share of people like this one", pages[person].text)
        self.assertTrue(within & {3, 5} and beyond)
        for person in (3, 5):
            page, x = pages[person], linear[person]
            parts = lambda eta: 100 / (1 + np.exp(-eta))
            share = lambda eta: f"{parts(eta):.{2 if parts(eta) < 1 else 1}f}%"
            self.assertIn(f"predicts a risk of {share(x)} for 'binary_1'", page.text)
            away = x - line["centre"]
            error = np.sqrt(line["level_variance"] + 2 * away * line["covariance"] + away ** 2 * line["slope_variance"])
            at = line["level"] + line["slope"] * away
            interval = (f"{share(at)} (95% interval {share(at - 1.959963984540054 * error)} to "
                        f"{share(at + 1.959963984540054 * error)})")
            self.assertEqual(interval in page.text, person in within)
            self.assertEqual("was among those on whom" in page.text, bool(used[person]))
        row, = [r for r in facts["rows"] if r["kind"] == "estimate" and r["metric"] == "auc" and r["group"] == self.site[3]]
        self.assertIn(f"group, clinic = {self.site[3]}: AUC {row['estimate']:.3f}", pages[3].text)
        self.assertIn("not validated in this person's group, clinic = </script><b>few", pages[5].text)
        # Squared distances from the training samples, and where they lie among theirs.
        known = used & ~np.isnan(self.pcs).any(axis=1)
        centre, inverse = self.pcs[known].mean(axis=0), np.linalg.inv(np.cov(self.pcs[known].T))
        squared = np.einsum("ij,jk,ik->i", self.pcs - centre, inverse, self.pcs - centre)
        for person in (3, 5, FAR):
            theirs = squared[known]
            place = 100 * ((theirs < squared[person] * (1 - 1e-12)).sum() + np.isclose(theirs, squared[person], 1e-12).sum() / 2) / len(theirs)
            text = pages[person].text
            self.assertIn(f"By the covariance of the {known.sum():,} training samples with PC1, PC2, PC3", text)
            self.assertIn(f"farther from their mean than {place:.1f}% of them", text)
            self.assertEqual("That is far" in text, place > 99)
        self.assertIn("That is far", pages[FAR].text)
        self.assertIn("one of these columns is missing for this person", pages[9].text)

    def test_values_and_other_evaluations(self):
        self.fit("quantitative_1")
        self.succeed("evaluate", "--store", "s", "--model", "m", "--trait", "quantitative_1", "--bootstrap", "20", "--out", "before")
        self.succeed("evaluate", "--store", "s", "--model", "m", "--trait", "quantitative_1", "--recalibrate", "--bootstrap", "20",
                     "--out", "after")
        page = self.explain([3], "--evaluation", "before", out="one")[3]
        self.assertIn("the evaluation named is of the model before it was recalibrated", page.text)
        page = self.explain([3], "--evaluation", "after", out="two")[3]
        self.assertRegex(page.text, r"predicts a value of -?[\d.]+ for 'quantitative_1'")
        self.assertRegex(page.text, r"95% of such people are expected between -?[\d.]+ and -?[\d.]+")
        self.assertIn("not divided into groups", page.text)
        self.succeed("fit", "--store", "s", "--trait", "binary_1", "--name", "other", "--penalties", "5", "--split", "0.5,0.1,0.4")
        words = ("explain", "--store", "s", "--model", "other", "--sample", self.ids[3], "--out", "x")
        self.refuse("--evaluation 'after'", *words, "--html", "--evaluation", "after")
        self.refuse("evaluation.json", *words, "--html", "--evaluation", "nothere")
        self.refuse("--html", *words, "--evaluation", "after")
        # Of the same score, on a trait that it does not predict.
        self.succeed("evaluate", "--store", "s", "--model", "other", "--trait", "binary_2", "--bootstrap", "20", "--out", "second")
        self.refuse(["'second' is of trait 'binary_2' (binary)", "predicts 'binary_1' (binary)"], *words, "--html",
                    "--evaluation", "second")
        self.succeed("evaluate", "--store", "s", "--model", "other", "--trait", "simulated.binary_1", "--bootstrap", "20",
                     "--out", "full")
        self.assertIn("for 'simulated.binary_1', was not divided", self.explain([3], "--evaluation", "full", out="y",
                                                                             model="other")[3].text)
        # A pattern is not what was evaluated: its column is.
        self.succeed("evaluate", "--store", "s", "--model", "other", "--trait", "binary_1*", "--bootstrap", "20", "--out",
                     "pattern")
        self.assertIn("for 'binary_1', was not divided", self.explain([3], "--evaluation", "pattern", out="z",
                                                                    model="other")[3].text)
        self.refuse("--html", *words, "--pc", "PC1")
        self.refuse("PC9", *words, "--html", "--pc", "PC9")
        self.refuse("categorical", *words, "--html", "--pc", "clinic")

    def test_evaluation_of_a_model_that_was_replaced(self):
        fit = ("fit", "--store", "s", "--trait", "binary_1", "--name", "m", "--split", "0.5,0.1,0.4")
        judge = ("evaluate", "--store", "s", "--trait", "binary_1", "--by", "clinic", "--bootstrap", "20")
        self.succeed(*fit, "--penalties", "15")
        self.succeed(*judge, "--model", "m", "--recalibrate", "--out", "old")
        told = self.explain([3], "--evaluation", "old", out="same")[3].text
        self.assertIn("The score was judged for 'binary_1'", told)
        self.assertIn("It was recalibrated on", told)
        # Recalibrating it once more leaves the model what it is.
        self.succeed(*judge, "--model", "m", "--recalibrate", "--seed", "2", "--out", "again")
        told = self.explain([3], "--evaluation", "old", out="twice")[3].text
        self.assertIn("The score was judged for 'binary_1'", told)
        self.assertIn("before it was recalibrated as it is now", told)
        for words in (["--covariate", "w.PC1", "--penalties", "15"], ["--penalties", "4"]):
            self.succeed(*fit, *words, "--replace")
            self.refuse(["--evaluation 'old' is of another model that was called 'm'", "evaluate 'm' as it is now"], "explain",
                        "--store", "s", "--model", "m", "--sample", self.ids[3], "--html", "--evaluation", "old", "--out", "x")

    def test_evaluation_of_nobody_knows_which_model(self):
        self.fit("binary_1")
        self.succeed("score", "--store", "s", "--model", "m", "--name", "scored")
        judge = ("evaluate", "--store", "s", "--trait", "binary_1", "--by", "clinic", "--bootstrap", "20")
        self.succeed(*judge, "--scores", "scored", "--out", "table")
        self.succeed(*judge, "--scores", "scored", "--model", "m", "--out", "both")
        self.succeed(*judge, "--model", "m", "--recalibrate", "--out", "early")
        path = self.folder / "early/evaluation.json"
        facts = json.loads(path.read_text(encoding="utf-8"))
        self.assertRegex(facts.pop("model_checksum"), r"^[0-9a-f]{16}$")
        path.chmod(0o600)
        path.write_text(json.dumps(facts), encoding="utf-8")
        for run in ("table", "both", "early"):
            told = self.explain([3], "--evaluation", run, out=f"of-{run}")[3].text
            self.assertIn("Nobody knows whether the evaluation named, for 'binary_1', was of this model", told)
            self.assertNotIn("AUC", told)
            self.assertNotIn("is estimated to be", told)
            self.assertIn("cannot be told: nobody knows whether the evaluation named was of this model", told)

    def test_weights_from_elsewhere_have_no_distance(self):
        """A recalibration makes its half of the people known, who are not those that trained."""
        self.fit("binary_1")
        self.succeed("export", "--store", "s", "--model", "m", "--genome-build", "GRCh38", "--out", "weights.txt")
        self.succeed("import", "--store", "s", "--weights", "weights.txt", "--name", "w2")
        self.succeed("evaluate", "--store", "s", "--model", "w2", "--trait", "binary_1", "--bootstrap", "20", "--recalibrate",
                     "--out", "judged")
        text = self.explain([3], "--pc", "PC*", "--evaluation", "judged", out="x", model="w2")[3].text
        self.assertIn("cannot be told: nobody knows on whom this score was trained", text)
        self.assertNotIn("Mahalanobis distance", text)

    def test_times_by_a_horizon(self):
        self.succeed("simulate", "--store", "t", "--samples", "1500", "--variants", "100", "--time-to-event", "1",
                     "--quantitative", "0", "--binary", "0", "--heritability", "0.6", "--causal", "5", "--seed", "3")
        self.succeed("fit", "--store", "t", "--trait", "event_time_1:event_1", "--name", "m", "--penalties", "10",
                     "--split", "0.3,0.1,0.6")
        with h5py.File(self.folder / "t/cohort.h5") as file:
            person = file["sample_id"][3].decode()
        horizon = "5"
        self.succeed("evaluate", "--store", "t", "--model", "m", "--trait", "event_time_1:event_1", "--recalibrate",
                     "--bootstrap", "20", "--horizon", horizon, "--out", "judged")
        words = ("explain", "--store", "t", "--model", "m", "--sample", person, "--html")
        self.succeed(*words, "--out", "one")
        self.assertIn("nothing says by which time", Page(self.folder / "one/person-1.html").text)
        self.succeed(*words, "--evaluation", "judged", "--out", "two")
        text = Page(self.folder / "two/person-1.html").text
        self.assertRegex(text, r"predicts a risk of [\d.]+% for 'event_time_1:event_1' by time 5\.00")
        self.assertIn("the risk if nobody died of anything else first", text)
        self.assertRegex(text, r"share with the outcome is estimated to be [\d.]+% \(95% interval [\d.]+% to [\d.]+%\) by time")


if __name__ == "__main__":
    main()
