#!/usr/bin/env python3
"""Whether `maniple scan --whole-genome ridge` finds what there is, and nothing where there is nothing.

Simulates people of two ancestries, some with a sibling and two cousins among them, and traits that each lack 2% of
the people and whose causal variants lie on odd chromosomes; every fifth has another mean in the second ancestry.
Prints a table of the tests on even chromosomes: lambda GC, counts of small p-values over those expected, standard
errors in brackets (clustered by trait and chromosome); and the mean chi-squared of causal variants, as score
statistics. Then, for some traits, the same beside bolt --lmmInfOnly (Debian: bolt-lmm).

sets of traits:
  main    heritabilities 0.3, 0.4, 0.5; 0.4%, 2% or 8% of the variants are causal
  zero    heritability 0
  strong  heritability 0.8
  disease liability of heritability 0.7 or 0; cases are the 30%, 10% or 2% with the largest. Tests are logistic, with
          the saddlepoint approximation; those of variants of which fewer than 20 minor alleles are expected among
          the cases are left out: the median of their few possible values is no median of a chi-squared

Fails (exit code 1) where the whole-genome scan, with ancestry as a covariate, has a lambda GC outside 0.98 to 1.02,
more or fewer small p-values than that explains, less power than the plain scan, or 2% less than BOLT's on the same
trait; and where the plain scan is not inflated, so that the cohort proves nothing.
"""
import argparse
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
if {"-h", "--help"} & set(sys.argv):
    os.environ["MANIPLE"] = "true"  # Help is there before a build.
import program  # first: leaves where a package is missing
import numpy as np

import bolt
import campaign
import null_statistics
import polygenic_cohort as polygenic

LIMITS = (0.98, 1.02)            # of lambda GC
LEAST_SHARE_OF_BOLT = 0.98
PREDICTING_FREQUENCY = 0.01      # the scan's default
RARE = (0.005, 0.02)             # minor allele frequencies reported by themselves
MISSING = 0.02
CAUSAL_SHARES = (0.004, 0.02, 0.08)
SETS = {"main": ("main_", [0.3, 0.4, 0.5]), "zero": ("zero_", [0.0]), "strong": ("strong_", [0.8]),
        "disease": ("disease_", [0.7, 0.0])}
PREVALENCES = {"disease": (0.3, 0.1, 0.02)}
LEAST_ALLELES = 20               # minor ones, expected among cases
SMALL = {"samples": 3000, "variants": 6000, "relatives": 1.0, "traits": 18, "edge_traits": 12, "bolt_traits": 1,
         "errors": 3.0}


