"""How tests of variants without effect are distributed, and how exactly so many tests can tell."""
import dataclasses
import math

import numpy as np

MEDIAN = 0.454936423119573          # of chi-squared with one degree of freedom
MEDIAN_DENSITY = 0.471139           # of it, there
LEVELS = [0.05, 0.01, 0.001, 0.0001]


@dataclasses.dataclass
class Figure:
    value: float
    error: float  # standard error

    def __str__(self):
        return f"{self.value:.3f} ({self.error:.3f})"


@dataclasses.dataclass
class Calibration:
    inflation: Figure       # lambda GC of all tests
    by_trait: np.ndarray    # of each trait
    tails: dict             # {level: tests below it, over those expected}


def chi_squared_of(neg_log10_p):
    """With one degree of freedom; interpolated."""
    deviates = np.arange(0, 38, 0.002)
    tails = [-math.log10(math.erfc(z / math.sqrt(2))) for z in deviates]
    return np.interp(neg_log10_p, tails, deviates) ** 2


def share_above(exceeds, tested, chromosome):
    """Share of tests that exceed something; exceeds, tested: variants x traits.

    Neighbouring variants are correlated, a trait's tests may all be inflated, and a chromosome's in all traits: the
    variance is clustered by trait and by chromosome (Cameron, Gelbach and Miller 2011), at least that by both at once.
    """
    exceeds = exceeds & tested
    total = tested.sum()
    share = exceeds.sum() / total
    excess = np.array([exceeds[chromosome == c].sum(axis=0) - share * tested[chromosome == c].sum(axis=0)
                       for c in np.unique(chromosome)])
    clustered = lambda sums: float((sums**2).sum()) * sums.size / max(1, sums.size - 1)
    cells = clustered(excess)
    variance = max(cells, clustered(excess.sum(axis=0)) + clustered(excess.sum(axis=1)) - cells)
    return Figure(float(share), math.sqrt(variance) / total)


def inflation(chi_squared, chromosome):
    """lambda GC: the median over that of chi-squared; its error from the share above it, and the density there."""
    tested = np.isfinite(chi_squared)
    median = np.median(chi_squared[tested])
    above = share_above(chi_squared > median, tested, chromosome)
    found = median / MEDIAN
    return Figure(float(found), float(found) * above.error / (MEDIAN_DENSITY * MEDIAN))


def calibrate(chi_squared, neg_log10_p, chromosome):
    """chi_squared, neg_log10_p: variants without effect x traits; NaN where not tested."""
    tested = np.isfinite(neg_log10_p)
    tails = {}
    for level in LEVELS:
        below = share_above(neg_log10_p > -math.log10(level), tested, chromosome)
        tails[level] = Figure(below.value / level, below.error / level)
    return Calibration(inflation(chi_squared, chromosome),
                       np.nanmedian(chi_squared, axis=0) / MEDIAN, tails)


def tail_ratio(level, inflation_factor):
    """Tests below a level, over those expected, where all chi-squared are larger by a factor."""
    low, high = 0.0, 50.0
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if math.erfc(middle / math.sqrt(2)) > level else (low, middle)
    return math.erfc(low / math.sqrt(2 * inflation_factor)) / level
