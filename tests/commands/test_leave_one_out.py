#!/usr/bin/env python3
"""maniple evaluate --leave-one-out: as doing it by hand, private, and the same bytes however it was run."""
import csv
import json
import math
import signal
import subprocess
import unittest

from command_case import CommandCase, ENVIRONMENT
import program
from program import MANIPLE, h5py, main, np

STOPPED = 75


def rows(path):
    with open(path, encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


class LeaveOneOut(CommandCase):
    def setUp(self):
        super().setUp()
        self.succeed("simulate", "--store", "s", "--samples", 600, "--variants", 600, "--quantitative", 1,
                     "--binary", 1, "--time-to-event", 1, "--heritability", 0.7, "--causal", 6, "--seed", 4)
        with h5py.File(self.folder / "s/cohort.h5") as file:
            self.ids = [value.decode() for value in file["sample_id"][:]]
        self.fit = ["--covariate", "covariate_1,sex", "--penalties", 12, "--mixing", 0.9, "--split", "0.8,0.2",
                    "--early-stop", 3]
        # Sites north, south, east; two people in a hamlet; some nowhere.
        name = lambda s: "hamlet" if s in (7, 8) else "NA" if s % 20 == 0 else ("north", "south", "far east")[s % 3]
        self.where = {sample: name(s) for s, sample in enumerate(self.ids)}
        self.write("w.tsv", "IID\twhere\tcoin\n" + "".join(
            f"{sample}\t{place}\t{s % 2}\n" for s, (sample, place) in enumerate(self.where.items())))
        self.succeed("import", "--store", "s", "--table", "w.tsv", "--name", "w")

    def words(self, *more, trait="quantitative_1", out="r"):
        return ["evaluate", "--store", "s", "--leave-one-out", "where", "--trait", trait, "--bootstrap", 30, *self.fit,
                "--out", out, *more]

    def models(self):
        return {path.name for path in (self.folder / "s/models").iterdir()}

    def judged(self, trait):
        """Who has the trait and the covariates."""
        with h5py.File(self.folder / "s/tables/simulated.h5") as file:
            names = [name.decode() for name in file["column_id"][:]]
            known = [~np.isnan(file["values"][:, names.index(name)]) for name in (trait, "covariate_1")]
        return {i for i, has in zip(self.ids, np.logical_and(*known)) if has}

    def test_as_by_hand(self):
        before = self.models()
        for trait in ("quantitative_1", "binary_1", "event_time_1:event_1"):
            name = trait.split(":")[0]
            said = self.succeed(*self.words(trait=trait, out=f"r-{name}"))
            self.assertEqual({p.name for p in (self.folder / f"r-{name}").iterdir()},
                             {"evaluation.json", "evaluation.tsv", "log.txt", "report.html"})
            found = rows(self.folder / f"r-{name}/evaluation.tsv")
            for site in ("north", "far east"):
                people = f"{site.split()[0]}.txt"
                self.write(people, "".join(f"{i}\n" for i, place in self.where.items() if place == site))
                hand = f"hand-{name}-{site.split()[0]}"
                self.succeed("fit", "--store", "s", "--trait", trait, "--remove", people, "--name", hand, *self.fit)
                self.succeed("evaluate", "--store", "s", "--model", hand, "--trait", trait, "--keep", people,
                             "--covariate", "covariate_1,sex", "--bootstrap", 30, "--out", hand)
                expected = [{**row, "factor": "where", "group": site}
                            for row in rows(self.folder / hand / "evaluation.tsv")]
                self.assertGreater(len(expected), 6)
                lines = [row for row in found if row["group"] == site]
                self.assertEqual(*([row for row in some if not row["metric"].endswith("_per_sd")]
                                   for some in (lines, expected)))
                self.assertEqual([row["metric"] for row in lines], [row["metric"] for row in expected])
        self.assertIn("pooled", said)
        self.assertFalse([model for model in self.models() - before if not model.startswith("hand")])

    def test_levels_have_one_standard_deviation(self):
        """As evaluating groups by one column of scores, each person's by the model without their site. Every site's scores
        are moved by a number first: models have any mean, and it must not matter."""
        found = {}
        for trait in ("quantitative_1", "binary_1"):
            self.succeed(*self.words("--name", trait, trait=trait, out=trait))
            found[trait] = [row for row in rows(self.folder / trait / "evaluation.tsv")
                            if row["metric"].endswith("_per_sd") and row["kind"] == "estimate"]
            sites = [row["group"] for row in found[trait]]
            self.assertGreater(len(sites), 1)
            scores = {}
            for site in sites:
                model = f"{trait}.{site.replace(' ', '_')}"
                self.succeed("score", "--store", "s", "--model", model, "--out", f"score-{model}")
                with open(self.folder / f"score-{model}/scores.tsv", encoding="utf-8") as file:
                    for line in csv.reader(file, delimiter="\t"):
                        one = [word for word in line if self.where.get(word) == site]
                        if one:
                            scores[one[0]] = float(line[-1])
            of_site = {site: np.array([x for i, x in scores.items() if self.where[i] == site]) for site in sites}
            moved = {i: x - of_site[self.where[i]].mean() + 50 * sites.index(self.where[i]) for i, x in scores.items()}
            self.write("o.tsv", "IID\tunseen\n" + "".join(f"{i}\t{score!r}\n" for i, score in moved.items()))
            self.succeed("import", "--store", "s", "--table", "o.tsv", "--name", f"o-{trait}")
            self.succeed("evaluate", "--store", "s", "--scores", f"o-{trait}", "--score", "unseen", "--trait", trait,
                         "--covariate", "covariate_1,sex", "--by", "where", "--bootstrap", 30, "--out", f"g-{trait}")
            # Of those with trait and covariates, who are the ones judged.
            judged = self.judged(trait)
            groups = [np.array([moved[i] for i in moved if self.where[i] == site and i in judged]) for site in sites]
            together = np.concatenate(groups).std(ddof=1)
            within = math.sqrt(sum(((x - x.mean())**2).sum() for x in groups) / (sum(map(len, groups)) - len(groups)))
            self.assertGreater(together, 5 * within)
            grouped = {row["group"]: row for row in rows(self.folder / f"g-{trait}/evaluation.tsv")
                       if row["metric"].endswith("_per_sd") and row["kind"] == "estimate"}
            for row in found[trait]:
                for name in ("estimate", "lower", "upper"):
                    ours, theirs = float(row[name]), float(grouped[row["group"]][name])
                    to = math.log if trait == "binary_1" else float
                    self.assertAlmostEqual(to(ours) / (to(theirs) * within / together), 1, places=4)

    def test_pooled(self):
        """Random effects of two or three levels, from their lines alone."""
        student = {1: 12.706204736174698, 2: 4.302652729911275}
        logit = (lambda x: math.log(x / (1 - x)), lambda x, error: error / (x * (1 - x)), lambda z: 1 / (1 + math.exp(-z)))
        root = (lambda x: math.atanh(math.sqrt(x)), lambda x, error: error / (2 * math.sqrt(x) * (1 - x)),
                lambda z: math.tanh(max(z, 0))**2)
        logarithm = (math.log, lambda x, error: error, math.exp)
        plain = (lambda x: x, lambda x, error: error, lambda z: z)
        for trait, scales in (("binary_1", {"auc": logit, "auc_full": logit, "odds_ratio_per_sd": logarithm,
                                            "auc_incremental": plain, "brier": plain}),
                              ("quantitative_1", {"r2": root, "r2_full": root, "r2_incremental": plain,
                                                  "calibration_slope": plain})):
            said = self.succeed(*self.words(trait=trait, out=trait))
            whole = json.loads((self.folder / trait / "evaluation.json").read_text())
            lines = whole["rows"]
            count = sum(level["status"] == "ok" for level in whole["levels"])
            self.assertGreater(count, 1)
            for metric, (to, error_of, back) in scales.items():
                levels = [line for line in lines if line["kind"] == "estimate" and line["metric"] == metric]
                self.assertEqual(len(levels), count)
                value = np.array([to(line["estimate"]) for line in levels])
                error = np.array([error_of(line["estimate"], line.get("standard_error", line.get("standard_error_of_log")))
                                  for line in levels])
                weight = 1 / error**2
                fixed = np.sum(weight * value) / np.sum(weight)
                q = np.sum(weight * (value - fixed)**2)
                between = max(0, (q - count + 1) / (weight.sum() - np.sum(weight**2) / weight.sum()))
                weight = 1 / (error**2 + between)
                mean = np.sum(weight * value) / weight.sum()
                spread = max(1, np.sum(weight * (value - mean)**2) / (count - 1))
                half = student[count - 1] * math.sqrt(spread / weight.sum())
                pick = lambda kind, name: [line for line in lines if (line["kind"], line["metric"]) == (kind, name)]
                pooled, = pick("pooled", metric)
                for name, right in (("estimate", mean), ("lower", mean - half), ("upper", mean + half)):
                    self.assertAlmostEqual(pooled[name] / back(right), 1, places=9, msg=(metric, name))
                self.assertEqual(pooled["samples"], sum(line["samples"] for line in levels))
                self.assertEqual(pooled["part"], f"{count} of 4 levels")
                share = max(0, (q - count + 1) / q)
                for name, right in (("heterogeneity_q", q), ("tau_squared", between), ("i_squared", share)):
                    line, = pick("heterogeneity", f"{metric}_{name}")
                    self.assertAlmostEqual(line["estimate"], right, places=9, msg=(metric, name))
                if count > 2:
                    line, = pick("new_level", metric)
                    half = student[count - 2] * math.sqrt(between + spread / weight.sum())
                    self.assertAlmostEqual(line["upper"] / back(mean + half), 1, places=9)
            self.assertIn(f"pooled over {count} of 4 levels: ", said)
            self.assertNotRegex(said, r"pooled over [0-9a-z ]+: *\n")
            self.assertNotIn("-0.000", said)

    def test_levels_that_are_not_judged_are_named(self):
        """A hamlet of four and a village that would give it away; sums of the others are known."""
        place = lambda s: "hamlet" if s < 4 else "village" if s < 90 else "city" if s % 2 else "town"
        self.write("v.tsv", "IID\tplace\n" + "".join(f"{sample}\t{place(s)}\n" for s, sample in enumerate(self.ids)))
        self.succeed("import", "--store", "s", "--table", "v.tsv", "--name", "v")
        said = self.succeed("evaluate", "--store", "s", "--leave-one-out", "place", "--trait", "quantitative_1",
                            "--bootstrap", 30, *self.fit, "--out", "r")
        self.assertIn("2 of 4 levels are left out and judged", said)
        small = "fewer than 5 people"
        beside = "told, its numbers would give those of 'hamlet' away"
        for text in (said, (self.folder / "r/log.txt").read_text()):
            self.assertRegex(text, f"hamlet[: ]+{small}")
            self.assertRegex(text, f"village[: ]+{beside}")
        levels = json.loads((self.folder / "r/evaluation.json").read_text())["levels"]
        self.assertEqual([level["level"] for level in levels if "reason" in level], ["hamlet", "village"])
        self.assertIn("pooled over 2 of 4 levels", said)

    def test_small_levels_only_train(self):
        said = self.succeed(*self.words("--name", "kept"))
        found = rows(self.folder / "r/evaluation.tsv")
        self.assertEqual([row["status"] for row in found if row["group"] == "hamlet"], ["suppressed"])
        for row in found:
            self.assertTrue(row["samples"] in ("NA", "0") or int(row["samples"]) >= 5, row)
        self.assertIn("Suppressed", said)
        # Those told are not everybody but a few: two hidden people could be found by subtraction.
        told = {row["group"]: int(row["samples"]) for row in found
                if row["metric"] == "r2" and row["kind"] == "estimate"}
        self.assertGreaterEqual(len(self.ids) - sum(told.values()), 5)
        # People of the hamlet and of nowhere train; those of the level do not.
        for site in told:
            with h5py.File(self.folder / f"s/models/kept.{site.replace(' ', '_')}.h5") as file:
                used = file["training_is_used"][:].astype(bool)
            places = np.array(list(self.where.values()))
            self.assertFalse(used[places == site].any())
            self.assertGreater(used[places != site].mean(), 0.85)  # some lack the trait or a covariate
            for others in ("hamlet", "NA"):
                self.assertTrue(used[places == others].any(), others)
        text = (self.folder / "r/log.txt").read_text() + (self.folder / "r/evaluation.json").read_text()
        self.assertFalse([i for i in self.ids if i in text.split()])
        self.refuse("model 'kept.", *self.words("--name", "kept", out="again"))
        self.succeed(*self.words("--name", "kept", "--replace", out="again"))

    @unittest.skipIf(program.find_mpirun() is None, "no mpirun")
    def test_ranks_and_threads(self):
        texts = []
        for ranks, threads in ((0, 1), (0, 2), (2, 1), (3, 2)):
            out = f"r{ranks}{threads}"
            self.succeed(*self.words("--threads", threads, "--name", f"m{ranks}{threads}", out=out), ranks=ranks)
            models = sorted((self.folder / "s/models").glob(f"m{ranks}{threads}.*.h5"))
            texts.append([path.read_bytes() for path in
                          (self.folder / out / "evaluation.tsv", self.folder / out / "evaluation.json", *models)])
        self.assertGreater(len(texts[0]), 3)
        for other in texts[1:]:
            self.assertEqual(texts[0], other)

    def test_stopped_and_run_again(self):
        self.succeed(*self.words(out="whole"))
        words = [MANIPLE, *map(str, self.words(out="r"))]
        for sent, place in ((signal.SIGTERM, 1), (signal.SIGKILL, 2)):
            child = subprocess.Popen(words, cwd=self.folder, text=True, stderr=subprocess.PIPE,
                                     stdout=subprocess.DEVNULL, env=ENVIRONMENT)
            said, level = "", 0
            for line in child.stderr:
                said += line
                level += line.startswith("== ") or "maniple: == " in line
                if level == place and "pass 2:" in line:
                    child.send_signal(sent)
            child.stderr.close()
            code = child.wait(timeout=60)
            self.assertEqual(code, STOPPED if sent == signal.SIGTERM else -signal.SIGKILL, said)
            self.assertFalse((self.folder / "r/evaluation.json").exists())
        said = self.succeed(*self.words(out="r"))
        self.assertIn("going on from a checkpoint", said)
        for name in ("evaluation.tsv", "evaluation.json"):
            self.assertEqual((self.folder / "whole" / name).read_bytes(), (self.folder / "r" / name).read_bytes())
        self.assertFalse((self.folder / "r/models").exists())

    def test_score_without_variants(self):
        words = self.words("--penalty-values", "1e6")
        at = words.index("--penalties")
        self.succeed(*words[:at], *words[at + 2:])
        found = rows(self.folder / "r/evaluation.tsv")
        self.assertEqual({row["status"] for row in found if row["group"] == "north"}, {"constant score"})

    def test_job_file(self):
        self.write("job.ini", "store = s\nleave-one-out = where\ntrait = quantitative_1\n"
                              "covariate = covariate_1,sex\npenalties = 12\nmixing = 0.9\nsplit = 0.8,0.2\n"
                              "early-stop = 3\nbootstrap = 30\nout = j\n")
        self.succeed("evaluate", "--job", "job.ini")
        self.succeed(*self.words())
        for name in ("evaluation.tsv", "evaluation.json"):
            self.assertEqual((self.folder / "j" / name).read_bytes(), (self.folder / "r" / name).read_bytes())

    def test_refusals(self):
        for words in (("--model", "m"), ("--scores", "w"), ("--by", "sex"), ("--split-column", "where"),
                      ("--recalibrate",), ("--part", "validation"), ("--min-match", "0.5"), ("--ambiguous", "keep")):
            self.refuse(["--leave-one-out", words[0], "exclude"], *self.words(*words))
        self.refuse(["--threshold", "binary"], *self.words("--threshold", "score=1"))
        self.refuse(["--mixing = 7"], "evaluate", "--store", "s", "--leave-one-out", "where", "--trait", "binary_1",
                    "--out", "r", "--mixing", 7)
        plain = ["evaluate", "--store", "s", "--trait", "binary_1", "--out", "r"]
        for words in (("--mixing", 0.5), ("--name", "m"), ("--no-refit",), ("--chr", 1)):
            self.refuse([words[0], "--leave-one-out"], *plain, "--model", "m", *words)
        self.refuse(["covariate 'nothing'"], *plain, "--leave-one-out", "nothing")
        self.refuse(["--leave-one-out 'covariate_1'", "covariate_1:40/60"], *plain, "--leave-one-out", "covariate_1")
        self.refuse(["'where'", "--covariate"], *plain, "--leave-one-out", "where", "--covariate", "where")
        self.refuse(["no level to judge"], *plain, "--leave-one-out", "where", "--min-group", 500)
        self.refuse(["nothing says which score"], *plain)


if __name__ == "__main__":
    main()
