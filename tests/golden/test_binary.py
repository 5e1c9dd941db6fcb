#!/usr/bin/env python3
"""Binary traits by logistic regression: maniple scan against plink2 --glm firth (run live, and stored), and
against REGENIE's stored approximate Firth.

plink2 ends its iterations early (steps below 1e-4), so that its effects lie up to some 1e-4 standard errors off the
optimum. Each row is therefore solved once more here, to the end: ours must agree with that within 1e-5, and with
plink2 within 1e-4 or what plink2 itself is off.
"""
import math
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import program  # first: leaves where a package is missing
import numpy as np

import plink2
import plink_files

EXAMPLE = program.SHARED_DATA / "01_regenie_example"
MOUSE = program.SHARED_DATA / "04_b6btbr_mouse_f2"
SEX2 = program.SHARED_DATA / "03_firth_logistf_sex2"
RELATIVE = 1e-4


def apart(ours, theirs, errors):
    """Of an effect, as a share of itself or of its standard error."""
    return np.abs(ours - theirs) / np.maximum(np.abs(theirs), errors)


def firth(columns, y, effect, penalty):
    """Effect and standard error of the last column where Firth's penalised likelihood is largest, from a start; or the
    likelihood without a penalty (0)."""
    x = np.column_stack(columns)
    beta = np.zeros(x.shape[1])
    beta[0] = math.log(y.mean() / (1 - y.mean()))
    beta[-1] = effect
    for _ in range(200):
        risk = 1 / (1 + np.exp(-x @ beta))
        weight = risk * (1 - risk)
        covariance = np.linalg.inv((x.T * weight) @ x)
        hat = weight * np.einsum("ij,jk,ik->i", x, covariance, x)
        step = covariance @ (x.T @ (y - risk + penalty * hat * (0.5 - risk)))
        beta += step * min(0.6, 2 / np.abs(step).max())  # whole steps are too long for few carriers
        if np.abs(step).max() < 1e-9:
            break
    return beta[-1], math.sqrt(covariance[-1, -1])


def solve_rows(genotypes, covariates, y, starts, penalty=1):
    """The same for variants x samples of ALT alleles, 3 where there is none."""
    solved = []
    for row, start in zip(genotypes, starts):
        known = (row != plink_files.MISSING) & np.isfinite(y)
        columns = [np.ones(known.sum()), *(c[known] for c in covariates), row[known].astype(float)]
        solved.append(firth(columns, y[known], start, penalty))
    return np.array(solved).T


def read_bed(prefix, variants, samples):
    data = np.frombuffer(pathlib.Path(f"{prefix}.bed").read_bytes()[3:], dtype=np.uint8).reshape(variants, -1)
    codes = (data[:, :, None] >> np.array([0, 2, 4, 6], dtype=np.uint8) & 3).reshape(variants, -1)[:, :samples]
    return np.array([2, plink_files.MISSING, 1, 0], dtype=np.int8)[codes]


class InStore(program.InScratch):
    def hold_against(self, results, place, effects, errors, solved):
        """plink2's rows, and the same solved to the end, where both have one."""
        both = np.isfinite(effects) & (results.status[:, place] == 0)
        ours = results.beta[both, place], results.standard_error[both, place]
        theirs = effects[both], errors[both]
        true = solved[0][both], solved[1][both]
        off = apart(theirs[0], true[0], true[1])
        beta = apart(ours[0], true[0], true[1])
        error = np.abs(ours[1] / true[1] - 1)
        from_plink2 = apart(ours[0], theirs[0], theirs[1])
        print(f"\n{results.traits[place]}: {both.sum()} rows; from the optimum: effects {beta.max():.2g}, standard "
              f"errors {error.max():.2g}, plink2's effects {off.max():.2g}; from plink2: effects "
              f"{from_plink2.max():.2g}, standard errors {np.abs(ours[1] / theirs[1] - 1).max():.2g}")
        self.assertLess(beta.max(), 1e-5)
        self.assertLess(error.max(), 1e-5)
        self.assertTrue((from_plink2 < RELATIVE + off).all())
        self.assertLess(np.median(from_plink2), RELATIVE)
        errors_apart = np.abs(ours[1] / theirs[1] - 1)
        self.assertTrue((errors_apart < RELATIVE + np.abs(theirs[1] / true[1] - 1)).all())
        self.assertLess(np.median(errors_apart), RELATIVE)
        return both

    def scan(self, out, traits, covariates, *options):
        program.maniple("scan", "--store", self.store, "--trait", ",".join(traits), "--covariate",
                        ",".join(covariates), "--model", "logistic", "--min-carriers", "1", "--min-cases", "5",
                        "--out", self.folder / out, *options)
        return program.read_results(self.folder / out)


