#!/usr/bin/env python3
"""maniple fit as a person types it: what it refuses, what it leaves, and the same bytes however it was run."""
import filecmp
import json
import signal
import subprocess
import unittest

from command_case import ENVIRONMENT
from fit_case import STOPPED, FitCase, rows
import program
from program import MANIPLE, h5py, main, np


class Fit(FitCase):
    samples, variants = 600, 1200

    def setUp(self):
        super().setUp()
        self.succeed("simulate", "--store", "s", "--samples", self.samples, "--variants", self.variants,
                     "--contigs", 3, "--quantitative", 2, "--binary", 1, "--time-to-event", 1, "--heritability",
                     0.6, "--causal", 12, "--missing-genotypes", 0.02, "--seed", 3)
        self.words = ["fit", "--store", "s", "--trait", "quantitative_1,binary_1,event_time_1:event_1",
                      "--covariate", "covariate_1,sex", "--penalties", 30, "--early-stop", 5]


class Outcome(Fit):
    def test_model_and_report(self):
        said = self.succeed(*self.words, "--name", "m", "--out", "r")
        self.assertIn("kept aside as test samples", said)
        self.assertIn("optimality holds to", said)
        self.assertEqual(sorted(p.name for p in (self.folder / "r").iterdir()),
                         ["coefficients.tsv", "fit.json", "path.tsv"])
        self.assertEqual([p.name for p in (self.folder / "s/models").iterdir() if p.name.startswith(".")], [])
        report = json.loads((self.folder / "r/fit.json").read_text())
        path = rows(self.folder / "r/path.tsv")
        coefficients = rows(self.folder / "r/coefficients.tsv")
        self.assertEqual([t["performance"] for t in report["traits"]], ["R^2", "AUC", "C-index"])
        for trait in report["traits"]:
            self.assertTrue(trait["converged"])
            self.assertLess(trait["largest_violation"], 1e-6)
            steps = [row for row in path if row["trait"] == trait["trait"] and row["fit"] == "path"]
            self.assertEqual(len(steps), trait["steps"])
            self.assertEqual(steps[0]["variants"], "0")  # the first penalty is the one at which a variant enters
            judged = [float(row["validation"]) for row in steps]
            self.assertEqual(max(judged), trait["validation"])
            self.assertEqual(judged.index(max(judged)) + 1, trait["step"])
            self.assertTrue(all(float(row["violation"]) < 1e-6 for row in steps))
            final = [row for row in coefficients if row["trait"] == trait["trait"] and row["fit"] == "final"]
            self.assertEqual(len(final), trait["variants"])
            with h5py.File(self.model("m")) as file:
                score = [name.decode() for name in file["score_id"][:]].index(trait["trait"])
                ids = [name.decode() for name in file["variant_id"][:]]
                spans = np.repeat(np.arange(len(ids)), np.diff(file["weight_start"][:]))
                chosen = file["weight_score"][:] == score
                weights = dict(zip(np.array(ids)[spans[chosen]], file["weight"][:][chosen]))
            self.assertEqual(weights, {row["variant_id"]: float(row["effect"]) for row in final})
        self.assertGreater(report["traits"][0]["validation"], 0.1)

    def test_test_samples_have_no_say(self):
        """Other values of the test samples alone, the same effects."""
        with h5py.File(self.folder / "s/cohort.h5") as file:
            ids = [value.decode() for value in file["sample_id"][:]]
        rng = np.random.default_rng(1)
        values = rng.normal(size=len(ids))
        self.write("a.tsv", "IID\ta\n" + "".join(f"{i}\t{v}\n" for i, v in zip(ids, values)))
        self.succeed("import", "--store", "s", "--table", "a.tsv", "--name", "a")
        fit = ["fit", "--store", "s", "--penalty-values", "0.12,0.1,0.08", "--covariate", "covariate_1"]
        self.succeed(*fit, "--trait", "a", "--name", "a")
        with h5py.File(self.model("a")) as file:
            used = file["training_is_used"][:].astype(bool)
            first = [file[name][:] for name in ("variant_id", "weight", "effect_allele_frequency")]
        self.assertGreater(np.count_nonzero(~used), 0.05 * self.samples)
        self.assertGreater(np.count_nonzero(used), 0.8 * self.samples)
        values[~used] = 1000
        self.write("b.tsv", "IID\tb\n" + "".join(f"{i}\t{v}\n" for i, v in zip(ids, values)))
        self.succeed("import", "--store", "s", "--table", "b.tsv", "--name", "b")
        self.succeed(*fit, "--trait", "b", "--name", "b")
        with h5py.File(self.model("b")) as file:
            other = [file[name][:] for name in ("variant_id", "weight", "effect_allele_frequency")]
        self.assertGreater(len(first[1]), 0)
        for one, two in zip(first, other):
            np.testing.assert_array_equal(one, two)

    def test_folds_and_no_refit(self):
        self.succeed(*self.words, "--name", "k", "--validate", "folds", "--folds", 3, "--out", "k")
        path = rows(self.folder / "k/path.tsv")
        report = json.loads((self.folder / "k/fit.json").read_text())
        self.assertEqual({row["fit"] for row in path}, {"path", "fold_1", "fold_2", "fold_3"})
        for trait in report["traits"]:
            folds = [[float(r["validation"]) for r in path if r["trait"] == trait["trait"] and r["fit"] == f"fold_{k}"]
                     for k in (1, 2, 3)]
            common = min(map(len, folds))
            means = np.mean([fold[:common] for fold in folds], axis=0)
            self.assertEqual(int(np.argmax(means)) + 1, trait["step"])
            self.assertFalse(trait["refitted"])
        self.succeed(*self.words, "--name", "n", "--no-refit", "--out", "n")
        self.assertEqual({row["fit"] for row in rows(self.folder / "n/path.tsv")}, {"path"})

    def test_companions_do_not_matter(self):
        """A trait's weights and frequencies, to the bit, alone and among others that other people lack."""
        with h5py.File(self.folder / "s/cohort.h5") as file:
            ids = [value.decode() for value in file["sample_id"][:]]
        self.write("t.tsv", "IID\tother\tlacking\n" + "".join(
            f"{name}\t{s * 7919 % 613}\t{'NA' if s % 3 == 0 else s * 104729 % 997}\n" for s, name in enumerate(ids)))
        self.succeed("import", "--store", "s", "--table", "t.tsv", "--name", "t")

        def read(name, trait):
            with h5py.File(self.model(name)) as file:
                score = [value.decode() for value in file["score_id"][:]].index(trait)
                members, weights, starts = file["weight_score"][:], file["weight"][:], file["weight_start"][:]
                variant = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
                own = members == score
                return list(zip(file["variant_id"][:][variant[own]], weights[own],
                                file["effect_allele_frequency"][:][variant[own]]))

        for method, options in (("elastic-net", ["--penalties", 30, "--validate", "folds"]), ("ridge", [])):
            alone, among = f"{method}-alone", f"{method}-among"
            words = ["fit", "--store", "s", "--method", method, *options]
            self.succeed(*words, "--trait", "quantitative_1", "--name", alone)
            self.succeed(*words, "--trait", "lacking,other,quantitative_2,quantitative_1", "--name", among)
            self.assertEqual(read(alone, "quantitative_1"), read(among, "quantitative_1"), method)

    def test_folder_is_private(self):
        self.succeed(*self.words, "--name", "m", "--out", "r")
        self.assertEqual((self.folder / "r").stat().st_mode & 0o777, 0o700)

    def test_split_by_column(self):
        parts = ["training", "validation", "test"]
        table = ["IID\tpart\tis_training"]
        with h5py.File(self.folder / "s/cohort.h5") as file:
            ids = [value.decode() for value in file["sample_id"][:]]
        for s, name in enumerate(ids):
            table.append(f"{name}\t{parts[s % 3]}\t{s % 2}")
        self.write("t.tsv", "\n".join(table) + "\n")
        self.succeed("import", "--store", "s", "--table", "t.tsv", "--name", "parts")
        self.succeed(*self.words, "--name", "m", "--split-column", "part")
        with h5py.File(self.model("m")) as file:
            used = file["training_is_used"][:].astype(bool)
        self.assertFalse(used[2::3].any())
        self.assertGreater(used[0::3].sum(), 0.8 * len(used[0::3]))
        self.refuse("0 validation samples", *self.words, "--name", "b", "--split-column", "is_training")
        self.succeed(*self.words, "--name", "b", "--split-column", "is_training", "--validate", "folds")
        self.refuse("holds numbers", *self.words, "--name", "c", "--split-column", "covariate_1")

    def test_filters(self):
        said = self.succeed(*self.words, "--name", "m", "--min-maf", 0.05, "--chr", 2, "--out", "r")
        self.assertIn("pass the filters", said)
        self.assertEqual({row["chromosome"] for row in rows(self.folder / "r/coefficients.tsv")}, {"2"})
        with h5py.File(self.model("m")) as file:
            frequency = file["effect_allele_frequency"][:]
        self.assertTrue(np.all((frequency > 0.04) & (frequency < 0.96)))

    def test_plan_writes_nothing(self):
        before = sorted(self.folder.rglob("*"))
        self.assertIn("nothing was computed", self.succeed(*self.words, "--name", "m", "--plan"))
        self.assertEqual(before, sorted(self.folder.rglob("*")))


