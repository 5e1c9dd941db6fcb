#!/usr/bin/env python3
"""scan --whole-genome as a person types it: what is refused, and what a plan says."""
import json
import pathlib
import re
import shutil
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import program  # first: leaves where a package is missing
import plink_files
import numpy as np

from command_case import SAMPLES, CommandCase


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
        self.refuse("at least 0.0001", *self.genome, "--whole-genome-heritabilities", "1e-300")
        self.refuse("0.5 comes twice", *self.genome, "--whole-genome-heritabilities", "0.5,0.2,0.5")
        self.refuse("--scratch 'nowhere' is no folder", *self.genome, "--scratch", "nowhere")
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
        tight = [*self.genome, "--memory", "100k", "--whole-genome-block", 20]
        self.refuse(["memory of 1M for each rank", "--memory"], *tight)
        self.refuse(["whole-genome regression", "--memory"], *tight, "--whole-genome-only")

    def test_few_people(self):
        self.assertIn("300 samples and 1 column of covariates: predictions have seen enough", self.succeed(
            *self.genome, "--plan", "--covariate", "covariate_1"))

    def test_plan_says_what_it_leaves_out(self):
        said = self.succeed(*self.genome, "--plan")
        self.assertIn("comes before it", said)
        self.assertFalse((self.folder / "r").exists())

    def test_variants_that_covariates_explain_are_counted(self):
        self.succeed("simulate", "--store", "t", "--samples", 300, "--variants", 600, "--contigs", 2, "--quantitative",
                     1, "--binary", 0, "--bfile", "p")
        packed = np.frombuffer((self.folder / "p.bed").read_bytes()[3:], np.uint8).reshape(600, 75)
        codes = (packed[:, :, None] >> np.array([0, 2, 4, 6]) & 3).reshape(600, 300)
        counts = np.array([0, 9, 1, 2])[codes]
        common = [row for row in counts if row.max() < 9 and 0.1 < row.mean() / 2 < 0.9][:2]
        people = [line.split()[1] for line in (self.folder / "p.fam").read_text().splitlines()]
        self.write("c.tsv", "IID\tfirst\tsecond\n" + "".join(
            f"{person}\t{first}\t{second}\n" for person, first, second in zip(people, *common)))
        self.succeed("import", "--store", "t", "--table", "c.tsv", "--name", "c")
        words = ["scan", "--store", "t", "--trait", "quantitative_1", "--whole-genome", "ridge", "--whole-genome-only"]
        self.assertNotIn("without a part", self.succeed(*words, "--out", "plain"))
        for ranks in (0, 2):
            said = self.succeed(*words, "--covariate", "first,second", "--out", f"r{ranks}", ranks=ranks)
            self.assertIn("2 variants without a part: covariates explain", said)

    def test_one_contig_and_few_variants(self):
        said = self.succeed(*self.genome, "--whole-genome-block", 1)
        self.assertIn("out-of-fold R^2", said)
        self.assertTrue((self.folder / "r/predictors.h5").exists())


class ContigsInParts(CommandCase):
    """A store may come back to a contig, or spell it in another way: it is left out as one all the same."""

    def split(self, name, first, last, prefix=""):
        """PLINK files of some variants, whose contigs have a prefix."""
        bim = (self.folder / "p.bim").read_text().splitlines()
        bed = (self.folder / "p.bed").read_bytes()
        (self.folder / f"{name}.fam").write_bytes((self.folder / "p.fam").read_bytes())
        (self.folder / f"{name}.bim").write_text("".join(f"{prefix}{line}\n" for line in bim[first:last]))
        stride = (SAMPLES + 3) // 4
        (self.folder / f"{name}.bed").write_bytes(bed[:3] + bed[3 + first * stride:3 + last * stride])

    def predict(self, store, parts):
        for name in parts:
            self.succeed("import", "--store", store, "--bfile", name)
        self.succeed("import", "--store", store, "--table", "p.tsv", "--name", "traits")
        said = self.succeed("scan", "--store", store, "--trait", "quantitative_1", "--whole-genome", "ridge",
                            "--whole-genome-block", 64, "--out", f"r-{store}")
        with program.h5py.File(self.folder / f"r-{store}/predictors.h5") as file:
            return said, [name.decode() for name in file["contig_id"][:]], file["prediction"][:]

    def test_same_predictions(self):
        self.have_plink()
        contigs = [line.split()[0] for line in (self.folder / "p.bim").read_text().splitlines()]
        second = contigs.index("2")
        half = second // 2
        self.split("a", 0, half)
        self.split("b", second, len(contigs))
        self.split("c", half, second, prefix="chr")
        _, names, expected = self.predict("whole", ["p"])
        said, found_names, found = self.predict("parts", ["a", "b", "c"])
        self.assertEqual(found_names, names)
        np.testing.assert_array_equal(found, expected)
        self.assertRegex(said, r"blocks? of 2 contigs")
        planned = self.succeed("scan", "--store", "parts", "--trait", "quantitative_1", "--whole-genome", "ridge",
                               "--plan")
        self.assertRegex(planned, r"blocks? of 2 contigs")


