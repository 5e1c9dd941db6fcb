#!/usr/bin/env python3
"""Nothing that is meant for sharing names a person, no count is of fewer than five, and files about people are the
owner's alone, whatever the umask."""
import gzip
import json
import os
import re
import stat

from privacy_case import INDIVIDUAL, World, iid, marks_in, texts_of
from program import main


class NoNames(World):
    def test_what_is_said(self):
        for words, text in self.said:
            with self.subTest(" ".join(map(str, words))):
                self.assertEqual(marks_in(text.encode()), [], text)

    def test_what_is_written(self):
        seen = set()
        for path in self.made_files():
            if path.name in INDIVIDUAL:
                continue
            seen.add(path.name)
            with self.subTest(str(path.relative_to(self.folder))):
                for content in texts_of(path):
                    self.assertEqual(marks_in(content), [])
        self.assertLessEqual({"results.h5", "summary.tsv", "run.json", "log.txt", "evaluation.tsv", "evaluation.json", "net.h5",
                              "report.html", "path.tsv", "coefficients.tsv", "matches.tsv", "e.tsv.gz", "net.pgs.gz"}, seen)

    def test_predictors_have_no_ids(self):
        for run in ("genome", "only"):
            for content in texts_of(self.folder / run / "predictors.h5"):
                self.assertEqual(marks_in(content), [])

    def test_the_search_finds_what_is_there(self):
        """Where IDs belong, they are found: in plain text, in bytes of HDF5 files, in compressed files."""
        for name in ("scored/scores.tsv", "explained/contributions.tsv", "s/cohort.h5", "loco_1.loco"):
            self.assertTrue(any(marks_in(content) for content in texts_of(self.folder / name)), name)
        packed = self.folder / "packed.gz"
        packed.write_bytes(gzip.compress(f"of {iid(1)}\n".encode()))
        self.assertTrue(any(marks_in(content) for content in texts_of(packed)))


PEOPLE = (r"samples?|people|cases?|controls?|events?|censored|female|male|unknown|missing|observed|values")
SAID = [re.compile(rf"(?<![\w.,-])[1-4] (?:{PEOPLE})\b"), re.compile(r"(?:prediction|them apart|missing|values): [1-4]\b")]
COUNTS = re.compile(r"^(?!min_)(.*_)?(samples|cases|controls|events|people|observed|missing|unpredicted|training|left_out_by_covariate)$")


def small(value):
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 5


def small_in_json(value, place=""):
    if isinstance(value, dict):
        for key, inner in value.items():
            if COUNTS.search(key) and small(inner):
                yield f"{place}{key} = {inner}"
            yield from small_in_json(inner, f"{place}{key}.")
    if isinstance(value, list):
        for inner in value:
            yield from small_in_json(inner, place)


def small_in_table(text):
    head, *rows = [line.split("\t") for line in text.splitlines() if line]
    for row in rows:
        yield from (f"{name} = {cell}" for name, cell in zip(head, row) if COUNTS.search(name) and cell in ("1", "2", "3", "4"))


class SmallCells(World):
    def test_what_is_said(self):
        for words, text in self.said:
            if words[0] in ("plan-genome", "doctor", "explain") or words[:2] == ("import", "--store") and "bad" in str(words):
                continue
            with self.subTest(" ".join(map(str, words))):
                self.assertEqual([hit[0] for line in SAID for hit in line.finditer(text)], [], text)

    def test_what_is_written(self):
        for path in self.made_files():
            with self.subTest(str(path.relative_to(self.folder))):
                text = path.read_text("utf-8") if path.suffix in (".txt", ".json", ".tsv") else ""
                if path.suffix == ".txt":
                    self.assertEqual([hit[0] for line in SAID for hit in line.finditer(text)], [], text)
                elif path.suffix == ".json":
                    self.assertEqual(list(small_in_json(json.loads(text))), [])
                elif path.name in ("summary.tsv", "evaluation.tsv"):
                    self.assertEqual(list(small_in_table(text)), [])

    def test_json_of_info(self):
        for words, text in self.said:
            if words[0] == "info" and "--json" in words:
                self.assertEqual(list(small_in_json(json.loads(text))), [])
                self.assertNotIn("hamlet", text)

    def test_exports(self):
        self.assertNotIn("cases=3", (self.folder / "few.pgs").read_text("utf-8").replace(" ", ""))

    def test_the_search_finds_small_counts(self):
        self.assertTrue(list(small_in_json({"a": [{"training_cases": 3}]})))
        self.assertFalse(list(small_in_json({"a": [{"training_cases": 5, "threads": 2, "whole_samples": 0}]})))
        self.assertEqual(list(small_in_table("trait\tcases\nx\t4\ny\t<5\nz\t14\n")), ["cases = 4"])
        for text in ("x: 3 cases", "left out, without a prediction: 2", "100 female, 2 male"):
            self.assertTrue(any(line.search(text) for line in SAID), text)
        self.assertFalse(any(line.search("1.3 cases, 24 samples, <5 cases") for line in SAID))


class Modes(World):
    """With an open umask, too."""

    umask = 0o000

    def mode(self, path):
        return stat.S_IMODE((self.folder / path).stat().st_mode)

    def test_new_folders_and_files_are_their_owners(self):
        made = [self.folder / "s", self.folder / "of-vcf", self.folder / "simulated",
                *(run for run in self.runs() if not run.name.startswith("shared-"))]
        for top in made:
            for path in (top, *top.rglob("*")):
                with self.subTest(str(path.relative_to(self.folder))):
                    self.assertEqual(oct(self.mode(path)), oct(0o700 if path.is_dir() else 0o600))

    def test_files_about_people_are_closed_in_open_folders(self):
        folder = self.folder / "shared-folder"
        self.assertEqual(self.mode(folder), 0o755)
        self.assertEqual(oct(self.mode(folder / "scores.tsv")), oct(0o600))
        self.assertEqual(oct(self.mode(folder / "run.json")), oct(0o644))
        self.assertEqual(oct(self.mode("shared-regression/predictors.h5")), oct(0o600))
        for name in ("loco_1.loco", "only/predictors.h5"):
            self.assertEqual(oct(self.mode(name)), oct(0o600), name)


    def test_files_of_an_open_store_are_as_open(self):
        store = self.folder / "of-vcf"
        try:
            os.umask(self.umask)
            for path in (store, *store.rglob("*")):
                path.chmod(0o750 if path.is_dir() else 0o640)
            self.call("import", "--store", "of-vcf", "--table", "t.tsv", "--name", "later")
            self.call("fit", "--store", "of-vcf", "--trait", "y", "--name", "open")
            for path in (store, *store.rglob("*")):
                self.assertEqual(oct(self.mode(path)), oct(0o750 if path.is_dir() else 0o640), path)
        finally:
            os.umask(self.old_umask)
            for path in (store, *store.rglob("*")):
                path.chmod(0o700 if path.is_dir() else 0o600)


class UsualModes(Modes):
    umask = 0o022


if __name__ == "__main__":
    main()
