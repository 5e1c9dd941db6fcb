#!/usr/bin/env python3
"""maniple scan --predictors as a person types it: what is refused and how, and what a run says of itself."""
import json
import os
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from command_case import CORRUPT_INPUT, SAMPLES, CommandCase
import program  # leaves where a package is missing
import numpy as np

import loco_files

MODEL = ["scan", "--store", "s", "--trait", "quantitative_1", "--covariate", "sex", "--out", "r"]


class Predictors(CommandCase):
    def setUp(self):
        super().setUp()
        self.have_store()
        self.have_plink()
        fam = [line.split() for line in (self.folder / "p.fam").read_text().splitlines()]
        self.names = [f"{row[0]}_{row[1]}" for row in fam]
        draw = np.random.default_rng(2)
        self.rows = {contig: draw.normal(size=SAMPLES) for contig in (1, 2, 3)}
        self.listing = self.give("own", {"quantitative_1": self.rows, "other": self.rows})

    def give(self, prefix, traits):
        return loco_files.write_predictions(self.folder, prefix, self.names, traits)

    def table(self):
        rows = [line.split("\t") for line in (self.folder / "p.tsv").read_text().splitlines()]
        return {name: np.array([float(row[place]) if row[place] != "NA" else np.nan for row in rows[1:]])
                for place, name in enumerate(rows[0]) if name in ("quantitative_1", "sex")}

    def to_file(self, *words):
        if not loco_files.has_writer:
            self.skipTest("no program that writes predictors.h5")
        return loco_files.to_predictors(self.folder / "s", self.listing, self.folder / "predictors.h5", *words)

    def test_what_is_not_there(self):
        self.refuse(["--predictors 'none' does not exist", "_pred.list"], *MODEL, "--predictors", "none")
        (self.folder / "empty").mkdir()
        self.refuse(["--predictors 'empty' holds no predictors.h5"], *MODEL, "--predictors", "empty")
        message = self.refuse(["x_1.loco' is a .loco file", "_pred.list"], *MODEL, "--predictors",
                           self.write("x_1.loco", "FID_IID F1_S0000001 F2_S0000002\n1 0.5 0.25\n"))
        self.assertNotIn("S0000001", message)
        self.refuse(["one field"], *MODEL, "--predictors", self.write("x_pred.list", "height\n"))
        self.refuse(["'gone.loco' beside the list"], *MODEL, "--predictors",
                    self.write("x_pred.list", "quantitative_1 /else/gone.loco\n"))

    def test_traits_without_predictor(self):
        words = ["scan", "--store", "s", "--out", "r", "--predictors", self.listing]
        self.refuse(["trait 'quantitative_2' has no predictor (did you mean 'quantitative_1'?)", "has 2 traits: "
                     "quantitative_1, other"], *words, "--trait", "quantitative_1,quantitative_2")
        listing = self.give("tabled", {"simulated.quantitative_1": self.rows})
        self.succeed(*words[:-1], listing, "--trait", "quantitative_1")

    def test_contigs_without_predictions(self):
        listing = self.give("short", {"quantitative_1": {1: self.rows[1], 7: self.rows[2]}})
        self.refuse(["no prediction for contig '2' (it has 1)", "--chr"], *MODEL, "--predictors", listing)
        nobody = {contig: np.full(len(values), np.nan) for contig, values in self.rows.items()}
        self.refuse(["no prediction for contig '1' (it has none at all)"], *MODEL, "--predictors",
                    self.give("nobody", {"quantitative_1": nobody}))
        self.succeed(*MODEL, "--predictors", listing, "--chr", 1)

    def test_contigs_that_had_no_part_in_the_model(self):
        """predictors.h5 of other contigs: with a prediction from all of them, that is what is taken."""
        self.to_file([1, 3])
        self.refuse(["no prediction for contig '2' (it has 1, 3)"], *MODEL, "--predictors", "predictors.h5")
        self.to_file([1, 3], "nan", "whole")
        said = self.succeed(*MODEL, "--predictors", "predictors.h5")
        self.assertIn("nothing of contig 2 is in them", said)
        # Row 3 is that from all of them here.
        listing = self.give("same", {"quantitative_1": {1: self.rows[1], 2: self.rows[3]}})
        self.succeed(*MODEL[:-1], "t", "--predictors", listing)
        self.assertEqual((self.folder / "r/results.h5").read_bytes(), (self.folder / "t/results.h5").read_bytes())

    def test_damage_and_foreign_files(self):
        self.fail_with(CORRUPT_INPUT, "it holds no predictors", *MODEL, "--predictors", "s/cohort.h5")
        self.write("text.h5", "no HDF5\n")
        self.fail_with(CORRUPT_INPUT, "text.h5", *MODEL, "--predictors", "text.h5")
        file = self.to_file([1, 2])
        bytes_ = bytearray(file.read_bytes())
        # In a prediction's last sample, wherever HDF5 put it.
        value = np.float32(self.rows[2][SAMPLES - 1]).tobytes()
        place = bytes_.index(value)
        bytes_[place] ^= 1
        file.write_bytes(bytes_)
        for ranks in (0, 2):
            self.fail_with(CORRUPT_INPUT, "checksum of 'prediction' differs", *MODEL, "--predictors", file, ranks=ranks)
        file.write_bytes(bytes_[:len(bytes_) // 2])
        self.fail_with(CORRUPT_INPUT, "predictors.h5", *MODEL, "--predictors", file)

    def test_log_odds_are_no_linear_predictions(self):
        """A linear test of a binary trait must not have log odds taken from 0 and 1."""
        binary = self.give("odds", {"quantitative_1": self.rows})
        listing, self.listing = self.listing, binary
        self.to_file([1, 2, 3], "odds")
        for ranks in (0, 2):
            self.refuse(["trait 'quantitative_1'", "log odds", "--model linear"], *MODEL, "--predictors",
                        "predictors.h5", ranks=ranks)
        self.refuse(["log odds"], *MODEL, "--predictors", "predictors.h5", "--plan")
        self.listing = listing

    def test_what_summary_says_of_predictions(self):
        """Columns where there are predictors; NA where they do not say."""
        self.succeed(*MODEL, "--predictors", self.listing)
        row = self.summary("r")
        self.assertEqual([row[f"whole_genome_{name}"] for name in ("samples", "heritability", "r_squared")], 3 * ["NA"])
        self.succeed(*MODEL[:-1], "g", "--whole-genome", "ridge")
        made = self.summary("g")
        self.assertEqual(made["whole_genome_samples"], made["samples"])
        self.assertIn(float(made["whole_genome_heritability"]), (0.01, 0.25, 0.5, 0.75, 0.99))
        self.assertTrue(0 <= float(made["whole_genome_r_squared"]) < 1)
        self.succeed(*MODEL[:-1], "f", "--predictors", "g")
        taken = self.summary("f")
        for name in ("samples", "heritability", "r_squared"):
            self.assertEqual(taken[f"whole_genome_{name}"], made[f"whole_genome_{name}"])
        self.succeed(*MODEL[:-1], "t")
        self.assertNotIn("whole_genome_r_squared", self.summary("t"))

    def summary(self, run):
        header, row = [line.split("\t") for line in (self.folder / run / "summary.tsv").read_text().splitlines()]
        self.assertEqual(len(header), len(row))
        return dict(zip(header, row))

    def test_info_and_verify(self):
        self.succeed(*MODEL, "--whole-genome", "ridge")
        for path in ("r", "r/predictors.h5"):
            said = self.succeed("info", path)
            self.assertRegex(said, r"(?m)^  quantitative_1  SD +[0-9.]+ +\d+ +0\.\d+ +0\.\d{4}$")
            self.assertRegex(said, r"(?m)^contigs      2 left out one at a time: 1, 2; and none$")
            self.assertNotIn(self.names[0].split("_")[1], said.split())
        self.assertRegex(self.succeed("info", "r"), r"(?m)^model        linear, less predictors$")
        told = json.loads(self.run_maniple("info", "r", "--json").stdout)
        self.assertEqual(told["results"]["traits"], ["quantitative_1"])
        self.assertEqual(told["results"]["variants"], 1500)
        self.assertEqual(told["predictors"]["traits"][0]["unit"], "SD")
        self.assertEqual(told["predictors"]["contigs"], ["1", "2"])
        self.assertIsNone(json.loads(self.run_maniple("info", "r/results.h5", "--json").stdout)["predictors"])
        for path, files in (("r", "2 files"), ("r/predictors.h5", "1 file"), ("r/results.h5", "1 file")):
            self.assertRegex(self.succeed("verify", path), f"every checksum holds: {files} of ")
        self.damage("r/predictors.h5")
        self.fail_with(CORRUPT_INPUT, "2 problems", "verify", "r")
        self.succeed("verify", "r/results.h5")
        self.succeed("info", "r")  # reads no prediction
        results = self.folder / "r/results.h5"
        with program.h5py.File(results) as file:
            place = file["beta"].id.get_chunk_info(0).byte_offset + 500
        content = bytearray(results.read_bytes())
        content[place] ^= 4
        results.write_bytes(content)
        self.fail_with(CORRUPT_INPUT, "3 problems", "verify", "r")
        self.fail_with(CORRUPT_INPUT, "'r/results.h5' is damaged", "verify", "r/results.h5")

    def damage(self, name):
        """One bit of a trait's predictions without each of two contigs."""
        path = self.folder / name
        with program.h5py.File(path) as file:
            rows = file["prediction"][:2]
        content = bytearray(path.read_bytes())
        for row in rows:
            values = row[~np.isnan(row)][:8].tobytes()
            content[content.index(values)] ^= 1
        path.write_bytes(content)

    def test_other_samples(self):
        file = self.to_file([1, 2])
        self.succeed("simulate", "--store", "o", "--samples", SAMPLES + 1, "--variants", 100, "--contigs", 2)
        words = [word if word != "s" else "o" for word in MODEL]
        self.refuse(["was made for other samples"], *words, "--predictors", file)
        listing = self.listing
        for path in self.folder.glob("own_*.loco"):
            path.write_text(path.read_text().replace("FID_IID ", "FID_IID q").replace("_", "_q").replace("FID_q", "FID_"))
        self.refuse(["the store has none of them"], *MODEL, "--predictors", listing)

    def test_broken_text(self):
        path = self.folder / "own_1.loco"
        whole = path.read_text()
        cases = {"line 3 does not have 200 values": whole.replace("\n2 ", "\n2 0.5 "),
                 "line 2 field 2 is 'x'": whole.replace("\n1 ", "\n1 x ", 1),
                 "does not begin with FID_IID": whole[1:],
                 "is of contig '1', as a line before": whole + whole.splitlines()[1] + "\n",
                 "line 2 does not have 200 values": whole[:len(whole.splitlines()[0]) + 200]}
        for message, text in cases.items():
            path.write_text(text)
            self.refuse([message, "own_1.loco"], *MODEL, "--predictors", self.listing)

    def test_gzipped_text(self):
        self.succeed(*MODEL, "--predictors", self.listing)
        program.run(["gzip", self.folder / "own_1.loco"])
        self.listing.write_text("quantitative_1 own_1.loco.gz\n")
        self.succeed(*MODEL[:-1], "t", "--predictors", self.listing)
        self.assertEqual((self.folder / "r/results.h5").read_bytes(), (self.folder / "t/results.h5").read_bytes())

    def test_a_prediction_that_is_the_trait(self):
        file_rows = self.table()["quantitative_1"].astype(np.float32)
        path = self.folder / "trait.tsv"
        path.write_text("IID\tcopy\n" + "".join(f"{name.split('_', 1)[1]}\t{float(value)!r}\n"
                                                for name, value in zip(self.names, file_rows) if value == value))
        self.succeed("import", "--store", "s", "--table", path)
        self.listing = self.give("copy", {"copy": {1: 0 * file_rows, 2: file_rows}})
        file = self.to_file([1, 2], 1)
        words = ["scan", "--store", "s", "--trait", "copy", "--out", "r", "--predictors", file]
        for ranks in (0, 2):
            self.refuse(["trait 'copy' less its prediction without contig '2' does not vary"], *words, ranks=ranks)
        self.succeed(*words, "--chr", 1)

    def test_nobody_is_predicted(self):
        nobody = {contig: np.full(SAMPLES, np.nan) for contig in (1, 2)}
        self.refuse(["no prediction for contig '1'"], *MODEL, "--predictors",
                    self.give("nobody", {"quantitative_1": nobody}))
        half = np.arange(SAMPLES) % 2 == 0
        apart = {1: np.where(half, 0.5, np.nan), 2: np.where(half, np.nan, 0.5)}
        self.refuse(["trait 'quantitative_1' has no value for any sample analysed"], *MODEL, "--predictors",
                    self.give("nobody", {"quantitative_1": apart}))

    def test_a_run_says_where_its_offsets_are_from(self):
        said = self.succeed(*MODEL, "--predictors", self.listing)
        self.assertIn(f"predictors: '{self.listing}' of 2 traits", said)
        record = json.loads((self.folder / "r/run.json").read_text())
        self.assertEqual(record["plan"]["predictors"], str(self.listing))
        self.assertEqual([os.path.basename(file["file"]) for file in record["inputs"]["files"]],
                         ["own_pred.list", "own_1.loco"])
        with program.h5py.File(self.folder / "r/results.h5") as results:
            self.assertEqual(results.attrs["model"].decode(), "linear, less predictors")
        header, row = [line.split("\t") for line in (self.folder / "r/summary.tsv").read_text().splitlines()]
        self.assertEqual(dict(zip(header, row))["predictors"], str(self.listing))
        before = sorted(os.listdir(self.folder))
        plan = self.succeed(*MODEL[:-1], "t", "--predictors", self.listing, "--plan")
        self.assertIn("each variant is tested beside what contigs other than its own predict", plan)
        self.assertEqual(before, sorted(os.listdir(self.folder)))
        self.succeed(*MODEL[:-1], "t")
        header, row = [line.split("\t") for line in (self.folder / "t/summary.tsv").read_text().splitlines()]
        self.assertEqual(dict(zip(header, row))["predictors"], "NA")

    def test_export(self):
        """predictors.h5 to REGENIE's text and back: the same results."""
        self.to_file([1, 2, 3], "nan", "whole")
        words = ["export", "--predictors", "predictors.h5", "--store", "s", "--out"]
        self.succeed(*words, "e")
        rows = [line.split(" ") for line in (self.folder / "e_2.loco").read_text().splitlines()]
        self.assertEqual(rows[0], ["FID_IID", *self.names])
        self.assertEqual([row[0] for row in rows[1:]], [str(c) for c in range(1, 24)])
        for row in rows[1:]:
            place = min(int(row[0]), 3)
            np.testing.assert_array_equal(np.float32(row[1:]), np.float32(self.rows[place]))
        self.assertEqual((self.folder / "e_pred.list").read_text().splitlines(),
                         [f"quantitative_1 {self.folder}/e_1.loco", f"other {self.folder}/e_2.loco"])
        self.refuse(["'e_1.loco' exists already"], *words, "e")
        self.succeed(*words, "e", "--replace")
        self.succeed(*words, "z.gz")
        runs = []
        for predictors in ("predictors.h5", "e_pred.list", "z_pred.list"):
            runs.append(f"run-{predictors}")
            self.succeed(*MODEL[:-1], runs[-1], "--predictors", predictors)
        for run in runs[1:]:
            self.assertEqual((self.folder / run / "results.h5").read_bytes(),
                             (self.folder / runs[0] / "results.h5").read_bytes())
        self.to_file([2])
        self.succeed(*words, "g")
        rows = [line.split(" ") for line in (self.folder / "g_1.loco").read_text().splitlines()]
        self.assertEqual([row[:2] for row in rows[1:]], [["1", "NA"], ["2", str(np.float32(self.rows[2][0]))]])
        self.refuse(["no prediction for contig '1'"], *MODEL, "--predictors", "g_pred.list")
        self.refuse(["--store is missing"], "export", "--predictors", "predictors.h5", "--out", "h")
        self.refuse(["--trait does not go with --predictors"], *words, "h", "--trait", "other")
        self.refuse(["'no' is no folder"], *words, "no/h")

    def test_predictions_of_zero_change_nothing(self):
        nothing = {contig: np.zeros(SAMPLES) for contig in (1, 2)}
        self.succeed(*MODEL, "--predictors", self.give("zero", {"quantitative_1": nothing}))
        self.succeed(*MODEL[:-1], "t")
        one, two = (program.read_results(self.folder / run) for run in "rt")
        here = one.status[:, 0] == 0
        self.assertGreater(here.sum(), 1000)
        np.testing.assert_array_equal(one.status, two.status)
        np.testing.assert_allclose(one.beta[here], two.beta[here], rtol=0, atol=1e-9 * two.standard_error[here].max())
        np.testing.assert_allclose(one.standard_error[here], two.standard_error[here], rtol=1e-6)


if __name__ == "__main__":
    program.main()
