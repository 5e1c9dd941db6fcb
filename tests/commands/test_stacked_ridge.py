#!/usr/bin/env python3
"""maniple fit --method stacked-ridge as a person types it: what it leaves, what it refuses, and the same bytes however
run and interrupted."""
import filecmp
import json
import re
import signal
import subprocess
import time

from command_case import CommandCase, ENVIRONMENT
from fit_case import STOPPED, PolygenicCase, SameBytes, rows
import program
from program import MANIPLE, h5py, main, np


class Stacked(PolygenicCase):
    samples, variants = 700, 900

    def setUp(self):
        super().setUp()
        self.words = ["fit", "--method", "stacked-ridge", "--store", "s", "--covariate", "covariate_1,sex",
                      "--whole-genome-block", 64]
        self.traits = ["--trait", "quantitative_1,quantitative_2,binary_1"]


class Outcome(Stacked):
    def test_model_report_score_and_evaluation(self):
        said = self.succeed(*self.words, *self.traits, "--name", "m", "--out", "r")
        self.assertIn("both levels have 5 folds", said)
        self.assertEqual([p.name for p in (self.folder / "r").iterdir()], ["fit.json"])
        self.assertEqual(self.left_over(), [])
        report = json.loads((self.folder / "r/fit.json").read_text())
        self.assertEqual([t["performance"] for t in report["traits"]], ["R^2", "R^2", "AUC"])
        with h5py.File(self.model("m")) as file:
            self.assertEqual({value.decode() for value in file["score_method"][:]}, {"stacked-ridge"})
            np.testing.assert_array_equal(file["score_variants"][:], [t["variants"] for t in report["traits"]])
            np.testing.assert_array_equal(file["score_heritability"][:], [t["heritability"] for t in report["traits"]])
            np.testing.assert_array_equal(file["score_validation_performance"][:],
                                          [t["validation"] for t in report["traits"]])
            self.assertEqual(len(file["variant_id"]), max(t["variants"] for t in report["traits"]))
        self.assertIn("stacked-ridge", self.succeed("info", "s", "--json") + self.succeed("info", "s"))
        self.succeed("verify", "s")
        self.succeed("score", "--store", "s", "--model", "m", "--out", "scores")
        self.assertEqual(len(rows(self.folder / "scores/scores.tsv")), self.samples)
        for trait in ("quantitative_1", "binary_1"):
            self.succeed("evaluate", "--store", "s", "--model", "m", "--score", trait, "--trait", trait, "--out",
                         f"e-{trait}", "--bootstrap", 50)

    def test_no_table_of_another_method_stays(self):
        """--replace: the folder's tables are those of the last fit."""
        nets = ["fit", "--store", "s", "--trait", "quantitative_1", "--name", "m", "--out", "r", "--replace"]
        ridge = [*nets, "--method", "ridge"]
        stacked = [*self.words, "--trait", "quantitative_1", "--name", "m", "--out", "r", "--replace"]
        for words, tables in ((nets, ["coefficients.tsv", "path.tsv"]), (ridge, ["path.tsv"]), (stacked, []),
                              (ridge, ["path.tsv"]), (nets, ["coefficients.tsv", "path.tsv"]), (stacked, [])):
            self.succeed(*words)
            self.assertEqual(sorted(p.name for p in (self.folder / "r").iterdir()), sorted([*tables, "fit.json"]))

    def test_test_samples_have_no_say(self):
        with h5py.File(self.folder / "s/cohort.h5") as file:
            ids = [value.decode() for value in file["sample_id"][:]]
        values = np.random.default_rng(1).normal(size=len(ids))
        models = []
        for name in ("a", "b"):
            self.write(f"{name}.tsv", f"IID\t{name}\n" + "".join(f"{i}\t{v}\n" for i, v in zip(ids, values)))
            self.succeed("import", "--store", "s", "--table", f"{name}.tsv", "--name", name)
            self.succeed(*self.words, "--trait", name, "--name", name)
            with h5py.File(self.model(name)) as file:
                used = file["training_is_used"][:].astype(bool)
                models.append([file[key][:] for key in ("variant_id", "weight", "effect_allele_frequency")])
            values[~used] = 1000
        self.assertGreater(np.count_nonzero(~used), 0.05 * self.samples)
        for one, two in zip(*models):
            np.testing.assert_array_equal(one, two)

    def test_a_trait_alone(self):
        self.succeed(*self.words, *self.traits, "--name", "all")
        for trait in ("quantitative_2", "binary_1"):
            self.succeed(*self.words, "--trait", trait, "--name", "alone", "--replace")
            with h5py.File(self.model("all")) as all_of, h5py.File(self.model("alone")) as file:
                place = [value.decode() for value in all_of["score_id"][:]].index(trait)
                np.testing.assert_array_equal(file["weight"][:], all_of["weight"][:][all_of["weight_score"][:] == place])
                for name in ("score_offset", "score_intercept", "score_heritability", "score_validation_performance"):
                    self.assertEqual(file[name][0], all_of[name][place], name)
                own = all_of["covariate_score"][:] == place
                np.testing.assert_array_equal(file["covariate_coefficient"][:], all_of["covariate_coefficient"][:][own])

    def test_levels_left_out(self):
        """evaluate --leave-one-out fits with this method too."""
        self.succeed("evaluate", "--store", "s", "--leave-one-out", "site", "--trait", "quantitative_1", "--method",
                     "stacked-ridge", "--whole-genome-block", 64, "--covariate", "covariate_1", "--out", "e",
                     "--bootstrap", 50)
        self.assertTrue((self.folder / "e/evaluation.json").exists())

    def test_plan(self):
        said = self.succeed(*self.words, *self.traits, "--name", "m", "--plan")
        self.assertIn("nothing was computed", said)
        self.assertRegex(said, r"memory per rank [0-9.]+ MB, of ")
        self.assertFalse(self.model("m").exists())


