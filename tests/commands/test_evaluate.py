#!/usr/bin/env python3
"""maniple evaluate as a person types it: refusals, privacy, the same bytes for any ranks, and a known truth."""
import csv
import json
import re
import subprocess
import time

from command_case import ENVIRONMENT, CommandCase
from evaluated_people import NAN, evaluated_people
from evaluation_rows import COLUMNS, read_rows
from plink_files import sample_id, write_bfile, write_table
from program import MANIPLE, h5py, main, np

SAMPLES = 300


def people(seed=5, samples=SAMPLES):
    return {**evaluated_people(samples, seed), "site": [f"s{i % 3}" for i in range(samples)],
            "split": ["train" if i % 2 else "test" for i in range(samples)]}


class Evaluate(CommandCase):
    def have(self, values, name="t"):
        samples = len(values["prs"])
        write_bfile(self.folder / "g", np.random.default_rng(2).binomial(2, 0.3, (10, samples)))
        write_table(self.folder / f"{name}.tsv", values)
        self.succeed("import", "--store", "s", "--bfile", "g", "--table", f"{name}.tsv")

    def words(self, *words, trait="height", out="r"):
        return ("evaluate", "--store", "s", "--scores", "t", "--score", "prs", "--trait", trait, "--out", out,
                "--bootstrap", "40", *words)

    def evaluate(self, *words, trait="height", out="r", **how):
        said = self.succeed(*self.words(*words, trait=trait, out=out), **how)
        return said, read_rows(self.folder / out)

    def test_bad_input(self):
        values = people()
        values["flat"] = np.full(SAMPLES, 1.5)
        values["none"] = np.where(np.arange(SAMPLES) == 1, NAN, 0.0)
        values["unknown"] = np.where(np.arange(SAMPLES) < 0, 1.0, NAN)
        self.have(values)
        self.write("few", "".join(f"{sample_id(s)}\n" for s in range(4)))
        controls = [s for s in range(SAMPLES) if values["case"][s] == 0]
        self.write("controls", "".join(f"{sample_id(s)}\n" for s in controls))
        self.write("some", f"{sample_id(3)}\n")
        refuse = lambda fragments, *words, **how: self.refuse(fragments, *self.words(*words, **how))
        refuse(["trait 'weight'"], trait="weight")
        refuse(["covariate 'weight'"], "--covariate", "weight")
        refuse(["categorical"], trait="site")
        refuse(["--trait 'years:age'", "not binary"], trait="years:age")
        refuse(["no events"], "--covariate", "age", trait="years:none")
        refuse(["one class", "controls"], "--keep", "controls", trait="case")
        refuse(["fewer than 5 samples"], "--keep", "few")
        refuse(["no samples are left"], "--keep", "some")
        refuse(["the same for all samples"], trait="flat")
        refuse(["--by 'age'", "age:40/60/75"], "--by", "age")
        refuse(["--by 'age:60/40'", "ascending"], "--by", "age:60/40")
        refuse(["--by 'site:1'", "categorical"], "--by", "site:1")
        refuse(["named twice"], "--by", "site,site")
        refuse(["--reference 's9'", "s0, s1, s2"], "--by", "site", "--reference", "s9")
        refuse(["--threshold", "binary"], "--threshold", "score=1")
        refuse(["--threshold = 'best'"], "--threshold", "best", trait="case")
        refuse(["--threshold = 'top=2'"], "--threshold", "top=2", trait="case")
        refuse(["risk=0.1", "relative"], "--threshold", "risk=0.1", trait="case")
        for threshold in ("score=nan", "score=inf", "score=-inf", "risk=nan"):
            refuse([f"--threshold = '{threshold}'"], "--threshold", threshold, trait="case")
        for bands in ("nan", "inf", "40/inf", "40/nan", "40//50"):
            refuse([f"--by 'age:{bands}'", "ascending"], "--by", f"age:{bands}")
        refuse(["--part", "--split-column"], "--part", "test")
        refuse(["--part", "--split-column"], "--part", "training")
        refuse(["--prevalence"], "--prevalence", "0.1")
        refuse(["--horizon", "times to an event"], "--horizon", "3")
        refuse(["--horizon", "baseline hazard"], "--horizon", "3", trait="years:event")
        refuse(["--prevalence = 2"], "--prevalence", "2", trait="case")
        refuse(["--recalibrate", "--model"], "--recalibrate")
        refuse(["model 'm'"], "--model", "m")
        self.refuse(["'t'", "columns", "--score"], "evaluate", "--store", "s", "--scores", "t", "--trait", "height",
                    "--out", "r")
        self.refuse(["--scores 'x'"], "evaluate", "--store", "s", "--scores", "x", "--trait", "height", "--out", "r")
        self.refuse(["no column 'y'"], "evaluate", "--store", "s", "--scores", "t", "--score", "y", "--trait", "height",
                    "--out", "r")
        self.refuse(["categorical"], "evaluate", "--store", "s", "--scores", "t", "--score", "site", "--trait",
                    "height", "--out", "r")

    def test_finished_folder_and_warning(self):
        self.have(people())
        said, _ = self.evaluate()
        self.assertIn("not trained on these samples", said)
        self.refuse(["finished run"], *self.words())
        self.assertEqual({p.name for p in (self.folder / "r").iterdir()},
                         {"evaluation.json", "evaluation.tsv", "log.txt", "report.html"})
        for path in (self.folder / "r").iterdir():
            self.assertEqual(path.stat().st_mode & 0o777, 0o600)

    def test_a_refusal_comes_before_the_scores_and_from_all_ranks(self):
        self.have(people())
        self.write("w.tsv", "chr_name\tchr_position\teffect_allele\tother_allele\teffect_weight\n" + "".join(
            f"1\t{1000 + v}\tA\tG\t{0.1 + v / 7}\n" for v in range(10)))
        self.succeed("import", "--store", "s", "--weights", "w.tsv", "--name", "m")
        words = ("evaluate", "--store", "s", "--model", "m", "--trait", "case", "--bootstrap", "20", "--out", "r")
        for fragments, more in ((["risk=0.1", "relative"], ("--threshold", "risk=0.1")),
                                (["--reference 'x'"], ("--by", "site", "--reference", "x")),
                                (["--horizon", "times to an event"], ("--horizon", "3"))):
            for ranks in (0, 2):
                done = self.run_maniple(*words, *more, ranks=ranks)
                self.judge(done, 2, fragments, more)
                self.assertNotIn("MPI_ABORT", done.stderr)
                self.assertNotRegex(done.stderr, "variants used|scores: |samples: ")  # of the pass over genotypes

    def test_scores_of_any_size(self):
        values = people()
        values.update(huge=values["prs"] * 1e160, tiny=values["prs"] * 1e-200, tall=values["height"] * 1e170)
        self.have(values)
        found = {}
        for name in ("prs", "huge", "tiny"):
            self.succeed("evaluate", "--store", "s", "--scores", "t", "--score", name, "--trait", "height", "--out", name,
                         "--covariate", "age", "--bootstrap", "40")
            found[name] = {row["metric"]: row for row in read_rows(self.folder / name) if row["kind"] == "estimate"}
            for metric, row in found[name].items():
                self.assertEqual(row["status"], "ok")
                for number in ("estimate", "lower", "upper"):
                    self.assertAlmostEqual(float(row[number]), float(found["prs"][metric][number]), places=9, msg=metric)
        self.assertIn("effect_per_sd", found["tiny"])
        _, rows = self.evaluate(trait="tall")
        row = next(row for row in rows if row["metric"] == "r2")
        self.assertEqual((row["status"], row["estimate"]), ("numbers too large to square", "NA"))

    def test_a_horizon_that_nobody_reached(self):
        self.succeed("simulate", "--store", "s", "--samples", "1500", "--variants", "100", "--time-to-event", "1",
                     "--quantitative", "0", "--binary", "0", "--heritability", "0.6", "--causal", "5", "--seed", "3")
        self.succeed("fit", "--store", "s", "--trait", "event_time_1:event_1", "--name", "m", "--penalties", "10",
                     "--split", "0.3,0.1,0.6")
        words = ("evaluate", "--store", "s", "--model", "m", "--trait", "event_time_1:event_1", "--bootstrap", "20", "--horizon")
        self.refuse(["--horizon 1000000", "none of the samples", "followed"], *words, "1e6", "--min-group", "1", "--out", "r")
        self.refuse(["fewer than 5 of the samples", "followed"], *words, "1e6", "--out", "r2")
        # Four are followed to 20, a fifth one to 15, nobody else beyond 10.
        with h5py.File(self.folder / "s/models/m.h5") as file:
            judged = np.flatnonzero(~file["training_is_used"][:].astype(bool))
        chance = np.random.default_rng(4)
        years, event = chance.uniform(1, 10, 1500), chance.integers(0, 2, 1500).astype(float)
        years[judged[:5]], event[judged[:5]] = [20, 20, 20, 20, 15], 0
        last = judged[np.argsort(years[judged])][-25:-5]
        event[last] = 1
        with h5py.File(self.folder / "s/cohort.h5") as file:
            ids = [value.decode() for value in file["sample_id"][:]]
        self.write("t.tsv", "IID\tyears\tevent\n" + "".join(f"{i}\t{y!r}\t{e:.0f}\n" for i, y, e in
                                                           zip(ids, years.tolist(), event)))
        self.succeed("import", "--store", "s", "--table", "t.tsv", "--name", "t")
        words = (*words[:6], "years:event", *words[7:])
        self.refuse(["fewer than 5 of the samples"], *words, "16", "--out", "r3")
        self.succeed(*words, "12", "--min-group", "1", "--out", "r4")
        rows = [row for row in read_rows(self.folder / "r4") if row["kind"] == "calibration" and row["metric"] == "observed"]
        self.assertEqual(len(rows), 10)
        self.assertGreaterEqual(sum(row["status"] == "nobody followed to the horizon" for row in rows), 5)
        # A tenth whose last person had the event, after others were censored, has no number either.
        for row in rows:
            self.assertEqual(row["status"] == "ok", row["estimate"] != "NA")
            self.assertNotEqual(row["estimate"], "1")

    def test_a_report_that_fails_spends_nobody(self):
        self.have(people())
        self.write("w.tsv", "chr_name\tchr_position\teffect_allele\tother_allele\teffect_weight\n" + "".join(
            f"1\t{1000 + v}\tA\tG\t{0.1 + v / 7}\n" for v in range(10)))
        self.succeed("import", "--store", "s", "--weights", "w.tsv", "--name", "m")
        model = self.folder / "s/models/m.h5"
        before = model.read_bytes()
        words = ("evaluate", "--store", "s", "--model", "m", "--trait", "case", "--scale", "linear", "--recalibrate")
        for name in ("evaluation.tsv", "evaluation.json"):
            # Somebody puts a file of that name there while the bootstrap runs.
            run = subprocess.Popen([MANIPLE, *words, "--bootstrap", "20000", "--out", name], cwd=self.folder,
                                   env=ENVIRONMENT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
            while run.poll() is None and not (self.folder / name / "log.txt").exists():
                time.sleep(0.001)
            self.write(f"{name}/{name}", "of somebody else")
            said = run.communicate(timeout=100)[1]
            self.assertEqual(run.returncode, 3, said)
            self.assertIn("exists already", said)
            self.assertEqual(model.read_bytes(), before)
            self.assertEqual([p.name for p in model.parent.iterdir()], ["m.h5"])
        self.succeed(*words, "--bootstrap", "20", "--out", "r")
        self.assertNotEqual(model.read_bytes(), before)

    def test_a_half_of_few_does_not_recalibrate(self):
        """People, cases and controls of both halves are five or more, or the model stays as it is."""
        values = people()
        self.have(values)
        self.write("w.tsv", "chr_name\tchr_position\teffect_allele\tother_allele\teffect_weight\n" + "".join(
            f"1\t{1000 + v}\tA\tG\t{0.1 + v / 7}\n" for v in range(10)))
        self.succeed("import", "--store", "s", "--weights", "w.tsv", "--name", "m")
        model = self.folder / "s/models/m.h5"
        before = model.read_bytes()
        case = values["case"]
        classes = {"height": [range(20, 31)], "case": [np.flatnonzero(case == 1)[:11], np.flatnonzero(case == 0)[:40]]}
        for trait, chosen in classes.items():
            self.write("keep", "".join(f"{sample_id(s)}\n" for some in chosen for s in some))
            refused = 0
            for seed in range(1, 31):
                model.write_bytes(before)
                out = f"{trait}-{seed}"
                words = ("evaluate", "--store", "s", "--model", "m", "--trait", trait, "--scale", "linear", "--recalibrate",
                         "--keep", "keep", "--seed", seed, "--bootstrap", "2", "--no-report", "--out", out)
                done = self.run_maniple(*words)
                if done.returncode == 0:
                    facts = json.loads((self.folder / out / "evaluation.json").read_text(encoding="utf-8"))
                    line = next(row for row in facts["rows"] if row["metric"] in ("r2", "auc"))
                    judged = [line["cases"], line["samples"] - line["cases"]] if trait == "case" else [line["samples"]]
                    for some, count in zip(chosen, judged):
                        self.assertTrue(5 <= count <= len(some) - 5, (trait, seed, count))
                    continue
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertEqual(model.read_bytes(), before)
                refused += "the half that recalibrates" in done.stderr
            self.assertGreater(refused, 0, trait)

    def test_levels_that_the_model_does_not_know(self):
        simulate = ("simulate", "--samples", "900", "--variants", "100", "--quantitative", "1", "--heritability", "0.6",
                    "--causal", "5", "--seed", "3")
        for store, sites in (("s", "abcd"), ("u", "pr"), ("v", "ab")):
            self.succeed(*simulate, "--store", store)
            with h5py.File(self.folder / store / "cohort.h5") as file:
                ids = [value.decode() for value in file["sample_id"][:]]
            self.write("w.tsv", "IID\tclinic\n" + "".join(f"{i}\t{sites[s % len(sites)]}\n" for s, i in enumerate(ids)))
            self.succeed("import", "--store", store, "--table", "w.tsv", "--name", "w")
        self.succeed("fit", "--store", "s", "--trait", "quantitative_1", "--name", "m", "--penalties", "10", "--split",
                     "0.3,0.1,0.6", "--covariate", "clinic")
        said = {}
        for store in "suv":
            if store != "s":
                (self.folder / store / "models").mkdir(exist_ok=True)
                (self.folder / store / "models/m.h5").write_bytes((self.folder / "s/models/m.h5").read_bytes())
            said[store] = self.succeed("evaluate", "--store", store, "--model", "m", "--trait", "quantitative_1",
                                       "--bootstrap", "20", "--out", f"r-{store}")
        self.assertRegex(said["u"], "covariate 'clinic': the model has no effect of levels 'p', 'r'")
        for store in "sv":
            self.assertNotIn("has no effect of", said[store])

    def test_levels_that_look_alike(self):
        values = people()
        values["state"] = ["missing" if i % 3 == 0 else "NA" if i % 3 == 1 else "there" for i in range(SAMPLES)]
        self.have(values)
        _, rows = self.evaluate("--by", "state,age:50.0000001/50.0000002")
        groups = {row["group"]: row for row in rows if row["metric"] == "r2" and row["factor"] == "state"
                  and row["kind"] == "estimate"}
        self.assertEqual(set(groups), {"missing", "missing value", "there"})
        age = {row["group"] for row in rows if row["factor"] == "age" and row["kind"] == "estimate"}
        self.assertEqual(age, {"<50.0000001", "50.0000001-<50.0000002", ">=50.0000002"})

    def test_samples_are_those_asked_for(self):
        values = people()
        self.have(values)
        complete = ~np.isnan(values["height"]) & ~np.isnan(values["prs"])
        self.write("keep", "".join(f"{sample_id(s)}\n" for s in range(100)))
        test = np.arange(SAMPLES) % 2 == 0
        for words, chosen in (((), complete), (("--keep", "keep"), complete & (np.arange(SAMPLES) < 100)),
                              (("--remove", "keep"), complete & (np.arange(SAMPLES) >= 100)),
                              (("--split-column", "split"), complete & test),
                              (("--split-column", "split", "--part", "training"), complete & ~test)):
            _, rows = self.evaluate(*words, out="-".join(("r", *words)))
            row = next(row for row in rows if row["metric"] == "r2")
            right = np.corrcoef(values["prs"][chosen], values["height"][chosen])[0, 1]**2
            self.assertAlmostEqual(float(row["estimate"]), right, places=12)
            self.assertEqual(int(row["samples"]), chosen.sum())

    def test_same_bytes_for_any_ranks_and_threads(self):
        self.have(people())
        for trait in ("height", "case", "years:event"):
            words = ("--covariate", "age,site", "--by", "sex,site,age:40/60", "--scale", "linear")
            texts = []
            for ranks, threads in ((0, 1), (0, 3), (2, 1), (3, 2)):
                out = f"{trait.replace(':', '-')}-{ranks}-{threads}"
                self.evaluate(*words, "--threads", str(threads), trait=trait, out=out, ranks=ranks)
                texts.append([(self.folder / out / name).read_bytes() for name in ("evaluation.json", "evaluation.tsv")])
            for other in texts[1:]:
                self.assertEqual(texts[0], other)

    def test_a_group_does_not_change_with_the_others(self):
        self.have(people())
        pick = lambda rows: [row for row in rows if row["factor"] == "site" and row["kind"] == "estimate"]
        _, alone = self.evaluate("--by", "site")
        _, beside = self.evaluate("--by", "age:50,site", out="r2")
        self.assertEqual(pick(alone), pick(beside))

    def test_group_of_one_class(self):
        values = people()
        values["case"][::3] = 0.0  # Site s0 has no cases.
        self.have(values)
        _, rows = self.evaluate("--by", "site", trait="case")
        mine = {row["metric"]: row for row in rows if row["group"] == "s0" and row["kind"] == "estimate"}
        self.assertEqual(mine["auc"]["status"], "one class")
        self.assertEqual((mine["auc"]["estimate"], mine["auc"]["cases"]), ("NA", "0"))
        self.assertEqual(next(row for row in rows if row["group"] == "s1" and row["metric"] == "auc")["status"], "ok")

    def test_small_groups_are_suppressed_with_what_gives_them_away(self):
        for size in range(1, 7):
            with self.subTest(size=size):
                values = people()
                # Group tiny of `size`, group next of 20; the others are large. All have a trait and a score.
                group = np.array(["big"] * SAMPLES, dtype=object)
                group[10:10 + size] = "tiny"
                group[20:40] = "next"
                group[100:200] = "half"
                values["group"] = list(group)
                folder = self.folder / f"f{size}"
                folder.mkdir()
                whole, self.folder = self.folder, folder
                try:
                    self.have(values)
                    said, rows = self.evaluate("--by", "group")
                    shown = {row["group"] for row in rows if row["status"] != "suppressed" and row["factor"] == "group"
                             and row["kind"] == "estimate"}
                    self.assertEqual(shown, {"big", "half"} | (set() if size < 5 else {"tiny", "next"}))
                    hidden = [row for row in rows if row["group"] in ("tiny", "next")]
                    if size < 5:
                        for row in hidden:
                            self.assertEqual([row[name] for name in ("estimate", "samples", "cases", "lower")],
                                             ["NA"] * 4)
                        self.assertIn("Suppressed", said)
                    # No count under 5 anywhere, and what is told adds up to no count under 5.
                    for row in rows:
                        for name in ("samples", "cases"):
                            self.assertTrue(row[name] in ("NA", "0") or int(row[name]) >= 5, row)
                    everybody = SAMPLES - 2
                    told = sum(int(row["samples"]) for row in rows
                               if row["metric"] == "r2" and row["kind"] == "estimate" and row["samples"] != "NA"
                               and row["factor"] == "group")
                    self.assertTrue(everybody - told == 0 or everybody - told >= 5)
                finally:
                    self.folder = whole

    def test_limit_of_groups_is_configurable(self):
        values = people()
        values["group"] = ["tiny" if i in range(20, 27) else "big" for i in range(SAMPLES)]
        self.have(values)
        _, rows = self.evaluate("--by", "group", "--min-group", "8")
        self.assertEqual({row["status"] for row in rows if row["factor"] == "group" and row["kind"] == "estimate"},
                         {"suppressed"})
        _, rows = self.evaluate("--by", "group", "--min-group", "7", out="r2")
        self.assertIn("7", {row["samples"] for row in rows})

    def test_nobody_is_named(self):
        self.have(people())
        self.evaluate("--by", "site")
        ids = {sample_id(s) for s in range(SAMPLES)}
        for path in (self.folder / "r").iterdir():
            self.assertFalse(set(re.split(r"[^0-9A-Za-z_]+", path.read_text())) & ids, path)

    def test_json_says_the_same(self):
        self.have(people())
        said, rows = self.evaluate("--by", "site", "--threshold", "top=0.2", trait="case")
        with open(self.folder / "r/evaluation.tsv", encoding="utf-8") as file:
            table = list(csv.DictReader(file, delimiter="\t"))
        self.assertEqual(tuple(table[0]), COLUMNS)
        found = json.loads((self.folder / "r/evaluation.json").read_text())
        self.assertEqual(len(table), len(rows))
        for row, line in zip(table, rows):
            for name in COLUMNS:
                if name in ("estimate", "lower", "upper", "neg_log10_p") and row[name] != "NA":
                    self.assertEqual(row[name], f"{float(line[name]):.9g}")
                else:
                    self.assertEqual(row[name], line[name], name)
            self.assertIn(row["interval"], ("NA", "none", "bootstrap", "delong", "wald", "wilson", "newcombe", "student"))
        self.assertNotIn("none", {row["interval"] for row in table})
        q, = [row for row in table if row["metric"] == "auc_heterogeneity_q"]
        self.assertEqual((q["kind"], q["degrees_of_freedom"], q["factor"]), ("heterogeneity", "2", "site"))
        self.assertEqual(found["samples"]["evaluated"], SAMPLES - 1)
        self.assertEqual(found["outcome"], "binary")

    def test_truth_that_is_known(self):
        """Calibrated predictions: slope 1, nothing more or less than predicted; groups do not differ."""
        samples = 20000
        chance = np.random.default_rng(8)
        score = chance.normal(-1, 1, samples)
        values = {"prs": score, "case": (chance.random(samples) < 1 / (1 + np.exp(-score))).astype(float),
                  "y": score + chance.normal(0, 1.5, samples), "site": [f"s{i % 8}" for i in range(samples)]}
        self.have(values)
        for trait in ("y", "case"):
            _, rows = self.evaluate("--scale", "linear", "--by", "site", trait=trait, out=trait)
            pick = lambda metric, kind="estimate": next(
                row for row in rows if row["metric"] == metric and row["kind"] == kind and row["group"] == "all")
            for metric, truth in (("calibration_slope", 1), ("calibration_in_the_large", 0)):
                row = pick(metric)
                error = (float(row["upper"]) - float(row["lower"])) / 2 / 1.96
                self.assertLess(abs(float(row["estimate"]) - truth), 3.5 * error, (trait, metric))
                self.assertLess(error, 0.05)
            self.assertLess(float(pick("calibration_slope_heterogeneity_q", "heterogeneity")["neg_log10_p"]), 4)
        # y: variance of the score 1, of the rest 2.25.
        _, rows = self.evaluate(trait="y", out="again")
        row = next(row for row in rows if row["metric"] == "r2")
        self.assertLess(float(row["lower"]), 1 / 3.25)
        self.assertGreater(float(row["upper"]), 1 / 3.25)

    def test_scores_are_computed_from_a_model(self):
        self.have(people())
        head = "###PGS CATALOG SCORING FILE\n#format_version=2.0\n#pgs_id=PGS1\n"
        self.write("w.tsv", head + "chr_name\tchr_position\teffect_allele\tother_allele\teffect_weight\n" + "".join(
            f"1\t{1000 + v}\tA\tG\t{0.1 + v / 7}\n" for v in range(10)))
        self.succeed("import", "--store", "s", "--weights", "w.tsv", "--name", "m")
        self.succeed("score", "--store", "s", "--model", "m", "--name", "computed", "--out", "sc")
        words = ("evaluate", "--store", "s", "--model", "m", "--trait", "case", "--bootstrap", "20", "--by", "site")
        count = lambda out: json.loads((self.folder / out / "evaluation.json").read_text())["samples"]
        texts = []
        for out, more, ranks in (("r1", (), 0), ("r2", ("--scores", "computed"), 0), ("r3", ("--threads", "2"), 2)):
            said = self.succeed(*words, *more, "--out", out, ranks=ranks)
            self.assertIn("cannot be checked", said)
            self.assertIn("not known whether these people trained the score", said)
            self.assertNotIn("0 were used in training", said)
            self.assertIsNone(count(out)["used_in_training"])
            texts.append((self.folder / out / "evaluation.tsv").read_bytes())
        self.assertEqual(texts[0], texts[1])
        self.assertEqual(texts[0], texts[2])
        self.assertNotIn(b"calibration_slope", texts[0])
        said = self.succeed(*words, "--scale", "linear", "--recalibrate", "--out", "r4")
        self.assertIn("recalibrate the model", said)
        used = count("r4")["used_to_recalibrate"]
        self.assertEqual(used + count("r4")["evaluated"], SAMPLES)
        self.succeed(*words, "--scale", "linear", "--out", "r5")
        self.assertEqual(count("r5")["used_in_training"], used)
        self.assertEqual(count("r5")["evaluated"], count("r4")["evaluated"])
        self.write("keep", "".join(f"{sample_id(s)}\n" for s in range(SAMPLES)))
        message = self.refuse([f"{used} of the {SAMPLES} samples", "--keep"], *words, "--keep", "keep", "--out", "r6")
        self.assertNotRegex(message, r"\bp\d+\b")

    def test_times_to_events_by_a_horizon(self):
        """Fitted, recalibrated on half of the fit's test samples, and judged: Brier score and tenths as numpy has them."""
        self.succeed("simulate", "--store", "s", "--samples", "3000", "--variants", "200", "--time-to-event", "1",
                     "--quantitative", "0", "--binary", "0", "--heritability", "0.6", "--causal", "5", "--seed", "3",
                     "--bfile", "p")
        self.succeed("fit", "--store", "s", "--trait", "event_time_1:event_1", "--name", "m", "--penalties", "10",
                     "--split", "0.3,0.1,0.6")
        self.succeed("score", "--store", "s", "--model", "m", "--out", "sc")
        with open(self.folder / "p.tsv", encoding="utf-8") as file:
            traits = {row["IID"]: row for row in csv.DictReader(file, delimiter="\t")}
        with open(self.folder / "sc/scores.tsv", encoding="utf-8") as file:
            lines = list(csv.reader(file, delimiter="\t"))
        place = next(i for i, name in enumerate(lines[0]) if name.endswith("IID"))
        score = {line[place]: float(line[-1]) for line in lines[1:]}
        number = lambda text: NAN if text in ("NA", "") else float(text)
        time = np.array([number(traits[i]["event_time_1"]) for i in score])
        event = np.array([number(traits[i]["event_1"]) for i in score])
        raw = np.array(list(score.values()))
        horizon = float(np.nanmedian(time[event == 1]))
        words = ("evaluate", "--store", "s", "--model", "m", "--trait", "event_time_1:event_1", "--bootstrap", "30",
                 "--horizon", repr(horizon), "--by", "sex")
        model = self.folder / "s/models/m.h5"
        for how in ("plain", "recalibrated", "after"):
            with h5py.File(model) as file:
                used = file["training_is_used"][:].astype(bool)
            more = ("--recalibrate",) if how == "recalibrated" else ()
            said = self.succeed(*words, *more, "--out", how)
            rows = read_rows(self.folder / how)
            whole = json.loads((self.folder / how / "evaluation.json").read_text())
            with h5py.File(model) as file:
                after = file["training_is_used"][:].astype(bool)
                offset = float(file["score_offset"][0]) + float(file["score_intercept"][0])
                base = file["baseline_hazard"][:][np.searchsorted(file["baseline_time"][:], horizon, "right") - 1]
                correction = (0.0, 1.0) if how == "plain" else (float(file["recalibration_intercept"][0]),
                                                                float(file["recalibration_slope"][0]))
            chosen = ~after & ~np.isnan(time) & ~np.isnan(event)
            self.assertEqual(whole["samples"]["evaluated"], chosen.sum())
            self.assertEqual(whole["samples"]["used_in_training"], used.sum())
            if how == "recalibrated":
                half = (after & ~used).sum()
                self.assertEqual(whole["samples"]["used_to_recalibrate"], half)
                self.assertLess(abs(half / (~used).sum() - 0.5), 0.06)
            t, d = time[chosen], event[chosen]
            risk = 1 - np.exp(-base * np.exp(correction[0] + correction[1] * (raw[chosen] + offset)))
            at = np.unique(t[d == 0])
            free = np.array([1 - np.sum((t == u) & (d == 0)) / (np.sum(t > u) + np.sum((t == u) & (d == 0))) for u in at])
            followed = lambda x, side: np.prod(free[:np.searchsorted(at, x, side)])
            error = [(1 - r)**2 / followed(u, "left") if e and u <= horizon else
                     r**2 / followed(horizon, "right") if u > horizon else 0 for u, e, r in zip(t, d, risk)]
            value = lambda metric, kind="estimate", part="NA": float(next(
                row["estimate"] for row in rows if (row["kind"], row["metric"], row["factor"], row["part"])
                == (kind, metric, "NA", part)))
            self.assertAlmostEqual(value("brier"), np.mean(error), places=9)
            share = np.sum([1 / followed(u, "left") for u, e in zip(t, d) if e and u <= horizon]) / len(t)
            self.assertAlmostEqual(value("brier_skill"), 1 - np.mean(error) / (share * (1 - share)), places=9)
            self.assertGreater(value("brier_skill"), 0)
            self.assertIn("brier_skill", said)
            # Tenths whose events by the horizon, or after it, are few are not told, nor then any other.
            tenth = np.searchsorted(np.quantile(risk, np.arange(1, 10) / 10), risk, "left")
            kinds = np.where(d == 0, 0, np.where(t <= horizon, 1, 2))
            counts = np.array([[np.sum((tenth == b) & (kinds == k)) for k in range(3)] for b in range(10)])
            status = {row["status"] for row in rows if row["kind"] == "calibration" and row["factor"] == "NA"}
            self.assertEqual(status, {"suppressed"} if ((counts > 0) & (counts < 5)).any() else {"ok"})
            if status == {"ok"}:
                self.assertAlmostEqual(value("predicted", "calibration", "tenth 4"), risk[tenth == 3].mean(), places=9)

    def test_matching_as_score_does(self):
        """Options that messages about matches name; A/T variants and positions that are not there."""
        samples = 200
        chance = np.random.default_rng(3)
        alleles = [("A", "T") if v % 2 else ("A", "G") for v in range(12)]
        write_bfile(self.folder / "g", chance.binomial(2, 0.3, (12, samples)), alleles=alleles)
        write_table(self.folder / "t.tsv", {"y": chance.normal(0, 1, samples)})
        self.succeed("import", "--store", "s", "--bfile", "g", "--table", "t.tsv")
        head = "###PGS CATALOG SCORING FILE\n#format_version=2.0\n#pgs_id=PGS1\n"
        head += "chr_name\tchr_position\teffect_allele\tother_allele\teffect_weight\tallelefrequency_effect\n"
        self.write("w.tsv", head + "".join(f"1\t{1000 + v}\t{alleles[v][0]}\t{alleles[v][1]}\t{0.1 + v / 7}\t0.3\n"
                                           for v in range(12)))
        self.succeed("import", "--store", "s", "--weights", "w.tsv", "--name", "m")
        words = ("evaluate", "--store", "s", "--model", "m", "--trait", "y", "--bootstrap", "20")
        self.refuse(["--min-match 0.5"], *words, "--ambiguous", "drop", "--out", "r")
        for how, least in (("keep", "0.75"), ("drop", "0.5")):
            rules = ("--ambiguous", how, "--min-match", least)
            self.succeed("score", "--store", "s", "--model", "m", *rules, "--name", how, "--out", f"score-{how}")
            self.succeed(*words, *rules, "--out", f"own-{how}")
            self.succeed(*words, "--scores", how, "--out", f"table-{how}")
            texts = [(self.folder / f"{kind}-{how}/evaluation.tsv").read_bytes() for kind in ("own", "table")]
            self.assertEqual(*texts)
            for option in (rules[:2], rules[2:]):
                self.refuse([option[0], "--scores"], *words, "--scores", how, *option, "--out", "r")
        self.assertNotEqual((self.folder / "own-keep/evaluation.tsv").read_bytes(),
                            (self.folder / "own-drop/evaluation.tsv").read_bytes())

    def test_summary_for_people(self):
        self.have(people())
        said = self.succeed(*self.words("--by", "site", "--covariate", "age", "--threshold", "top=0.4", trait="case"))
        summary = said[said.index("score 'prs'"):]
        shown = [line for line in summary.splitlines() if line.startswith("  ")]
        for metric in ("auc", "auc_covariates", "auc_full", "auc_incremental", "nagelkerke_r2", "odds_ratio_per_sd"):
            line = next(line for line in shown if line.split()[0] == metric)
            self.assertRegex(line, r"\d\) +[a-zA-Z].{12}", metric)  # the interval, then words
        self.assertRegex(summary.splitlines()[0], r"\d+ samples, \d+ of them cases")
        self.assertRegex(summary, r"site = s0 \(\d+ samples, \d+ cases\)")
        self.assertRegex(summary, r"auc +p = 0?\.?\d+")
        self.assertRegex(summary, r"auc +-?\d.*gap: site = s\d, less s\d")
        self.assertRegex(summary, r"sensitivity +\d\.\d+ \(.*called by top=0.4")
        self.assertRegex(summary, r"specificity +\d\.\d+ \(.*not called by top=0.4")
        self.assertIn("It is not known whether these people trained the score", summary)
        self.assertTrue(summary.strip().endswith("r/evaluation.tsv"))
        for wrong in ("-0.000", "log10", "with it"):
            self.assertNotIn(wrong, summary)

    def test_job_file(self):
        self.have(people())
        self.evaluate("--by", "site", "--covariate", "age", trait="case")
        self.write("job.ini", "store = s\nscores = t\nscore = prs\ntrait = case\nout = j\nbootstrap = 40\nby = site\n"
                              "covariate = age\n")
        self.succeed("evaluate", "--job", "job.ini")
        self.assertEqual((self.folder / "r/evaluation.tsv").read_bytes(), (self.folder / "j/evaluation.tsv").read_bytes())


if __name__ == "__main__":
    main()
