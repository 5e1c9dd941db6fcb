"""What tests of the methods of maniple fit share: where models are, and the same bytes however they were made."""
import csv
import filecmp
import itertools
import unittest

from command_case import CommandCase, ENVIRONMENT
import program

STOPPED = 75


def rows(path):
    with open(path, encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


class FitCase(CommandCase):
    def model(self, name):
        return self.folder / "s" / "models" / f"{name}.h5"

    def left_over(self):
        """Of fits that are done nothing should be."""
        return [p.name for p in (self.folder / "s/models").iterdir() if p.name.startswith(".")]


class PolygenicCase(FitCase):
    """A cohort of many small effects. Of each class its own extents."""

    samples, variants = 500, 1300

    def setUp(self):
        super().setUp()
        self.succeed("simulate", "--store", "s", "--samples", self.samples, "--variants", self.variants, "--contigs", 3,
                     "--quantitative", 2, "--binary", 1, "--time-to-event", 1, "--heritability", 0.6, "--causal", 60,
                     "--missing-genotypes", 0.02, "--missing-traits", 0.05, "--seed", 4)


class SameBytes:
    """Of a case with `self.words`, all but the model's name."""

    of_instruction_sets = ()  # Further words.

    def fit(self, name, *options, ranks=0, threads=1, env=None):
        self.succeed(*self.words, "--name", name, "--threads", threads, *options, ranks=ranks, env=env or ENVIRONMENT)
        return self.model(name)

    @unittest.skipIf(program.find_mpirun() is None, "no mpirun")
    def test_ranks_and_threads(self):
        first = self.fit("first")
        for ranks, threads in itertools.product((0, 1, 2, 3), (1, 2)):
            other = self.fit(f"m-{ranks}-{threads}", ranks=ranks, threads=threads)
            self.assertTrue(filecmp.cmp(first, other, shallow=False), f"{ranks} ranks, {threads} threads")

    def test_instruction_sets(self):
        first = self.fit("first", *self.of_instruction_sets)
        for name in program.usable_instruction_sets(self.folder / "s", "quantitative_1"):
            other = self.fit(name, *self.of_instruction_sets, env={**ENVIRONMENT, "MANIPLE_ISA": name})
            self.assertTrue(filecmp.cmp(first, other, shallow=False), name)