class Refusals(Stacked):
    samples, variants = 200, 300

    def test_refusals(self):
        fit = [*self.words, "--name", "m", "--trait"]
        self.refuse(["is a time to event", "stacked-ridge fits quantitative and binary"], *fit, "event_time_1:event_1")
        for option, value in (("--mixing", 0.5), ("--heritability", 0.5), ("--tolerance", 1e-6), ("--early-stop", 3),
                              ("--validate", "folds")):
            self.refuse(f"{option} has no meaning with --method stacked-ridge", *fit, "quantitative_1", option, value)
        self.refuse("--no-refit has no meaning", *fit, "quantitative_1", "--no-refit")
        for option, value in (("--whole-genome-block", 9), ("--scratch", "."), ("--memory", "1G"),
                              ("--whole-genome-heritabilities", 0.5)):
            self.refuse(f"{option} has no meaning with --method ridge", "fit", "--method", "ridge", "--store", "s",
                        "--name", "m", "--trait", "quantitative_1", option, value)
        self.refuse("must be between 0 and 1", *fit, "quantitative_1", "--whole-genome-heritabilities", "0.5,1")
        self.refuse("none of 300 variants varies and passes", *fit, "quantitative_1", "--min-mac", 1e6)
        self.refuse("(--memory)", *fit, "quantitative_1", "--memory", "1M")
        with h5py.File(self.folder / "s/cohort.h5") as file:
            ids = [value.decode() for value in file["sample_id"][:]]
        self.write("t.tsv", "IID\tsame\trare\n" + "".join(f"{i}\t1.5\t{int(s % 40 == 3)}\n"
                                                         for s, i in enumerate(ids)))
        self.succeed("import", "--store", "s", "--table", "t.tsv", "--name", "t")
        self.refuse("trait 'same'", *fit, "same")
        self.refuse("trait 'rare' has", *fit, "rare")