class Refusals(Fit):
    samples, variants = 200, 300

    def test_refusals(self):
        fit = ["fit", "--store", "s", "--name", "m"]
        self.refuse("did you mean", *fit, "--trait", "quantitativ_1")
        self.refuse("covariate 'covariat_1'", *fit, "--trait", "quantitative_1", "--covariate", "covariat_1")
        self.refuse("is both a trait and a covariate", *fit, "--trait", "binary_1", "--covariate", "binary_1")
        self.refuse("must be 0 for censored", *fit, "--trait", "event_time_1:quantitative_1")
        self.refuse("--penalty-values is empty", *fit, "--trait", "quantitative_1", "--penalty-values", ",")
        self.refuse("not positive", *fit, "--trait", "quantitative_1", "--penalty-values", "0.1,-1")
        self.refuse("the grid is empty", *fit, "--trait", "quantitative_1", "--penalties", 0)
        self.refuse("0 validation samples", *fit, "--trait", "quantitative_1", "--split", "0.9,0,0.1")
        self.refuse("add up to 1", *fit, "--trait", "quantitative_1", "--split", "0.9,0.9")
        self.refuse("exclude each other", *fit, "--trait", "quantitative_1", "--split", "1", "--split-column", "sex")
        self.refuse("none of the 300 chosen variants passes", *fit, "--trait", "quantitative_1", "--min-mac", 1e6)
        self.refuse("--folds has no use", *fit, "--trait", "quantitative_1", "--folds", 3)
        self.refuse("--no-refit has no use", *fit, "--trait", "quantitative_1", "--validate", "folds", "--no-refit")
        self.refuse("--penalties has no use", *fit, "--trait", "quantitative_1", "--penalties", 9,
                    "--penalty-values", "0.1")
        self.refuse("is not empty", *fit, "--trait", "quantitative_1", "--out", "s")
        self.refuse("--mixing", *fit, "--trait", "quantitative_1", "--mixing", 2)
        self.refuse("not allowed", "fit", "--store", "s", "--name", "../m", "--trait", "quantitative_1")

    def test_nobody_has_it(self):
        with h5py.File(self.folder / "s/cohort.h5") as file:
            ids = [value.decode() for value in file["sample_id"][:]]
        self.write("t.tsv", "IID\tnever\trare\tfew\n" + "".join(
            f"{name}\t0\t{int(s == 0)}\t{s if s < 4 else 'NA'}\n" for s, name in enumerate(ids)))
        self.succeed("import", "--store", "s", "--table", "t.tsv", "--name", "t")
        fit = ["fit", "--store", "s", "--name", "m", "--trait"]
        self.refuse("trait 'never' does not vary", *fit, "never")
        self.refuse("no cases", *fit, "rare")
        self.write("u.tsv", "IID\thalf\tsame\tevent_time_1:event_1\n" + "".join(
            f"{name}\t{s % 2}\t{s % 2 * 5}\t{s}\n" for s, name in enumerate(ids)))
        self.succeed("import", "--store", "s", "--table", "u.tsv", "--name", "u")
        self.refuse("tell its training cases and controls apart", *fit, "half", "--covariate", "same")
        self.refuse("might be the time", *fit, "event_time_1:event_1")
        self.refuse("few", *fit, "few", "--covariate", "covariate_1,covariate_2")

    def test_model_that_exists(self):
        words = [*self.words, "--name", "m"]
        self.succeed(*words)
        self.refuse("has a model 'm'", *words)
        self.succeed(*words, "--replace")


