#!/usr/bin/env python3
"""Pages of evaluations: what stands in them, what must not, and numbers of their plots against numpy."""
import json
import re

from command_case import CommandCase
from evaluated_people import NAN, evaluated_people
from plink_files import write_bfile, write_table
from program import h5py, main, np
from report_page import Page

SAMPLES = 700
LIMIT = 5
HOSTILE = "</script><script>alert(1)</script><b>"
SECTIONS = ["reading", "people", "metrics", "groups"]


def people(samples=SAMPLES):
    sites = [HOSTILE if i % 3 == 0 else "tiny" if i < 7 else f"s{i % 3}" for i in range(samples)]
    values = {**evaluated_people(samples), "site": sites}
    values["age"][11] = NAN
    return values


def rename(path):
    """IDs that nobody else has."""
    path.write_text(re.sub(r"(?m)\bp(\d+)\b(?=\t)", r"PERSON_\1", path.read_text()))


def counts_in(data, name=""):
    """Every number of people in a plot's data."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from counts_in(value, key)
    elif isinstance(data, list):
        for value in data:
            yield from counts_in(value, name)
    elif name in ("counts", "samples", "cases", "at_risk") and data not in (None, ""):
        yield int(str(data).replace(",", ""))


class EvaluationPage(CommandCase):
    def have(self, values):
        write_bfile(self.folder / "g", np.random.default_rng(2).binomial(2, 0.3, (10, len(values["prs"]))))
        write_table(self.folder / "t.tsv", values)
        rename(self.folder / "t.tsv")
        rename(self.folder / "g.fam")
        self.succeed("import", "--store", "s", "--bfile", "g", "--table", "t.tsv")

    def evaluate(self, *words, trait="height", out="r", score="prs", **how):
        said = self.succeed("evaluate", "--store", "s", "--scores", "t", "--score", score, "--trait", trait, "--out", out,
                            "--bootstrap", "40", *words, **how)
        return said

    def page(self, out="r"):
        found = Page(self.folder / out / "report.html")
        own = found.without_own_code()
        self.assertNotIn("PERSON_", own)
        self.assertNotIn("<b>", own)
        self.assertNotIn("<script>alert", own)
        self.assertNotIn("nan", re.findall(r"[\d.]+|\bnan\b", own))
        self.assertEqual(len(found.scripts), len(found.data) + 1, "somebody's text became a script")
        self.assertEqual({figure["data-source"] for figure in found.all("figure")}, set(found.data))
        for count in counts_in(found.data):
            self.assertFalse(0 < count < LIMIT, "few people")
        return found

    def facts(self, out="r"):
        return json.loads((self.folder / out / "evaluation.json").read_text(encoding="utf-8"))

    def test_quantitative_and_relative(self):
        values = people()
        self.have(values)
        said = self.evaluate("--covariate", "age", "--by", "site")
        self.assertIn("report.html", said)
        page = self.page()
        self.assertEqual(page.sections(), [*SECTIONS, "distribution", "quantiles", "reporting", "methods"])
        self.assertIn("not known whether these people trained the score", page.text)
        self.assertIn("only ranks people", page.text)
        self.assertIn(HOSTILE, [row[1] for row in page.rows("Groups, and")])
        known = ~np.isnan(values["prs"] + values["height"] + values["age"])
        score, height = values["prs"][known], values["height"][known]
        flow = dict(row for row in page.rows("Sample flow"))
        self.assertEqual((flow["Evaluated"], flow["Left out: without the trait"]), (str(known.sum()), "1"))
        # Tenths of the score, their means, and the histogram, from the people themselves.
        cuts = np.quantile(score, np.arange(1, 10) / 10)
        tenth = np.searchsorted(cuts, score, side="left")
        means = [height[tenth == t].mean() for t in range(10)]
        np.testing.assert_allclose(page.data["quantile-data"]["observed"], means, rtol=1e-6)
        self.assertTrue(all(x is None for x in page.data["quantile-data"]["predicted"]))
        self.assertEqual(page.data["quantile-data"]["unit"], "Observed height")
        data = page.data["distribution-data"]
        bounds = data["edges"][1:-1]
        below = [int((score <= b).sum()) for b in bounds] + [len(score)]
        self.assertEqual(data["counts"], list(np.diff([0, *below])))
        self.assertEqual(len(data["edges"]), len(data["counts"]) + 1)
        forest = {row["label"]: row for row in page.data["forest-data"]["rows"]}
        self.assertEqual(forest["site = tiny"]["status"], "suppressed")
        self.assertEqual((forest["site = tiny"]["samples"], forest["site = tiny"]["estimate"]), ("", None))
        self.assertIn("nothing is told of", page.text)

    def test_binary_with_predictions_thresholds_and_a_group_without_cases(self):
        values = people(samples=2500)
        values["case"][[i for i, site in enumerate(values["site"]) if site == "s1"]] = 0
        self.have(values)
        self.evaluate("--scale", "linear", "--by", "site", "--threshold", "top=0.2", "risk=0.3", trait="case")
        page = self.page()
        self.assertEqual(page.sections(), [*SECTIONS, "fairness", "calibration", "quantiles", "reporting", "methods"])
        rates = page.rows("Who is called")
        self.assertEqual({row[0] for row in rates[1:]}, {"top=0.2", "risk=0.3"})
        known = ~np.isnan(values["prs"])
        score, case = values["prs"][known], values["case"][known]
        forest = {row["label"]: row for row in page.data["forest-data"]["rows"]}
        self.assertEqual((forest["site = s1"]["status"], forest["site = s1"]["estimate"]), ("one class", None))
        calibration = page.data["calibration-data"]
        self.assertEqual(calibration["axes"], ["Predicted share of cases", "Observed share of cases"])
        risk = 1 / (1 + np.exp(-score))
        tenth = np.searchsorted(np.quantile(score, np.arange(1, 10) / 10), score, side="left")
        for name, of in (("predicted", risk), ("observed", case)):
            np.testing.assert_allclose(calibration["points"][name], [of[tenth == t].mean() for t in range(10)], rtol=1e-6)
        histogram = self.facts()["histogram"]
        self.assertEqual(histogram["of"], "predicted_risk")
        below = [int((risk <= b).sum()) for b in histogram["bounds"]]
        self.assertEqual(list(np.cumsum(histogram["counts"])[:-1]), below)
        # Subtracting the histogram from the tables leaves no few people.
        positions = {0, len(score), *below}
        for kind, bins in (("quantile", 5), ("calibration", 10), ("outcome", 10)):
            rows = [row for row in self.facts()["rows"] if row["kind"] == kind and row.get("part", "").startswith(
                "fifth" if bins == 5 else "tenth") and row["group"] == "all" and row["metric"] != "predicted"]
            positions |= {int(x) for x in np.cumsum([row["samples"] for row in rows])}
        for gap in np.diff(sorted(positions)):
            self.assertGreaterEqual(gap, LIMIT, sorted(positions))
        # The line of the calibration plot is a logistic regression.
        line = self.facts()["calibration_line"]
        design, beta = np.column_stack([np.ones(len(score)), score - score.mean()]), np.zeros(2)
        for _ in range(50):
            mean = 1 / (1 + np.exp(-design @ beta))
            information = design.T @ (design * (mean * (1 - mean))[:, None])
            beta = beta + np.linalg.solve(information, design.T @ (case - mean))
        covariance = np.linalg.inv(information)
        np.testing.assert_allclose([line["level"], line["slope"], line["level_variance"], line["covariance"],
                                    line["slope_variance"]], [*beta, covariance[0, 0], covariance[0, 1], covariance[1, 1]],
                                   rtol=1e-6, atol=1e-12)

    def test_times_to_events(self):
        values = people(samples=1500)
        self.have(values)
        self.evaluate("--covariate", "age", trait="years:event")
        page = self.page()
        self.assertIn("incidence", page.sections())
        self.assertIn("without", page.text.lower())
        known = ~np.isnan(values["prs"] + values["age"])
        score, years, event = (values[n][known] for n in ("prs", "years", "event"))
        fifth = np.searchsorted(np.quantile(score, [0.2, 0.4, 0.6, 0.8]), score, side="left")
        groups = page.data["incidence-data"]["groups"]
        self.assertEqual([g["name"] for g in groups],
                         ["lowest fifth", "second fifth", "middle fifth", "fourth fifth", "highest fifth"])
        for f, group in enumerate(groups):
            time, is_event = years[fifth == f], event[fifth == f]
            self.assertGreater(len(group["time"]), 3)
            for t, share, left in zip(group["time"], group["incidence"], group["at_risk"]):
                free = np.prod([1 - is_event[time == u].sum() / (time >= u).sum() for u in np.unique(time[time <= t])])
                self.assertAlmostEqual(share, 1 - free, delta=6e-6)
                self.assertEqual(left, (time > t).sum())
            edges = [-1, *group["time"], 1e9]
            for a, b in zip(edges, edges[1:]):
                inside = (time > a) & (time <= b)
                for of in (1, 0):
                    self.assertFalse(0 < (event[fifth == f][inside] == of).sum() < LIMIT, (f, a, b))

    def test_risks_by_a_horizon(self):
        self.succeed("simulate", "--store", "s", "--samples", "4000", "--variants", "400", "--time-to-event", "1",
                     "--quantitative", "0", "--binary", "0", "--heritability", "0.8", "--causal", "60", "--seed", "3")
        self.succeed("fit", "--store", "s", "--trait", "event_time_1:event_1", "--name", "m", "--penalties", "20",
                     "--split", "0.4,0.1,0.5")
        self.succeed("evaluate", "--store", "s", "--model", "m", "--trait", "event_time_1:event_1", "--bootstrap", "20",
                     "--horizon", "5", "--out", "r")
        page = self.page()
        self.assertEqual(page.sections(), [*SECTIONS, "calibration", "quantiles", "incidence", "reporting", "methods"])
        self.assertIn("By time 5.00, as if nobody died of anything else", page.text)
        self.assertIn("fewer people have the event than is said here", page.text)
        self.assertIn("People by predicted risk", page.text)
        self.assertNotIn("not known whether these people trained", page.text)
        facts = self.facts()
        tenths = [row for row in facts["rows"] if row["kind"] == "calibration" and row["metric"] == "observed"]
        points = page.data["calibration-data"]["points"]
        np.testing.assert_allclose(points["observed"], [row["estimate"] for row in tenths], rtol=1e-6)
        # Without covariates two tenths of the predictions are a fifth of the score.
        for f, curve in enumerate(facts["incidence"]):
            events = [curve["at_risk"][i] - curve["at_risk"][i + 1] for i in range(len(curve["time"]) - 1)]
            self.assertFalse([x for x in events if 0 < x < LIMIT])
            at = curve["incidence"][curve["time"].index(5)]
            low, high = sorted(row["estimate"] for row in tenths[2 * f:2 * f + 2])
            self.assertTrue(low - 1e-5 <= at <= high + 1e-5, (low, at, high))
        self.assertEqual(facts["histogram"]["of"], "predicted_risk")
        self.assertEqual(sum(facts["histogram"]["counts"]), facts["samples"]["evaluated"])
        self.assertRegex(page.text, r"elastic-net, \d+ variants; trained on [\d,]+ people with [\d,]+ events")
        # Without a horizon there are no risks: the histogram is of the score, and has its own section and picture.
        self.succeed("evaluate", "--store", "s", "--model", "m", "--trait", "event_time_1:event_1", "--bootstrap", "20",
                     "--out", "without")
        page = self.page("without")
        self.assertEqual(page.sections(), [*SECTIONS, "calibration", "distribution", "quantiles", "incidence", "reporting",
                                           "methods"])
        self.assertIn("distribution-data", page.data)
        self.assertIn("People by score", page.text)

    def test_same_bytes_and_no_report(self):
        self.have(people())
        words = ("--by", "site", "--covariate", "age", "--threshold", "top=0.1")
        pages = []
        for ranks in (0, 2):
            self.evaluate(*words, trait="case", out=f"r{ranks}", ranks=ranks)
            pages.append((self.folder / f"r{ranks}/report.html").read_bytes())
        self.assertEqual(*pages)
        self.evaluate(*words, "--no-report", trait="case", out="without")
        self.assertFalse((self.folder / "without/report.html").exists())
        self.succeed("report", "--run", "without")
        self.assertEqual((self.folder / "without/report.html").read_bytes(), pages[0])
        self.assertEqual((self.folder / "without/report.html").stat().st_mode & 0o777, 0o600)

    def test_one_group_and_names_that_are_markup(self):
        values = people()
        values["<img src=x onerror=alert(2)>"] = values["prs"].copy()
        values["one & only"] = ["<i>&amp;" for _ in values["prs"]]
        self.have(values)
        self.evaluate("--by", "one & only", score="<img src=x onerror=alert(2)>", trait="case")
        page = self.page()
        self.assertNotIn("<img", page.source)
        self.assertNotIn("<i>", page.without_own_code())
        self.assertIn("one & only = <i>&amp;", [row["label"] for row in page.data["forest-data"]["rows"]])
        self.assertIn("fewer than two groups", page.text)

    def test_numbers_far_from_zero_keep_their_digits(self):
        """Bounds that differ differ in print, and so do the ends of intervals."""
        chance = np.random.default_rng(2)
        score = chance.standard_normal(2000)
        self.have({"prs": 170 + score / 2, "height": 170 + score + chance.normal(0, 2, 2000)})
        self.evaluate("--scale", "linear")
        page = self.page()
        rows = page.rows("People by")[1:]
        bounds = self.facts()["histogram"]["bounds"]
        self.assertEqual(len({row[1] for row in rows[:-1]}), len(bounds))
        np.testing.assert_allclose([float(row[1]) for row in rows[:-1]], bounds, rtol=1e-12)
        self.assertEqual([row[1] for row in rows[:-1]], [row[0] for row in rows[1:]])
        predicted = []
        for row in page.rows("Predicted and")[1:]:
            estimate, lower, upper = map(float, re.fullmatch(r"(\S+) \((\S+) to (\S+)\)", row[3]).groups())
            self.assertTrue(lower < estimate < upper, row)
            predicted.append(float(row[2]))
        self.assertEqual(predicted, sorted(set(predicted)))

    def test_few_people(self):
        values = people(samples=30)
        self.have(values)
        self.evaluate("--by", "site", trait="case")
        page = self.page()
        self.assertIn("These are few people or cases", page.text)
        # The smallest count told is somebody's choice.
        self.evaluate("--min-group", "1", trait="height", out="all")
        self.assertIn("Every count is told", Page(self.folder / "all/report.html").text)

    def test_levels_left_out(self):
        self.succeed("simulate", "--store", "s", "--samples", "900", "--variants", "300", "--quantitative", "1", "--binary",
                     "0", "--heritability", "0.7", "--causal", "10", "--seed", "3")
        with h5py.File(self.folder / "s/cohort.h5") as file:
            ids = [value.decode() for value in file["sample_id"][:]]
        self.write("w.tsv", "IID\tclinic\n" + "".join(f"{i}\t{'abcd'[s % 4] if s > 2 else 'few'}\n"
                                                      for s, i in enumerate(ids)))
        self.succeed("import", "--store", "s", "--table", "w.tsv", "--name", "w")
        self.succeed("evaluate", "--store", "s", "--leave-one-out", "clinic", "--trait", "quantitative_1", "--penalties",
                     "10", "--bootstrap", "20", "--out", "r")
        page = Page(self.folder / "r/report.html")
        self.assertEqual(page.sections(), ["reading", "people", "metrics", "groups", "reporting", "methods"])
        labels = [row["label"] for row in page.data["forest-data"]["rows"]]
        self.assertEqual(labels[-2:], ["pooled", "a new level"])
        self.assertIn("clinic = a", labels)
        self.assertRegex(page.text, r"Nothing is known of [a-d, ]*few")
        self.assertRegex(page.text, r"Pooled over 3 of 5 levels, R² is")

    def test_numbers_that_no_evaluation_finds(self):
        """Whoever edits the file gets exit code 4 and its name, not a page of nonsense or a bug."""
        self.have(people(samples=1500))
        self.evaluate("--scale", "linear", "--by", "site", out="q")
        self.evaluate(trait="years:event", out="t")
        self.evaluate("--scale", "linear", "--by", "site", "--threshold", "top=0.2", trait="case", out="b")
        pages = {name: self.facts(name) for name in ("q", "t", "b")}
        of = lambda facts, **wanted: [row for row in facts["rows"] if all(row.get(k) == v for k, v in wanted.items())]

        def edit(name, change):
            facts = json.loads(json.dumps(pages[name]))
            change(facts)
            self.write(f"{name}/evaluation.json", json.dumps(facts))
            self.fail_with(4, ["evaluation.json", "damaged"], "report", "--run", name)

        for change in (lambda f: f["histogram"]["bounds"].__setitem__(3, None),
                       lambda f: f["histogram"].update(bounds=[], counts=[1500]),
                       lambda f: f["histogram"]["counts"].__setitem__(0, -3),
                       lambda f: f["histogram"].update(step=0),
                       lambda f: f["histogram"]["bounds"].reverse(),
                       lambda f: f["samples"].update(in_store=-5),
                       lambda f: f["calibration_line"].update(level_variance=-1),
                       lambda f: f["calibration_line"].update(degrees_of_freedom=0),
                       lambda f: [row.update(lower=-1e308, upper=1e308) for row in of(f, kind="estimate")],
                       lambda f: of(f, metric="r2")[0].update(lower=0.9, upper=0.1),
                       lambda f: of(f, metric="r2")[0].update(estimate=1.5),
                       lambda f: of(f, metric="effect_per_sd")[0].update(estimate=99),
                       lambda f: of(f, metric="r2")[0].update(samples=-7)):
            edit("q", change)
        for change in (lambda f: f["incidence"][0]["time"].__setitem__(0, -1),
                       lambda f: f["incidence"][0]["incidence"].__setitem__(0, 1.5),
                       lambda f: f["incidence"][0]["at_risk"].__setitem__(0, -1)):
            edit("t", change)
        observed = lambda f, kind: [row for row in of(f, kind=kind, metric="observed") if row["estimate"] is not None][0]
        for change in (lambda f: observed(f, "outcome").update(estimate=1.5, upper=1.6),
                       lambda f: observed(f, "calibration").update(upper=1.5),
                       lambda f: of(f, kind="calibration", metric="predicted")[0].update(estimate=-3),
                       lambda f: f["histogram"].update(bounds=[5, 6, 7], counts=[5, 5, 5, 5]),
                       lambda f: f["histogram"]["counts"].__setitem__(0, 2000),
                       lambda f: f["histogram"]["counts"].__setitem__(0, 2**63 - 1),
                       lambda f: of(f, metric="odds_ratio_per_sd")[0].update(estimate=-2, lower=-3),
                       lambda f: of(f, kind="quantile", metric="odds_ratio")[0].update(estimate=0, lower=-3),
                       lambda f: of(f, kind="threshold")[0].update(upper=1.5),
                       lambda f: of(f, kind="gap", metric="auc")[0].update(estimate=-7, lower=-8),
                       lambda f: of(f, kind="heterogeneity", metric="auc_heterogeneity_q")[0].update(estimate=-1),
                       lambda f: of(f, metric="brier")[0].update(estimate=1.2),
                       lambda f: f["samples"].update(evaluated=5),
                       lambda f: of(f, metric="auc")[0].update(samples=1502),
                       lambda f: of(f, metric="auc")[0].update(cases=9999),
                       lambda f: of(f, metric="auc")[0].update(estimate=0.999)):
            edit("b", change)
        # As they were they are read.
        for name, facts in pages.items():
            self.write(f"{name}/evaluation.json", json.dumps(facts))
            self.succeed("report", "--run", name)

    def test_outcomes_of_any_size(self):
        values = people()
        values["tiny"] = np.nan_to_num(values["height"], nan=170.0) * 1e-312
        values["huge"] = np.nan_to_num(values["height"], nan=170.0) * 1e305
        self.have(values)
        for trait in ("tiny", "huge"):
            done = self.run_maniple("evaluate", "--store", "s", "--scores", "t", "--score", "prs", "--trait", trait,
                                    "--scale", "linear", "--bootstrap", "20", "--out", trait)
            self.assertIn(done.returncode, (0, 2), done.stderr)
            self.assertNotIn("bug in maniple", done.stderr)

    def test_no_page_of_what_is_none(self):
        self.have(people())
        self.evaluate("--no-report")
        path = self.folder / "r/evaluation.json"
        whole = path.read_text(encoding="utf-8")
        self.refuse("--trait", "report", "--run", "r", "--trait", "height")
        for words in (("--clump-r2", "0.7"), ("--locus-distance", "7"), ("--clump-r2", "0.1")):
            self.refuse([words[0], "reports of scans"], "report", "--run", "r", *words)
        for damaged, why in ((whole[:len(whole) // 2], "it is no JSON from byte"), ("", "it is no JSON"), ("[]", "("),
                             (whole.replace('"rows"', '"lines"'), "(key 'rows' not found)"),
                             (whole.replace('"estimate"', '"guess"', 1), "key 'estimate' not found"),
                             (whole.replace('"score"', '"x": ' + "[" * 200000 + "]" * 200000 + ', "score"', 1),
                              "deeper than 32 levels")):
            path.write_text(damaged, encoding="utf-8")
            self.fail_with(4, ["evaluation.json", "damaged", why], "report", "--run", "r")
        path.unlink()
        path.symlink_to("evaluation.json")
        self.fail_with(3, ["evaluation.json", "cannot be read"], "report", "--run", "r")
        path.unlink()
        self.refuse("evaluation", "report", "--run", "r")


if __name__ == "__main__":
    main()
