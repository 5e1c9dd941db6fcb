#!/usr/bin/env python3
"""Scores against plink2 --score, to every digit that it prints."""
import gzip
import pathlib
import shutil
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import program  # first: leaves where a package is missing
import numpy as np

PLINK2 = shutil.which("plink2")
CINECA = program.SHARED_DATA / "07_pgs_cineca_chr22"
PRINTED_DIGITS = 6
# plink2 adds up doubles: next to a digit's border the two sums may round apart.
SLACK = 1e-6  # of one unit of the last digit

if PLINK2 is None:
    program.skip_everything("there is no plink2 on the PATH")


def read_columns(path, suffix=""):
    """{IID: values} and names of the columns that end in `suffix`."""
    lines = pathlib.Path(path).read_text().splitlines()
    header = lines[0].lstrip("#").split("\t")
    wanted = [c for c, name in enumerate(header) if name not in ("FID", "IID") and name.endswith(suffix)]
    person = header.index("IID")
    rows = [line.split("\t") for line in lines[1:]]
    return ({row[person]: [row[c] for c in wanted] for row in rows},
            [header[c].removesuffix(suffix) for c in wanted])


class Scores(program.InScratch):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.store, cls.bfile = cls.folder / "store", cls.folder / "cohort"
        program.maniple("simulate", "--store", cls.store, "--samples", 1100, "--variants", 5000,
                        "--contigs", 3, "--missing-genotypes", 0.03, "--seed", 3, "--bfile", cls.bfile)
        cls.variants = [line.split() for line in pathlib.Path(f"{cls.bfile}.bim").read_text().splitlines()]

    def write_weights(self, name, scores, share=1.0):
        """A random allele of each variant, weights of any size and sign."""
        random = np.random.default_rng(scores)
        path = self.folder / name
        with open(path, "w", encoding="utf-8") as file:
            print("ID", "A1", *(f"s{c}" for c in range(scores)), sep="\t", file=file)
            for _, identifier, _, _, first, second in self.variants:
                if random.random() > share:
                    continue
                weights = random.normal(size=scores) * 10.0 ** random.integers(-4, 1)
                print(identifier, (first, second)[random.integers(2)], *(f"{w:.8g}" for w in weights), sep="\t",
                      file=file)
        return path

    def plink2_sums(self, weights, scores, *options):
        out = self.folder / f"plink2-{weights.stem}"
        columns = "3" if scores == 1 else f"3-{scores + 2}"
        program.run([PLINK2, "--bfile", self.bfile, "--score", weights, "header-read", "cols=+scoresums",
                     "--score-col-nums", columns, "--nonfounders", "--threads", "1", "--out", out, *options])
        return read_columns(f"{out}.sscore", "_SUM")

    def check_sums(self, mine, peer):
        (own, own_names), (theirs, names) = mine, peer
        names = [name for name in names if name not in ("ALLELE_CT", "NAMED_ALLELE_DOSAGE")]
        self.assertEqual(sorted(own), sorted(theirs))
        self.assertEqual(own_names, names)
        compared = 0
        for person, printed in theirs.items():
            for ours, digits in zip(own[person], printed[-len(names):]):
                peer_value, value = float(digits), float(ours)
                unit = 0 if value == 0 else 10.0 ** (np.floor(np.log10(abs(value))) - PRINTED_DIGITS + 1)
                self.assertLessEqual(abs(value - peer_value), (0.5 + SLACK) * unit, f"{value} and {digits}")
                compared += 1
        return compared

    def score(self, name, *options):
        program.maniple("score", "--store", self.store, "--out", self.folder / name, *options)
        return read_columns(self.folder / name / "scores.tsv")

    def test_one_score(self):
        weights = self.write_weights("one.tsv", 1, share=0.3)
        mine = self.score("one", "--weights", weights, "--ambiguous", "keep")
        self.assertEqual(self.check_sums(mine, self.plink2_sums(weights, 1)), 1100)

    def test_many_scores(self):
        weights = self.write_weights("many.tsv", 50)
        mine = self.score("many", "--weights", weights, "--ambiguous", "keep")
        self.assertEqual(self.check_sums(mine, self.plink2_sums(weights, 50)), 55_000)

    def test_training_frequencies(self):
        """Weights that say frequencies: those are what missing genotypes count."""
        weights = self.write_weights("frequencies.tsv", 1)
        random = np.random.default_rng(9)
        frequency = {row[1]: round(float(random.uniform(0.05, 0.95)), 4) for row in self.variants}
        with open(self.folder / "train.afreq", "w", encoding="utf-8") as file:
            print("#CHROM", "ID", "REF", "ALT", "ALT_FREQS", "OBS_CT", sep="\t", file=file)
            for contig, identifier, _, _, alternate, reference in self.variants:
                print(contig, identifier, reference, alternate, frequency[identifier], 1000, sep="\t", file=file)
        rows = [line.split("\t") for line in weights.read_text().splitlines()[1:]]
        catalog = self.folder / "catalog.txt"
        places = {row[1]: row for row in self.variants}
        with open(catalog, "w", encoding="utf-8") as file:
            print("###PGS CATALOG SCORING FILE", "#format_version=2.0", "#pgs_id=s0", "#genome_build=GRCh38",
                  sep="\n", file=file)
            print("chr_name", "chr_position", "effect_allele", "other_allele", "effect_weight",
                  "allelefrequency_effect", sep="\t", file=file)
            for identifier, effect, weight in rows:
                contig, _, _, position, alternate, reference = places[identifier]
                is_alternate = effect == alternate
                print(contig, position, effect, reference if is_alternate else alternate, weight,
                      frequency[identifier] if is_alternate else round(1 - frequency[identifier], 4), sep="\t",
                      file=file)
        mine = self.score("frequencies", "--weights", catalog, "--ambiguous", "keep")
        peer = self.plink2_sums(weights, 1, "--read-freq", self.folder / "train.afreq")
        self.assertEqual(self.check_sums(mine, peer), 1100)

    @unittest.skipUnless(CINECA.exists(), "shared/data/07_pgs_cineca_chr22 is not there")
    def test_cineca(self):
        store = self.folder / "cineca"
        program.maniple("import", "--store", store, "--bfile", CINECA / "input/cineca_synthetic_subset")
        weights = self.folder / "cineca.tsv"
        named = CINECA / "expected_plink2_score/cineca_22_additive_0.scorefile.gz"
        weights.write_bytes(gzip.decompress(named.read_bytes()))
        program.maniple("score", "--store", store, "--weights", weights, "--ambiguous", "keep",
                        "--min-match", 0.1, "--out", self.folder / "cineca-run")
        mine, names = read_columns(self.folder / "cineca-run/scores.tsv")
        self.assertEqual(len(mine), 2504)
        # As the data's README gives them.
        self.assertEqual([f"{float(value):.6g}" for value in mine["HG00096"]], ["0.54502", "0.0437121"][:len(names)])


if __name__ == "__main__":
    program.main()
