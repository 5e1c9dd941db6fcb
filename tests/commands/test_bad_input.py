#!/usr/bin/env python3
"""Whatever is wrong with input, options: one clear line, the right exit code, nothing half-made."""
import fcntl
import gzip
import shutil
import subprocess

from command_case import CORRUPT_INPUT, ENVIRONMENT_ERROR, CommandCase, cohort
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
        self.refuse_import(["'g.fam' lines 1 and 3", "--sample-id fid-iid"], "--bfile", "g")
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
        self.refuse_import(["'t.vcf' line", "samples 1 and 3 have the same ID"], "--vcf", "t.vcf")

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
        self.assertIn("1 rows are not in the store, first at line 4", said)
        self.assertNotIn("stranger", said)

    def test_few_or_no_known_samples(self):
        few = "IID\tx\na\t1\nu\t2\nv\t3\n"
        self.refuse_table(["'t.tsv'", "only 1 of 3 rows", "--allow-unmatched"], few)
        self.refuse_table(["'t.tsv'", "none of 2 rows"], "IID\tx\nu\t2\nv\t3\n", "--allow-unmatched")
        self.write("t.tsv", few)
        self.succeed("import", "--store", "s", "--table", "t.tsv", "--allow-unmatched")

    def test_malformed(self):
        self.refuse_table(["'t.tsv' line 3", "3 fields (must be 2"], "IID\tx\na\t1\nb\t2\t3\n")
        self.refuse_table(["'t.tsv' line 3", "1 field"], "IID\tx\na\t1\nb\n")
        self.refuse_table(["'t.tsv' line 3: x is text (must be a number", "NA"], "IID\tx\na\t1\nb\ttall\n")
        for rows in ("a\ttall\nb\t-9\n", "a\t-9\nb\ttall\n"):
            self.refuse_table(["'t.tsv' line 3", "--missing-value -9"], "IID\tx\n" + rows)
        self.refuse_table(["'t.tsv' line 3: x = 'inf'", "NA"], "IID\tx\na\t1\nb\tinf\n")
        self.refuse_table(["'t.tsv' line 3", "already in line 2"], "IID\tx\na\t1\na\t2\n")
        self.refuse_table(["'t.tsv'", "empty"], "")
        self.refuse_table(["'t.tsv'"], "IID\tx\n")
        self.refuse_table(["'t.tsv'", "IID"], "person\tx\na\t1\n")
        self.refuse_table(["'t.tsv' line 1", "column 3 stands there twice"], "IID\tx\tx\na\t1\t2\n")
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

    def test_text_that_is_none(self):
        self.refuse_table(["'t.tsv' line 3 holds a zero byte"], "IID\tx\na\t1\nb\t2\0\n")
        self.refuse_table(["'t.tsv' line 3: x = '?[31'"], "IID\tx\na\t1\nb\t\x1b[31\n")
        self.refuse_table(["'t.tsv' line 1"], bytes(range(1, 256)) * 10)
        self.refuse_table(["'t.tsv' line 1", "iconv"], "IID\tx\na\t1\n".encode("utf-16"))
        self.refuse(["'s' is a folder"], "import", "--store", "s", "--table", "s")

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
        self.refuse_on_any_ranks(["trait 'quantitative_9'", "did you mean 'quantitative_"], "--trait",
                                 "quantitative_9")
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
                                (("--threads", "1.5"), "--threads"), (("--threads", "99999999999999999999"),
                                                                      "--threads"),
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
        for ranks in (0, 2):
            self.refuse(["--out 'r' holds a finished run"], *SCAN, "--min-maf", "0.01", ranks=ranks)
        self.refuse(["option --out is missing"], "scan", "--store", "s", *trait)
        (self.folder / "prepared").mkdir()
        self.refuse(["trait 'x'"], "scan", "--store", "s", "--trait", "x", "--out", "prepared")

    def test_folders_made_on_the_way_go_again(self):
        self.refuse(["trait 'x'"], "scan", "--store", "s", "--trait", "x", "--out", "a/b/c")
        (self.folder / "a").mkdir()
        self.refuse(["trait 'x'"], "scan", "--store", "s", "--trait", "x", "--out", "a/b/c/", ranks=2)
        self.succeed("scan", "--store", "s", "--trait", "quantitative_1", "--out", "a/b/c/")
        self.refuse(["'a/b/c/' holds a finished run"], "scan", "--store", "s", "--trait", "quantitative_2", "--out",
                    "a/b/c/")

    def test_run_that_was_killed_is_started_again(self):
        self.succeed(*SCAN)
        right = (self.folder / "r/results.h5").read_bytes()
        (self.folder / "r/results.h5").rename(self.folder / "r/results.h5.unfinished-1")
        self.write("r/.unfinished", "")
        self.succeed(*SCAN)
        self.assertEqual(right, (self.folder / "r/results.h5").read_bytes())
        self.assertEqual({path.name for path in (self.folder / "r").iterdir()},
                         {"results.h5", "summary.tsv", "run.json", "log.txt", "report.html", ".plan"})

    def test_two_runs_into_one_folder(self):
        (self.folder / "r").mkdir()
        with open(self.folder / "r/.unfinished", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.refuse(["--out 'r' is being written by another run;", "wait"], *SCAN)
            lock.write("process 12 on node3, since 2026-01-01 10:00:00 UTC")
            lock.flush()
            self.refuse(["--out 'r' is being written by another run (process 12 on node3, since 2026-01-01 10:00:00 UTC); wait"],
                        *SCAN)
        with open(self.folder / "s/.import", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.refuse(["'s' is being written by another import;", "wait"], "import", "--store", "s", "--bfile", cohort() / "p")

    def test_store_that_is_none(self):
        self.refuse(["'absent' does not exist", "check the path"], "scan", "--store", "absent", "--trait", "x",
                    "--out", "r")
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
        for option in ("--out", "--store", "--trait", "--covariate", "--keep", "--extract", "--chr", "--min-maf"):
            for empty in ("", ",") if option != "--min-maf" else ("",):
                given = {"--store": "s", "--trait": "quantitative_1", "--out": "r", option: empty}
                self.refuse([f"option {option} is empty", "leave the option out"], "scan",
                            *[word for pair in given.items() for word in pair])
        self.refuse(["option --store is empty"], "import", "--store", "", "--bfile", "p")
        self.refuse(["'stray'"], "export", "stray")

    def test_job_file(self):
        self.write("job.ini", "store = s\ntrait = quantitative_1\nminmaf = 0.1\n")
        self.refuse(["job file 'job.ini' line 3", "'minmaf'", "'min-maf'"], "scan", "--job", "job.ini", "--out", "r")
        self.write("job.ini", "store = s\ntrait = quantitative_1\nmin-maf = much\n")
        self.refuse(["job file 'job.ini' line 3", "'much' (must be a number)"], "scan", "--job", "job.ini", "--out",
                    "r")
        self.write("job.ini", "store s\n")
        self.refuse(["job file 'job.ini' line 1"], "scan", "--job", "job.ini", "--out", "r")
        self.refuse(["absent.ini"], "scan", "--job", "absent.ini", "--out", "r")
        self.refuse(["absent.ini"], "scan", "--job", "absent.ini", "--out", "r", ranks=2)

    def test_export(self):
        self.refuse(["'absent/results.h5' does not exist", "check the path"], "export", "--run", "absent", "--out",
                    "f.tsv")
        self.refuse(["'s' has no results.h5"], "export", "--run", "s", "--out", "f.tsv")
        self.succeed("scan", "--store", "s", "--trait", "quantitative_*", "--out", "r")
        self.refuse(["2 traits", "--trait"], "export", "--run", "r", "--out", "f.tsv")
        self.refuse(["no trait 'x'", "quantitative_1"], "export", "--run", "r", "--trait", "x", "--out", "f.tsv")
        self.refuse(["--format = 'csv'"], "export", "--run", "r", "--out", "f.tsv", "--format", "csv")
        one = ("export", "--run", "r", "--trait", "quantitative_1")
        for place in ("absent/f.tsv", "r/log.txt/f.tsv.gz"):
            self.refuse([f"'{place}'", "is no folder", "--out"], *one, "--out", place)
        (self.folder / "r" / "results.h5").write_bytes((self.folder / "r" / "results.h5").read_bytes()[:-1000])
        self.fail_with(CORRUPT_INPUT, ["results.h5", "damaged"], *one, "--out", "f.tsv")

    def test_simulate(self):
        new = ("simulate", "--store", "new", "--samples", "10", "--variants", "10")
        self.refuse(["'s'", "exists"], "simulate", "--store", "s", "--samples", "10", "--variants", "10")
        self.refuse(["--samples 0", "choose 1 to"], "simulate", "--store", "new", "--samples", "0", "--variants",
                    "10")
        self.refuse(["--fst"], *new, "--fst", "2")
        self.refuse(["--heritability"], *new, "--heritability", "1.5")
        self.refuse(["--contigs"], *new, "--contigs", "23")
        self.refuse(["--causal"], *new, "--causal", "11")
        self.write("file", "x")
        self.fail_with(ENVIRONMENT_ERROR, ["file/"], *new, "--bfile", "file/p")


if __name__ == "__main__":
    main()