@unittest.skipUnless(plink2.PLINK2, "plink2 is not here")
class AgainstPlink2(InStore):
    """800 people, variants from two carriers to common ones, some of them separated."""

    SAMPLES = 800
    VARIANTS = 150

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        random = np.random.default_rng(3)
        frequency = np.concatenate([np.full(50, 0.003), np.full(30, 0.02), np.linspace(0.05, 0.95, 70)])
        cls.genotypes = random.binomial(2, frequency[:, None], (cls.VARIANTS, cls.SAMPLES)).astype(np.int8)
        cls.genotypes[random.random(cls.genotypes.shape) < 0.01] = plink_files.MISSING
        age = random.normal(50, 10, cls.SAMPLES)
        sex = random.integers(0, 2, cls.SAMPLES)
        traits = {}
        for name, intercept in (("rare", -3.5), ("common", -0.5)):
            odds = intercept + 0.05 * (age - 50) + 0.4 * sex + 0.5 * (cls.genotypes[-1] % 3)
            traits[name] = (random.random(cls.SAMPLES) < 1 / (1 + np.exp(-odds))).astype(int)
        cases = np.flatnonzero(traits["rare"])
        for row, carriers in ((0, cases[:4]), (1, cases[:7]), (2, np.flatnonzero(traits["common"] == 0)[:30])):
            cls.genotypes[row] = 0
            cls.genotypes[row, carriers] = 1
        cls.age = (age - 50) / 10
        cls.sex = sex.astype(float)
        cls.missing = random.random(cls.SAMPLES) < 0.1
        cls.traits = {"rare": np.where(cls.missing, math.nan, traits["rare"]),
                      "common": traits["common"].astype(float)}
        plink_files.write_bfile(cls.folder / "cohort", cls.genotypes)
        cls.table = cls.folder / "traits.tsv"
        plink_files.write_table(cls.table, {"age": age, "sex": sex.astype(float),
                                            **cls.traits})
        cls.store = cls.folder / "store"
        program.maniple("import", "--store", cls.store, "--bfile", cls.folder / "cohort")
        program.maniple("import", "--store", cls.store, "--table", cls.table)

    def run_plink2(self, how):
        program.run([plink2.PLINK2, "--bfile", self.folder / "cohort", "--pheno", self.table, "--pheno-name",
                     "rare,common", "--1", "--covar", self.table, "--covar-name", "age,sex", "--glm", how,
                     "hide-covar", "omit-ref", "cols=+a1freq", "--covar-variance-standardize", "--threads", "1",
                     "--out", self.folder / "plink"], environment={"OPENBLAS_NUM_THREADS": "1"})

    def test_wald(self):
        """--test wald against plink2 without Firth's penalty. What plink2 leaves unfinished is separated, and what it
        takes for an effect there is none: it grows as long as one looks."""
        self.run_plink2("no-firth")
        results = self.scan("wald", ["rare", "common"], ["age", "sex"], "--test", "wald", "--missing-genotype", "drop")
        for place, trait in enumerate(["rare", "common"]):
            effects, errors, rows = plink2.logistic_effects(f"{self.folder / 'plink'}.{trait}.glm.logistic")
            separated = results.status[:, place] == results.statuses.index("separated")
            known = ~np.isnan(self.traits[trait])
            for v in range(self.VARIANTS):
                carried = self.genotypes[v][known & (self.genotypes[v] != plink_files.MISSING)]
                status = self.traits[trait][known & (self.genotypes[v] != plink_files.MISSING)]
                one_sided = len(set(status[carried > 0])) == 1 and (carried > 0).any()
                if one_sided:
                    self.assertTrue(separated[v], f"{trait} {v}")
            effects[separated] = math.nan
            self.assertTrue((results.status[np.isfinite(effects), place] == 0).all())
            some = results.status[:, place] == 0
            solved = np.full((2, self.VARIANTS), math.nan)
            solved[:, some] = solve_rows(self.genotypes[some], [self.age, self.sex], self.traits[trait],
                                         results.beta[some, place], penalty=0)
            both = self.hold_against(results, place, effects, errors, solved)
            self.assertGreater(both.sum(), 80)
            z = results.beta[both, place] / results.standard_error[both, place]
            tails = np.array([-math.log10(math.erfc(abs(value) / math.sqrt(2))) for value in z])
            np.testing.assert_allclose(results.neg_log10_p[both, place], tails, rtol=1e-5, atol=1e-6)
            print(f"{trait}: {separated.sum()} separated")
            self.assertGreater(separated.sum(), 2)

    def test_firth(self):
        self.run_plink2("firth")
        results = self.scan("firth", ["rare", "common"], ["age", "sex"], "--correction", "firth",
                            "--correction-threshold", "1", "--missing-genotype", "drop")
        for place, trait in enumerate(["rare", "common"]):
            effects, errors, rows = plink2.logistic_effects(f"{self.folder / 'plink'}.{trait}.glm.firth")
            self.assertEqual([row["ID"] for row in rows], results.variant_id)
            for row in np.flatnonzero(np.isfinite(effects) & (results.status[:, place] != 0)):
                print("   ", rows[row], results.statuses[results.status[row, place]])
            solved = solve_rows(self.genotypes, [self.age, self.sex], self.traits[trait], results.beta[:, place])
            both = self.hold_against(results, place, effects, errors, solved)
            self.assertGreater(both.sum(), 120)
            self.assertTrue((results.status[np.isfinite(effects), place] == 0).all())
            counted = np.array([int(row["OBS_CT"]) for row in rows])
            np.testing.assert_array_equal(results.samples[:, place], counted)

    def test_corrected_tests_are_near_firth(self):
        """Approximate Firth and the saddlepoint approximation where plain score tests are far off."""
        exact = self.scan("exact", ["rare"], ["age", "sex"], "--correction", "firth", "--correction-threshold", "1")
        near = self.scan("near", ["rare"], ["age", "sex"], "--correction-threshold", "1")
        score = self.scan("score", ["rare"], ["age", "sex"], "--correction", "none")
        ok = (exact.status[:, 0] == 0) & (exact.neg_log10_p[:, 0] > 1.3)
        self.assertGreater(ok.sum(), 5)
        distance = np.abs(near.neg_log10_p[ok, 0] - exact.neg_log10_p[ok, 0])
        plain = np.abs(score.neg_log10_p[ok, 0] - exact.neg_log10_p[ok, 0])
        print(f"\n-log10 p above 1.3, against exact Firth: approximate within {distance.max():.3f}, "
              f"plain score tests within {plain.max():.3f}")
        self.assertLess(distance.max(), 0.5)
        self.assertGreater(plain.max(), 2)


