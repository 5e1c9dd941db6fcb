#!/usr/bin/env python3
"""maniple scan --missing-genotype drop against plink2 --glm, run here and now or stored."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import program  # first: leaves where a package is missing
import numpy as np

import plink2
import plink_files
import regression_facts

needs_plink2 = unittest.skipUnless(plink2.PLINK2, "there is no plink2 on the PATH (Debian: plink2)")
MOUSE = program.SHARED_DATA / "04_b6btbr_mouse_f2"
REGENIE = program.SHARED_DATA / "01_regenie_example"


class AgainstPlink2(program.InScratch):
    def scan(self, name, bfile, table, traits, covariates, import_options=()):
        store, out = self.folder / f"{name}-store", self.folder / f"{name}-run"
        program.maniple("import", "--store", store, "--bfile", bfile)
        for place, file in enumerate(table if isinstance(table, list) else [table]):
            program.maniple("import", "--store", store, "--table", file, "--name", f"t{place}",
                            *import_options)
        model = ["--covariate", ",".join(covariates)] if covariates else []
        program.maniple("scan", "--store", store, "--trait", ",".join(traits), *model,
                        "--missing-genotype", "drop", "--out", out)
        return program.read_results(out)

    def compare(self, name, theirs, results, explain=lambda trait: None, printed_p=False):
        """explain(trait) gives the rules of plink2.compare_trait."""
        self.assertLessEqual(set(theirs), set(results.traits))
        deviations = plink2.Deviations()
        for trait, rows in theirs.items():
            plink2.compare_trait(rows, results, trait, deviations, explain(trait), printed_p)
        deviations.report(name)
        self.assertGreater(deviations.compared, 0)
        if deviations.broken:
            self.fail(f"{len(deviations.broken)} rows:\n" + "\n".join(deviations.broken[:20]))
        return deviations

    @needs_plink2
    def test_simulated_cohort(self):
        bfile = self.folder / "sim"
        program.maniple("simulate", "--store", self.folder / "simulated", "--samples", 1500,
                        "--variants", 4000, "--contigs", 3, "--quantitative", 4, "--seed", 3,
                        "--missing-genotypes", 0.01, "--missing-traits", 0.05, "--bfile", bfile)
        table, traits = f"{bfile}.tsv", [f"quantitative_{k}" for k in range(1, 5)]
        for name, covariates in (("no-covariates", []), ("sex", ["sex"]),
                                 ("all", ["covariate_1", "covariate_2", "covariate_3", "sex", "site"])):
            with self.subTest(covariates=covariates):
                results = self.scan(name, bfile, table, traits, covariates)
                theirs = plink2.run_glm(bfile, table, traits, covariates, self.folder / f"{name}-plink2")
                self.assertEqual(set(theirs), set(traits))
                done = self.compare(f"simulated cohort, {name}", theirs, results)
                self.assertGreater(done.compared, 0.99 * 4 * 4000)

    @needs_plink2
    def test_1000_genomes(self):
        bfile = program.bolt_example(self.folder)
        if bfile is None:
            self.skipTest(f"'{program.BOLT_EXAMPLE}' is not here (Debian: bolt-lmm-example)")
        table = f"{bfile}.pheno2.covars"
        their_table = self.folder / "their.tsv"
        with open(table, encoding="utf-8") as source, open(their_table, "w", encoding="utf-8") as file:
            header = source.readline().split()
            file.write("\t".join(header) + "\n")
            level = header.index("CAT_COV")
            for line in source:
                cells = ["NA" if cell == "-9" else cell for cell in line.split()]
                if cells[level] == "NA":
                    cells[level] = "NONE"  # plink2's word for a missing level
                file.write("\t".join(cells) + "\n")
        covariates = ["QCOV1", "QCOV2", "CAT_COV"]
        results = self.scan("bolt", bfile, table, ["PHENO"], covariates, ["--missing-value", "-9"])
        theirs = plink2.run_glm(bfile, their_table, ["PHENO"], covariates, self.folder / "bolt-plink2")
        done = self.compare("1000 Genomes", theirs, results)
        self.assertGreater(done.compared, 50000)

    @unittest.skipUnless(MOUSE.exists(), "the shared data are not here")
    def test_mouse_cross(self):
        bfile, covariates = MOUSE / "plink/b6btbr_auto", ["male"]
        traits = ["log10_insulin_10wk", "agouti_tan", "tufted"]
        tables = [MOUSE / "plink/b6btbr.pheno.txt", MOUSE / "plink/b6btbr.covar.txt"]
        results = self.scan("mouse", bfile, tables, traits[:1], covariates)
        stored = plink2.read_glm(MOUSE / f"expected/plink2_linear.{traits[0]}.glm.linear")
        self.compare("mouse cross, stored", {traits[0]: stored}, results, printed_p=True)
        if plink2.PLINK2:
            theirs = plink2.run_glm(bfile, tables[0], traits[:1], covariates, self.folder / "mouse-plink2",
                                    covariate_table=tables[1])
            self.compare("mouse cross, live", theirs, results)

    @unittest.skipUnless(REGENIE.exists(), "the shared data are not here")
    def test_regenie_example(self):
        bfile, traits, covariates = REGENIE / "input/example", ["Y1", "Y2"], ["V1", "V2", "V3"]
        tables = [REGENIE / "input/phenotype.txt", REGENIE / "input/covariates.txt"]
        results = self.scan("regenie", bfile, tables, traits, covariates)
        stored = {trait: plink2.read_glm(REGENIE / f"expected_plink2_plain/linear.{trait}.glm.linear")
                  for trait in traits}
        self.compare("regenie example, stored", stored, results, printed_p=True)
        if plink2.PLINK2:
            theirs = plink2.run_glm(bfile, tables[0], traits, covariates, self.folder / "regenie-plink2",
                                    covariate_table=tables[1])
            self.assertEqual(set(theirs), set(traits))
            self.compare("regenie example, live", theirs, results)

    @needs_plink2
    def test_few_samples(self):
        """Rows without numbers, of as many kinds as can be made."""
        traits = ["full", "half", "few", "fewer", "lumpy"]
        for seed in range(3):
            dosages, columns = draw_few_samples(seed)
            bfile, table = self.folder / f"few-{seed}", self.folder / f"few-{seed}.tsv"
            plink_files.write_bfile(bfile, dosages)
            plink_files.write_table(table, columns)
            for covariates in ([], ["treated"], ["age"], ["age", "treated"], ["age", "treated", "site"]):
                with self.subTest(seed=seed, covariates=covariates):
                    name = f"few-{seed}-{'-'.join(covariates)}"
                    results = self.scan(name, bfile, table, traits, covariates)
                    theirs = plink2.run_glm(bfile, table, traits, covariates, self.folder / f"{name}-plink2")
                    print(f"\nplink2 skips {sorted(set(traits) - set(theirs))} as a whole")
                    given = [columns[covariate] for covariate in covariates]
                    self.compare(name, theirs, results, lambda trait: (
                        lambda at, *row: explain(dosages[at], columns[trait], given, *row)))


def explain(dosages, trait, covariates, row, status, samples):
    """The rule by which plink2 and we may disagree on a row, after checking that it applies."""
    theirs = regression_facts.find_facts(dosages, trait, covariates, leave_lonely_out=True)
    ours = regression_facts.find_facts(dosages, trait, covariates, leave_lonely_out=False)
    if row.error == "." and row.samples != theirs.samples:
        return None
    if row.error == ".":
        if status == "constant_trait" and ours.trait_explained or status == "perfect_fit" and ours.fit_perfect:
            return "nothing is left of the trait, plink2 tests the rounding of its sums"
        # A sample alone in its level is fitted exactly: with or without it, beta, standard error and degrees
        # of freedom are the same. plink2 leaves it out before it looks at genotypes, we count it; where its
        # genotype is missing its level is empty, which is a status here as for levels of more samples; and a
        # genotype that only it has is explained by its level.
        if ours.lonely_levels == 0:
            return None
        # The mean of a level's indicator, and so its inflation, changes with the samples left out.
        inflated = ours.inflations[1:].max(initial=0) > regression_facts.INFLATED
        applies = {"ok": samples == ours.samples,
                   "collinear_covariates": inflated or ours.covariate_rank < ours.covariate_columns,
                   "collinear_genotype": ours.inflations[:1].max(initial=0) > regression_facts.INFLATED,
                   "too_few_samples": ours.samples - ours.covariate_columns - 1 < 1}
        return "plink2 leaves out samples alone in their level" if applies.get(status) else None
    # plink2 before 19 October 2025, when there is exactly one covariate column and no genotype is missing,
    # takes the covariate's standard deviation for 1 when it computes correlations.
    if (status == "ok" and row.error in ("CORR_TOO_HIGH", "VIF_TOO_HIGH", "VIF_INFINITE") and
            theirs.covariate_columns == 2 and theirs.no_genotype_missing and
            theirs.inflations.max() < regression_facts.INFLATED):
        return "plink2's correlation with a single covariate is wrong"
    return None


def draw_few_samples(seed, samples=40, variants=1500):
    """Rare and mostly missing variants, copies of covariates, traits that hardly anybody has."""
    draw = np.random.default_rng(seed)
    frequency = draw.choice([0.5 / samples, 0.02, 0.1, 0.3, 0.5], variants)
    dosages = draw.binomial(2, frequency[:, None], (variants, samples))
    missing = draw.choice([0, 0, 0.05, 0.3, 0.8], variants)
    dosages[draw.random((variants, samples)) < missing[:, None]] = plink_files.MISSING
    site = np.array([f"site_{s % 4}" for s in range(samples)])
    site[-2:] = "small"
    treated = draw.integers(0, 2, samples)
    for v in range(48):
        one = v % samples
        row = dosages[v] = draw.binomial(2, 0.4, samples)
        match v % 8:
            case 0: row[site == "site_1"] = plink_files.MISSING     # a level that is gone
            case 1: row[-2:] = plink_files.MISSING                  # the smallest one
            case 2: row[:] = treated                                # a covariate
            case 3: row[:], row[one] = 2 * (1 - treated), plink_files.MISSING
            case 4: row[:], row[one] = treated, 2                   # nearly a covariate
            case 5: row[:] = np.where(site == "site_2", 2, 0)       # a level
            case 6: row[draw.permutation(samples)[6:]] = plink_files.MISSING
            case 7: row[:] = v // 8 % 4                             # no variation, or nobody
    full = draw.normal(size=samples) + 0.5 * treated
    columns = {"full": full, "age": draw.normal(50, 10, samples), "treated": treated.astype(float),
               "site": [str(level) for level in site]}
    for name, share in (("half", 0.5), ("few", 0.35), ("fewer", 0.25)):
        columns[name] = np.where(draw.random(samples) < share, full + draw.normal(size=samples), np.nan)
    lumpy = np.full(samples, 5.0)           # constant in all but three
    lumpy[draw.permutation(samples)[:3]] = 6
    return dosages, {**columns, "lumpy": lumpy}


if __name__ == "__main__":
    program.main()
