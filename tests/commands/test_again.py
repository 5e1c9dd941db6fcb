#!/usr/bin/env python3
"""scan and merge, given again when their run is finished: nothing is done, and nothing else is taken for that run."""
import atexit
import functools
import pathlib
import shutil
import tempfile

from command_case import CORRUPT_INPUT, CommandCase, cohort, contents, start
import program
from program import MANIPLE, main

SCAN = ("scan", "--store", "s", "--trait", "quantitative_1", "--out", "r")
WHOLE_GENOME = (*SCAN, "--whole-genome", "ridge", "--whole-genome-block", "300")
PREDICTORS = (*WHOLE_GENOME, "--whole-genome-only")
SHARD = (*SCAN, "--shard", "3/3")


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
        self.assertRegex(said, "nothing to do: 'r' holds just this run, finished\n")
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
        self.refuse(["finished run of another plan", "filters was 'maf 0, mac 0,"], "merge", "o1", "o2", "--out", "r")
        self.refuse(["finished run of another plan", "--shard was 'nothing' and is '1/2'"], *SCAN, "--shard", "1/2")

    def differ(self, why, made, *words):
        self.have(made)
        with self.subTest(made=made, words=words):
            self.refuse(["--out 'r' holds a finished run of another plan", why], *words)

    def test_other_plans(self):
        for made in (SCAN, WHOLE_GENOME, PREDICTORS, SHARD):
            other = ["quantitative_2" if word == "quantitative_1" else word for word in made]
            self.differ("--trait was 'quantitative_1' and is 'quantitative_2'", made, *other)
            self.differ("--covariate was '' and is 'covariate_1'", made, *made, "--covariate", "covariate_1")
        for made in (SCAN, WHOLE_GENOME, SHARD):
            self.differ("chosen variants", made, *made, "--chr", "2")
            self.differ("filters was 'maf 0, mac 0, missing 1, hwe 0' and is 'maf 0, mac 3, missing 1, hwe 0'", made, *made, "--min-mac", "3")
        for made in (WHOLE_GENOME, PREDICTORS):
            other = ["200" if word == "300" else word for word in made]
            self.differ("--whole-genome-block was '300' and is '200'", made, *other)
        self.differ("--shard was '3/3' and is '1/3'", SHARD, *SCAN, "--shard", "1/3")
        self.differ("--shard was '3/3' and is 'nothing'", SHARD, *SCAN)
        self.differ("whole genome: --trait was 'nothing' and is 'quantitative_1'", SCAN, *WHOLE_GENOME)
        self.differ("whole genome: --trait was 'quantitative_1' and is 'nothing'", WHOLE_GENOME, *SCAN)
        for made in (SCAN, WHOLE_GENOME, PREDICTORS, SHARD):
            self.differ("--trait was 'quantitative_1' and is '", made, *made, "--trait", "quantitative_*")

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
        chosen.write_text("\n".join(people[1:]) + "\n")
        self.refuse(["another plan (samples that may take part)"], *words)
        chosen.write_text("\n".join(reversed(people)) + "\n")
        self.find_nothing_to_do(*words)
        shutil.copy(cohort() / "p.tsv", self.folder)
        table = (self.folder / "p.tsv").read_text().splitlines()
        (self.folder / "p.tsv").write_text("\n".join(table[:-1]) + "\n")
        self.succeed("import", "--store", "s", "--table", "p.tsv", "--name", "simulated", "--replace")
        self.assertNotIn(" was ", self.refuse(["another plan", "table 'simulated'"], *words))

    def test_lists_from_pipes(self):
        self.have()
        shutil.rmtree(self.folder / "r")
        people = [line.split()[1] for line in (cohort() / "p.fam").read_text().splitlines()]
        self.write("first", "\n".join(people[:150]) + "\n")
        self.write("last", "\n".join(people[50:]) + "\n")
        scan = [MANIPLE, *SCAN, "--keep", "/dev/stdin"]
        for name, code, said in (("first", 0, "done in"), ("first", 0, "nothing to do"), ("last", 2, "samples that may take part")):
            done = start(["bash", "-c", f"cat {name} | " + ' "$@"', "bash", *scan], cwd=self.folder)
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertIn(said, done.stderr)

    def test_columns_with_commas(self):
        self.have()
        shutil.rmtree(self.folder / "r")
        people = [line.split()[1] for line in (cohort() / "p.fam").read_text().splitlines()]
        self.write("c.tsv", "IID\ta\tb\ta,b\n" + "".join(f"{person}\t{i % 7}\t{i % 11}\t{i % 13}\n" for i, person in enumerate(people)))
        self.succeed("import", "--store", "s", "--table", "c.tsv", "--name", "c")
        scan = ("scan", "--store", "s", "--out", "r", "--trait")
        self.succeed(*scan, "a?b")
        self.refuse("""--trait was '"a,b"' and is 'a,b'""", *scan, "a,b")

    def test_missing_files(self):
        for made, names in ((SCAN, ["results.h5", "summary.tsv", "run.json"]),
                            (WHOLE_GENOME, ["results.h5", "predictors.h5", "summary.tsv", "run.json"]),
                            (PREDICTORS, ["predictors.h5", "summary.tsv"]), (SHARD, ["shard/columns", "shard/names"])):
            for name in names:
                with self.subTest(made=made, name=name):
                    self.have(made)
                    (self.folder / "r" / name).unlink()
                    self.refuse([f"'r' holds a finished run of which '{name}' is missing"], *made)

    def test_damage(self):
        for made, names in ((SCAN, ["results.h5", "summary.tsv", "run.json"]), (WHOLE_GENOME, ["results.h5", "predictors.h5"]),
                            (PREDICTORS, ["predictors.h5"]),
                            (SHARD, ["shard.done", "shard/columns", "shard/names"])):
            for name in names:
                self.have(made)
                file = self.folder / "r" / name
                whole = file.read_bytes()
                half = len(whole) // 2
                for damaged in (b"", whole[:-1], whole + b"x", whole[:half] + bytes([whole[half] ^ 1]) + whole[half + 1:]):
                    file.write_bytes(damaged)
                    with self.subTest(made=made, name=name, bytes=len(damaged)):
                        self.fail_with(CORRUPT_INPUT, [name.split("/", maxsplit=1)[0]], *made)

    def test_plans_that_are_not_known(self):
        """As of runs of other versions: whose they are is not known."""
        self.have()
        whole = (self.folder / "r/.plan").read_bytes()
        self.assertEqual((self.folder / "r/.plan").stat().st_mode & 0o777, 0o600)
        for plan in (b"", whole[:-1], whole[:20] + bytes([whole[20] ^ 1]) + whole[21:], None):
            self.write("r/.plan", plan) if plan is not None else (self.folder / "r/.plan").unlink()
            self.refuse(["'r' holds a finished run; choose another folder"], *SCAN)

    def test_emptied_folder(self):
        """`rm r/*` leaves the hidden file."""
        self.have()
        right = contents(self.folder / "r")
        for path in (self.folder / "r").iterdir():
            if path.name != ".plan":
                path.unlink()
        self.assertIn("done in", self.succeed(*SCAN))
        for name in ("results.h5", "summary.tsv"):
            self.assertEqual(contents(self.folder / "r")[name], right[name])

    def test_a_foreign_file_of_that_name(self):
        self.have()
        (self.folder / "o").mkdir()
        self.write("o/.plan", "of mice and men\n")
        self.refuse("it holds '.plan'", *SCAN[:-1], "o")
        (self.folder / "o/.plan").unlink()
        (self.folder / "o/.plan").mkdir()
        self.refuse("it holds '.plan'", *SCAN[:-1], "o")

    def test_no_folder(self):
        """A plan without --out is of no folder, whatever is in the one where it is made."""
        self.have()
        before = contents(self.folder)
        for trait in ("quantitative_1", "quantitative_2"):
            said = self.succeed("scan", "--store", "../s", "--trait", trait, "--plan", cwd=self.folder / "r")
            self.assertIn("nothing was computed", said)
        self.assertEqual(contents(self.folder), before)

    def test_other_names_of_the_folder(self):
        for made in (SCAN, WHOLE_GENOME, PREDICTORS, SHARD):
            self.have(made)
            (self.folder / "link").symlink_to("r")
            for name in ("./r", "r/", str(self.folder / "r"), "link"):
                words = [name if word == "r" else word for word in made]
                with self.subTest(words=words):
                    self.assertIn("nothing to do", self.succeed(*words))
            (self.folder / "link").unlink()

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
        self.refuse("'e' holds a finished run;", *SCAN[:-1], "e")
        self.refuse("'r' holds a finished run;", *score, "r")


if __name__ == "__main__":
    main()
