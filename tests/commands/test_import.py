#!/usr/bin/env python3
"""maniple import, as a person types it. MANIPLE names the binary."""
import fcntl
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from program import h5py

MANIPLE = os.environ.get("MANIPLE", "maniple")
USER_ERROR = 2
FAM = "f1 a 0 0 1 -9\nf1 b 0 0 2 -9\nf2 c 0 0 0 -9\n"
BIM = "1 rs1 0 100 T C\n2 rs2 0 5 G AA\n"
BED = b"\x6c\x1b\x01\xe4\xcf"
VCF = (
    "##fileformat=VCFv4.2\n##contig=<ID=1>\n"
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="g">\n'
    "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ta\tb\tc\n"
)


class ImportTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)
        self.write("g.fam", FAM)
        self.write("g.bim", BIM)
        self.write("g.bed", BED)
        self.write("t.tsv", "IID\tage\tsite\na\t30\tx\nb\t41.5\ty\nc\tNA\tx\n")

    def write(self, name, content):
        data = content if isinstance(content, bytes) else content.encode()
        (self.folder / name).write_bytes(data)

    def run_import(self, *words):
        command = [MANIPLE, "import", "--store", "s", *words]
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True)

    def succeed(self, *words):
        done = self.run_import(*words)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stderr

    def refuse(self, message, *words):
        before = sorted(self.folder.rglob("*"))
        done = self.run_import(*words)
        self.assertEqual(done.returncode, USER_ERROR, done.stderr)
        self.assertIn(message, done.stderr)
        self.assertEqual(before, sorted(self.folder.rglob("*")), "something was left behind")

    def info(self):
        done = subprocess.run([MANIPLE, "info", "s", "--json"], cwd=self.folder,
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def observed(self):
        with h5py.File(self.folder / "s/tables/t.h5", "r") as table:
            return table["column_observed"][:].tolist()

    def test_genotypes_and_table_in_one_call(self):
        said = self.succeed("--bfile", "g", "--table", "t.tsv")
        self.assertIn("imported 3 samples x 2 variants on 2 contigs", said)
        facts = self.info()
        self.assertEqual((facts["samples"], facts["variants"]), (3, 2))
        columns = {c["name"]: (c["type"], c["observed"]) for c in facts["tables"][0]["columns"]}
        self.assertEqual(columns, {"age": ("quantitative", None), "site": ("categorical", None)})  # So few are not told.
        self.assertEqual(self.observed(), [2, 3])
        self.assertEqual((self.folder / "s").stat().st_mode & 0o777, 0o700)

    def test_table_later_with_a_name(self):
        self.succeed("--bfile", "g")
        self.succeed("--table", "t.tsv", "--name", "clinic")
        self.refuse("--replace", "--table", "t.tsv", "--name", "clinic")
        self.succeed("--table", "t.tsv", "--name", "clinic", "--replace")
        self.assertEqual([t["name"] for t in self.info()["tables"]], ["clinic"])

    def test_missing_value_as_asked(self):
        self.write("t.tsv", "IID\tx\na\t-9\nb\t4\nc\t5\n")
        self.succeed("--bfile", "g", "--table", "t.tsv", "--missing-value", "-9")
        self.assertEqual(self.observed(), [2])

    def test_vcf_joins_plink_samples(self):
        self.write("t.vcf", VCF + "1\t5\t.\tA\tC,G\t.\t.\t.\tGT\t0/1\t1/2\t./.\n")
        self.succeed("--bfile", "g")
        self.assertIn("became 2 variants", self.succeed("--vcf", "t.vcf"))
        self.assertEqual(self.info()["variants"], 4)

    def test_block_size_of_an_existing_store(self):
        self.succeed("--bfile", "g", "--block-variants", "64")
        self.refuse("--block-variants 32 is not the 64 of 's'", "--bfile", "g", "--block-variants", "32")
        self.refuse("--block-variants 512 is not the 64 of 's'", "--bfile", "g", "--block-variants", "512")
        self.refuse("come twice", "--bfile", "g", "--block-variants", "64")
        for options, rows in ((("--block-variants", "64"), b"\x00\x00"), ((), b"\x02\x02")):
            self.write("g.bed", BED[:3] + rows)
            self.succeed("--bfile", "g", *options)
        self.assertEqual(self.info()["variants"], 6)

    def test_what_killed_imports_left_is_removed(self):
        """Those of the same store, unless somebody is at work there."""
        for name in (".s.partial", ".other.partial"):
            (self.folder / name / "genotypes").mkdir(parents=True)
            (self.folder / name / ".import").write_text("process 7 on node3")
            (self.folder / name / "genotypes/1-9.h5").write_text("rubbish")
        with open(self.folder / ".s.partial/.import", "r+", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.refuse("'s' is being written by another import (process 7 on node3); wait until it has ended", "--bfile", "g")
        self.succeed("--bfile", "g")
        left = sorted(path.name for path in self.folder.iterdir() if path.is_dir())
        self.assertEqual(left, [".other.partial", "s"])
        self.assertEqual(sorted(path.name for path in (self.folder / "s").rglob("*")),
                         ["1-1.h5", "2-1.h5", "cohort.h5", "genotypes", "tables"])

    def test_bad_genotypes(self):
        self.refuse("'no.bed' does not exist", "--bfile", "no")
        self.write("g.bed", BED[:4])
        self.refuse("has 4 bytes (must be 5", "--bfile", "g")
        self.write("g.bed", b"\x00" + BED[1:])
        self.refuse("no PLINK 1 .bed", "--bfile", "g")
        self.write("g.bed", BED)
        self.write("g.fam", FAM.replace("f2 c", "f2 a"))
        self.refuse("--sample-id fid-iid", "--bfile", "g")
        self.succeed("--bfile", "g", "--sample-id", "fid-iid")

    def test_bad_vcf(self):
        self.write("t.vcf", VCF)
        self.refuse("no records", "--vcf", "t.vcf")
        self.write("t.vcf", VCF + "1\t5\t.\tA\tC\t.\t.\t.\tDP\t1\t2\t3\n")
        self.refuse("has GT", "--vcf", "t.vcf")

    def test_bad_table_leaves_no_genotypes_either(self):
        self.write("t.tsv", "IID\tage\na\t30\nb\told\n")
        self.refuse("line 3: age is text", "--bfile", "g", "--table", "t.tsv")
        self.write("t.tsv", "IID\tage\nu\t30\nv\t31\n")
        self.refuse("none of 2 rows", "--bfile", "g", "--table", "t.tsv")
        self.write("t.tsv", "IID\tage\na\t30\t1\n")
        self.refuse("3 fields (must be 2", "--bfile", "g", "--table", "t.tsv")

    def test_options_that_do_not_go_together(self):
        self.refuse("exclude each other", "--bfile", "g", "--vcf", "t.vcf")
        self.refuse("nothing to import")
        self.refuse("belong to --table", "--bfile", "g", "--replace")
        self.refuse("belongs to --bfile", "--vcf", "t.vcf", "--sample-id", "fid-iid")
        for words in (["--sample-id", "fid-iid"], ["--block-variants", "64"], ["--compression", "none"]):
            self.refuse(f"option {words[0]} belongs to --bfile and --vcf", "--table", "t.tsv", *words)
        self.refuse("--block-variants = 0", "--bfile", "g", "--block-variants", "0")


if __name__ == "__main__":
    unittest.main()