class Memory(CommandCase):
    """Of many variants and traits and few people: weights of all traits are the most of it."""
    samples, variants, traits = 250, 20_000, 100

    def setUp(self):
        super().setUp()
        self.succeed("simulate", "--store", "s", "--samples", self.samples, "--variants", self.variants, "--contigs", 2,
                     "--quantitative", self.traits, "--missing-traits", 0, "--rare-variants", 0)
        self.words = ["fit", "--method", "stacked-ridge", "--store", "s", "--whole-genome-heritabilities", 0.5,
                      "--folds", 2, "--threads", 1, "--name", "m", "--replace"]

    def taken(self, *words, **how):
        self.succeed(*self.words, *words, "--out", "r", **how)
        report = json.loads((self.folder / "r/fit.json").read_text())
        return max(rank["peak_memory_bytes"] for rank in report["ranks"]) / 1e6

    def planned(self, *words, **how):
        found = re.search(r"memory per rank ([\d.]+) MB, of", self.succeed(*self.words, *words, "--plan", **how))
        return float(found[1])

    def test_weights_are_in_the_plan(self):
        for ranks in (0, 2) if program.find_mpirun() else (0,):
            for block in (512, 128):
                words = ["--trait", "quantitative_*", "--whole-genome-block", block]
                planned, taken = self.planned(*words, ranks=ranks), self.taken(*words, ranks=ranks)
                # The weights' share alone.
                self.assertGreater(taken, 28e-6 * self.traits * self.variants)
                self.assertLess(taken, 1.03 * planned, f"{ranks} ranks, {block} variants")
                self.assertGreater(taken, 0.7 * planned, f"{ranks} ranks, {block} variants")

    def test_weights_that_do_not_fit(self):
        words = [*self.words, "--whole-genome-block", 128, "--trait"]
        limit = 0.8 * self.planned(*words[len(self.words):], "quantitative_*")
        for more in ([], ["--plan"], ["--scratch", "."]):
            said = self.refuse(["scores: weights of 100 traits x ", "(--memory)", "--min-maf"], *words, "quantitative_*",
                               "--memory", f"{limit:.0f}M", *more)
        most = int(re.search(r"at most (\d+) traits at a time", said)[1])
        self.assertTrue(60 < most < 90, most)
        some = ",".join(f"quantitative_{i + 1}" for i in range(most - 1))
        self.assertLess(self.taken(*words[len(self.words):], some, "--memory", f"{limit:.0f}M"), limit)
        self.refuse("choose fewer variants", *words, "quantitative_1", "--memory", "20M")


class Bytes(SameBytes, Stacked):
    def setUp(self):
        super().setUp()
        self.words += self.traits


class Interrupted(CommandCase):
    def test_stopped_in_level_one(self):
        """Traits that level 1 is done with are kept: a later run makes the others, and the weights of all."""
        self.succeed("simulate", "--store", "s", "--samples", 1500, "--variants", 1200, "--contigs", 3, "--quantitative",
                     12, "--missing-traits", 0.02, "--seed", 4)
        words = ["fit", "--method", "stacked-ridge", "--store", "s", "--trait", "quantitative_*", "--covariate",
                 "covariate_1", "--whole-genome-block", 12, "--threads", 1]
        self.succeed(*words, "--name", "whole")
        models = self.folder / "s/models"
        child = subprocess.Popen([MANIPLE, *map(str, words), "--name", "m"], cwd=self.folder, stderr=subprocess.PIPE,
                                 text=True, env=ENVIRONMENT)
        limit = time.monotonic() + 60
        while not list(models.glob(".m.stacked/traits-*")) and child.poll() is None and time.monotonic() < limit:
            time.sleep(0.002)
        self.assertIsNone(child.poll(), "it ended before it was time")
        child.send_signal(signal.SIGTERM)
        said = child.communicate(timeout=60)[1]
        self.assertEqual(child.returncode, STOPPED, said)
        self.assertFalse((models / "m.h5").exists())
        self.refuse("--whole-genome-heritabilities was '0.01,0.25,0.5,0.75,0.99' and is '0.5'", *words, "--name", "m",
                    "--whole-genome-heritabilities", 0.5)
        said = self.succeed(*words, "--name", "m", ranks=2 if program.find_mpirun() else 0)
        self.assertIn("were done by an interrupted run", said)
        self.assertTrue(filecmp.cmp(models / "whole.h5", models / "m.h5", shallow=False))
        self.assertEqual([p.name for p in models.iterdir() if p.name.startswith(".")], [])

    def test_scratch(self):
        """Predictors that do not fit the memory go to a file, and the model is the same."""
        self.succeed("simulate", "--store", "s", "--samples", 1500, "--variants", 1200, "--contigs", 3, "--quantitative",
                     12, "--seed", 4)
        words = ["fit", "--method", "stacked-ridge", "--store", "s", "--trait", "quantitative_*", "--whole-genome-block",
                 12, "--threads", 1]
        self.succeed(*words, "--name", "whole")
        (self.folder / "scratch").mkdir()
        self.refuse("--scratch", *words, "--name", "m", "--memory", "80M")
        said = self.succeed(*words, "--name", "m", "--memory", "80M", "--scratch", "scratch")
        self.assertIn("go to files in 'scratch'", said)
        self.assertEqual(list((self.folder / "scratch").iterdir()), [])
        models = self.folder / "s/models"
        self.assertTrue(filecmp.cmp(models / "whole.h5", models / "m.h5", shallow=False))


if __name__ == "__main__":
    main()
