#!/usr/bin/env python3
"""Effects of REGENIE's own example, linear traits, against maniple scan.

The example has one chromosome, so what REGENIE leaves out for it is the whole genome and its step 2 is plain
least squares: its BETA is ours. Its SE and p are not, as it takes the residual variance of the model without
the variant.
"""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import program  # first: leaves where a package is missing
import numpy as np

import plink2

EXAMPLE = program.SHARED_DATA / "01_regenie_example"
EXPECTED = EXAMPLE / "expected_regenie_v1.0.6.7_from_glow"
TRAITS = ["Y1", "Y2"]

# REGENIE 1 prints 6 digits and computes in double precision from .bgen probabilities of 8 bits, which hold
# hard calls exactly: what remains is half a unit of its last digit, or rounding for effects near 0. It divides
# the trait by its standard deviation and multiplies back, which can move the last digit by one.
UNITS_OF_LAST_DIGIT = 1
NULL_EFFECT = 1e-6  # standard errors


def read_regenie(path):
    with open(path, encoding="utf-8") as file:
        names = file.readline().split()
        return [dict(zip(names, line.split())) for line in file]


@unittest.skipUnless(EXAMPLE.exists(), "the shared data are not here")
class AgainstRegenie(program.InScratch):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.store = cls.folder / "store"
        program.maniple("import", "--store", cls.store, "--bfile", EXAMPLE / "input/example")
        for name in ("phenotype", "covariates"):
            program.maniple("import", "--store", cls.store, "--table", EXAMPLE / f"input/{name}.txt")
        with open(f"{EXAMPLE / 'input/example'}.bim", encoding="utf-8") as bim:
            cls.alternate = [line.split()[4] for line in bim]

    def compare(self, expected, out, *options):
        program.maniple("scan", "--store", self.store, "--trait", ",".join(TRAITS), "--covariate", "V1,V2,V3",
                        "--out", self.folder / out, *options)
        results = program.read_results(self.folder / out)
        for place, trait in enumerate(TRAITS):
            rows = read_regenie(EXPECTED / f"{expected}_{trait}.regenie")
            self.assertEqual([row["ID"] for row in rows], results.variant_id)
            self.assertTrue((results.status[:, place] == 0).all())
            # ALLELE1 is what is counted; with --ref-first it is the .bim's second allele, our REF.
            sign = np.array([1 if row["ALLELE1"] == alternate else -1
                             for row, alternate in zip(rows, self.alternate)])
            theirs = sign * np.array([float(row["BETA"]) for row in rows])
            apart = np.abs(results.beta[:, place] - theirs)
            allowed = np.maximum(UNITS_OF_LAST_DIGIT * plink2.last_digit(theirs),
                                 NULL_EFFECT * results.standard_error[:, place])
            print(f"\n{expected} {trait}: {len(rows)} effects, largest deviation "
                  f"{(apart / allowed).max():.3g} of what is allowed; {(sign < 0).sum()} with the other allele")
            for at in np.flatnonzero(~(apart <= allowed))[:10]:
                print("   ", rows[at], results.beta[at, place])
            self.assertTrue((apart <= allowed).all())

            frequency = np.array([float(row["A1FREQ"]) for row in rows])
            ours = results.effect_allele_frequency[:, place]
            # 6 digits of a number of at most 1.
            np.testing.assert_allclose(np.where(sign > 0, ours, 1 - ours), frequency, rtol=0, atol=1e-6)

    def test_all_samples(self):
        self.compare("test_lin_out", "all")

    def test_without_some_samples(self):
        self.compare("test_lin_out_missing", "some", "--remove", EXAMPLE / "input/fid_iid_to_remove.txt")


if __name__ == "__main__":
    program.main()
