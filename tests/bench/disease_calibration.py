#!/usr/bin/env python3
"""Whether tests of rare diseases find nothing where there is nothing, and effects as large as they are.

Simulates people without relatives, variants whose minor allele counts are spread evenly in their logarithm, and
diseases that age and sex bring about: cases and controls, and times to an event (with ties) that most people do not
have. Prints false positives over those expected, standard errors in brackets, by share of cases or events, correction
and minor allele count. Then diseases that one variant each brings about: the mean of (effect found
less true effect) in standard errors, and how often 95% intervals hold the true effect.

Fails (exit code 1) where false positives of `spa`, all counts together, lie outside 0.8 to 1.2 of those expected at
p < 1e-4 or 1e-5, or of `firth-approx` from 1% cases on (of cases and controls); where the tests without correction lie inside, so that the
cohort proves nothing; and where effects are off by two standard errors of their mean.
"""
import argparse
import math
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
if {"-h", "--help"} & set(sys.argv):
    os.environ["MANIPLE"] = "true"  # Help is there before a build.
import program  # first: leaves where a package is missing
import numpy as np

import campaign
import plink_files

LIMITS = (0.8, 1.2)
LEVELS = (1e-3, 1e-4, 1e-5)
JUDGED = (1e-4, 1e-5)
LEAST_EXPECTED = 5               # false positives, for a level to be judged
COUNTS = (20, 60, 500, 10_000)   # limits of minor allele counts
CORRECTIONS = ("none", "spa", "firth-approx")
FIRTH_FROM = 0.01                # share of cases; see docs/binary.md for fewer
TRUE_EFFECTS = (0.2, 0.7)        # log odds per allele
MOST_EXACT = 60                  # diseases tested by exact Firth regression
SMALL = {"samples": 4000, "variants": 1500, "traits": 60, "prevalences": "0.02,0.1", "events": "0.05",
         "planted": 60}


