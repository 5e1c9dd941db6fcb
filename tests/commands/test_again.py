#!/usr/bin/env python3
"""scan and merge, given again when their run is finished: nothing is done, and nothing else is taken for that run."""
import atexit
import functools
import json
import pathlib
import shutil
import tempfile

from command_case import CORRUPT_INPUT, CommandCase, cohort, contents, start
import program
from program import MANIPLE, main

SCAN = ("scan", "--store", "s", "--trait", "quantitative_1", "--out", "r")
WHOLE_GENOME = (*SCAN, "--whole-genome", "ridge", "--whole-genome-block", "300")
PREDICTORS = (*WHOLE_GENOME, "--whole-genome-only")
SHARD = (*SCAN, "--shard", "2/3")


@functools.cache
def finished(words):
    """A folder with a store `s` and what the command has made: once."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="maniple-again-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    shutil.copytree(cohort() / "s", folder / "s")
    done = start([MANIPLE, *words], cwd=folder)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return folder


class Again(CommandCase):
    def have(self, words=SCAN):
        for path in self.folder.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        for name in ("s", "r"):
            shutil.copytree(finished(words) / name, self.folder / name)

    def find_nothing_to_do(self, *words, **options):
        before = contents(self.folder)
        said = self.succeed(*words, **options)
        self.assertRegex(said, r"nothing to do: 'r' holds just this run, finished at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
        self.assertEqual(contents(self.folder), before)

    def test_every_kind(self):
        for words in (SCAN, WHOLE_GENOME, PREDICTORS, SHARD):
            self.have(words)
            for ranks in (0, 3) if program.find_mpirun() else (0,):
                with self.subTest(words=words, ranks=ranks):
                    self.find_nothing_to_do(*words, "--threads", "1", "--memory", "2G", ranks=ranks)
            self.find_nothing_to_do(*words, "--plan")

    def test_merge(self):
        self.have()
        shutil.rmtree(self.folder / "r")
        for k in (1, 2):
            self.succeed(*SCAN[:-1], f"r/{k}", "--shard", f"{k}/2")
        self.succeed("merge", "r/1", "r/2", "--out", "r")
        self.find_nothing_to_do("merge", "r/2", "r/1", "--out", "r")
        for k in (1, 2):
            self.succeed(*SCAN[:-1], f"o{k}", "--shard", f"{k}/2", "--min-maf", "0.1")
        self.refuse(["finished run of another plan", "min_maf was '0.0' and is '0.1'"], "merge", "o1", "o2", "--out", "r")
        self.refuse(["finished run of another plan", "--shard was 'nothing' and is '1/2'"], *SCAN, "--shard", "1/2")

    def differ(self, why, made, *words):
        self.have(made)
        with self.subTest(made=made, words=words):
            self.refuse(["--out 'r' holds a finished run of another plan", why], *words)

    def test_other_plans(self):
        for made in (SCAN, WHOLE_GENOME, PREDICTORS, SHARD):
            other = ["quantitative_2" if word == "quantitative_1" else word for word in made]
            self.differ("traits was 'quantitative_1' and is 'quantitative_2'", made, *other)
            self.differ("covariates was '' and is 'covariate_1'", made, *made, "--covariate", "covariate_1")
        for made in (SCAN, WHOLE_GENOME, SHARD):
            self.differ("chr was '' and is '2'", made, *made, "--chr", "2")
            self.differ("min_mac was '0.0' and is '3.0'", made, *made, "--min-mac", "3")
        for made in (WHOLE_GENOME, PREDICTORS):
            other = ["200" if word == "300" else word for word in made]
            self.differ("whole_genome block was '300' and is '200'", made, *other)
        self.differ("--shard was '2/3' and is '1/3'", SHARD, *SCAN, "--shard", "1/3")
        self.differ("--shard was '2/3' and is 'nothing'", SHARD, *SCAN)
        self.differ("whole_genome", SCAN, *WHOLE_GENOME)

    def test_other_inputs(self):
        self.have()
        people = [line.split()[1] for line in (cohort() / "p.fam").read_text().splitlines()[:150]]
        chosen = self.write("chosen.txt", "\n".join(people) + "\n")
        shutil.rmtree(self.folder / "r")
        words = (*SCAN, "--keep", "chosen.txt")
        self.succeed(*words)
        self.find_nothing_to_do(*words)
        (self.folder / "s").rename(self.folder / "elsewhere")
        self.find_nothing_to_do(*[word if word != "s" else "elsewhere" for word in words])
        (self.folder / "elsewhere").rename(self.folder / "s")
        chosen.write_text("\n".join(reversed(people)) + "\n")
        self.refuse(["another plan (file 'chosen.txt')"], *words)
        chosen.write_text("\n".join(people) + "\n")
        self.find_nothing_to_do(*words)
        shutil.copy(cohort() / "p.tsv", self.folder)
        table = (self.folder / "p.tsv").read_text().splitlines()
        (self.folder / "p.tsv").write_text("\n".join(table[:-1]) + "\n")
        self.succeed("import", "--store", "s", "--table", "p.tsv", "--name", "simulated", "--replace")
        self.assertNotIn(" was ", self.refuse(["another plan", "table 'simulated'"], *words))

    def test_other_program(self):
        self.have()
        record = json.loads((self.folder / "r/run.json").read_text())
        self.write("r/run.json", json.dumps({**record, "version": "0.0.1"}))
        self.refuse(["version was '0.0.1' and is '"], *SCAN)

    def test_missing_files(self):
        for made, names in ((SCAN, ["results.h5", "summary.tsv"]), (WHOLE_GENOME, ["results.h5", "summary.tsv"]),
                            (PREDICTORS, ["predictors.h5", "summary.tsv"]), (SHARD, ["shard/columns", "shard/names"])):
            for name in names:
                with self.subTest(made=made, name=name):
                    self.have(made)
                    (self.folder / "r" / name).unlink()
                    self.refuse([f"'r' holds a finished run of which '{name}' is missing"], *made)
        self.have(WHOLE_GENOME)
        (self.folder / "r/predictors.h5").unlink()
        self.refuse(["predictors.h5"], *WHOLE_GENOME)
        self.have()
        (self.folder / "r/run.json").unlink()
        self.refuse(["'r' holds a finished run; choose another folder"], *SCAN)

    def test_damaged_records(self):
        self.have()
        whole = (self.folder / "r/run.json").read_text()
        for text in ("", "[]", "7", whole[:200], whole.replace('"partitions"', '"parts"'), whole.replace('"version": "', '"version": ["') ,
                     "[" * 100_000):
            self.write("r/run.json", text)
            self.fail_with(CORRUPT_INPUT, ["'r/run.json' is damaged"], *SCAN)
        self.have(SHARD)
        done = bytearray((self.folder / "r/shard.done").read_bytes())
        done[len(done) // 2] ^= 1
        self.write("r/shard.done", bytes(done))
        self.fail_with(CORRUPT_INPUT, ["shard.done"], *SHARD)

    def test_page(self):
        """What was killed at its page makes it."""
        self.have()
        page = self.folder / "r/report.html"
        right = page.read_bytes()
        page.unlink()
        self.find_nothing_to_do(*SCAN, "--no-report")
        self.succeed(*SCAN)
        self.assertEqual(page.read_bytes(), right)

    def test_leftovers(self):
        """What was killed behind its last file is tidied up."""
        self.have()
        right = contents(self.folder)
        self.write("r/.unfinished", "")
        (self.folder / "r/segments").mkdir()
        self.write("r/segments/0", "x")
        self.write("r/summary.tsv.unfinished-12", "x")
        self.succeed(*SCAN)
        self.assertEqual(contents(self.folder), right)

    def test_folders_of_other_commands(self):
        self.have()
        self.succeed("fit", "--store", "s", "--trait", "quantitative_1", "--method", "ridge", "--name", "m")
        score = ("score", "--store", "s", "--model", "m", "--out")
        self.succeed(*score, "e")
        self.refuse(["'e' holds a finished run of another plan", "command was 'score' and is 'scan'"], *SCAN[:-1], "e")
        self.refuse("'r' holds a finished run;", *score, "r")


if __name__ == "__main__":
    main()
