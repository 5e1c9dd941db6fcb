#!/usr/bin/env python3
"""Whatever is wrong with input, options or disk: one clear line, the right exit code, nothing half-made."""
import gzip
import os
import pathlib
import random
import resource
import shutil
import signal
import subprocess
import unittest

from command_case import (CORRUPT_INPUT, ENVIRONMENT, ENVIRONMENT_ERROR, MANIPLE, RAW, SUCCESS,
                          CommandCase, cohort, contents, launcher, start)
from program import main

FAM = "f1 a 0 0 1 -9\nf1 b 0 0 2 -9\nf2 c 0 0 0 -9\n"
BIM = "1 rs1 0 100 T C\n2 rs2 0 5 G AA\n"
BED = b"\x6c\x1b\x01\xe4\xcf"
VCF_META = '##fileformat=VCFv4.2\n##contig=<ID=1>\n##FORMAT=<ID=GT,Number=1,Type=String,Description="g">\n'
VCF_HEADER = VCF_META + "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ta\tb\tc\n"
SCAN = ["scan", "--store", "s", "--trait", "quantitative_1", "--out", "r"]


class GenotypeFiles(CommandCase):
    def setUp(self):
        super().setUp()
        self.write("g.fam", FAM)
        self.write("g.bim", BIM)
        self.write("g.bed", BED)

    def refuse_import(self, fragments, *words):
        return self.refuse(fragments, "import", "--store", "s", *words)

    def test_each_of_three_files_missing(self):
        for suffix in ("bed", "bim", "fam"):
            (self.folder / f"g.{suffix}").rename(self.folder / "away")
            self.refuse_import([f"'g.{suffix}' does not exist", "check the name"], "--bfile", "g")
            (self.folder / "away").rename(self.folder / f"g.{suffix}")

    def test_bed_of_wrong_length_or_kind(self):
        self.write("g.bed", BED[:4])
        self.refuse_import(["'g.bed' has 4 bytes (must be 5"], "--bfile", "g")
        self.write("g.bed", BED + b"\0")
        self.refuse_import(["'g.bed' has 6 bytes (must be 5"], "--bfile", "g")
        self.write("g.bed", b"")
        self.refuse_import(["g.bed"], "--bfile", "g")
        self.write("g.bed", b"PK" + BED[2:])
        self.refuse_import(["'g.bed' is no PLINK 1 .bed file", "check what file"], "--bfile", "g")
        self.write("g.bed", BED[:2] + b"\0" + BED[3:])
        self.refuse_import(["sample-major", "--make-bed"], "--bfile", "g")

    def test_bim_and_fam_that_disagree_with_bed(self):
        self.write("g.bim", BIM + "3 rs3 0 7 A G\n")
        self.refuse_import(["g.bed", "3 variants", "3 samples"], "--bfile", "g")
        self.write("g.bim", BIM)
        self.write("g.fam", FAM + "f3 d 0 0 1 -9\nf3 e 0 0 1 -9\n")
        self.refuse_import(["g.bed", "2 variants", "5 samples"], "--bfile", "g")

    def test_malformed_lines(self):
        self.write("g.bim", "1 rs1 0 100 T C\n2 rs2 0 here G AA\n")
        self.refuse_import(["'g.bim' line 2", "'here'", "correct"], "--bfile", "g")
        self.write("g.bim", "1 rs1 0 100 T C\n2 rs2 0 5\n")
        self.refuse_import(["'g.bim' line 2", "4 columns (must be 6"], "--bfile", "g")
        self.write("g.bim", BIM)
        self.write("g.fam", FAM.replace("f1 b 0 0 2 -9", "f1 b"))
        self.refuse_import(["'g.fam' line 2", "2 columns (must be 6"], "--bfile", "g")

    def test_duplicate_sample(self):
        self.write("g.fam", FAM.replace("f2 c", "f2 a"))
        self.refuse_import(["'g.fam' lines 1 and 3", "'a'", "--sample-id fid-iid"], "--bfile", "g")
        self.write("g.fam", FAM.replace("f2 c", "f1 a"))
        self.refuse_import(["'g.fam' lines 1 and 3", "rename or remove one"], "--bfile", "g")

    def test_second_file_with_other_samples(self):
        self.write("h.fam", FAM.replace("f2 c", "f2 d"))
        shutil.copy(self.folder / "g.bim", self.folder / "h.bim")
        shutil.copy(self.folder / "g.bed", self.folder / "h.bed")
        self.refuse_import(["different samples", "sample 3"], "--bfile", "g", "h")
        self.succeed("import", "--store", "s", "--bfile", "g")
        self.refuse_import(["different samples", "sample 3"], "--bfile", "h")

    def test_vcf(self):
        self.refuse_import("'absent.vcf' does not exist", "--vcf", "absent.vcf")
        self.write("t.vcf", VCF_HEADER)
        self.refuse_import(["'t.vcf' has no records", "check the file"], "--vcf", "t.vcf")
        self.write("t.vcf", "")
        self.refuse_import("t.vcf", "--vcf", "t.vcf")
        self.write("t.vcf", "once upon a time\n")
        self.refuse_import(["'t.vcf' is no VCF"], "--vcf", "t.vcf")
        self.write("t.vcf", VCF_HEADER + "1\t5\tx\tA\tC\t.\t.\t.\tDP\t1\t2\t3\n")
        self.refuse_import(["'t.vcf'", "GT"], "--vcf", "t.vcf")
        self.write("t.vcf", VCF_META + "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n1\t5\tx\tA\tC\t.\t.\t.\n")
        self.refuse_import(["'t.vcf' has no samples"], "--vcf", "t.vcf")
        self.write("t.vcf", VCF_HEADER + "1\t5\tx\tA\tC\t.\t.\t.\tGT\t0/1\t1/1\n")
        self.refuse_import(["'t.vcf' record 1"], "--vcf", "t.vcf")
        self.write("t.vcf", VCF_HEADER + "1\t5\tx\tA\tC\t.\t.\t.\tGT\t0/1\t1/1\t0/7\n")
        self.refuse_import(["'t.vcf'", "allele"], "--vcf", "t.vcf")
        self.write("t.vcf", VCF_HEADER.replace("\ta\tb\tc", "\ta\tb\ta"))
        self.refuse_import(["'t.vcf'", "'a'", "twice"], "--vcf", "t.vcf")

    def test_vcf_cut_off(self):
        rows = "".join(f"1\t{p}\tv{p}\tA\tC\t.\t.\t.\tGT\t{p % 2}/1\t0/{p % 3 % 2}\t./.\n" for p in range(1, 60_001))
        plain = self.write("t.vcf", VCF_HEADER + rows)
        bgzip = shutil.which("bgzip")
        if bgzip:
            subprocess.run([bgzip, "-f", plain], check=True)
            whole = (self.folder / "t.vcf.gz").read_bytes()
            for length in (len(whole) - 1, len(whole) - 28, len(whole) // 2, 5_000):
                self.write("cut.vcf.gz", whole[:length])
                self.refuse_import(["'cut.vcf.gz'", "cut off"], "--vcf", "cut.vcf.gz")
        compressed = gzip.compress((VCF_HEADER + rows).encode())
        self.write("cut.vcf.gz", compressed[:len(compressed) // 2])
        self.refuse_import(["'cut.vcf.gz'"], "--vcf", "cut.vcf.gz")
        self.write("cut.vcf", (VCF_HEADER + rows)[:-9])
        self.refuse_import(["'cut.vcf' record 60000"], "--vcf", "cut.vcf")


class Tables(CommandCase):
    def setUp(self):
        super().setUp()
        self.write("g.fam", FAM)
        self.write("g.bim", BIM)
        self.write("g.bed", BED)
        self.succeed("import", "--store", "s", "--bfile", "g")

    def refuse_table(self, fragments, text, *words):
        self.write("t.tsv", text)
        return self.refuse(fragments, "import", "--store", "s", "--table", "t.tsv", *words)

    def test_unknown_sample_is_said_and_imported(self):
        self.write("t.tsv", "IID\tx\na\t1\nb\t2\nstranger\t3\n")
        said = self.succeed("import", "--store", "s", "--table", "t.tsv")
        self.assertIn("3 rows, 2 of them among the 3 samples of the store", said)
        self.assertIn("stranger", said)

    def test_few_or_no_known_samples(self):
        few = "IID\tx\na\t1\nu\t2\nv\t3\n"
        self.refuse_table(["'t.tsv'", "only 1 of 3 rows", "--allow-unmatched"], few)
        self.refuse_table(["'t.tsv'", "none of 2 rows"], "IID\tx\nu\t2\nv\t3\n", "--allow-unmatched")
        self.write("t.tsv", few)
        self.succeed("import", "--store", "s", "--table", "t.tsv", "--allow-unmatched")

    def test_malformed(self):
        self.refuse_table(["'t.tsv' line 3", "3 fields (must be 2"], "IID\tx\na\t1\nb\t2\t3\n")
        self.refuse_table(["'t.tsv' line 3", "1 field"], "IID\tx\na\t1\nb\n")
        self.refuse_table(["'t.tsv' line 3: x = 'tall' (must be a number", "NA"], "IID\tx\na\t1\nb\ttall\n")
        self.refuse_table(["'t.tsv' line 3: x = 'inf'", "NA"], "IID\tx\na\t1\nb\tinf\n")
        self.refuse_table(["'t.tsv' line 3", "already in line 2"], "IID\tx\na\t1\na\t2\n")
        self.refuse_table(["'t.tsv'", "empty"], "")
        self.refuse_table(["'t.tsv'"], "IID\tx\n")
        self.refuse_table(["'t.tsv'", "IID"], "person\tx\na\t1\n")
        self.refuse_table(["'t.tsv'", "'x'"], "IID\tx\tx\na\t1\t2\n")
        self.refuse_table(["t.tsv"], "IID\na\nb\n")
        self.refuse_table(["--categorical", "'y'"], "IID\tx\na\t1\nb\t2\n", "--categorical", "y")

    def test_names(self):
        self.refuse("'absent.tsv' does not exist", "import", "--store", "s", "--table", "absent.tsv")
        self.write("t.tsv", "IID\tx\na\t1\nb\t2\n")
        table = ["import", "--table", "t.tsv"]
        self.refuse("--name", *table, "--store", "s", "--name", "../x")
        self.refuse(["'absent' does not exist", "import"], *table, "--store", "absent")
        self.succeed(*table, "--store", "s")
        self.refuse(["'t'", "--replace"], *table, "--store", "s")

    def test_cut_off_gzip(self):
        text = "IID\tx\n" + "".join(f"{i}\t{i * 7919 % 1000}\n" for i in range(20_000))
        self.write("t.tsv.gz", gzip.compress(text.encode())[:9_000])
        done = self.refuse("t.tsv.gz", "import", "--store", "s", "--table", "t.tsv.gz")
        self.assertNotIn("none of", done)


class Analyses(CommandCase):
    def setUp(self):
        super().setUp()
        self.have_store()

    def add_table(self, name, columns):
        """columns: of each name, a function from the position of a sample to its text."""
        ids = [line.split()[1] for line in (cohort() / "p.fam").read_text().splitlines()]
        rows = ["\t".join(["IID", *columns])]
        rows += ["\t".join([iid, *(f(i) for f in columns.values())]) for i, iid in enumerate(ids)]
        self.write(f"{name}.tsv", "\n".join(rows) + "\n")
        self.succeed("import", "--store", "s", "--table", f"{name}.tsv")

    def refuse_scan(self, fragments, *words, **options):
        return self.refuse(fragments, "scan", "--store", "s", "--out", "r", *words, **options)

    def refuse_on_any_ranks(self, fragments, *words):
        """Without a launcher and on two ranks: the same line, once."""
        self.assertEqual(self.refuse_scan(fragments, *words), self.refuse_scan(fragments, *words, ranks=2))

    def test_traits_that_cannot_be_tested(self):
        self.add_table("t", {"flat": lambda i: "3", "few": lambda i: str(i * i) if i < 5 else "NA",
                             "empty": lambda i: "NA", "y": lambda i: str(i * i % 17),
                             **{f"c{k}": (lambda i, k=k: str((i * (k + 3)) % 7 + i * k)) for k in range(6)}})
        self.refuse_on_any_ranks("trait 'flat' ", "--trait", "flat")
        self.refuse_scan("trait 'empty' ", "--trait", "empty")
        self.refuse_scan("trait 'few' ", "--trait", "few", "--covariate", *[f"c{k}" for k in range(6)])
        self.refuse_scan(["'site' is categorical"], "--trait", "site")
        self.refuse_scan("covariate", "--trait", "y", "--covariate", "empty")
        said = self.succeed("scan", "--store", "s", "--trait", "*", "--out", "r")
        self.assertIn("trait 'flat' is left out", said)

    def test_names_of_columns(self):
        self.refuse_on_any_ranks(["trait 'quantitative_9'", "did you mean 'quantitative_"], "--trait", "quantitative_9")
        self.refuse_scan(["covariate 'covariat_1'", "did you mean 'covariate_1'"], "--trait", "quantitative_1",
                         "--covariate", "covariat_1")
        self.refuse_scan(["'sex' is both a trait and a covariate"], "--trait", "sex", "--covariate", "sex")
        self.refuse_scan(["pattern 'x*'"], "--trait", "x*")
        self.refuse_scan(["covariate 'sex' is named twice"], "--trait", "quantitative_1", "--covariate", "sex,sex")
        self.add_table("clinic", {"quantitative_1": lambda i: str(i)})
        self.refuse_scan(["several tables", "clinic.quantitative_1", "simulated.quantitative_1"], "--trait",
                         "quantitative_1")

    def test_store_without_tables(self):
        shutil.rmtree(self.folder / "s" / "tables")
        (self.folder / "s" / "tables").mkdir()
        self.refuse_scan(["'height'", "no tables", "import"], "--trait", "height")

    def test_numbers(self):
        for words, fragment in ((("--min-maf", "2"), "--min-maf = 2"), (("--min-maf", "nan"), "--min-maf = 'nan'"),
                                (("--min-maf", "low"), "--min-maf = 'low' (must be a number)"),
                                (("--min-maf", "-0.1"), "--min-maf"), (("--min-mac", "-1"), "--min-mac"),
                                (("--max-missing", "1.5"), "--max-missing"), (("--hwe", "2"), "--hwe"),
                                (("--hwe", "1e-400x"), "--hwe"), (("--threads", "-1"), "--threads"),
                                (("--threads", "1.5"), "--threads"), (("--threads", "99999999999999999999"), "--threads"),
                                (("--missing-genotype", "zero"), "mean or drop")):
            self.refuse([fragment], *SCAN, *words)
        self.refuse_on_any_ranks("--min-maf = 2", "--trait", "quantitative_1", "--min-maf", "2")

    def test_choices_that_leave_nothing(self):
        self.write("empty", "")
        self.write("strangers", "nobody\nno one\n")
        trait = ("--trait", "quantitative_1")
        self.refuse_on_any_ranks(["--chr '9'", "it has 1, 2"], *trait, "--chr", "9")
        self.refuse_scan(["--chr '3-7'"], *trait, "--chr", "3-7")
        self.refuse_scan(["--extract 'empty'", "no variant IDs"], *trait, "--extract", "empty")
        self.refuse_on_any_ranks(["--extract"], *trait, "--extract", "strangers")
        self.refuse_on_any_ranks(["--keep 'strangers'", "no sample"], *trait, "--keep", "strangers")
        self.refuse_scan(["--keep 'empty'"], *trait, "--keep", "empty")
        for option in ("--keep", "--remove", "--extract", "--exclude"):
            self.refuse_scan(["'absent' does not exist"], *trait, option, "absent")
            self.refuse_scan(["'s' is a folder"], *trait, option, "s")
        shutil.copy(cohort() / "p.fam", self.folder / "all")
        self.refuse_scan(["--remove leave no samples"], *trait, "--remove", "all")

    def test_output_folder(self):
        self.write("file", "x")
        (self.folder / "full").mkdir()
        self.write("full/thesis.txt", "years of work")
        trait = ("--trait", "quantitative_1")
        self.refuse(["--out 'file' is a file"], "scan", "--store", "s", *trait, "--out", "file")
        self.refuse(["--out 'full' is not empty", "thesis.txt"], "scan", "--store", "s", *trait, "--out", "full")
        for ranks in (0, 2):
            self.fail_with(ENVIRONMENT_ERROR, ["--out 'file/r' cannot be made"], "scan", "--store", "s", *trait,
                           "--out", "file/r", ranks=ranks)
        self.succeed(*SCAN)
        self.refuse(["--out 'r' holds a finished run"], *SCAN)
        self.refuse(["--out 'r' holds a finished run"], *SCAN, ranks=2)
        self.refuse(["option --out is missing"], "scan", "--store", "s", *trait)
        (self.folder / "prepared").mkdir()
        self.refuse(["trait 'x'"], "scan", "--store", "s", "--trait", "x", "--out", "prepared")

    def test_store_that_is_none(self):
        self.refuse(["'absent' does not exist", "check the path"], "scan", "--store", "absent", "--trait", "x", "--out", "r")
        (self.folder / "void").mkdir()
        self.write("file", "x")
        for command in (["scan", "--trait", "x", "--out", "r", "--store"], ["info"], ["verify"]):
            self.refuse(["'void' is not a cohort store"], *command, "void")
            self.refuse(["'file'"], *command, "file")
            self.refuse(["'absent' does not exist"], *command, "absent")

    def test_command_line(self):
        self.refuse(["unknown command 'scam'", "'maniple scan'"], "scam")
        self.refuse(["unknown option '--covar'", "'--covariate'"], *SCAN, "--covar", "sex")
        self.refuse(["option --store is missing"], "scan", "--trait", "x", "--out", "r")
        self.refuse(["option --trait is missing"], "scan", "--store", "s", "--out", "r")
        self.refuse(["--store", "needs a value"], "scan", "--store")
        self.refuse(["--out", "twice"], *SCAN, "--out", "q")
        self.refuse(["--out"], "scan", "--store", "s", "--trait", "quantitative_1", "--out", "")
        self.refuse(["--store"], "scan", "--store", "", "--trait", "quantitative_1", "--out", "r")
        self.refuse(["'stray'"], "export", "stray")

    def test_job_file(self):
        self.write("job.ini", "store = s\ntrait = quantitative_1\nminmaf = 0.1\n")
        self.refuse(["job file 'job.ini' line 3", "'minmaf'", "'min-maf'"], "scan", "--job", "job.ini", "--out", "r")
        self.write("job.ini", "store = s\ntrait = quantitative_1\nmin-maf = much\n")
        self.refuse(["job file 'job.ini' line 3", "'much' (must be a number)"], "scan", "--job", "job.ini", "--out", "r")
        self.write("job.ini", "store s\n")
        self.refuse(["job file 'job.ini' line 1"], "scan", "--job", "job.ini", "--out", "r")
        self.refuse(["absent.ini"], "scan", "--job", "absent.ini", "--out", "r")
        self.refuse(["absent.ini"], "scan", "--job", "absent.ini", "--out", "r", ranks=2)

    def test_export(self):
        self.refuse(["'absent/results.h5' does not exist", "check the path"], "export", "--run", "absent", "--out", "f.tsv")
        self.refuse(["'s' has no results.h5"], "export", "--run", "s", "--out", "f.tsv")
        self.succeed("scan", "--store", "s", "--trait", "quantitative_*", "--out", "r")
        self.refuse(["2 traits", "--trait"], "export", "--run", "r", "--out", "f.tsv")
        self.refuse(["no trait 'x'", "quantitative_1"], "export", "--run", "r", "--trait", "x", "--out", "f.tsv")
        self.refuse(["--format = 'csv'"], "export", "--run", "r", "--out", "f.tsv", "--format", "csv")
        one = ("export", "--run", "r", "--trait", "quantitative_1")
        for place in ("absent/f.tsv", "r/log.txt/f.tsv.gz"):
            self.fail_with(ENVIRONMENT_ERROR, [place], *one, "--out", place)
        (self.folder / "r" / "results.h5").write_bytes((self.folder / "r" / "results.h5").read_bytes()[:-1000])
        self.fail_with(CORRUPT_INPUT, ["results.h5", "damaged"], *one, "--out", "f.tsv")

    def test_simulate(self):
        new = ("simulate", "--store", "new", "--samples", "10", "--variants", "10")
        self.refuse(["'s'", "exists"], "simulate", "--store", "s", "--samples", "10", "--variants", "10")
        self.refuse(["--samples 0", "choose 1 to"], "simulate", "--store", "new", "--samples", "0", "--variants", "10")
        self.refuse(["--fst"], *new, "--fst", "2")
        self.refuse(["--heritability"], *new, "--heritability", "1.5")
        self.refuse(["--contigs"], *new, "--contigs", "23")
        self.refuse(["--causal"], *new, "--causal", "11")
        self.write("file", "x")
        self.fail_with(ENVIRONMENT_ERROR, ["file/"], *new, "--bfile", "file/p")


class Damage(CommandCase):
    def setUp(self):
        super().setUp()
        self.have_store()

    def verify_finds(self, fragments):
        """verify goes on after the first damage: a line for each, and then the message."""
        before = contents(self.folder)
        done = self.run_maniple("verify", "s")
        self.judge(done, CORRUPT_INPUT, ["damaged", "restore"], ["verify"])
        said = done.stdout + done.stderr
        for fragment in fragments:
            self.assertIn(fragment, said)
        self.assertNotRegex(said, RAW)
        self.assertEqual(before, contents(self.folder))

    def both_find(self, fragments, ranks=0):
        self.verify_finds(fragments)
        return self.fail_with(CORRUPT_INPUT, fragments, *SCAN, ranks=ranks)

    def flip(self, name, offset):
        path = self.folder / "s" / name
        data = bytearray(path.read_bytes())
        data[offset] ^= 0x10
        path.write_bytes(data)

    def test_flipped_byte_of_genotypes(self):
        try:
            import h5py
        except ImportError:
            self.skipTest("needs h5py to know where genotypes lie")
        for contig in ("1-1", "2-1"):
            name = f"genotypes/{contig}.h5"
            whole = (self.folder / "s" / name).read_bytes()
            with h5py.File(self.folder / "s" / name) as file:
                chunk = file["call_genotype_2bit"].id.get_chunk_info(0)
            for part in (0.1, 0.5, 0.9):
                self.flip(name, chunk.byte_offset + int(part * chunk.size))
                alone = self.both_find([f"{contig}.h5", "block 0"])
                if part == 0.5:
                    self.assertEqual(alone, self.both_find([f"{contig}.h5", "block 0"], ranks=2))
                (self.folder / "s" / name).write_bytes(whole)

    def test_flipped_bytes_anywhere_change_no_result_unseen(self):
        self.succeed(*SCAN)
        right = (self.folder / "r" / "results.h5").read_bytes()
        shutil.rmtree(self.folder / "r")
        chance = random.Random(7)
        seen = 0
        for name in ["genotypes/1-1.h5"] * 15 + ["tables/simulated.h5"] * 15 + ["cohort.h5"] * 15:
            path = self.folder / "s" / name
            whole = path.read_bytes()
            offset = chance.randrange(len(whole))
            self.flip(name, offset)
            place = f"{name} byte {offset}"
            done = self.run_maniple("verify", "s")
            self.assertIn(done.returncode, (SUCCESS, CORRUPT_INPUT), f"{place}: {done.stderr}")
            if done.returncode == CORRUPT_INPUT:
                seen += 1
                self.verify_finds([pathlib.Path(name).name])
            scan = self.run_maniple(*SCAN)
            if scan.returncode == SUCCESS:
                self.assertEqual(right, (self.folder / "r" / "results.h5").read_bytes(), place)
                shutil.rmtree(self.folder / "r")
            else:
                self.judge(scan, CORRUPT_INPUT, [pathlib.Path(name).name])
                self.assertEqual(done.returncode, CORRUPT_INPUT, f"{place}: verify sees less than scan")
                self.assertFalse((self.folder / "r").exists(), place)
            path.write_bytes(whole)
        self.assertGreater(seen, 20)

    def test_truncated_or_missing_files(self):
        for name in ("genotypes/2-1.h5", "tables/simulated.h5", "cohort.h5"):
            path = self.folder / "s" / name
            whole = path.read_bytes()
            for length in (0, 100, len(whole) // 2, len(whole) - 1):
                path.write_bytes(whole[:length])
                self.both_find([path.name])
            path.write_bytes(whole)
        (self.folder / "s" / "genotypes" / "2-1.h5").unlink()
        self.assertEqual(self.both_find(["2-1.h5"]), self.both_find(["2-1.h5"], ranks=2))

    def test_files_of_another_cohort(self):
        self.succeed("simulate", "--store", "other", "--samples", "200", "--variants", "1500", "--contigs", "2",
                     "--seed", "9")
        self.succeed("simulate", "--store", "larger", "--samples", "201", "--variants", "1500", "--contigs", "2")
        for other, name in (("other", "genotypes/1-1.h5"), ("larger", "genotypes/1-1.h5"),
                            ("larger", "tables/simulated.h5")):
            path = self.folder / "s" / name
            whole = path.read_bytes()
            shutil.copy(self.folder / other / name, path)
            self.both_find([path.name])
            path.write_bytes(whole)

    def test_partition_whose_entry_was_forged_too(self):
        """The fingerprint of samples is in every partition: another cohort's is refused by it alone."""
        self.succeed("simulate", "--store", "larger", "--samples", "201", "--variants", "1500", "--contigs", "2")
        for name in ("tables/simulated.h5", "cohort.h5"):
            shutil.copy(self.folder / "larger" / name, self.folder / "s" / name)
        self.both_find(["1-1.h5"])

    def test_partitions_swapped(self):
        one, two = (self.folder / "s" / "genotypes" / f"{c}-1.h5" for c in (1, 2))
        first = one.read_bytes()
        one.write_bytes(two.read_bytes())
        two.write_bytes(first)
        self.both_find([".h5"])


class Disk(CommandCase):
    def setUp(self):
        super().setUp()
        self.have_plink()

    def limited(self, size):
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        return limit

    def test_files_may_not_grow(self):
        limit = 8192
        cases = [("import", "--store", "new", "--bfile", "p"),
                 ("simulate", "--store", "new", "--samples", "400", "--variants", "3000", "--contigs", "1"),
                 ("simulate", "--store", "new", "--samples", "20", "--variants", "20", "--bfile", "q",
                  "--covariates", "40")]
        for words in cases:
            self.fail_with(ENVIRONMENT_ERROR, ["disk space"], *words, preexec_fn=self.limited(limit))
        self.have_store()
        self.fail_with(ENVIRONMENT_ERROR, ["r/", "disk space"], *SCAN, preexec_fn=self.limited(limit))
        self.fail_with(ENVIRONMENT_ERROR, ["disk space"], "import", "--store", "s", "--bfile", "p",
                       preexec_fn=self.limited(limit))
        self.fail_with(ENVIRONMENT_ERROR, ["t.h5", "disk space"], "import", "--store", "s", "--table", "p.tsv", "--name", "t",
                       preexec_fn=self.limited(limit))
        self.succeed(*SCAN)
        for name in ("f.tsv", "f.tsv.gz"):
            self.fail_with(ENVIRONMENT_ERROR, [name, "disk space"], "export", "--run", "r", "--out", name,
                           preexec_fn=self.limited(limit))

    def in_small_disk(self, kilobytes, words, ranks=0):
        """Runs words in a folder that is a full tmpfs of its own; returns the run and what was left."""
        small = self.folder / "small"
        small.mkdir(exist_ok=True)
        script = (f"mount -t tmpfs -o size={kilobytes}k tmpfs '{small}' || exit 99; shift; "
                  f"\"$@\"; code=$?; cd '{small}'; find . -mindepth 1 > ../left; exit $code")
        done = start(["unshare", "-m", "sh", "-c", script, "sh", "--", *launcher(ranks), MANIPLE, *words], cwd=self.folder)
        left = (self.folder / "left").read_text().split() if (self.folder / "left").exists() else []
        return done, left

    def test_full_disk(self):
        trial = start(["unshare", "-m", "sh", "-c", f"mount -t tmpfs -o size=64k tmpfs '{self.folder}'"]) \
            if shutil.which("unshare") else None
        if trial is None or trial.returncode != 0:
            self.skipTest("a small disk cannot be mounted here")
        self.have_store()
        self.succeed(*SCAN)
        many = ("--trait", "quantitative_*", "binary_1")
        for kilobytes, words in (
                (32, ("import", "--store", "small/new", "--bfile", "p")),
                (48, ("import", "--store", "small/new", "--bfile", "p", "--table", "p.tsv")),
                (64, ("simulate", "--store", "small/new", "--samples", "300", "--variants", "5000")),
                (64, ("simulate", "--store", "other", "--samples", "300", "--variants", "5000", "--bfile", "small/q")),
                (16, ("scan", "--store", "s", *many, "--out", "small/r")),
                (96, ("scan", "--store", "s", *many, "--out", "small/r")),
                (16, ("export", "--run", "r", "--out", "small/f.tsv")),
                (16, ("export", "--run", "r", "--out", "small/f.tsv.gz"))):
            for ranks in (0, 2) if words[0] == "scan" else (0,):
                done, left = self.in_small_disk(kilobytes, words, ranks)
                self.judge(done, ENVIRONMENT_ERROR, ["small/", "disk space"], words)
                self.assertEqual(left, [], f"{words} on {kilobytes} kB")
                self.assertFalse((self.folder / "other").exists())

    def test_read_only_disk(self):
        script = (f"mount --bind '{self.folder}' '{self.folder}' && mount -o remount,ro,bind '{self.folder}' || exit 99; "
                  f"cd '{self.folder}'; exec \"$@\"")
        prefix = ["unshare", "-m", "sh", "-c", script, "sh"]
        if not shutil.which("unshare") or start([*prefix, "true"]).returncode != 0:
            self.skipTest("a read-only disk cannot be mounted here")
        self.have_store()
        self.succeed(*SCAN)
        for words in (("import", "--store", "new", "--bfile", "p"), ("import", "--store", "s", "--bfile", "p"),
                      ("import", "--store", "s", "--table", "p.tsv"),
                      ("scan", "--store", "s", "--trait", "quantitative_1", "--out", "q"),
                      ("export", "--run", "r", "--out", "f.tsv"),
                      ("simulate", "--store", "new", "--samples", "10", "--variants", "10")):
            before = contents(self.folder)
            self.judge(start([*prefix, MANIPLE, *words]), ENVIRONMENT_ERROR, [], words)
            self.assertEqual(before, contents(self.folder))
        for words in (("info", "s"), ("verify", "s")):
            self.assertEqual(start([*prefix, MANIPLE, *words]).returncode, SUCCESS)

    def test_standard_output(self):
        self.have_store()
        if not os.access("/dev/full", os.W_OK):
            self.skipTest("no /dev/full")
        for words in (["info", "s"], ["info", "s", "--json"], ["doctor"]):
            with open("/dev/full", "w") as full:
                done = subprocess.run([MANIPLE, *words], cwd=self.folder, stdout=full, stderr=subprocess.PIPE, text=True,
                                      env=ENVIRONMENT, timeout=60)
            self.judge(done, ENVIRONMENT_ERROR, ["standard output"], words)
            closed = start(["sh", "-c", f"exec '{MANIPLE}' {' '.join(words)} >&-"], cwd=self.folder)
            self.judge(closed, ENVIRONMENT_ERROR, ["standard output"], words)


if __name__ == "__main__":
    main()