class PredictorsAlone(CommandCase):
    """--whole-genome-only, binary traits by logistic models: what is refused, and what a run without tests leaves."""

    def setUp(self):
        super().setUp()
        self.succeed("simulate", "--store", "s", "--samples", 300, "--variants", 600, "--contigs", 2, "--quantitative",
                     1, "--binary", 1, "--bfile", "p")
        fam = [line.split() for line in (self.folder / "p.fam").read_text().splitlines()]
        self.people = [row[1] for row in fam]
        self.words = ["scan", "--store", "s", "--out", "r", "--whole-genome", "ridge", "--whole-genome-only"]
        self.odds = [*self.words, "--model", "auto"]

    def have_table(self, name, columns):
        """columns: {name: one value per person}."""
        rows = zip(self.people, *columns.values())
        self.write(f"{name}.txt", "\n".join(["\t".join(["IID", *columns])] +
                                            ["\t".join(map(str, row)) for row in rows]) + "\n")
        self.succeed("import", "--store", "s", "--table", f"{name}.txt")

    def test_options(self):
        tests = ["scan", "--store", "s", "--out", "r", "--trait", "binary_1"]
        self.refuse("logistic regression is of binary traits", *self.words, "--trait", "quantitative_1,binary_1",
                    "--model", "logistic")
        self.refuse("--correction has no use with --whole-genome-only", *self.odds, "--trait", "binary_1",
                    "--correction", "spa")
        self.refuse("must be auto or linear or logistic", *tests, "--model", "cox")
        self.refuse("--whole-genome-only has no use without --whole-genome ridge", *tests, "--whole-genome-only")
        self.refuse("--hwe has no use with --whole-genome-only", *self.words, "--trait", "binary_1", "--hwe", 0.1)
        self.refuse("--chr has no use with --whole-genome-only", *self.words, "--trait", "binary_1", "--chr", 1)
        self.refuse("--missing-genotype has no use", *self.words, "--trait", "binary_1", "--missing-genotype", "drop")
        self.refuse("exclude each other", *self.words, "--trait", "binary_1", "--predictors", "r")

    def test_what_is_left(self):
        said = self.succeed(*self.odds, "--trait", "quantitative_1,binary_1")
        self.assertEqual(sorted(path.name for path in (self.folder / "r").iterdir()),
                         [".plan", "log.txt", "predictors.h5", "run.json", "summary.tsv"])
        self.assertRegex(said, r"(?m)^  binary_1: out-of-fold R\^2 .*, log odds$")
        header, *rows = [line.split("\t") for line in (self.folder / "r/summary.tsv").read_text().splitlines()]
        rows = [dict(zip(header, row)) for row in rows]
        self.assertEqual([(row["trait"], row["type"]) for row in rows],
                         [("quantitative_1", "quantitative"), ("binary_1", "binary")])
        self.assertEqual(int(rows[1]["cases"]) + int(rows[1]["controls"]), int(rows[1]["samples"]))
        record = json.loads((self.folder / "r/run.json").read_text())
        self.assertEqual(record["plan"]["whole_genome"]["model"], "auto")
        self.assertEqual(record["inputs"]["tables"][0]["name"], "simulated")
        # A scan with them is what a scan makes itself.
        for words in (["--predictors", "r", "--out", "a"], ["--whole-genome", "ridge", "--out", "b"]):
            self.succeed("scan", "--store", "s", "--trait", "quantitative_1,binary_1", *words)
        self.assertEqual((self.folder / "a/results.h5").read_bytes(), (self.folder / "b/results.h5").read_bytes())
        self.refuse("holds a finished run", *self.odds, "--trait", "binary_1")

    def test_plan(self):
        said = self.succeed(*self.odds, "--trait", "quantitative_1,binary_1", "--plan")
        self.assertRegex(said, r"(?m)^  binary_1: \d+ samples, \d+ cases, \d+ controls; predictions are log odds$")
        self.assertIn("600 variants to choose from", said)
        self.assertFalse((self.folder / "r").exists())

    def test_hopeless_traits(self):
        """Named, each is refused before any work; brought by a pattern, each is left out."""
        count = len(self.people)
        few = [int(s < 9) for s in range(count)]
        crowded = [int(s < 40) for s in range(count)]          # the first of five contiguous folds
        told = [s % 3 for s in range(count)]
        apart = [int(s % 3 == 0) for s in range(count)]
        self.have_table("hopeless", {"few": few, "many": [1 - value for value in few], "crowded": crowded,
                                     "apart": apart, "told": told})
        self.refuse(["trait 'few' has fewer than 10 cases", "--model linear"], *self.odds, "--trait", "few")
        self.refuse(["trait 'many' has fewer than 10 controls"], *self.odds, "--trait", "many")
        self.refuse(["trait 'crowded' has all of its cases in one of 5 folds", "--folds hash"], *self.odds, "--trait",
                    "crowded", "--folds", "contiguous")
        self.succeed(*self.odds[:4], "c", *self.odds[5:], "--trait", "crowded")
        separated = [*self.odds, "--covariate", "told"]
        for ranks in (0, 2):
            self.refuse(["trait 'apart'", "separated", "leave out the covariate"], *separated, "--trait", "apart",
                        ranks=ranks)
            self.refuse(["trait 'few' has fewer than 10 cases"], *self.odds, "--trait", "few", ranks=ranks)
        said = self.succeed(*separated, "--trait", "all", ranks=2)
        for trait in ("few", "many", "apart"):
            self.assertIn(f"trait '{trait}' is left out", said)
        left = [line.split("\t")[0] for line in (self.folder / "r/summary.tsv").read_text().splitlines()[1:]]
        self.assertNotIn("apart", left)
        self.assertIn("crowded", left)
        self.assertIn("binary_1", left)
        # As numbers they are traits like others.
        self.succeed(*self.words[:4], "l", *self.words[5:], "--model", "linear", "--trait", "few,many,apart")
        self.refuse("none of the traits can be predicted", *self.odds[:4], "n", *self.odds[5:], "--trait", "f[e]w")


