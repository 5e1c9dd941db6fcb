#!/usr/bin/env python3
"""scripts/bench-calibration on a small cohort: the whole-genome scan is calibrated; one that is not is noticed."""
import math
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import program  # first: leaves where a package is missing
import numpy as np

import null_statistics

BENCH = program.SOURCE / "scripts" / "bench-calibration"

# Leaves out what makes the difference.
PLAIN_MANIPLE = r"""#!/bin/sh
for word; do
  shift
  case $word in --whole-genome | ridge) ;; *) set -- "$@" "$word" ;; esac
done
exec {maniple} "$@"
"""


class BenchCalibration(program.InScratch):
    def bench(self, *words, binary=program.MANIPLE):
        return subprocess.run(
            [str(BENCH), "--no-setup", "--small", "--threads", "1", "--folder", str(self.folder), *words],
            capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False,
            env={**os.environ, "MANIPLE": str(binary), "MANIPLE_PYTHON": sys.executable})

    def test_relatives_and_ancestry_do_not_inflate(self):
        done = self.bench()
        print(done.stdout)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for traits in ("main", "zero", "strong", "disease"):
            for model in ("plain", "ridge"):
                self.assertRegex(done.stdout, rf"(?m)^{traits} +\d+ +{model} +covariate +\d\.\d+ \(0\.0")
        if shutil.which("bolt"):
            self.assertRegex(done.stdout, r"(?m)^main_3 .*\d\.\d{3} \| ")
        else:
            self.assertIn("skipped: BOLT", done.stdout)
        self.assertEqual(list(self.folder.glob("maniple-calibration-*")), [], "cohorts are left behind")

    def test_plain_tests_fail(self):
        binary = self.folder / "plain-maniple"
        binary.write_text(PLAIN_MANIPLE.format(maniple=program.MANIPLE))
        binary.chmod(0o755)
        done = self.bench(binary=binary)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"(?m)^FAILED  main: lambda GC 1\.\d")
        self.assertRegex(done.stdout, r"(?m)^FAILED  strong: p < 0\.01 1\.\d")
        self.assertIn("FAILED  main: the whole-genome scan has less power than the plain one", done.stdout)
        self.assertNotIn("FAILED  zero", done.stdout)


class NullStatistics(unittest.TestCase):
    def simulate(self, correlated, repeats):
        """lambda GC and the share of p < 0.05 of tests that come in equal runs, with the errors claimed."""
        random = np.random.default_rng(1)
        chromosome = np.repeat(np.arange(10), 100)
        found = []
        for _ in range(repeats):
            scores = np.repeat(random.standard_normal((1000 // correlated, 8)), correlated, axis=0)
            chi_squared = scores**2
            neg_log10_p = -np.log10([[math.erfc(abs(z) / math.sqrt(2)) for z in row] for row in scores])
            found.append(null_statistics.calibrate(chi_squared, neg_log10_p, chromosome))
        return found

    def test_errors_are_those_of_repetitions(self):
        for correlated in (1, 20):
            found = self.simulate(correlated, 60)
            for figures in ([one.inflation for one in found], [one.tails[0.05] for one in found]):
                values = np.array([figure.value for figure in figures])
                claimed = np.sqrt(np.mean([figure.error**2 for figure in figures]))
                self.assertLess(abs(values.mean() - 1), 4 * claimed / math.sqrt(len(found)) + 0.005)
                self.assertLess(abs(math.log(claimed / values.std(ddof=1))), 0.35)

    def test_a_factor_of_chi_squared_is_lambda_and_explains_the_tails(self):
        self.assertAlmostEqual(null_statistics.tail_ratio(0.05, 1), 1, places=9)
        self.assertAlmostEqual(null_statistics.tail_ratio(1e-4, 1.02), 1.172, places=2)
        random = np.random.default_rng(2)
        scores = random.standard_normal((20_000, 20)) * math.sqrt(1.1)
        chi_squared = scores**2
        chi_squared[:, 3] = np.nan
        found = null_statistics.inflation(chi_squared, np.repeat(np.arange(10), 2000))
        self.assertLess(abs(found.value - 1.1), 4 * found.error)
        self.assertLess(found.error, 0.01)


if __name__ == "__main__":
    program.main()