def read_options(words=None):
    parser = argparse.ArgumentParser(prog="bench-calibration", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--samples", type=int, default=20_000, metavar="N")
    add("--variants", type=int, default=50_000, metavar="N")
    add("--relatives", type=float, default=0.3, metavar="X", help="share of people with relatives (default: 0.3)")
    add("--traits", type=int, default=50, metavar="N", help="of the main set (default: 50)")
    add("--edge-traits", type=int, default=20, metavar="N", help="of each other set; 0: none (default: 20)")
    add("--bolt-traits", type=int, default=3, metavar="N", help="of the main set; 0: none (default: 3)")
    add("--errors", type=float, default=0, metavar="X",
        help="standard errors by which lambda GC may leave its limits (default: 0)")
    add("--small", action="store_true", help=f"other defaults, for a minute's work: {SMALL}")
    add("--scan-options", default="", metavar="'...'", help="further words for the whole-genome scan")
    add("--threads", type=int, default=2, metavar="N")
    add("--seed", type=int, default=1, metavar="N")
    add("--folder", type=pathlib.Path, metavar="DIR", help="to work in (default: TMPDIR)")
    if "--small" in (sys.argv[1:] if words is None else words):
        parser.set_defaults(**SMALL)
    return parser.parse_args(words)


class Tests:
    """What one scan says of a set's traits: variants x traits."""

    def __init__(self, cohort, traits, run_folder, are_scores):
        results = program.read_results(run_folder, traits.names)
        assert results.variant_id == cohort.variant_id
        order = [results.traits.index(name) for name in traits.names]
        self.cohort, self.traits = cohort, traits
        self.are_scores = are_scores
        self.neg_log10_p = results.neg_log10_p[:, order]
        if are_scores:
            self.chi_squared = null_statistics.chi_squared_of(self.neg_log10_p)  # NaN stays NaN.
        else:
            with np.errstate(invalid="ignore", divide="ignore"):
                self.chi_squared = ((results.beta / results.standard_error)**2)[:, order]
        self.samples = results.samples[:, order]

    def leave_out_rare(self, prevalences):
        for t in range(len(self.traits.names)):
            cases = self.samples[:, t] * prevalences[t % len(prevalences)]
            rare = 2 * cases * self.cohort.minor_frequency < LEAST_ALLELES
            self.chi_squared[rare, t] = self.neg_log10_p[rare, t] = np.nan

    def calibration(self):
        null = self.cohort.null
        return null_statistics.calibrate(self.chi_squared[null], self.neg_log10_p[null], self.cohort.chromosome[null])

    def rare_inflation(self):
        low, high = RARE
        chosen = self.cohort.null & (self.cohort.minor_frequency >= low) & (self.cohort.minor_frequency < high)
        return null_statistics.inflation(self.chi_squared[chosen], self.cohort.chromosome[chosen])

    def scores(self, trait):
        """Score statistics, whose variance is that without the variant, as BOLT's: of linear models, from t^2."""
        squares, samples = self.chi_squared[:, trait], self.samples[:, trait]
        if self.are_scores:
            return squares
        return samples * squares / (samples + squares)

    def power(self):
        """Mean score statistic of causal variants, each trait counting alike; NaN where nothing is causal."""
        if not any(self.traits.heritability):
            return float("nan")
        return float(np.mean([np.nanmean(self.scores(t)[causal]) for t, causal in enumerate(self.traits.causal)]))


class WholeGenome(campaign.Campaign):
    def __init__(self, folder, options):
        self.folder, self.options = folder, options
        super().__init__()
        self.cohort = polygenic.PolygenicCohort(folder, options.samples, options.variants, options.relatives,
                                                options.threads, options.seed)

    def make_traits(self, name):
        prefix, heritabilities = SETS[name]
        counts = [max(10, round(share * self.options.variants)) for share in CAUSAL_SHARES]
        count = self.options.traits if name == "main" else self.options.edge_traits
        return self.cohort.add_traits(prefix, count, heritabilities, counts, MISSING, PREVALENCES.get(name, ()))

    def scan(self, traits, name, covariates, *words):
        out = self.folder / f"run-{name}"
        program.maniple("scan", "--store", self.cohort.store, "--trait", ",".join(traits.names), "--covariate",
                        ",".join(covariates), "--threads", self.options.threads, "--out", out, *words)
        return Tests(self.cohort, traits, out, "--correction" in words)

    def scan_set(self, name, without_ancestry):
        """{(model, ancestry): Tests} of a set, each printed."""
        traits = self.make_traits(name)
        ridge = ["--whole-genome", "ridge", *self.options.scan_options.split()]
        found = {}
        for ancestry in ["covariate", "ignored"] if without_ancestry else ["covariate"]:
            covariates = polygenic.COVARIATES + ([polygenic.ANCESTRY] if ancestry == "covariate" else [])
            for model, words in (("plain", []), ("ridge", ridge)):
                words = [*words, "--correction", "spa"] if name in PREVALENCES else words
                tests = self.scan(traits, f"{name}-{model}-{ancestry}", covariates, *words)
                if name in PREVALENCES:
                    tests.leave_out_rare(PREVALENCES[name])
                found[model, ancestry] = tests
                self.report(name, model, ancestry, tests)
        return found

    def report(self, name, model, ancestry, tests):
        found, rare = tests.calibration(), tests.rare_inflation()
        tails = "  ".join(f"{str(tail):>14}" for tail in found.tails.values())
        print(f"{name:<6}  {len(tests.traits.names):>6}  {model:<5}  {ancestry:<9}  {str(found.inflation):>13}  "
              f"{found.by_trait.min():>5.3f} {found.by_trait.max():>6.3f}  {str(rare):>13}  {tails}  "
              f"{tests.power():>11.3f}", flush=True)
        if (model, ancestry) == ("ridge", "covariate"):
            self.judge(name, found, rare)
        elif model == "plain" and (ancestry == "ignored" or name == "strong"):
            self.require(found.inflation.value - 2 * found.inflation.error > LIMITS[1],
                         f"{name}: the plain scan (ancestry {ancestry}) is hardly inflated: the cohort proves nothing")

    def judge(self, name, found, rare):
        between = lambda figure, low, high, errors: (
            low - errors * figure.error <= figure.value <= high + errors * figure.error)
        errors = self.options.errors
        self.require(between(found.inflation, *LIMITS, errors), f"{name}: lambda GC {found.inflation}")
        self.require(between(rare, *LIMITS, max(errors, 2)),
                     f"{name}: lambda GC {rare} of minor allele frequencies {RARE[0]} to {RARE[1]}")
        for level, tail in found.tails.items():
            low, high = (null_statistics.tail_ratio(level, limit) for limit in LIMITS)
            self.require(between(tail, low, high, max(errors, 2)), f"{name}: p < {level} {tail} times as often")

    def compare_with_bolt(self, plain, ridge):
        """Traits of the highest heritability of the main set, one for each number of causal variants, then others."""
        bolt.write_inputs(self.cohort, PREDICTING_FREQUENCY)
        order = np.argsort([-share for share in ridge.traits.heritability], kind="stable")
        print("\ntrait      h2   causal |  chi-squared of causal variants: plain    ridge     bolt  ridge/bolt | "
              "mean of null ones: plain  ridge   bolt")
        for t in order[:self.options.bolt_traits]:
            name, causal = ridge.traits.names[t], ridge.traits.causal[t]
            peer = bolt.chi_squared(self.cohort, ridge.traits.table, name, self.options.threads)
            columns = [plain.scores(t), ridge.scores(t), peer]
            tested = np.all(np.isfinite(columns), axis=0)
            null = self.cohort.null & tested
            at_causal = [float(column[causal][tested[causal]].mean()) for column in columns]
            share = at_causal[1] / at_causal[2]
            print(f"{name:<9}  {ridge.traits.heritability[t]:.1f}  {len(causal):>6} | " + " " * 30 +
                  "  ".join(f"{value:>7.3f}" for value in at_causal) + f"  {share:>10.3f} | " + " " * 19 +
                  "  ".join(f"{column[null].mean():.3f}" for column in columns), flush=True)
            self.require(share >= LEAST_SHARE_OF_BOLT, f"{name}: {share:.3f} of BOLT's chi-squared at causal variants")

    def run(self):
        options = self.options
        print(f"{options.samples:,} people, {options.relatives:.0%} with relatives, {options.variants:,} variants, "
              f"{self.cohort.null.sum():,} on even chromosomes; seed {options.seed}")
        print(f"set     traits  model  ancestry       lambda GC     of traits  MAF {RARE[0]}-{RARE[1]}  " +
              "  ".join(f"{f'p < {level:g}':>14}" for level in null_statistics.LEVELS) + "  causal chi2")
        main = self.scan_set("main", without_ancestry=True)
        plain, ridge = main["plain", "covariate"], main["ridge", "covariate"]
        self.require(ridge.power() > plain.power(), "main: the whole-genome scan has less power than the plain one")
        if options.edge_traits:
            self.scan_set("zero", without_ancestry=False)
            self.scan_set("strong", without_ancestry=False)
            found = self.scan_set("disease", without_ancestry=False)
            self.require(found["ridge", "covariate"].power() > found["plain", "covariate"].power(),
                         "disease: the whole-genome scan has less power than the plain one")
        if options.bolt_traits and bolt.BOLT is None:
            print("skipped: BOLT (there is no bolt on the PATH; Debian: bolt-lmm)")
        elif options.bolt_traits:
            self.compare_with_bolt(plain, ridge)
        return self.print_failures()


if __name__ == "__main__":
    campaign.run_in_folder(WholeGenome, "calibration", read_options())
