#!/usr/bin/env python3
"""Scores have equal bytes on any ranks, threads and instruction set, alone or beside others."""
import itertools
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import program  # first: leaves where a package is missing
import h5py
import numpy as np

RANKS, THREADS = (1, 2, 3), (1, 2)
FILES = ("scores.tsv", "matches.tsv", "summary.tsv")
SAMPLES, VARIANTS, SCORES = 900, 7000, 12

needs_mpirun = unittest.skipUnless(program.find_mpirun(), "there is no mpirun on the PATH")


class ScoreBytes(program.InScratch):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.store, bfile = cls.folder / "store", cls.folder / "cohort"
        program.maniple("simulate", "--store", cls.store, "--samples", SAMPLES, "--variants", VARIANTS,
                        "--contigs", 4, "--missing-genotypes", 0.02, "--seed", 5, "--bfile", bfile)
        random = np.random.default_rng(1)
        cls.weights, cls.alone = cls.folder / "weights.tsv", cls.folder / "alone.tsv"
        variants = [line.split() for line in pathlib.Path(f"{bfile}.bim").read_text().splitlines()]
        with open(cls.weights, "w", encoding="utf-8") as many, open(cls.alone, "w", encoding="utf-8") as one:
            print("ID", "A1", *(f"s{c}" for c in range(SCORES)), sep="\t", file=many)
            print("ID", "A1", "s3", sep="\t", file=one)
            for row in variants:
                effects = random.normal(size=SCORES)
                effects[SCORES // 2:] *= random.random() < 0.01
                allele = row[4 + random.integers(2)]
                print(row[1], allele, *(f"{w:.9g}" for w in effects), sep="\t", file=many)
                print(row[1], allele, f"{effects[3]:.9g}", sep="\t", file=one)

    def score(self, name, *options, ranks=0, threads=1, environment=None, weights=None):
        """Bytes of the files, and of the values of the table."""
        words = ["score", "--store", self.store, "--weights", weights or self.weights, "--ambiguous", "keep",
                 "--out", self.folder / name, "--name", name, "--threads", threads, *options]
        if ranks == 0:
            program.maniple(*words, environment=environment)
        else:
            program.maniple_on(ranks, *words, environment=environment)
        return ([(self.folder / name / file).read_bytes() for file in FILES],
                (self.store / "tables" / f"{name}.h5").read_bytes())

    @needs_mpirun
    def test_ranks_and_threads(self):
        first, _ = self.score("plain")
        self.assertEqual(first[0].count(b"\n"), SAMPLES + 1)
        for ranks, threads in itertools.product(RANKS, THREADS):
            with self.subTest(ranks=ranks, threads=threads):
                files, _ = self.score(f"r{ranks}x{threads}", ranks=ranks, threads=threads)
                self.assertEqual(files, first)

    def test_table_again(self):
        _, first = self.score("again")
        program.maniple("score", "--store", self.store, "--weights", self.weights, "--ambiguous", "keep",
                        "--name", "again", "--replace", "--threads", 2)
        self.assertEqual((self.store / "tables/again.h5").read_bytes(), first)

    def test_instruction_sets(self):
        first, _ = self.score("default")
        for name in program.usable_instruction_sets(self.store, "quantitative_1"):
            with self.subTest(name=name):
                files, _ = self.score(f"isa-{name}", environment={"MANIPLE_ISA": name})
                self.assertEqual(files, first)

    def test_alone(self):
        """What a score is does not depend on the scores beside it."""
        many, one = self.score("many")[0][0], self.score("one", weights=self.alone)[0][0]
        column = many.split(b"\n")[0].split(b"\t").index(b"s3")
        values = lambda text, c: [line.split(b"\t")[c] for line in text.splitlines()[1:]]
        self.assertEqual(values(many, column), values(one, -1))

    def test_explanations_add_up(self):
        self.score("explained")
        with h5py.File(self.store / "cohort.h5", "r") as file:
            people = [file["sample_id"][s].decode() for s in (5, 0, SAMPLES - 1)]
        program.maniple("explain", "--store", self.store, "--weights", self.weights, "--ambiguous", "keep",
                        "--sample", *people, "--top", VARIANTS, "--out", self.folder / "why")
        scores = [line.split("\t") for line in (self.folder / "explained/scores.tsv").read_text().splitlines()]
        person = scores[0].index("IID") if "IID" in scores[0] else scores[0].index("#IID")
        value = {(row[person], name): row[c] for row in scores[1:] for c, name in enumerate(scores[0])}
        parts = {}
        for line in (self.folder / "why/contributions.tsv").read_text().splitlines()[1:]:
            field = line.split("\t")
            parts.setdefault((field[0], field[1]), []).append(float(field[-1]))
        rows = [line.split("\t") for line in (self.folder / "why/summary.tsv").read_text().splitlines()[1:]]
        self.assertEqual(len(rows), 3 * SCORES)
        for identifier, score, total, mean, difference, listed, rest in rows:
            self.assertEqual(total, value[identifier, score])
            self.assertEqual(float(rest), 0)
            self.assertEqual(listed, difference)
            self.assertAlmostEqual(float(mean) + sum(parts[identifier, score]), float(total), delta=1e-9)
            sizes = [abs(part) for part in parts[identifier, score]]
            self.assertEqual(sizes, sorted(sizes, reverse=True))
        self.assertEqual((self.folder / "why").stat().st_mode & 0o777, 0o700)


if __name__ == "__main__":
    program.main()
