"""What is true of one regression, from the rows themselves in double precision: to judge disagreements."""
import collections
import dataclasses

import numpy as np

MISSING = 3
NOTHING_LEFT = 1e-20    # share of a sum of squares that is rounding
INFLATED = 50.0         # plink2 --vif


@dataclasses.dataclass
class Facts:
    samples: int
    lonely_levels: int      # levels of categorical covariates with one sample, before genotypes are dropped
    covariate_columns: int  # with intercept
    covariate_rank: int
    inflations: np.ndarray  # of the genotype, then of each covariate column; inf where collinear
    trait_explained: bool   # covariates leave nothing of the trait
    fit_perfect: bool       # covariates and genotype leave nothing of it
    no_genotype_missing: bool


def expand(column):
    """Indicator columns of all levels but the largest, or the numbers."""
    if not isinstance(column[0], str):
        return [np.asarray(column, float)]
    counts = collections.Counter(column)
    base = counts.most_common(1)[0][0]
    return [np.array([value == level for value in column], float) for level in counts if level != base]


def residuals(columns, values):
    """Orthogonal to the columns, twice for accuracy."""
    if not columns:
        return values
    basis, singular, _ = np.linalg.svd(np.column_stack(columns), full_matrices=False)
    basis = basis[:, singular > 1e-10 * singular[0]]
    for _ in range(2):
        values = values - basis @ (basis.T @ values)
    return values


def rank(columns):
    unit = [column / max(np.linalg.norm(column), 1e-300) for column in columns]
    return np.linalg.matrix_rank(np.column_stack(unit), tol=1e-9)


def inflation(columns, place):
    values = columns[place] - columns[place].mean()
    left = residuals([np.ones_like(values), *columns[:place], *columns[place + 1:]], values)
    spread = values @ values
    return np.inf if left @ left <= 1e-18 * spread or spread == 0 else spread / (left @ left)


def find_facts(dosages, trait, covariates, leave_lonely_out):
    """dosages: ALT alleles or MISSING per sample; trait: NaN = missing; covariates: columns, complete.

    leave_lonely_out: as plink2 does, samples that are alone in their level leave the trait's regression.
    """
    has_trait = ~np.isnan(trait)
    lonely = np.zeros(len(trait), bool)
    for column in covariates:
        if isinstance(column[0], str):
            counts = collections.Counter(np.asarray(column)[has_trait])
            lonely |= has_trait & np.array([counts[level] == 1 for level in column])
    start = has_trait & ~lonely if leave_lonely_out else has_trait
    kept = start & (dosages != MISSING)
    columns = [values for column in covariates for values in expand(list(np.asarray(column)[start]))]
    columns = [values[kept[start]] for values in columns]
    y = trait[kept] - (trait[kept].mean() if kept.any() else 0)
    facts = Facts(int(kept.sum()), int(lonely.sum()), 1 + len(columns), 0, np.array([]), False, False,
                  not (start & (dosages == MISSING)).any())
    if facts.samples == 0:
        return facts
    ones, genotype = np.ones(facts.samples), dosages[kept].astype(float)
    facts.covariate_rank = int(rank([ones, *columns]))
    predictors = [genotype, *columns]
    facts.inflations = np.array([inflation(predictors, place) for place in range(len(predictors))])
    size = trait[kept] @ trait[kept]
    left, unexplained = residuals([ones, *columns], y), residuals([ones, *columns, genotype], y)
    facts.trait_explained = left @ left <= NOTHING_LEFT * size
    facts.fit_perfect = unexplained @ unexplained <= NOTHING_LEFT * size
    return facts
