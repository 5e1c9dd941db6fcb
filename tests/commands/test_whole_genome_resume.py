#!/usr/bin/env python3
"""scan --whole-genome that is stopped or killed at any place, and run again: the same bytes as in one go."""
import os
import re
import resource
import shutil
import signal
import unittest

from command_case import ENVIRONMENT_ERROR
import plink_files
import program
from program import main, np
from resume_case import STOPPED, Interrupted


class WholeGenome(Interrupted):
    simulate = ("simulate", "--store", "s", "--samples", 1000, "--variants", 4000, "--contigs", 3, "--quantitative", 8,
                "--binary", 0, "--missing-traits", 0.03, "--seed", 2)
    words = ("scan", "--store", "s", "--trait", "quantitative_*", "--covariate", "covariate_1", "--whole-genome",
             "ridge", "--whole-genome-block", 20, "--threads", 1)
    files = ("predictors.h5", "results.h5")


class Killed(WholeGenome):
    def check(self, ranks):
        for name, is_time, kept in (("level 0", self.is_level_zero, None), ("level 1", self.is_level_one, "were done by"),
                                    ("between", self.is_between, "are taken"), ("scan", self.is_scan, "are taken")):
            for sent in (signal.SIGKILL, signal.SIGTERM):
                with self.subTest(place=name, sent=sent.name, ranks=ranks):
                    code, said = self.stop(sent, is_time, ranks=ranks)
                    if sent == signal.SIGTERM:
                        self.assertEqual(code, STOPPED, said)
                    else:
                        self.assertNotEqual(code, 0)
                    self.assertFalse(self.there("results.h5"))
                    said = self.finish(ranks=3 - ranks if ranks else 0)
                    if kept:
                        self.assertIn(kept, said)
                    else:
                        self.assertNotIn("interrupted", said)
                    shutil.rmtree(self.folder / "r")

    def test_one_process(self):
        self.check(0)

    @unittest.skipIf(program.find_mpirun() is None, "no mpirun")
    def test_two_ranks(self):
        self.check(2)

    def test_again_and_again(self):
        """Each run does a little more."""
        done = []
        for turn in range(3):
            before = len(self.there("whole-genome/traits-*"))
            code, said = self.stop(signal.SIGTERM, lambda: len(self.there("whole-genome/traits-*")) > before)
            self.assertEqual(code, STOPPED, said)
            done.append(len(self.there("whole-genome/traits-*")))
        self.assertEqual(done, sorted(set(done)))
        self.finish()

    def test_what_is_left_is_private_and_says_nobody(self):
        self.stop(signal.SIGTERM, self.is_level_one)
        self.assertEqual((self.folder / "r").stat().st_mode & 0o777, 0o700)
        for path in self.there("whole-genome/*"):
            self.assertEqual(path.stat().st_mode & 0o077, 0)