@unittest.skipUnless(EXAMPLE.exists(), "the shared data are not here")
class AgainstRegenie(InStore):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.store = cls.folder / "store"
        program.maniple("import", "--store", cls.store, "--bfile", EXAMPLE / "input/example")
        for name in ("phenotype_bin", "covariates"):
            program.maniple("import", "--store", cls.store, "--table", EXAMPLE / f"input/{name}.txt")
        with open(f"{EXAMPLE / 'input/example'}.bim", encoding="utf-8") as bim:
            cls.alternate = [line.split()[4] for line in bim]

    def test_plink2_firth(self):
        results = self.scan("firth", ["Y1", "Y2"], ["V1", "V2", "V3"], "--correction", "firth",
                            "--correction-threshold", "1")
        genotypes = read_bed(EXAMPLE / "input/example", 1000, 500)
        table = {name: np.loadtxt(EXAMPLE / f"input/{name}.txt", skiprows=1) for name in ("covariates", "phenotype_bin")}
        for place, trait in enumerate(["Y1", "Y2"]):
            effects, errors, _ = plink2.logistic_effects(EXAMPLE / f"expected_plink2_plain/firth.{trait}.glm.firth")
            some = slice(place, None, 5)
            effects[np.setdiff1d(np.arange(1000), np.arange(1000)[some])] = math.nan
            solved = np.full((2, 1000), math.nan)
            solved[:, some] = solve_rows(genotypes[some], table["covariates"][:, 2:5].T,
                                         table["phenotype_bin"][:, 2 + place], results.beta[some, place])
            both = self.hold_against(results, place, effects, errors, solved)
            self.assertEqual(both.sum(), 200)

    def test_approximate_firth(self):
        """REGENIE's own approximation: the raw genotype beside the covariates' effects under Firth's penalty,
        where ours is the genotype less what covariates explain. Both are to be near exact Firth."""
        exact = self.scan("exact", ["Y1", "Y2"], ["V1", "V2", "V3"], "--correction", "firth",
                          "--correction-threshold", "1")
        results = self.scan("approx", ["Y1", "Y2"], ["V1", "V2", "V3"], "--correction-threshold", "1")
        expected = EXAMPLE / "expected_regenie_v1.0.6.7_from_glow"
        for place, trait in enumerate(["Y1", "Y2"]):
            rows = plink2.read_rows(expected / f"test_bin_out_firth_{trait}.regenie")
            sign = np.array([1 if row["ALLELE1"] == alternate else -1
                             for row, alternate in zip(rows, self.alternate)])
            theirs = sign * np.array([float(row["BETA"]) for row in rows])
            ours = results.beta[:, place]
            true = exact.beta[:, place]
            error = exact.standard_error[:, place]
            print(f"\n{trait}: from exact Firth, in standard errors: ours at most "
                  f"{np.max(np.abs(ours - true) / error):.3f}, REGENIE's {np.max(np.abs(theirs - true) / error):.3f}; "
                  f"ours and REGENIE's correlate {np.corrcoef(ours, theirs)[0, 1]:.6f}; standard errors at most "
                  f"{np.max(np.abs(results.standard_error[:, place] / error - 1)):.3f} apart")
            self.assertLess(np.max(np.abs(ours - true) / error), 0.15)
            self.assertLess(np.max(np.abs(results.standard_error[:, place] / error - 1)), 0.1)
            self.assertGreater(np.corrcoef(ours, theirs)[0, 1], 0.999)


