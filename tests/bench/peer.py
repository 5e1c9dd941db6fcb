"""plink2 as a competitor: its time, where need be from a part of the work, and whether results agree."""
import dataclasses
import pathlib
import sys

import program  # first: leaves where a package is missing
import numpy as np

import measurement

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "golden"))
import plink2

ALLOWED = (f"allowed are a unit of the last of plink2's {plink2.PRINTED_DIGITS} digits in beta and standard error (or "
           f"{plink2.NULL_EFFECT:g} standard errors in beta), and {plink2.NEG_LOG10_P:g} of -log10 p")
LINEAR = ("hide-covar", "omit-ref", "log10")
FEW_VARIANTS = 10  # what a run costs before it tests anything


class Peer:
    def __init__(self, folder, threads, say):
        self.folder, self.threads, self.say = folder, threads, say

    def run(self, cohort, table, traits, covariates, variants=None, out="plink", glm=LINEAR):
        """Cost of plink2 --glm; rows of trait t are then in result(t), unless they go elsewhere."""
        chosen = []
        if variants is not None:
            (self.folder / "extract.txt").write_text("\n".join(variants) + "\n")
            chosen = ["--extract", self.folder / "extract.txt"]
        return measurement.measure(
            [plink2.PLINK2, "--bfile", cohort.bfile, "--pheno", table, "--pheno-name", ",".join(traits),
             "--covar", f"{cohort.bfile}.tsv", "--covar-name", ",".join(covariates), *chosen, "--glm",
             *glm, "--threads", self.threads, "--out", self.folder / out],
            {"OPENBLAS_NUM_THREADS": "1"})  # more make plink2 slower: its own threads are at work

    def estimate(self, cohort, table, traits, timed, covariates, share, glm=LINEAR):
        """(cost of all traits and variants, how it was found) from `timed` traits on a share of the variants.

        What a run costs before it tests anything is counted once: the estimate is not too long.
        """
        chosen = traits[:timed]
        ids, some = cohort.variant_ids(), some_variants(cohort, share)
        self.say(f"plink2: {timed} traits on {len(some):,} variants")
        found = self.run(cohort, table, chosen, covariates, some, glm=glm)
        if timed == len(traits) and len(some) == len(ids):
            return found, None
        start = self.run(cohort, table, chosen, covariates, ids[:FEW_VARIANTS], out="start", glm=glm)
        factor = len(traits) / timed * len(ids) / len(some)
        scaled = lambda total, before: before + max(0.0, total - before) * factor
        how = (f"plink2 timed on {timed} of {len(traits)} traits and {len(some):,} of {len(ids):,} variants "
               f"({found.cpu:.2f} s CPU, of it {start.cpu:.2f} s start), the rest times {factor:.1f}")
        return dataclasses.replace(found, cpu=scaled(found.cpu, start.cpu),
                                   wall=scaled(found.wall, start.wall)), how

    def result(self, trait):
        return self.folder / f"plink.{trait}.glm.linear"

    def compare(self, work, run_folder, traits):
        """Hold the latest rows of these traits against a run; stop the benchmark where they differ."""
        deviations = plink2.Deviations()
        results = program.read_results(run_folder, traits)
        place = {variant: row for row, variant in enumerate(results.variant_id)}
        for trait in traits:
            rows = plink2.read_glm(self.result(trait))
            plink2.compare_trait(rows, only(results, [place[row.variant] for row in rows]), trait, deviations)
        if deviations.broken or deviations.compared == 0:
            sys.exit(f"{work}: the results differ, the comparison is void ({deviations.compared} rows "
                     f"compared, {len(deviations.broken)} broken)\n" + "\n".join(deviations.broken[:10]))
        worst = max(deviations.largest.values())
        errors = sum(deviations.errors.values())
        return (f"{deviations.compared:,} rows agree with plink2's, the worst within {worst:.2f} of what is allowed"
                + (f"; neither has numbers in {errors:,}" if errors else ""))


def some_variants(cohort, share):
    """IDs of a share of the variants, evenly spread."""
    return cohort.variant_ids()[::max(1, round(1 / share))]


def only(results, rows):
    """Some variants of the results."""
    rows = np.array(rows, int)
    numbers = {name: getattr(results, name)[rows] for name in (*program.NUMBERS, "variant_position")}
    return dataclasses.replace(results, variant_id=[results.variant_id[row] for row in rows], **numbers)
