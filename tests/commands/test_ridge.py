#!/usr/bin/env python3
"""maniple fit --method ridge as a person types it: what it refuses, what it leaves, and the same bytes however run."""
import filecmp
import json
import signal
import subprocess

from command_case import CommandCase, ENVIRONMENT
from fit_case import STOPPED, PolygenicCase, SameBytes, rows
import program
from program import MANIPLE, h5py, main, np


class Ridge(PolygenicCase):
    def setUp(self):
        super().setUp()
        self.words = ["fit", "--method", "ridge", "--store", "s", "--trait", "quantitative_1,quantitative_2",
                      "--covariate", "covariate_1,sex"]


class Outcome(Ridge):
    def test_model_and_report(self):
        said = self.succeed(*self.words, "--name", "m", "--out", "r")
        self.assertIn("the best in validation samples", said)
        self.assertEqual(sorted(p.name for p in (self.folder / "r").iterdir()), ["fit.json", "path.tsv"])
        self.assertEqual(self.left_over(), [])
        report = json.loads((self.folder / "r/fit.json").read_text())
        for trait in report["traits"]:
            self.assertTrue(trait["converged"])
            self.assertGreater(trait["validation"], 0)
            self.assertGreater(trait["training"], trait["validation"])
        with h5py.File(self.model("m")) as file:
            self.assertEqual([value.decode() for value in file["score_method"][:]], ["ridge", "ridge"])
            np.testing.assert_array_equal(file["score_variants"][:], [t["variants"] for t in report["traits"]])
            np.testing.assert_array_equal(file["score_heritability"][:], [t["heritability"] for t in report["traits"]])
            np.testing.assert_array_equal(file["score_penalty"][:], [t["penalty"] for t in report["traits"]])
            np.testing.assert_array_equal(file["score_largest_violation"][:],
                                          [t["largest_residual"] for t in report["traits"]])
            self.assertTrue((file["score_iterations"][:] > 0).all())
            self.assertGreater(file["score_variants"][0], 0.9 * self.variants)
        self.assertIn("quantitative_1", self.succeed("info", "s"))
        self.succeed("verify", "s")

    def test_folds(self):
        self.succeed(*self.words, "--name", "m", "--validate", "folds", "--folds", 3, "--out", "r")
        report = json.loads((self.folder / "r/fit.json").read_text())
        path = rows(self.folder / "r/path.tsv")
        for trait in report["traits"]:
            judged = [row for row in path if row["trait"] == trait["trait"] and row["stage"] == "judged"]
            self.assertEqual({row["fit"] for row in judged}, {"fold_1", "fold_2", "fold_3"})
            means = {}
            for row in judged:
                means[row["heritability"]] = means.get(row["heritability"], 0) + float(row["validation"]) / 3
            best = max(means, key=means.get)
            self.assertEqual(float(best), trait["heritability"])
            self.assertAlmostEqual(means[best], trait["validation"], 12)

    def test_estimate_where_nobody_judges(self):
        said = self.succeed(*self.words, "--name", "m", "--split", "0.9,0,0.1", "--out", "r")
        self.assertIn("standard error", said)
        for trait in json.loads((self.folder / "r/fit.json").read_text())["traits"]:
            self.assertIsNone(trait["validation"])
            estimate = trait["estimate"]["heritability"]
            self.assertEqual(trait["heritability"], min(max(estimate, 0.01), 0.99))

    def test_filters(self):
        said = self.succeed(*self.words, "--name", "m", "--min-maf", 0.05, "--chr", 2, "--heritability", 0.3)
        self.assertIn("pass the filters", said)
        with h5py.File(self.model("m")) as file:
            frequency = file["effect_allele_frequency"][:]
        self.assertGreater(len(frequency), 20)
        self.assertTrue(np.all((frequency > 0.04) & (frequency < 0.96)))

    def test_not_converged(self):
        """A residual that double precision cannot reach is said, in words and in the model."""
        said = self.succeed(*self.words, "--name", "m", "--heritability", 0.9999, "--tolerance", 1e-12, "--out", "r")
        for trait in json.loads((self.folder / "r/fit.json").read_text())["traits"]:
            self.assertEqual(trait["converged"], trait["largest_residual"] <= 1e-12)
            self.assertEqual(f"trait '{trait['trait']}' has not converged" in said, not trait["converged"])

    def test_test_samples_have_no_say(self):
        with h5py.File(self.folder / "s/cohort.h5") as file:
            ids = [value.decode() for value in file["sample_id"][:]]
        values = np.random.default_rng(1).normal(size=len(ids))
        models = []
        for name in ("a", "b"):
            self.write(f"{name}.tsv", f"IID\t{name}\n" + "".join(f"{i}\t{v}\n" for i, v in zip(ids, values)))
            self.succeed("import", "--store", "s", "--table", f"{name}.tsv", "--name", name)
            self.succeed("fit", "--method", "ridge", "--store", "s", "--trait", name, "--name", name)
            with h5py.File(self.model(name)) as file:
                used = file["training_is_used"][:].astype(bool)
                models.append([file[key][:] for key in ("variant_id", "weight", "effect_allele_frequency")])
            values[~used] = 1000
        self.assertGreater(np.count_nonzero(~used), 0.05 * self.samples)
        for one, two in zip(*models):
            np.testing.assert_array_equal(one, two)