@unittest.skipUnless(MOUSE.exists(), "the shared data are not here")
class Mice(InStore):
    def test_coat(self):
        """Known loci of two coat traits; plink2's Firth effects as stored."""
        self.store = self.folder / "store"
        program.maniple("import", "--store", self.store, "--bfile", MOUSE / "plink/b6btbr_auto")
        for name in ("pheno", "covar"):
            program.maniple("import", "--store", self.store, "--table", MOUSE / f"plink/b6btbr.{name}.txt", "--name",
                            name)
        traits = {"agouti_tan": (2, 149.6), "tufted": (17, 27.2)}
        genotypes = read_bed(MOUSE / "plink/b6btbr_auto", 2037, 544)
        male = np.array([float(row["male"]) for row in plink2.read_rows(MOUSE / "plink/b6btbr.covar.txt")])
        found = {how: self.scan(how, list(traits), ["male"], "--correction", how, "--correction-threshold", "1",
                                "--missing-genotype", "drop") for how in ("firth", "firth-approx", "spa")}
        for place, (trait, (contig, megabases)) in enumerate(traits.items()):
            effects, errors, rows = plink2.logistic_effects(MOUSE / f"expected/plink2_firth.{trait}.glm.firth")
            some = np.arange(place, 2037, 10)
            effects[np.setdiff1d(np.arange(2037), some)] = math.nan
            y = np.array([plink2.number(row[trait]) for row in plink2.read_rows(MOUSE / "plink/b6btbr.pheno.txt")])
            solved = np.full((2, 2037), math.nan)
            solved[:, some] = solve_rows(genotypes[some], [male], y, found["firth"].beta[some, place])
            self.hold_against(found["firth"], place, effects, errors, solved)
            for how, results in found.items():
                best = int(np.nanargmax(results.neg_log10_p[:, place]))
                print(f"    {how}: -log10 p {results.neg_log10_p[best, place]:.1f} at {rows[best]['CHROM']}:"
                      f"{rows[best]['POS']}, effect {results.beta[best, place]:.3f}")
                self.assertEqual(int(rows[best]["CHROM"]), contig)
                self.assertLess(abs(int(rows[best]["POS"]) / 1e6 - megabases), 3)