class TraitsByPattern(CommandCase):
    def test_what_cannot_be_tested_is_not_predicted(self):
        """It is said once, and before the regression."""
        self.succeed("simulate", "--store", "s", "--samples", 300, "--variants", 600, "--contigs", 2, "--quantitative",
                     1, "--binary", 1, "--bfile", "p")
        people = [line.split()[1] for line in (self.folder / "p.fam").read_text().splitlines()]
        self.write("few.txt", "IID\tfew\n" + "".join(f"{person}\t{int(s < 12)}\n" for s, person in enumerate(people)))
        self.succeed("import", "--store", "s", "--table", "few.txt")
        for ranks in (0, 2):
            said = self.succeed("scan", "--store", "s", "--trait", "binary_*,fe[w],quantitative_1", "--whole-genome",
                                "ridge", "--out", f"r{ranks}", ranks=ranks)
            self.assertEqual(said.count("trait 'few' is left out"), 1)
            rows = (self.folder / f"r{ranks}/summary.tsv").read_text().splitlines()[1:]
            self.assertEqual([row.split("\t")[0] for row in rows], ["binary_1", "quantitative_1"])
        self.assertEqual(*((self.folder / run / "results.h5").read_bytes() for run in ("r0", "r2")))


class PredictingVariants(CommandCase):
    """Filters of --whole-genome: those of the tests are others."""

    def setUp(self):
        super().setUp()
        self.have_store()
        self.words = ["scan", "--store", "s", "--trait", "quantitative_1", "--whole-genome", "ridge",
                      "--whole-genome-only", "--out"]
        self.runs = 0

    def count(self, *options):
        self.runs += 1
        said = self.succeed(*self.words, f"r{self.runs}", *options)
        return int(re.search(r"whole genome: (\d+) variants in", said).group(1))

    def genotypes(self):
        """Variants as (contig, ID), and their counts of genotypes 0, 1, 2 and missing ones."""
        self.have_plink()
        names = [tuple(line.split()[:2]) for line in (self.folder / "p.bim").read_text().splitlines()]
        codes = np.frombuffer((self.folder / "p.bed").read_bytes()[3:], np.uint8).reshape(len(names), -1)
        codes = (codes[:, :, None] >> np.array([0, 2, 4, 6]) & 3).reshape(len(names), -1)[:, :SAMPLES]
        return names, np.array([[(row == code).sum() for code in (3, 2, 0, 1)] for row in codes])

    def test_each_filter(self):
        names, counts = self.genotypes()
        called = counts[:, :3].sum(axis=1)
        alternate = counts[:, 1] + 2 * counts[:, 2]
        minor = np.minimum(alternate, 2 * called - alternate)
        varies = (counts[:, :3] < called[:, None]).all(axis=1)
        expect = lambda chosen: int((varies & chosen).sum())
        common = minor >= 0.01 * 2 * called
        self.assertEqual(self.count(), expect(common))
        self.assertEqual(self.count("--whole-genome-min-maf", 0), expect(True))
        self.assertEqual(self.count("--whole-genome-min-maf", 0, "--whole-genome-min-mac", 20), expect(minor >= 20))
        self.assertEqual(self.count("--whole-genome-max-missing", 0.03),
                         expect(common & (counts[:, 3] <= 0.03 * SAMPLES)))
        first = np.array([contig == names[0][0] for contig, _ in names])
        self.assertEqual(self.count("--whole-genome-chr", names[0][0]), expect(common & first))
        self.assertLess(self.count("--whole-genome-hwe", 0.2), expect(common))
        some = self.write("some.txt", "\n".join(name for _, name in names[::3]) + "\n")
        listed = np.arange(len(names)) % 3 == 0
        self.assertEqual(self.count("--whole-genome-variants", some), expect(common & listed))
        self.assertEqual(self.count("--whole-genome-exclude", some), expect(common & ~listed))

    def test_filters_of_tests_are_others(self):
        """What is tested has no influence on what predicts, and the other way round."""
        scan = ["scan", "--store", "s", "--trait", "quantitative_1", "--whole-genome", "ridge", "--out"]
        self.succeed(*scan, "all")
        self.succeed(*scan, "some", "--chr", 2, "--min-maf", 0.2, "--max-missing", 0.03, "--hwe", 0.01)
        self.assertEqual((self.folder / "all/predictors.h5").read_bytes(),
                         (self.folder / "some/predictors.h5").read_bytes())
        self.succeed(*scan, "few", "--whole-genome-chr", 1)
        tested = lambda run: len(program.read_results(self.folder / run).variant_id)
        self.assertEqual(tested("few"), tested("all"))

    def test_messages_name_the_option(self):
        self.refuse("--whole-genome-chr '9' is not in the store", *self.words, "r", "--whole-genome-chr", 9)
        self.refuse(["--whole-genome-variants", "holds no variant IDs"], *self.words, "r", "--whole-genome-variants",
                    self.write("empty.txt", "\n"))
        self.refuse(["--whole-genome-chr, --whole-genome-variants and --whole-genome-exclude leave no variants"],
                    *self.words, "r", "--whole-genome-variants", self.write("no.txt", "nothing\n"))
        self.refuse("--whole-genome-hwe = 2", *self.words, "r", "--whole-genome-hwe", 2)
        self.refuse("--whole-genome-exclude has no use without", "scan", "--store", "s", "--trait", "quantitative_1",
                    "--out", "r", "--whole-genome-exclude", "no.txt")


