#!/usr/bin/env python3
"""An import that is stopped or killed while it reads, and given again: it goes on, to the same bytes as in one go."""
import atexit
import functools
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from command_case import CORRUPT_INPUT, ENVIRONMENT, ENVIRONMENT_ERROR, CommandCase, contents, launcher, start
from program import MANIPLE, main

STOPPED = 75
CONTIGS = 12
BLOCKS = ["--block-variants", 16]  # So small that reading and writing take turns.


@functools.cache
def files():
    """A folder with PLINK files p and q of the same people, a VCF v.vcf.gz where bgzip is there, and stores of them."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="maniple-import-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for name, seed in (("p", 1), ("q", 2)):
        words = ["simulate", "--store", "s", "--samples", 3000, "--variants", 24000, "--contigs", CONTIGS, "--seed", seed]
        done = start([MANIPLE, *words, "--bfile", name], cwd=folder)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        shutil.rmtree(folder / "s")
    write_vcf(folder)
    for store, words in (("of_p", ["--bfile", "p"]), ("of_pq", ["--bfile", "p", "q"]), ("of_p_and_q", ["--bfile", "p"]),
                         ("of_p_and_q", ["--bfile", "q", "--table", "q.tsv"]), ("of_v", ["--vcf", "v.vcf"])):
        done = start([MANIPLE, "import", "--store", store, *words, *BLOCKS], cwd=folder)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
    return folder


def write_vcf(folder):
    """Of the first people of p, unpacked; and bgzipped where that can be done."""
    people, codes = 400, ("1/1", "./.", "0/1", "0/0")
    row_bytes = (3000 + 3) // 4
    rows = (folder / "p.bed").read_bytes()[3:]
    ids = [line.split()[1] for line in (folder / "p.fam").read_text(encoding="utf-8").splitlines()[:people]]
    quads = ["\t".join(codes[byte >> 2 * i & 3] for i in range(4)) for byte in range(256)]
    with open(folder / "v.vcf", "w", encoding="utf-8") as file:
        file.write("##fileformat=VCFv4.2\n" + "".join(f"##contig=<ID={c + 1}>\n" for c in range(CONTIGS)) +
                   '##FORMAT=<ID=GT,Number=1,Type=String,Description="genotype">\n')
        file.write("\t".join(["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", *ids]) + "\n")
        for number, line in enumerate((folder / "p.bim").read_text(encoding="utf-8").splitlines()):
            contig, name, _, position, alternate, reference = line.split()
            row = rows[number * row_bytes:number * row_bytes + people // 4]
            file.write("\t".join([contig, position, name, reference, alternate, ".", ".", ".", "GT", *(quads[b] for b in row)]) + "\n")
    if shutil.which("bgzip"):
        subprocess.run(["bgzip", "-k", folder / "v.vcf"], check=True)


class ImportResume(CommandCase):
    def setUp(self):
        super().setUp()
        for path in files().glob("[pqv].*"):
            os.link(path, self.folder / path.name)

    def interrupt(self, sent, partitions, *words, store="s", ranks=0):
        """Start it, and send a signal when so many partitions are done."""
        child = subprocess.Popen([*launcher(ranks), MANIPLE, "import", "--store", store, *words, *map(str, BLOCKS)],
                                 cwd=self.folder, text=True, stderr=subprocess.PIPE, env=ENVIRONMENT)
        limit = time.monotonic() + 60
        while self.partitions(store) < partitions and child.poll() is None and time.monotonic() < limit:
            time.sleep(0.0005)
        self.assertIsNone(child.poll(), "it ended before it was time")
        child.send_signal(sent)
        _, said = child.communicate(timeout=60)
        return child.returncode, said

    def partitions(self, store="s"):
        """How many are done, in a store and beside it."""
        folders = [self.folder / f".{store}.partial", self.folder / store]
        return sum(len(list((folder / "genotypes").glob("*.h5"))) for folder in folders)

    def finish(self, whole, *words, store="s", leftovers=(), guests=()):
        """\param guests  files in the store that are somebody else's, and stay."""
        said = self.succeed("import", "--store", store, *words, *BLOCKS)
        for guest in guests:
            guest.unlink()
        self.assertEqual(contents(self.folder / store), contents(files() / whole))
        self.assertEqual([path.name for path in self.folder.glob(".*")], list(leftovers))
        self.assertIn("every checksum holds", self.succeed("verify", store))
        return said

    def fail_with(self, code, fragments, *words, **options):
        """Refused commands remove the lock and the temporary files of who was killed, and nothing else."""
        for left in [*self.folder.glob("*/.import"), *self.folder.rglob("*.unfinished-*")]:
            left.unlink()
        return super().fail_with(code, fragments, *words, **options)

    def test_new_store(self):
        for sent in (signal.SIGTERM, signal.SIGUSR1, signal.SIGINT, signal.SIGKILL):
            with self.subTest(sent=sent.name):
                code, said = self.interrupt(sent, 3, "--bfile", "p")
                if sent != signal.SIGKILL:
                    self.assertEqual(code, STOPPED, said)
                    self.assertIn("give the same command again", said)
                    self.assertRegex(said, r"what is done is kept \(\d+ partitions\)")
                self.assertEqual([path.name for path in self.folder.glob("*s") if path.is_dir()], [])
                self.refuse("'s' does not exist", "info", "s")
                self.assertRegex(self.finish("of_p", "--bfile", "p", "--threads", 1),
                                 r"an interrupted import is taken up: \d+ variants in \d+ partitions were done by then")
                shutil.rmtree(self.folder / "s")

    def test_stop_before(self):
        """The limit is reached when two partitions are done: the process sleeps until it is past."""
        child = subprocess.Popen([MANIPLE, "import", "--store", "s", "--bfile", "p", "--stop-before", "1s", *map(str, BLOCKS)],
                                 cwd=self.folder, text=True, stderr=subprocess.PIPE, env=ENVIRONMENT)
        while self.partitions() < 3 and child.poll() is None:
            time.sleep(0.0005)
        child.send_signal(signal.SIGSTOP)
        time.sleep(1.2)
        child.send_signal(signal.SIGCONT)
        _, said = child.communicate(timeout=60)
        self.assertEqual(child.returncode, STOPPED, said)
        self.assertIn("--stop-before 1s", said)
        self.assertIn("is taken up", self.finish("of_p", "--bfile", "p"))

    def test_again_and_again(self):
        for partitions in (2, 5, 9):
            self.interrupt(signal.SIGKILL, partitions, "--bfile", "p")
            self.assertGreaterEqual(self.partitions(), partitions - 1)
        self.assertIn("is taken up", self.finish("of_p", "--bfile", "p"))

    def test_between_files(self):
        self.interrupt(signal.SIGKILL, CONTIGS + 2, "--bfile", "p", "q")
        self.refuse(["had other files ('p.bed' was number 1, not 'q.bed')", "remove '.s.partial/.import-begun-0'"],
                    "import", "--store", "s", "--bfile", "q", "p", *BLOCKS)
        self.refuse(["--block-variants was '16' and is '100'", "choose another --store"],
                    "import", "--store", "s", "--bfile", "p", "q", "--block-variants", 100)
        self.refuse("'q.bed' was number 2, and is not given", "import", "--store", "s", "--bfile", "p", *BLOCKS)
        self.finish("of_pq", "--bfile", "p", "q")

    def test_added(self):
        """To a store that is there: it stays of use, and is what it was, until all is done."""
        shutil.copytree(files() / "of_p", self.folder / "s")
        index = (self.folder / "s/cohort.h5").read_bytes()
        words = ["--bfile", "q", "--table", "q.tsv"]
        for sent in (signal.SIGTERM, signal.SIGKILL):
            self.interrupt(sent, CONTIGS + 3, *words)
            self.assertEqual((self.folder / "s/cohort.h5").read_bytes(), index)
            self.assertIn("belongs to an unfinished import", self.succeed("verify", "s"))
        for given, why in ((["--bfile", "p", "q", "--table", "p.tsv", "--name", "q"], "'q.bed' was number 1, not 'p.bed'"),
                           (["--bfile", "q"], "--table was 'q' and is 'none'")):
            self.refuse([why, "remove 's/.import-begun-12'"], "import", "--store", "s", *given, *BLOCKS)
        notes = self.write("s/genotypes/notes.txt", "Not of the import.")
        self.assertIn("is taken up", self.finish("of_p_and_q", *words, guests=[notes]))

    def test_killed_when_it_was_done(self):
        """A journal that outlived its import goes, also where the next command is refused before it begins."""
        shutil.copytree(files() / "of_p", self.folder / "s")
        words = ["--bfile", "q", "--table", "q.tsv"]
        self.interrupt(signal.SIGKILL, CONTIGS + 3, *words)
        journal = self.folder / "s/.import-begun-12"
        kept = journal.read_bytes()
        self.finish("of_p_and_q", *words)
        journal.write_bytes(kept)
        self.judge(self.run_maniple("import", "--store", "s", *words, *BLOCKS), 2, ["'q'"])
        self.assertEqual(contents(self.folder / "s"), contents(files() / "of_p_and_q"))

    def test_remarks_on_whole_files(self):
        lines = (self.folder / "p.bim").read_text(encoding="utf-8").splitlines(keepends=True)
        lines[3], lines[4] = lines[4], lines[3]
        self.write("u.bim", "".join(lines))
        for suffix in ("bed", "fam"):
            os.link(self.folder / f"p.{suffix}", self.folder / f"u.{suffix}")
        remark = "positions decrease within contig '1'; kept in the file's order"
        self.assertIn(remark, self.succeed("import", "--store", "whole", "--bfile", "u", *BLOCKS))
        self.interrupt(signal.SIGKILL, 4, "--bfile", "u")
        said = self.succeed("import", "--store", "s", "--bfile", "u", *BLOCKS)
        self.assertIn("is taken up", said)
        self.assertIn(remark, said)
        self.assertEqual(contents(self.folder / "s"), contents(self.folder / "whole"))

    def test_vcf(self):
        for name in ("v.vcf", "v.vcf.gz"):
            if not (self.folder / name).exists():
                continue
            self.interrupt(signal.SIGKILL, 4, "--vcf", name)
            self.assertIn("is taken up", self.finish("of_v", "--vcf", name))
            shutil.rmtree(self.folder / "s")

    def test_a_file_that_changed(self):
        """One that was read is refused; the one that was being read is read anew."""
        self.interrupt(signal.SIGKILL, CONTIGS + 2, "--bfile", "p", "q")
        shutil.copy(self.folder / "p.bed", self.folder / "copy")
        os.replace(self.folder / "copy", self.folder / "p.bed")
        self.refuse("had other files ('p.bed' has changed since)", "import", "--store", "s", "--bfile", "p", "q", *BLOCKS)
        shutil.copystat(files() / "p.bed", self.folder / "p.bed")
        for place in (3, -1):  # Of equal size and time.
            content = bytearray((files() / "p.bed").read_bytes())
            content[place] ^= 1
            (self.folder / "p.bed").write_bytes(content)
            shutil.copystat(files() / "p.bed", self.folder / "p.bed")
            self.refuse("had other files ('p.bed' has changed since)", "import", "--store", "s", "--bfile", "p", "q", *BLOCKS)
        shutil.copy2(files() / "p.bed", self.folder / "p.bed")
        shutil.copy(self.folder / "q.bed", self.folder / "copy")
        os.replace(self.folder / "copy", self.folder / "q.bed")
        said = self.finish("of_pq", "--bfile", "p", "q")
        self.assertIn("'q.bed' has changed since an import of it was interrupted", said)
        self.assertIn(f"24000 variants in {CONTIGS} partitions were done by then", said)

    def test_a_bad_line(self):
        """What was done before it is of use after it was mended."""
        good = (self.folder / "v.vcf").read_text(encoding="utf-8")
        lines = good.split("\n")
        place = lines[-3000].index("\tGT\t") + 4
        lines[-3000] = lines[-3000][:place] + "0/1/1" + lines[-3000][place + 3:]
        bad = self.write("bad.vcf", "\n".join(lines))
        done = self.run_maniple("import", "--store", "s", "--vcf", "bad.vcf", *BLOCKS)
        self.judge(done, 2, ["more than two alleles"])
        self.assertIn("what is done is kept", done.stderr)
        bad.write_text(good, encoding="utf-8")
        self.finish("of_v", "--vcf", "bad.vcf")

    def test_two_at_a_time(self):
        child = subprocess.Popen([MANIPLE, "import", "--store", "s", "--bfile", "p", *map(str, BLOCKS)], cwd=self.folder, stderr=subprocess.PIPE,
                                 env=ENVIRONMENT)
        while self.partitions() < 1 and child.poll() is None:
            time.sleep(0.0005)
        child.send_signal(signal.SIGSTOP)
        try:
            self.judge(self.run_maniple("import", "--store", "s", "--bfile", "p"), 2,
                       ["'s' is being written by another import (process ", "wait until it has ended"])
        finally:
            child.send_signal(signal.SIGCONT)
            child.communicate(timeout=60)
        self.assertEqual(child.returncode, 0)

    def test_full_disk(self):
        """What was there before the disk was full is of use after room is made."""
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        done = self.run_maniple("import", "--store", "s", "--bfile", "p", *BLOCKS, preexec_fn=limit)
        self.judge(done, ENVIRONMENT_ERROR, ["genotypes/1-1.h5"])
        self.assertEqual(list(self.folder.glob(".*")), [], "nothing was done, and nothing is kept")

    def test_damage(self):
        self.interrupt(signal.SIGKILL, 5, "--bfile", "p")
        left = self.folder / ".s.partial"
        for name in (".import-begun-0", "genotypes/1-1.h5"):
            intact = (left / name).read_bytes()
            broken = bytearray(intact)
            broken[len(intact) // 2] ^= 1
            for content in ((intact[:-100], bytes(broken)) if name.startswith(".") else (intact[:-100], b"")):
                (left / name).write_bytes(content)
                with self.subTest(name=name):
                    self.fail_with(CORRUPT_INPUT, name, "import", "--store", "s", "--bfile", "p", *BLOCKS)
            (left / name).write_bytes(intact)
        self.finish("of_p", "--bfile", "p")


if __name__ == "__main__":
    main()
