"""Simulated cohorts and tables of traits, each made when it is first asked for."""
import dataclasses
import pathlib

import program  # first: leaves where a package is missing
import h5py
import numpy as np

COVARIATES = 10
FEWEST_SAMPLES = 600   # fewer have no rare variants
FEWEST_VARIANTS = 200

# samples, variants, and what else `maniple simulate` is told; PLINK files where plink2 reads them too.
SHAPES = {
    "missing": (20_000, 50_000, ["--missing-genotypes", 0.01], "plink"),
    "complete": (20_000, 50_000, ["--missing-genotypes", 0], "plink"),
    "sparse": (20_000, 50_000, ["--missing-genotypes", 0, "--rare-variants", 0.9], "plink"),
    "long": (20_000, 400_000, ["--missing-genotypes", 0, "--rare-variants", 0, "--compression", "none"], ""),
    "long-missing": (20_000, 400_000, ["--missing-genotypes", 0.01], ""),
    "long-rare": (20_000, 400_000, ["--missing-genotypes", 0, "--rare-variants", 0.9], ""),
    "large": (500_000, 16_384,
              ["--missing-genotypes", 0, "--rare-variants", 0, "--compression", "none", "--contigs", 1], ""),
}

# Tables of traits: prefix of the names, how many, and the share of people without a value, others for each.
TABLES = {"complete": ("complete_", 50, 0.0), "own": ("own_", 50, 0.02), "many": ("many_", 1000, 0.0),
          "cases": ("cases_", 10, 0.0)}
SHARES_OF_CASES = np.linspace(0.02, 0.3, 10)


@dataclasses.dataclass
class Cohort:
    store: pathlib.Path
    bfile: pathlib.Path
    samples: int
    variants: int

    @property
    def genotypes(self):
        return self.samples * self.variants

    def variant_ids(self):
        with open(f"{self.bfile}.bim", encoding="utf-8") as file:
            return [line.split()[1] for line in file]


class Cohorts:
    def __init__(self, folder, scale, sample_scale, threads, say):
        self.folder, self.scale, self.sample_scale, self.threads, self.say = (
            folder, scale, sample_scale, threads, say)
        self.made = {}
        self.tables = set()

    def get(self, name):
        if name not in self.made:
            samples, variants, options, plink = SHAPES[name]
            samples = max(FEWEST_SAMPLES, round(samples * self.sample_scale))
            variants = max(FEWEST_VARIANTS, round(variants * self.scale))
            cohort = Cohort(self.folder / name, self.folder / f"{name}-plink", samples, variants)
            self.say(f"simulating {samples:,} samples x {variants:,} variants ({name})")
            program.maniple("simulate", "--store", cohort.store, "--samples", samples, "--variants", variants,
                            "--covariates", COVARIATES, "--quantitative", 1, "--binary", 0, *options,
                            "--threads", self.threads, *(["--bfile", cohort.bfile] if plink else []))
            self.made[name] = cohort
        return self.made[name]

    def table(self, name, kind):
        """The cohort's table of traits as text, imported into its store; and the traits' names."""
        cohort = self.get(name)
        prefix, count, missing = TABLES[kind]
        path = self.folder / f"{kind}-{cohort.samples}.tsv"  # the same people in each cohort of this size
        traits = [f"{prefix}{t + 1}" for t in range(count)]
        if not path.exists():
            self.say(f"writing {count:,} traits of {cohort.samples:,} people")
            write_traits(path, cohort, traits, missing, SHARES_OF_CASES if kind == "cases" else None)
        if (name, kind) not in self.tables:
            program.maniple("import", "--store", cohort.store, "--table", path, "--name", kind)
            self.tables.add((name, kind))
        return path, traits

    def recoded(self, name, compression):
        """The cohort in another store, its genotypes compressed in another way."""
        cohort = self.get(name)
        store = self.folder / f"{name}-{compression}"
        if not store.exists():
            program.maniple("import", "--store", store, "--bfile", cohort.bfile, "--compression", compression,
                            "--threads", self.threads)
            program.maniple("import", "--store", store, "--table", f"{cohort.bfile}.tsv", "--name", "simulated")
        return dataclasses.replace(cohort, store=store)


def write_traits(path, cohort, traits, missing, cases=None):
    """Normal values; or controls (1) and cases (2), by their shares, and years until then beside them."""
    with h5py.File(cohort.store / "cohort.h5", "r") as file:
        people = [f"{family.decode()}\t{person.decode()}"
                  for family, person in zip(file["sample_family"][:], file["sample_id"][:])]
    random = np.random.default_rng(1)
    with open(path, "w", encoding="utf-8") as file:
        years = [trait.replace("cases", "years") for trait in traits] if cases is not None else []
        file.write("\t".join(["FID", "IID", *traits, *years]) + "\n")
        for person in people:
            if cases is None:
                text = ["%.6g" % value for value in random.standard_normal(len(traits))]
            else:
                text = ["2" if falls_ill else "1" for falls_ill in random.random(len(traits)) < cases]
                text += ["%.2f" % value for value in random.uniform(0, 20, len(years))]
            for lacking in np.flatnonzero(random.random(len(traits)) < missing):
                text[lacking] = "NA"
            file.write("\t".join([person, *text]) + "\n")


def stored_bytes(cohort):
    return sum(file.stat().st_size for file in (cohort.store / "genotypes").iterdir())