class Folds(CommandCase):
    """A person's fold is a hash of the ID: the order of people in the files has no say."""
    samples, variants = 240, 300

    def setUp(self):
        super().setUp()
        random = np.random.default_rng(5)
        dosages = random.binomial(2, 0.3, size=(self.variants, self.samples))
        self.order = random.permutation(self.samples)
        values = dosages[:60].sum(axis=0) / 4 + random.normal(size=self.samples)
        plink_files.write_table(self.folder / "t.tsv", {"trait": values})
        for name, order in (("a", np.arange(self.samples)), ("b", self.order)):
            plink_files.write_bfile(self.folder / name, dosages[:, order], contigs=1 + np.arange(self.variants) // 150)
            people = [plink_files.sample_id(s) for s in order]
            self.write(f"{name}.fam", "".join(f"{i}\t{i}\t0\t0\t1\t-9\n" for i in people))
            self.succeed("import", "--store", f"s-{name}", "--bfile", name)
            self.succeed("import", "--store", f"s-{name}", "--table", "t.tsv", "--name", "t")

    def predictions(self, name, *options):
        self.succeed("scan", "--store", f"s-{name}", "--trait", "trait", "--whole-genome", "ridge",
                     "--whole-genome-only", "--whole-genome-block", 50, "--out", "r", *options)
        with program.h5py.File(self.folder / "r/predictors.h5") as file:
            found = file["prediction"][:]
        shutil.rmtree(self.folder / "r")
        return found

    def weights(self, name, *options):
        self.succeed("fit", "--method", "stacked-ridge", "--store", f"s-{name}", "--trait", "trait", "--name", "m",
                     "--whole-genome-block", 50, "--replace", *options)
        with program.h5py.File(self.folder / f"s-{name}/models/m.h5") as file:
            return file["weight"][:]

    def test_of_scans(self):
        one, two = self.predictions("a"), self.predictions("b")
        np.testing.assert_allclose(one[:, self.order], two, atol=1e-4)
        self.assertGreater(np.abs(one - self.predictions("a", "--seed", 2)).max(), 0.05)
        contiguous = [self.predictions(name, "--folds", "contiguous") for name in ("a", "b")]
        self.assertGreater(np.abs(contiguous[0][:, self.order] - contiguous[1]).max(), 0.05)

    def test_of_scores(self):
        one, two = self.weights("a"), self.weights("b")
        size = np.abs(one).max()
        np.testing.assert_allclose(one, two, atol=1e-4 * size)
        self.assertGreater(np.abs(one - self.weights("a", "--seed", 2)).max(), 0.01 * size)


if __name__ == "__main__":
    unittest.main()
