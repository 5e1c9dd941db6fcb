#!/usr/bin/env python3
"""scripts/bench-peers on small cohorts: the table is there, results agree, and disagreement is noticed."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import program  # first: leaves where a package is missing

BENCH = program.SOURCE / "scripts" / "bench-peers"
KERNELS = os.environ.get("MANIPLE_BENCH_KERNELS", "")
PLINK2 = shutil.which("plink2")
HAS_SURVIVAL = shutil.which("Rscript") and subprocess.run(["Rscript", "-e", "library(survival)"], capture_output=True,
                                                          check=False).returncode == 0
SMALL = ["--scale", "0.004", "--scale-samples", "0.05", "--runs", "1", "--peer-share", "0.5"]
ROWS = [row for row in "abcdefghijklmn" if KERNELS or row not in "fg"]  # those two need microbenchmarks

# Alters what the real one writes, by a share of each beta or odds ratio.
DISHONEST_PLINK2 = r"""#!/bin/sh
{plink2} "$@" || exit
while [ "$1" != --out ]; do shift; done
for file in "$2".*.glm.*; do
  awk -v OFS='\t' 'NR == 1 {{ for (c = 1; c <= NF; ++c) if ($c == "BETA" || $c == "OR") beta = c }}
    NR > 1 && $beta != "NA" {{ $beta = $beta * {factor} }} {{ print }}' "$file" > "$file.new"
  mv "$file.new" "$file"
done
"""


class BenchPeers(program.InScratch):
    def bench(self, *words, environment=None):
        kernels = ["--kernels", KERNELS] if KERNELS else []
        return subprocess.run(
            [str(BENCH), "--no-setup", "--folder", str(self.folder), *kernels, *words], capture_output=True,
            text=True, stdin=subprocess.DEVNULL, check=False,
            env={**os.environ, "MANIPLE": program.MANIPLE, "MANIPLE_PYTHON": sys.executable, **(environment or {})})

    @unittest.skipUnless(PLINK2, "there is no plink2 on the PATH (Debian: plink2)")
    def test_every_row_prints_times_and_agreement(self):
        done = self.bench(*SMALL, "--only", ",".join(ROWS))
        print(done.stdout)
        self.assertEqual(done.returncode, 0, done.stderr)
        for column in ("work", "program", "CPU s", "wall s", "peak MB", "figure", "goal", "met"):
            self.assertRegex(done.stdout, rf"(?m)^row .*{column}")
        for row in ROWS:
            timed = re.findall(rf"(?m)^{row}  .*?  \d+\.\d\d +\d+\.\d\d +\d+\b", done.stdout)
            self.assertGreaterEqual(len(timed), 1, f"row {row}")
        for row in "abcd":
            self.assertRegex(done.stdout, rf"(?m)^{row} .* plink2 ")
            self.assertRegex(done.stdout, rf"(?m)^{row} .*\d+\.\dx +\d+x +(yes|NO)")
        agreed = [int(count.replace(",", "")) for count in re.findall(r"([\d,]+) rows agree", done.stdout)]
        self.assertGreaterEqual(len(agreed), 2)
        self.assertGreaterEqual(min(agreed), 150)
        self.assertIn("timed on 3 of 50 traits and 100 of 200 variants", done.stdout)
        full = [int(count) for count in re.findall(r"(\d+) full models \(--test wald\) within", done.stdout)]
        self.assertEqual(len(full), 2 if HAS_SURVIVAL else 1)
        self.assertGreaterEqual(min(full), 15)
        self.assertEqual(list(self.folder.glob("maniple-bench-*")), [], "cohorts are left behind")

    @unittest.skipUnless(PLINK2, "there is no plink2 on the PATH (Debian: plink2)")
    def test_results_that_differ_are_noticed(self):
        for row, factor in (("b", 1.0001), ("m", 1.003)):
            with self.subTest(row=row):
                folder = self.folder / f"dishonest-{row}"
                folder.mkdir()
                (folder / "plink2").write_text(DISHONEST_PLINK2.format(plink2=PLINK2, factor=factor))
                (folder / "plink2").chmod(0o755)
                done = self.bench(*SMALL, "--only", row, environment={"PATH": f"{folder}:{os.environ['PATH']}"})
                self.assertEqual(done.returncode, 1, done.stdout)
                self.assertIn("the results differ, the comparison is void", done.stderr)
                self.assertNotIn("plink2's", done.stdout)

    def test_without_plink2_it_says_what_to_install(self):
        folder = self.folder / "bare"
        folder.mkdir()
        for tool in ("bash", "dirname"):
            (folder / tool).symlink_to(shutil.which(tool))
        done = self.bench("--only", "b", environment={"PATH": str(folder)})
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("apt-get install plink2", done.stderr)

    def test_unknown_rows_are_refused(self):
        done = self.bench("--only", "a,z")
        self.assertEqual(done.returncode, 2)
        self.assertIn("there is no row 'z'", done.stderr)


if __name__ == "__main__":
    program.main()
