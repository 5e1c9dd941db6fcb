#!/usr/bin/env python3
"""maniple score and explain as a person types them: what is refused, and how."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from command_case import CommandCase, cohort


class Scoring(CommandCase):
    def setUp(self):
        super().setUp()
        self.have_store()
        self.variants = [line.split() for line in (cohort() / "p.bim").read_text().splitlines()]
        self.people = [line.split()[1] for line in (cohort() / "p.fam").read_text().splitlines()]

    def write_weights(self, name="w.tsv", shift=0, contig=None, first=0, last=300):
        lines = ["###PGS CATALOG SCORING FILE", "#format_version=2.0", "#pgs_id=PGS1", "#genome_build=GRCh37",
                 "chr_name\tchr_position\teffect_allele\tother_allele\teffect_weight"]
        for row in self.variants[first:last]:
            lines.append(f"{contig or row[0]}\t{int(row[3]) + shift}\t{row[4]}\t{row[5]}\t0.25")
        return self.write(name, "\n".join(lines) + "\n")

    def score(self, *words):
        return ["score", "--store", "s", "--weights", "w.tsv", *words]

    def test_nothing_to_score_or_nowhere_to_write(self):
        self.write_weights()
        self.refuse("--model", "score", "--store", "s", "--out", "r")
        self.refuse("--out", *self.score())
        self.refuse("'nothere'", "score", "--store", "s", "--model", "nothere", "--out", "r")
        self.refuse("nofile", "score", "--store", "s", "--weights", "nofile.txt", "--out", "r")
        self.refuse("--min-match", *self.score("--out", "r", "--min-match", "1.5"))
        self.refuse("--ambiguous", *self.score("--out", "r", "--ambiguous", "maybe"))
        self.refuse("--unit", *self.score("--out", "r", "--unit", "mean"))
        self.refuse("keep.txt", *self.score("--out", "r", "--keep", "keep.txt"))

    def test_weights_of_another_build(self):
        self.write_weights(shift=1)
        for least in ("0.75", "0"):
            said = self.refuse(["none of its 300 variants", "genome build", "GRCh37"],
                               *self.score("--ambiguous", "keep", "--out", "r", "--min-match", least))
            self.assertNotIn("nan", said)
            self.assertNotIn("--min-match", said)

    def test_weights_of_another_contig(self):
        self.write_weights(contig="22")
        self.refuse(["contigs are not in the store", "which has 1, 2"], *self.score("--out", "r"))

    def test_ambiguous_alleles_need_a_word(self):
        self.write_weights()
        self.refuse(["A/T or C/G", "--ambiguous keep"],
                    *self.score("--ambiguous", "drop", "--min-match", "0.999", "--out", "r"))

    def test_plan_computes_nothing(self):
        self.write_weights()
        text = self.succeed(*self.score("--ambiguous", "keep", "--plan"))
        self.assertIn("300 of 300 variants used", text)
        self.assertIn("nothing was computed", text)

    def test_table_is_not_replaced_unasked(self):
        self.write_weights()
        words = self.score("--ambiguous", "keep", "--name", "risk")
        self.succeed(*words)
        self.refuse("--replace", *words)
        self.succeed(*words, "--replace")
        self.succeed("scan", "--store", "s", "--trait", "quantitative_1", "--covariate", "PGS1", "--out", "r")

    def test_table_of_traits_is_not_replaced(self):
        self.write_weights()
        words = self.score("--ambiguous", "keep", "--name", "traits")
        self.write("traits.tsv", "IID\tx\n" + "".join(f"{name}\t{s}\n" for s, name in enumerate(self.people)))
        self.succeed("import", "--store", "s", "--table", "traits.tsv")
        self.refuse("was imported from 'traits.tsv'", *words, "--replace")

    def test_weights_that_overflow(self):
        rows = self.variants[:20]
        self.write("w.tsv", "".join(f"{row[1]} {row[4]} 1e308\n" for row in rows))
        self.refuse("add up to more", *self.score("--ambiguous", "keep", "--out", "r"))

    def test_names_with_a_colon_are_no_times_to_event(self):
        rows = self.variants[:20]
        self.write("w.tsv", "ID A1 event_time_1:event_1\n" + "".join(f"{row[1]} {row[4]} 1\n" for row in rows))
        self.succeed("import", "--store", "s", "--weights", "w.tsv", "--name", "w", "--weight-columns", "3")
        self.succeed("score", "--store", "s", "--model", "w", "--ambiguous", "keep", "--name", "prs")
        said = self.succeed("info", "s")
        self.assertIn("w", said)
        # Of the columns that are there, scores are not meant by `all`.
        said = self.succeed("scan", "--store", "s", "--trait", "all", "--plan")
        self.assertNotIn("prs", said)

    def test_explain_by_position_of_the_cohort(self):
        chosen = [row for row in self.variants if row[0] == self.variants[0][0]][:30]
        self.write("w.tsv", "".join(f"{row[1]} {row[4]} 0.5\n" for row in chosen))
        genes = self.write("genes.tsv", f"gene contig start end\nALL {chosen[0][0]} 1 2000000000\n")
        self.succeed("explain", "--store", "s", "--weights", "w.tsv", "--ambiguous", "keep", "--out", "why",
                     "--sample", self.people[0], "--genes", genes, "--top", 3)
        places = {row[1]: row[3] for row in chosen}
        rows = [row.split("\t") for row in (self.folder / "why/contributions.tsv").read_text().splitlines()[1:]]
        self.assertEqual([row[4] for row in rows], [places[row[5]] for row in rows])
        self.assertEqual(len((self.folder / "why/genes.tsv").read_text().splitlines()), 2)

    def test_explain_nobody_who_was_removed(self):
        self.write_weights()
        self.write("gone.txt", self.people[1] + "\n")
        words = ["explain", "--store", "s", "--weights", "w.tsv", "--ambiguous", "keep", "--out", "why"]
        self.refuse("left out by --keep or --remove", *words, "--remove", "gone.txt", "--sample", self.people[1])

    def test_explain(self):
        self.write_weights()
        genes = self.write("genes.tsv", f"gene contig start end\nALL {self.variants[0][0]} 1 2000000000\n")
        words = ["explain", "--store", "s", "--weights", "w.tsv", "--ambiguous", "keep"]
        self.refuse("--sample", *words, "--out", "why")
        message = self.refuse("--sample number 2", *words, "--out", "why", "--sample", self.people[0], "stranger")
        self.assertNotIn("stranger", message)
        self.refuse("bad-genes.tsv", *words, "--out", "why", "--sample", self.people[0], "--genes",
                    self.write("bad-genes.tsv", "gene contig start end\nX 1 9 3\n"))
        text = self.succeed(*words, "--out", "why", "--sample", self.people[0], "--genes", genes, "--top", 5)
        self.assertNotIn(self.people[0], text)
        rows = (self.folder / "why/contributions.tsv").read_text().splitlines()
        self.assertEqual(len(rows), 6)
        summary = (self.folder / "why/summary.tsv").read_text().splitlines()[1].split("\t")
        gene = (self.folder / "why/genes.tsv").read_text().splitlines()[1].split("\t")
        self.assertEqual(gene[3], "ALL")
        self.assertEqual(gene[-1], summary[4])  # The gene holds every variant.
        self.refuse("finished run", *words, "--out", "why", "--sample", self.people[0])


if __name__ == "__main__":
    unittest.main()