class Batches(CommandCase):
    def test_a_trait_alone_and_among_many(self):
        """Fourteen traits try more heritabilities than a pass has columns: each has the weights it has alone."""
        self.succeed("simulate", "--store", "s", "--samples", 250, "--variants", 150, "--quantitative", 14,
                     "--missing-traits", 0.05, "--missing-genotypes", 0.02, "--seed", 5)
        fit = ["fit", "--method", "ridge", "--store", "s", "--covariate", "covariate_1"]
        self.succeed(*fit, "--trait", "quantitative_*", "--name", "all")
        with h5py.File(self.folder / "s/models/all.h5") as file:
            scores = [value.decode() for value in file["score_id"][:]]
            self.assertEqual(len(scores), 14)
            members, weights = file["weight_score"][:], file["weight"][:]
            described = {name: file[name][:] for name in ("score_offset", "score_intercept", "score_heritability",
                                                          "score_penalty", "score_iterations")}
        for trait in ("quantitative_1", "quantitative_13"):
            self.succeed(*fit, "--trait", trait, "--name", trait)
            place = scores.index(trait)
            with h5py.File(self.folder / f"s/models/{trait}.h5") as file:
                np.testing.assert_array_equal(file["weight"][:], weights[members == place])
                for name, values in described.items():
                    self.assertEqual(file[name][0], values[place], name)


class Refusals(Ridge):
    samples, variants = 200, 300

    def test_refusals(self):
        fit = ["fit", "--method", "ridge", "--store", "s", "--name", "m", "--trait"]
        self.refuse(["'binary_1' is binary", "elastic-net --mixing 0.01"], *fit, "binary_1")
        self.refuse("is a time to event", *fit, "event_time_1:event_1")
        self.refuse("--mixing has no meaning", *fit, "quantitative_1", "--mixing", 0.5)
        self.refuse("--early-stop has no meaning", *fit, "quantitative_1", "--early-stop", 10, "--heritability", 2)
        self.refuse("--heritability", *fit, "quantitative_1", "--heritability", 1)
        self.refuse("--heritability has no meaning with --method elastic-net", "fit", "--store", "s", "--name", "m",
                    "--trait", "quantitative_1", "--heritability", 0.5)
        self.refuse("--tolerance", *fit, "quantitative_1", "--tolerance", 1)
        self.refuse("none of the 300 chosen variants passes", *fit, "quantitative_1", "--min-mac", 1e6)
        with h5py.File(self.folder / "s/cohort.h5") as file:
            ids = [value.decode() for value in file["sample_id"][:]]
        self.write("t.tsv", "IID\tsame\n" + "".join(f"{i}\t1.5\n" for i in ids))
        self.succeed("import", "--store", "s", "--table", "t.tsv", "--name", "t")
        self.refuse("trait 'same' does not vary", *fit, "same")


class Bytes(SameBytes, Ridge):
    of_instruction_sets = ("--validate", "folds", "--folds", 2)


class Interrupted(Ridge):
    samples, variants = 900, 3000

    def stop(self, name, passes):
        """A fit that is asked to stop after so many passes. Its exit code and words."""
        words = [MANIPLE, *map(str, self.words), "--name", name, "--threads", "1"]
        child = subprocess.Popen(words, cwd=self.folder, text=True, stderr=subprocess.PIPE, env=ENVIRONMENT)
        said = ""
        for line in child.stderr:
            said += line
            if f"pass {passes}:" in line:
                child.send_signal(signal.SIGTERM)
        child.stderr.close()
        return child.wait(timeout=60), said

    def test_stopped_and_run_again(self):
        whole = self.succeed(*self.words, "--name", "whole")
        solved = [line for line in whole.splitlines() if "pass" in line and "solved" in line]
        self.assertEqual(len(solved), 2)  # those that are judged, and the chosen ones
        judged = int(solved[0].split("pass ")[1].split(":")[0])
        # Every tenth pass is told.
        for number, passes in enumerate((10, judged, judged // 10 * 10 + 10)):
            name = f"m{number}"
            code, said = self.stop(name, passes)
            self.assertEqual(code, STOPPED, said)
            self.assertFalse(self.model(name).exists())
            if number == 0:
                self.refuse("--heritability was 'chosen' and is '0.5'", *self.words, "--name", name, "--heritability",
                            0.5)
            said = self.succeed(*self.words, "--name", name, ranks=2 if number == 1 and program.find_mpirun() else 0)
            self.assertIn("going on from a checkpoint", said)
            self.assertTrue(filecmp.cmp(self.model("whole"), self.model(name), shallow=False), name)


if __name__ == "__main__":
    main()
