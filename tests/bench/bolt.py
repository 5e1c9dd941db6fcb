"""BOLT-LMM's infinitesimal mixed model on the same data."""
import math
import shutil

import program  # first: leaves where a package is missing
import numpy as np

import polygenic_cohort as polygenic

BOLT = shutil.which("bolt")
# Else its threads wait for each other busily, which takes minutes where others use the processor.
ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive"}


def write_inputs(cohort, least_frequency):
    """Covariates, and the variants of its model: those that predict in the whole-genome regression too."""
    with open(cohort.folder / "covariates.txt", "w", encoding="utf-8") as file:
        file.write(" ".join(["FID", "IID", *polygenic.COVARIATES, polygenic.ANCESTRY]) + "\n")
        for person, values, ancestry in zip(cohort.people, cohort.covariates, cohort.ancestry):
            file.write(" ".join([*person, *(f"{value:.9g}" for value in values), ancestry]) + "\n")
    chosen = [name for name, frequency in zip(cohort.variant_id, cohort.minor_frequency)
              if frequency >= least_frequency]
    (cohort.folder / "model-variants.txt").write_text("\n".join(chosen) + "\n", encoding="utf-8")


def chi_squared(cohort, table, trait, threads):
    """Of each variant, NaN where BOLT has none."""
    out = cohort.folder / f"bolt-{trait}.txt"
    covariates = [word for name in polygenic.COVARIATES for word in ("--qCovarCol", name)]
    program.run([BOLT, "--bfile", cohort.bfile, "--phenoFile", table, "--phenoCol", trait,
                 "--covarFile", cohort.folder / "covariates.txt", *covariates, "--covarCol", polygenic.ANCESTRY,
                 "--lmmInfOnly", "--LDscoresUseChip", "--modelSnps", cohort.folder / "model-variants.txt",
                 "--maxMissingPerSnp", 1, "--maxMissingPerIndiv", 1, "--numThreads", threads, "--statsFile", out],
                environment=ENVIRONMENT)
    place = {name: row for row, name in enumerate(cohort.variant_id)}
    found = np.full(len(place), math.nan)
    with open(out, encoding="utf-8") as file:
        names = file.readline().split()
        for line in file:
            row = dict(zip(names, line.split()))
            if float(row["SE"]) > 0:
                found[place[row["SNP"]]] = (float(row["BETA"]) / float(row["SE"]))**2
    return found
