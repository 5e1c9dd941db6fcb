#!/usr/bin/env python3
"""scan --whole-genome as a person types it: what is refused, and what a plan says."""
import unittest

from command_case import CommandCase


class WholeGenome(CommandCase):
    def setUp(self):
        super().setUp()
        self.succeed("simulate", "--store", "s", "--samples", 300, "--variants", 600, "--contigs", 2, "--quantitative",
                     2, "--binary", 0)
        self.words = ["scan", "--store", "s", "--trait", "quantitative_1", "--out", "r"]
        self.genome = [*self.words, "--whole-genome", "ridge"]

    def test_options_without_use(self):
        self.refuse("--folds has no use without --whole-genome", *self.words, "--folds", "contiguous")
        self.refuse("--whole-genome-min-maf has no use", *self.words, "--whole-genome-min-maf", 0.1)
        self.refuse("--seed has no use", *self.genome, "--folds", "contiguous", "--seed", 3)
        self.refuse("exclude each other", *self.genome, "--predictors", "r")

    def test_values(self):
        self.refuse("must be none or ridge", *self.words, "--whole-genome", "lasso")
        self.refuse("between 0 and 1", *self.genome, "--whole-genome-heritabilities", "0.5,1")
        self.refuse("--whole-genome-block", *self.genome, "--whole-genome-block", 0)
        self.refuse("none of 600 variants varies", *self.genome, "--whole-genome-min-maf", 0.5)
        self.refuse("did you mean", *self.genome, "--trait", "quantitativ_1")
        self.assertFalse((self.folder / "r").exists())

    def test_too_few_people(self):
        people = [line.split()[1] for line in self.people()]
        self.write("few.txt", "\n".join(people[:4]) + "\n")
        self.refuse("folds has no sample", *self.genome, "--folds", "contiguous", "--keep", "few.txt")

    def people(self):
        self.succeed("simulate", "--store", "t", "--samples", 300, "--variants", 600, "--contigs", 2, "--bfile", "p")
        return (self.folder / "p.fam").read_text().splitlines()

    def test_memory_is_known_before_the_work(self):
        self.refuse(["whole-genome regression", "--memory"], *self.genome, "--memory", "100k",
                    "--whole-genome-block", 20)

    def test_plan_says_what_it_leaves_out(self):
        said = self.succeed(*self.genome, "--plan")
        self.assertIn("comes before it", said)
        self.assertFalse((self.folder / "r").exists())

    def test_one_contig_and_few_variants(self):
        said = self.succeed(*self.genome, "--whole-genome-block", 1)
        self.assertIn("out-of-fold R^2", said)
        self.assertTrue((self.folder / "r/predictors.h5").exists())


if __name__ == "__main__":
    unittest.main()