def read_options(words=None):
    parser = argparse.ArgumentParser(prog="bench-diseases", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--samples", type=int, default=50_000, metavar="N")
    add("--variants", type=int, default=20_000, metavar="N")
    add("--traits", type=int, default=170, metavar="N", help="of each share of cases (default: 170)")
    add("--prevalences", default="0.002,0.01,0.1", metavar="X,...", help="shares of cases; empty: none (default: "
        "0.002,0.01,0.1)")
    add("--events", default="0.01", metavar="X,...", help="shares of people with an event in time; empty: none "
        "(default: 0.01)")
    add("--planted", type=int, default=200, metavar="N", help="diseases that a variant brings about; 0: none (default: 200)")
    add("--small", action="store_true", help=f"other defaults, for half a minute's work: {SMALL}")
    add("--threads", type=int, default=2, metavar="N")
    add("--seed", type=int, default=1, metavar="N")
    add("--folder", type=pathlib.Path, metavar="DIR", help="to work in (default: TMPDIR)")
    if "--small" in (sys.argv[1:] if words is None else words):
        parser.set_defaults(**SMALL)
    return parser.parse_args(words)


def draw_variants(random, samples, variants, largest):
    """variants x samples of ALT alleles with exact counts: chromosomes are drawn without replacement."""
    counts = np.exp(random.uniform(math.log(COUNTS[0]), math.log(largest), variants)).astype(int)
    dosages = np.zeros((variants, samples), dtype=np.uint8)
    for row, count in zip(dosages, counts):
        np.add.at(row, random.choice(2 * samples, count, replace=False) // 2, 1)
    return dosages, counts


def draw_cases(random, odds, prevalence):
    """Cases whose expected share is the prevalence."""
    low, high = -40.0, 40.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if (1 / (1 + np.exp(-odds - middle))).mean() < prevalence else (low, middle)
    return (random.random(len(odds)) < 1 / (1 + np.exp(-odds - low))).astype(np.uint8)


def draw_times(random, odds, share):
    """Times until an event or the end of a person's watch, and who has had one: the expected share."""
    watched = random.uniform(0.1, 1, len(odds))
    low, high = -40.0, 40.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = ((middle, high) if (1 - np.exp(-watched * np.exp(odds + middle))).mean() < share
                     else (low, middle))
    times = random.exponential(size=len(odds)) / np.exp(odds + low)
    return np.ceil(np.minimum(times, watched) * 1000), times < watched


def write_cases(path, columns):
    """As plink_files.write_table, of 0 and 1."""
    names = list(columns)
    text = np.full((len(columns[names[0]]), 2 * len(names)), ord("\t"), np.uint8)
    text[:, 1::2] = np.array([columns[name] for name in names]).T + ord("0")
    with open(path, "wb") as file:
        file.write(("\t".join(["IID", *names]) + "\n").encode())
        for s, row in enumerate(text):
            file.write(plink_files.sample_id(s).encode() + row.tobytes() + b"\n")


class Diseases(campaign.Campaign):
    def __init__(self, folder, options):
        super().__init__()
        self.folder, self.options = folder, options
        self.random = np.random.default_rng(options.seed)
        self.prevalences = [float(word) for word in filter(None, options.prevalences.split(","))]
        self.dosages, self.counts = draw_variants(self.random, options.samples, options.variants,
                                                  min(COUNTS[-1], options.samples // 2))
        plink_files.write_bfile(folder / "g", self.dosages)
        age, sex = self.random.normal(size=options.samples), self.random.integers(0, 2, options.samples)
        self.odds = 0.5 * age + 0.4 * sex
        plink_files.write_table(folder / "c.tsv", {"age": age, "sex": sex})
        program.maniple("import", "--store", folder / "s", "--bfile", folder / "g", "--table", folder / "c.tsv")

    def have_diseases(self, name, columns):
        write_cases(self.folder / f"{name}.tsv", columns)
        program.maniple("import", "--store", self.folder / "s", "--table", self.folder / f"{name}.tsv")

    def scan(self, out, traits, *words):
        program.maniple("scan", "--store", self.folder / "s", "--trait", traits, "--covariate", "age,sex", "--min-cases",
                        "5", "--min-carriers", "1", "--threads", self.options.threads, "--out", self.folder / out, *words)
        return program.read_results(self.folder / out)

    def have_cases(self, share):
        name = f"share_{share:g}".replace(".", "_")
        self.have_diseases(name, {f"{name}_{t}": draw_cases(self.random, self.odds, share)
                                  for t in range(self.options.traits)})
        self.count_false_positives("cases", share, f"{name}_*")

    def have_times(self, share):
        columns, pairs = {}, []
        for t in range(self.options.traits):
            time, event = draw_times(self.random, self.odds, share)
            columns.update({f"t{t}": time, f"e{t}": event})
            pairs.append(f"t{t}:e{t}")
        name = f"times_{share:g}".replace(".", "_")
        text = ["\t".join(["IID", *columns])]
        text += ["\t".join([plink_files.sample_id(s), *(f"{int(value)}" for value in row)])
                 for s, row in enumerate(zip(*columns.values()))]
        (self.folder / f"{name}.tsv").write_text("\n".join(text) + "\n", encoding="utf-8")
        program.maniple("import", "--store", self.folder / "s", "--table", self.folder / f"{name}.tsv")
        self.count_false_positives("events", share, ",".join(pairs))

    def count_false_positives(self, kind, prevalence, traits):
        for correction in CORRECTIONS:
            results = self.scan(f"{kind}-{prevalence:g}-{correction}", traits, "--correction", correction)
            tested = np.isfinite(results.neg_log10_p)
            classes = [*zip(COUNTS, COUNTS[1:]), (COUNTS[0], COUNTS[-1])]
            for low, high in classes:
                chosen = (self.counts >= low) & (self.counts < high)
                count = tested[chosen].sum()
                cells = []
                for level in LEVELS:
                    found = (results.neg_log10_p[chosen][tested[chosen]] > -math.log10(level)).sum()
                    expected = count * level
                    ratio, error = found / expected, math.sqrt(max(found, 1)) / expected
                    cells.append(f"{ratio:>7.2f} ({error:.2f})")
                    if (low, high) == classes[-1] and level in JUDGED and expected >= LEAST_EXPECTED:
                        self.judge(kind, f"{prevalence:g} {kind}, {correction}, p < {level:g}", prevalence, correction,
                                   ratio, error)
                print(f"{prevalence:>7.2%} {kind:<6}  {correction:<12}  {low:>6,} to {high:<6,}  {count:>12,}  " + "  ".join(cells),
                      flush=True)

    def judge(self, kind, what, prevalence, correction, ratio, error):
        if correction == "none":
            self.require(prevalence >= 0.05 or ratio > LIMITS[1], f"{what}: {ratio:.2f}: the cohort proves nothing")
        elif correction == "spa" or (kind == "cases" and prevalence >= FIRTH_FROM):
            self.require(LIMITS[0] - 2 * error <= ratio <= LIMITS[1] + 2 * error, f"{what}: {ratio:.2f} times as often")

    def find_effects(self):
        """Diseases of one variant each; 2% and 10% of people fall ill."""
        options = self.options
        columns, true = {}, []
        usable = np.flatnonzero(self.counts >= COUNTS[1])
        chosen = self.random.choice(usable, min(options.planted, len(usable)), replace=False)
        for t, v in enumerate(chosen):
            true.append(self.random.uniform(*TRUE_EFFECTS) * self.random.choice([-1, 1]))
            columns[f"planted_{t}"] = draw_cases(self.random, self.odds + true[-1] * self.dosages[v], (0.02, 0.1)[t % 2])
        self.have_diseases("planted", columns)
        true = np.array(true)
        # Every variant is tested for every disease: exact regressions would take long.
        for correction, count in (("firth-approx", len(true)), ("firth", min(len(true), MOST_EXACT))):
            (self.folder / "planted.txt").write_text("".join(f"v{v}\n" for v in chosen[:count]), encoding="utf-8")
            results = self.scan(f"planted-{correction}", ",".join([*columns][:count]), "--correction", correction,
                                "--correction-threshold", "1", "--extract", self.folder / "planted.txt")
            place = {name: at for at, name in enumerate(results.variant_id)}
            column = {name: at for at, name in enumerate(results.traits)}
            at = [(place[f"v{v}"], column[f"planted_{t}"]) for t, v in enumerate(chosen[:count])]
            rows, traits = np.array(at).T
            off = (results.beta[rows, traits] - true[:count]) / results.standard_error[rows, traits]
            tested = np.isfinite(off)
            # Towards the null or away from it: signs of true effects are as likely.
            off, away = off[tested], (off * np.sign(true[:count]))[tested]
            mean, error = away.mean(), away.std(ddof=1) / math.sqrt(len(away))
            print(f"{correction:<12}  {len(away):>4} effects; from the truth, away from 0, in standard errors: mean "
                  f"{mean:.3f} ({error:.3f}), SD {away.std(ddof=1):.3f}; 95% intervals hold {np.mean(abs(off) < 1.96):.3f}")
            self.require(abs(mean) < 2 * error, f"{correction}: effects are {mean:.3f} standard errors off")

    def run(self):
        print(f"{self.options.samples:,} people, {self.options.variants:,} variants with {COUNTS[0]} to "
              f"{self.counts.max():,} minor alleles, {self.options.traits} diseases each; seed {self.options.seed}")
        print("  share         correction      minor alleles          tests  " +
              "  ".join(f"{f'p < {level:g}':>14}" for level in LEVELS))
        for prevalence in self.prevalences:
            self.have_cases(prevalence)
        for share in filter(None, self.options.events.split(",")):
            self.have_times(float(share))
        if self.options.planted:
            self.find_effects()
        return self.print_failures()


if __name__ == "__main__":
    campaign.run_in_folder(Diseases, "diseases", read_options())