@unittest.skipUnless(SEX2.exists(), "the shared data are not here")
class AgainstLogistf(InStore):
    """logistf's example, a column that separates cases from controls as the variant, the others as covariates."""

    DIA = 3.09601263

    def test_effects(self):
        table = np.loadtxt(SEX2 / "sex2withoffset.txt", skiprows=1)
        names = ["age", "oc", "vic", "vicl", "vis", "dia"]
        columns = dict(zip(names, table[:, 1:7].T))
        plink_files.write_bfile(self.folder / "sex2", np.array(list(columns.values()), dtype=np.int8))
        plink_files.write_table(self.folder / "sex2.tsv", {"case": table[:, 0], **columns})
        self.store = self.folder / "store"
        program.maniple("import", "--store", self.store, "--bfile", self.folder / "sex2", "--table",
                        self.folder / "sex2.tsv")
        results = self.scan("dia", ["case"], names[:-1], "--correction", "firth", "--correction-threshold", "1")
        self.assertAlmostEqual(results.beta[-1, 0], self.DIA, delta=2e-6)  # where logistf stops
        # As a covariate it tells who is a case: the limit of its effect leaves these people no weight.
        self.scan("told", ["case"], ["dia", "oc"])
        told = np.flatnonzero(columns["dia"] == 1)
        log = (self.folder / "told/log.txt").read_text(encoding="utf-8")
        self.assertIn(f"left out, a level of 'dia' tells their status: {len(told)}; without them a column of the covariates "
                      "is collinear", log)
        self.assertNotIn("collinear: dia", log)
        (self.folder / "told.txt").write_text("".join(f"{plink_files.sample_id(s)}\n" for s in told), encoding="utf-8")
        self.scan("removed", ["case"], ["oc"], "--remove", self.folder / "told.txt")
        ours, theirs = (program.read_results(self.folder / run) for run in ("told", "removed"))
        tested = theirs.status[:, 0] == 0
        self.assertGreater(tested.sum(), 2)
        for column in ("beta", "standard_error", "neg_log10_p"):
            apart = getattr(ours, column)[tested, 0] / getattr(theirs, column)[tested, 0] - 1
            self.assertLess(np.abs(apart).max(), 1e-5, column)
        np.testing.assert_array_equal(ours.samples, theirs.samples)


if __name__ == "__main__":
    program.main()
