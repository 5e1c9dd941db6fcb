#!/usr/bin/env python3
"""scripts/bench-diseases on a small cohort: corrected tests are calibrated; tests that are not are noticed."""
import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import program  # first: leaves where a package is missing

BENCH = program.SOURCE / "scripts" / "bench-diseases"

# Takes away every correction.
UNCORRECTED = r"""#!/bin/sh
for word; do
  shift
  case $word in spa | firth-approx) set -- "$@" none ;; *) set -- "$@" "$word" ;; esac
done
exec {maniple} "$@"
"""


class BenchDiseases(program.InScratch):
    def bench(self, *words, binary=program.MANIPLE):
        return subprocess.run([str(BENCH), "--small", "--threads", "1", "--folder", str(self.folder), *words],
                              capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False,
                              env={**os.environ, "MANIPLE": str(binary), "MANIPLE_PYTHON": sys.executable})

    def test_corrected_tests_are_calibrated(self):
        done = self.bench()
        print(done.stdout)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for correction in ("none", "spa", "firth-approx"):
            self.assertRegex(done.stdout, rf"(?m)^ +2\.00% cases +{correction} +20 to 10,000 ")
            self.assertRegex(done.stdout, rf"(?m)^ +5\.00% events +{correction} +20 to 10,000 ")
        self.assertRegex(done.stdout, r"(?m)^firth +60 effects")
        self.assertEqual(list(self.folder.glob("maniple-diseases-*")), [], "cohorts are left behind")

    def test_uncorrected_tests_fail(self):
        binary = self.folder / "uncorrected-maniple"
        binary.write_text(UNCORRECTED.format(maniple=program.MANIPLE))
        binary.chmod(0o755)
        done = self.bench("--planted", "0", binary=binary)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"(?m)^FAILED  0.02 cases, spa, p < 0.0001: \d+\.\d+ times as often")


if __name__ == "__main__":
    program.main()
