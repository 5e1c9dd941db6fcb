"""People with a score and outcomes that depend on it, for tests of evaluations."""
from program import np

NAN = float("nan")


def evaluated_people(samples, seed=5):
    """Columns of a table: a score, traits of every kind, and a covariate; one person without height, one without score."""
    chance = np.random.default_rng(seed)
    score = chance.standard_normal(samples)
    case = (chance.random(samples) < 1 / (1 + np.exp(1 - score))).astype(float)
    values = {"prs": score, "height": 170 + score + chance.normal(0, 2, samples), "case": case,
              "years": np.ceil(20 * chance.exponential(1, samples) * np.exp(-score / 2)), "event": case,
              "age": chance.normal(50, 12, samples)}
    values["height"][3] = NAN
    values["prs"][8] = NAN
    return values