class Scratch(WholeGenome):
    """Where the predictors do not fit the memory."""

    def tight(self, ranks=0):
        """An amount of memory in which predictors do not fit, and all else does."""
        alone = [*self.words, "--whole-genome-only", "--out", "r"]
        said = self.refuse("even with predictors in files (--scratch)", *alone, "--memory", "20M", ranks=ranks)
        needed = float(re.search(r"needs about ([\d.]+) MB", said)[1])
        memory = ["--memory", f"{needed * 1.05 * 1e6:.0f}"]
        self.refuse(["needs about", "MB of room for each rank with --scratch"], *self.words, "--out", "r", *memory,
                    ranks=ranks)
        return [*memory, "--scratch", "d"]

    def setUp(self):
        super().setUp()
        (self.folder / "d").mkdir()

    def left(self):
        return self.there("*", out="d")

    def written(self):
        """Bytes of scratch files that are there."""
        return sum(file.stat().st_size for file in self.left())

    def test_same_bytes(self):
        for ranks in (0, 2):
            said = self.finish(*self.tight(ranks), ranks=ranks)
            self.assertIn("go to files in 'd'", said)
            self.assertEqual(self.left(), [])
            shutil.rmtree(self.folder / "r")

    def is_part_written(self, ranks=1):
        """Some blocks' checksums are in the file of every rank, and in one not all."""
        written = []
        for file in self.left():
            with open(file, "rb") as content:
                head = np.fromfile(content, np.int64, 5)
                if len(head) < 5:
                    return False
                sums = np.fromfile(content, np.uint64, int(head[2] * (1 + head[3])))[int(head[2]):]
            written.append(np.count_nonzero(sums) / max(len(sums), 1))
        return len(written) == ranks and min(written) > 0.1 and min(written) < 0.7

    def test_blocks_are_kept(self):
        for sent in (signal.SIGKILL, signal.SIGTERM):
            for ranks in (0, 2):
                with self.subTest(sent=sent.name, ranks=ranks):
                    options = self.tight(ranks)
                    code, said = self.stop(sent, lambda: self.is_part_written(max(ranks, 1)), *options, ranks=ranks)
                    self.assertEqual(code == STOPPED, sent == signal.SIGTERM, said)
                    self.assertEqual(len(self.left()), max(ranks, 1))
                    for file in self.left():
                        self.assertEqual(file.stat().st_mode & 0o777, 0o600)
                    said = self.finish(*options, ranks=ranks)
                    self.assertRegex(said, r"[1-9]\d* of \d+ blocks are in the scratch file already")
                    self.assertEqual(self.left(), [])
                    shutil.rmtree(self.folder / "r")

    @unittest.skipIf(program.find_mpirun() is None, "no mpirun")
    def test_one_rank_loses_its_file(self):
        """All leave together: with one message, and nothing on the disk but what goes on."""
        def cut():
            if not self.is_level_one():
                return False
            for file in self.left():
                if "-1-of-2" in file.name:
                    os.truncate(file, 4096)
            return True
        code, said = self.stop(0, cut, *self.tight(2), ranks=2)
        self.assertEqual(code, ENVIRONMENT_ERROR, said)
        self.assertRegex(said, r"scratch file '.*-1-of-2.scratch' of .* cannot be read \(.*\); check that disk")
        self.assertEqual(said.count("maniple: "), 1, said)
        self.assertNotIn("MPI_ABORT", said)
        self.assertEqual(self.left(), [])
        self.finish(ranks=2)

    def test_other_ranks_begin_again(self):
        on_two = self.tight(2)
        self.stop(signal.SIGKILL, self.is_part_written, *self.tight())
        said = self.finish(*on_two, ranks=2)
        self.assertNotIn("already", said)
        self.assertEqual(self.left(), [])

    def test_level_one_goes_on_from_the_file(self):
        options = self.tight()
        self.stop(signal.SIGKILL, self.is_level_one, *options)
        said = self.finish(*options)
        self.assertRegex(said, r"(\d+) of \1 blocks are in the scratch file already")
        self.assertEqual(self.left(), [])

    def test_without_the_file_later(self):
        self.stop(signal.SIGTERM, self.is_level_one, *self.tight())
        for file in self.left():
            file.unlink()
        self.finish()

    def test_no_room(self):
        self.refuse(["even with predictors in files", "--threads"], *self.words, "--whole-genome-only", "--out", "r",
                    "--memory", "20M", "--scratch", "d")
        self.refuse("--scratch 'none' is no folder", *self.words, "--out", "r", *self.tight()[:-1], "none")

    def test_full_disk(self):
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
        self.fail_with(3, ["d/maniple-", "disk space", "MB"], *self.words, "--out", "r", *self.tight(),
                       preexec_fn=limit)