class Bytes(Fit):
    def fit(self, name, *options, ranks=0, threads=1, env=None):
        self.succeed(*self.words, "--name", name, "--threads", threads, *options, ranks=ranks, env=env or ENVIRONMENT)
        return self.model(name)

    @unittest.skipIf(program.find_mpirun() is None, "no mpirun")
    def test_ranks_and_threads(self):
        for how in ((), ("--validate", "folds", "--folds", 3)):
            first = self.fit(f"first-{len(how)}", *how)
            for ranks, threads in ((0, 2), (2, 1), (3, 2)):
                other = self.fit(f"m-{len(how)}-{ranks}-{threads}", *how, ranks=ranks, threads=threads)
                self.assertTrue(filecmp.cmp(first, other, shallow=False), f"{ranks} ranks, {threads} threads")

    def test_instruction_sets(self):
        first = self.fit("first")
        for name in program.usable_instruction_sets(self.folder / "s", "quantitative_1"):
            other = self.fit(name, env={**ENVIRONMENT, "MANIPLE_ISA": name})
            self.assertTrue(filecmp.cmp(first, other, shallow=False), name)


class Interrupted(Fit):
    samples, variants = 1500, 4000

    def stop(self, name, sent, passes, ranks=0):
        """A fit that gets a signal after so many passes. Its exit code and words."""
        words = [MANIPLE, *map(str, self.words), "--name", name, "--threads", "1"]
        child = subprocess.Popen(words, cwd=self.folder, text=True, stderr=subprocess.PIPE, env=ENVIRONMENT)
        said = ""
        for line in child.stderr:
            said += line
            if f"pass {passes}:" in line:
                child.send_signal(sent)
        child.stderr.close()
        return child.wait(timeout=60), said

    def test_killed_and_run_again(self):
        self.succeed(*self.words, "--name", "whole")
        for number, passes in enumerate((2, 3, 5)):
            name = f"m{number}"
            code, said = self.stop(name, signal.SIGKILL, passes)
            self.assertEqual(code, -signal.SIGKILL, said)
            self.assertFalse(self.model(name).exists())
            ranks = 2 if number == 1 and program.find_mpirun() else 0
            said = self.succeed(*self.words, "--name", name, ranks=ranks)
            self.assertIn("going on from a checkpoint", said)
            self.assertTrue(filecmp.cmp(self.model("whole"), self.model(name), shallow=False), name)

    def test_signal(self):
        self.succeed(*self.words, "--name", "whole")
        code, said = self.stop("m", signal.SIGTERM, 2)
        self.assertEqual(code, STOPPED, said)
        self.refuse(["--mixing was '1' and is '0.5'"], *self.words, "--name", "m", "--mixing", 0.5)
        self.succeed(*self.words, "--name", "m")
        self.assertTrue(filecmp.cmp(self.model("whole"), self.model("m"), shallow=False))

    def test_damaged_checkpoint(self):
        code, said = self.stop("m", signal.SIGTERM, 2)
        self.assertEqual(code, STOPPED, said)
        checkpoint = self.folder / "s/models/.m.fit"
        content = bytearray(checkpoint.read_bytes())
        content[len(content) // 2] ^= 1
        checkpoint.write_bytes(content)
        done = self.run_maniple(*self.words, "--name", "m")
        self.judge(done, 4, ["is damaged"])


if __name__ == "__main__":
    main()
