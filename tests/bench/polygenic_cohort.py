"""A cohort of relatives and two ancestries, and traits whose causal variants all lie on chromosomes of odd numbers."""
import dataclasses

import program  # first: leaves where a package is missing
import numpy as np

COVARIATES = ["covariate_1", "covariate_2", "sex"]
ANCESTRY = "ancestry"
LEAST_CAUSAL_FREQUENCY = 0.01  # rarer variants have no effects
FREQUENCY_EXPONENT = -0.19     # effects per allele grow as variance of the genotype to this power
COVARIATE_EFFECT = 0.2         # SD over traits
ANCESTRY_SHIFT = 0.5           # of the mean, in SD, where a trait differs between ancestries
SHIFTED = 5                    # every so-many'th trait does
DECODED_AT_ONCE = 1000         # variants


@dataclasses.dataclass
class TraitSet:
    """Traits of one table, simulated alike."""
    names: list
    table: object         # path of its text
    heritability: list
    causal: list          # variants of each trait, as indices


class PolygenicCohort:
    def __init__(self, folder, samples, variants, relatives, threads, seed):
        self.folder, self.seed = folder, seed
        self.store, self.bfile = folder / "store", folder / "plink"
        program.maniple("simulate", "--store", self.store, "--samples", samples, "--variants", variants,
                        "--ancestries", 2, "--relatives", relatives, "--quantitative", 1, "--binary", 0,
                        "--threads", threads, "--seed", seed, "--bfile", self.bfile)
        with open(f"{self.bfile}.tsv", encoding="utf-8") as file:
            names, *rows = [line.rstrip("\n").split("\t") for line in file]
        column = lambda name: [row[names.index(name)] for row in rows]
        self.people = list(zip(column("FID"), column("IID")))
        self.covariates = np.array([[float(value) for value in column(name)] for name in COVARIATES]).T
        self.ancestry = column(ANCESTRY)
        with open(f"{self.bfile}.bim", encoding="utf-8") as file:
            places = [line.split() for line in file]
        self.variant_id = [place[1] for place in places]
        self.chromosome = np.array([int(place[0]) for place in places])
        self.null = self.chromosome % 2 == 0
        self.frequency = np.concatenate([np.nanmean(genotypes, axis=1) / 2 for _, genotypes in self.decoded(
            np.arange(len(places)))])
        self.minor_frequency = np.minimum(self.frequency, 1 - self.frequency)

    def decoded(self, variants):
        """(some of the variants, their alleles per person, NaN where not called), piece by piece."""
        width = -(-len(self.people) // 4)
        packed = np.memmap(f"{self.bfile}.bed", dtype=np.uint8, offset=3, mode="r").reshape(-1, width)
        alleles_of = np.array([2, np.nan, 1, 0], np.float32)
        for first in range(0, len(variants), DECODED_AT_ONCE):
            some = variants[first:first + DECODED_AT_ONCE]
            codes = np.stack([packed[some] >> shift & 3 for shift in (0, 2, 4, 6)], axis=2)
            yield some, alleles_of[codes.reshape(len(some), -1)[:, :len(self.people)]]

    def genetic_values(self, effects):
        """people x traits, centred; effects: variants x traits. A genotype not called counts as the mean."""
        values = np.zeros((len(self.people), effects.shape[1]), np.float32)
        for some, genotypes in self.decoded(np.flatnonzero(effects.any(axis=1))):
            genotypes -= np.nanmean(genotypes, axis=1, keepdims=True)
            values += np.nan_to_num(genotypes, copy=False).T @ effects[some]
        return values - values.mean(axis=0)

    def add_traits(self, prefix, count, heritabilities, causal_counts, missing, prevalences=()):
        """Make, import and return a TraitSet: heritabilities and numbers of causal variants take turns, and so do
        prevalences, where there are some: who is above a threshold is a case."""
        random = np.random.default_rng([self.seed, *prefix.encode()])
        traits = TraitSet([f"{prefix}{t + 1}" for t in range(count)], self.folder / f"{prefix}.tsv",
                          [heritabilities[t % len(heritabilities)] for t in range(count)], [])
        may_be_causal = np.flatnonzero(~self.null & (self.minor_frequency >= LEAST_CAUSAL_FREQUENCY))
        effects = np.zeros((len(self.variant_id), count), np.float32)
        for t in range(count):
            causal = min(causal_counts[t // len(heritabilities) % len(causal_counts)], len(may_be_causal))
            chosen = np.sort(random.choice(may_be_causal, causal, replace=False))
            variance = 2 * self.frequency[chosen] * (1 - self.frequency[chosen])
            effects[chosen, t] = random.standard_normal(causal) * variance ** FREQUENCY_EXPONENT
            traits.causal.append(chosen)
        share = np.array(traits.heritability)
        values = self.genetic_values(effects)
        values *= np.sqrt(share) / values.std(axis=0)
        values = values + np.sqrt(1 - share) * random.standard_normal(values.shape)
        values += self.covariates @ (random.standard_normal((len(COVARIATES), count)) * COVARIATE_EFFECT)
        second = np.array(self.ancestry) != self.ancestry[0]
        values[:, ::SHIFTED] += ANCESTRY_SHIFT * second[:, np.newaxis]
        for t in range(count if prevalences else 0):
            threshold = np.quantile(values[:, t], 1 - prevalences[t % len(prevalences)])
            values[:, t] = values[:, t] > threshold
        values[random.random(values.shape) < missing] = np.nan
        self.import_table(prefix, traits, values)
        return traits

    def import_table(self, prefix, traits, values):
        with open(traits.table, "w", encoding="utf-8") as file:
            file.write("\t".join(["FID", "IID", *traits.names]) + "\n")
            for person, row in zip(self.people, values):
                text = ["NA" if value != value else f"{value:.7g}" for value in row]
                file.write("\t".join([*person, *text]) + "\n")
        program.maniple("import", "--store", self.store, "--table", traits.table, "--name", prefix)