class Refused(WholeGenome):
    def test_another_request(self):
        self.stop(signal.SIGTERM, self.is_level_one)
        words = [*self.words, "--out", "r"]
        self.refuse(["--seed was '1' and is '2'", "samples and their folds", "another --out"], *words, "--seed", 2)
        self.refuse("--whole-genome-block was '20' and is '30'", *[30 if word == 20 else word for word in words])
        self.refuse("--trait was", *["quantitative_1" if word == "quantitative_*" else word for word in words])
        self.refuse("filters was", *words, "--whole-genome-min-maf", 0.02)
        self.refuse("(--whole-genome-heritabilities was", *words, "--whole-genome-heritabilities", "0.5,0.7")
        ids = [line.split()[0] for line in self.ids()]
        self.write("keep.txt", "\n".join(ids[:900]) + "\n")
        self.refuse(["values of the traits", "samples and their folds"], *words, "--keep", "keep.txt")
        plain = ["scan", "--store", "s", "--trait", "quantitative_1", "--threads", 1, "--out", "r"]
        self.refuse("the work of an interrupted command of another kind", *plain)
        self.finish("--min-maf", 0)  # What the scan alone is asked for may change.

    def test_lists_that_change_meanwhile(self):
        """The tests are not of other people than the predictors."""
        ids = [line.split()[0] for line in self.ids()]
        self.write("keep.txt", "\n".join(ids[:900]) + "\n")

        def change():
            if not self.is_level_one():
                return False
            self.write("keep.txt", "\n".join(ids[1:901]) + "\n")
            return True
        code, said = self.stop(signal.SIGCONT, change, "--keep", "keep.txt")
        self.assertEqual(code, 2, said)
        self.assertIn("has changed since the regression began (samples that may take part); bring it back", said)
        self.write("keep.txt", "\n".join(ids[:900]) + "\n")
        self.assertIn("are taken", self.succeed(*self.words, "--out", "r", "--keep", "keep.txt"))

    def ids(self):
        with program.h5py.File(self.folder / "s/cohort.h5") as file:
            return [value.decode() for value in file["sample_id"][:]]

    def differ(self, names, *options, words=None):
        """The run is refused for these differences and no others."""
        said = self.refuse("had another plan", *(words or self.words), "--out", "r", *options)
        told = re.search(r"had another plan \((.*)\); repeat that command", said)[1].split("; ")
        self.assertEqual([difference.split(" was ")[0] for difference in told], names, said)

    def import_own(self, trait=0.0, covariate=0.0):
        """Table 'own'; the numbers are added to those of one person."""
        values = np.random.default_rng(3).normal(size=(len(self.ids()), 2))
        values[7] += trait, covariate
        self.write("own.tsv", "IID\tmine\textra\n" + "".join(f"{i}\t{one}\t{two}\n"
                                                             for i, (one, two) in zip(self.ids(), values)))
        self.succeed("import", "--store", "s", "--table", "own.tsv", "--replace")

    def test_each_fact_counts(self):
        self.import_own()
        self.words = ["scan", "--store", "s", "--trait", "mine,quantitative_*", "--covariate", "extra", "--whole-genome",
                      "ridge", "--whole-genome-block", 20, "--whole-genome-chr", "1-3", "--threads", 1]
        self.stop(signal.SIGTERM, self.is_level_one)
        self.import_own(trait=1)
        self.differ(["values of the traits"])
        self.import_own(covariate=1)
        self.differ(["values of the traits", "values of the covariates"])
        self.import_own()
        self.differ(["values of the traits", "--covariate", "values of the covariates"],
                    words=["covariate_2" if word == "extra" else word for word in self.words])
        by_fold = ["values of the traits", "values of the covariates", "samples and their folds"]  # In that order.
        self.differ([*by_fold, "--seed"], "--seed", 2)
        self.differ([*by_fold, "--folds", "--seed"], "--folds", "contiguous")
        with program.h5py.File(self.folder / "s/genotypes/1-1.h5") as file:
            self.write("one.txt", file["variant_id"][0].decode() + "\n")
        self.differ(["variants that predict"], "--whole-genome-exclude", "one.txt")
        # A fourth chromosome, which predicts nothing.
        dosages = np.random.default_rng(4).binomial(2, 0.4, size=(3, len(self.ids())))
        plink_files.write_bfile(self.folder / "more", dosages, contigs=[4, 4, 4])
        self.write("more.fam", "".join(f"{i} {i} 0 0 0 -9\n" for i in self.ids()))
        self.succeed("import", "--store", "s", "--bfile", "more")
        self.differ(["genotypes of the store"])

    def test_other_values(self):
        self.stop(signal.SIGTERM, self.is_between)
        self.succeed("import", "--store", "s", "--table", self.changed_table(), "--name", "other")
        self.refuse("--trait was", *["extra" if word == "quantitative_*" else word for word in self.words], "--out", "r")
        self.finish()

    def changed_table(self):
        return self.write("other.tsv", "IID\textra\n" + "".join(f"{i}\t{n * 7919 % 613}\n"
                                                                for n, i in enumerate(self.ids())))

    def test_damage(self):
        self.stop(signal.SIGTERM, self.is_level_one)
        file = self.there("whole-genome/traits-*")[0]
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
        self.fail_with(4, [str(file.name), "is damaged"], *self.words, "--out", "r")
        file.unlink()
        self.finish()

    def test_damaged_predictors(self):
        self.stop(signal.SIGTERM, self.is_scan)
        file = self.folder / "r/predictors.h5"
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
        self.fail_with(4, ["predictors.h5", "is damaged", "remove it"], *self.words, "--out", "r")
        file.unlink()
        self.finish()


if __name__ == "__main__":
    main()
