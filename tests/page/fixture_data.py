"""Simulated data of every kind of plot, from fixed seeds and the standard library alone."""
import math
import random

MEGABASES = [248, 242, 198, 190, 181, 170, 159, 145, 138, 133, 135, 133, 114, 107, 101, 90, 83, 80, 58, 64, 46, 50]
THRESHOLD = 7.30103
LOCI = 23
REGION_VARIANTS = 400


def contigs():
    rows, offset = [], 0
    for i, length in enumerate(MEGABASES, start=1):
        rows.append({"name": str(i), "offset": offset, "length": length * 1_000_000})
        offset += length * 1_000_000
    return rows


def place(random_source, rows):
    at = random_source.randrange(rows[-1]["offset"] + rows[-1]["length"])
    contig = max(i for i, row in enumerate(rows) if row["offset"] <= at)
    return contig, at - rows[contig]["offset"]


def background(random_source, rows, count):
    points = {"contig": [], "position": [], "y": []}
    for _ in range(count):
        contig, position = place(random_source, rows)
        points["contig"].append(contig)
        points["position"].append(position)
        points["y"].append(round(min(1 - math.log10(1 - random_source.random()), THRESHOLD - 0.01), 3))
    return points


def locus_heads(random_source, rows, first_name):
    loci = []
    for i in range(LOCI):
        contig, position = place(random_source, rows)
        loci.append({"id": first_name if i == 0 else f"rs{1000 + 37 * i}", "contig": contig, "position": position,
                     "y": round(THRESHOLD + 1 + random_source.expovariate(1 / 12), 2), "beta": random_source.gauss(0, 0.1),
                     "frequency": random_source.uniform(0.01, 0.5), "region": f"region-{i}" if i < 3 else None})
    return loci


def manhattan(background_count, hit_count, first_name):
    random_source = random.Random(1)
    rows = contigs()
    loci = locus_heads(random_source, rows, first_name) if hit_count > 0 else []
    hits = {name: [] for name in ("contig", "position", "y", "id", "alleles", "beta", "standard_error", "frequency")}
    for k in range(hit_count):
        locus = loci[k % LOCI]
        lead = k < LOCI
        near = random_source.gauss(0, 400_000)
        y = THRESHOLD + (locus["y"] - THRESHOLD) * random_source.random() * math.exp(-(near / 400_000) ** 2 / 2)
        beta = locus["beta"] if lead else random_source.gauss(0, 0.1)
        hits["contig"].append(locus["contig"])
        hits["position"].append(locus["position"] if lead else max(1, int(locus["position"] + near)))
        hits["y"].append(locus["y"] if lead else round(y, 3))
        hits["id"].append(locus["id"] if lead else f"rs{100_000 + k}")
        hits["alleles"].append("A/G" if k % 3 else "CTTA/C")
        hits["beta"].append(round(beta, 5))
        hits["standard_error"].append(round(abs(beta) / math.sqrt(4.6 * y) + 1e-4, 5))
        hits["frequency"].append(round(random_source.uniform(0.01, 0.5), 4))
    return {"contigs": rows, "threshold": THRESHOLD, "reach": 500_000, "points": background(random_source, rows, background_count),
            "hits": hits, "loci": loci}


def region(scan, locus, seed):
    random_source = random.Random(seed)
    data = {"lead": locus["id"], "lead_index": REGION_VARIANTS // 2, "contig": scan["contigs"][locus["contig"]]["name"],
            "threshold": THRESHOLD, "positions": [], "y": [], "r_squared": [], "id": [], "alleles": [], "beta": [],
            "standard_error": [], "frequency": []}
    if seed == 0:
        data["tested"] = 12_345  # Of which the page had room for these.
    for k in range(REGION_VARIANTS):
        lead = k == REGION_VARIANTS // 2
        near = 0 if lead else random_source.uniform(-500_000, 500_000)
        r_squared = 1.0 if lead else random_source.random() ** 2 * math.exp(-abs(near) / 150_000)
        data["positions"].append(max(1, int(locus["position"] + near)))
        data["y"].append(locus["y"] if lead else round(locus["y"] * r_squared * 0.95 + random_source.expovariate(2), 3))
        data["r_squared"].append(None if k % 29 == 3 else round(r_squared, 3))
        data["id"].append(locus["id"] if lead else f"rs{900_000 + k}")
        data["alleles"].append("A/G")
        data["beta"].append(round(random_source.gauss(0, 0.05), 4))
        data["standard_error"].append(0.01)
        data["frequency"].append(round(random_source.uniform(0.01, 0.5), 3))
    return data


def qq():
    random_source = random.Random(2)
    series = []
    for name, count, inflation in (("all", 400, 1.06), ("0.01 to 0.05", 300, 1.02), ("0.05 and above", 300, 1.08)):
        expected = [round(-math.log10((i + 0.5) / count / 30), 4) for i in range(count)]
        observed = [round(e * inflation + max(0, e - 3.2) ** 2 * random_source.uniform(2.0, 2.2), 4) for e in expected]
        series.append({"name": name, "lambda": inflation, "expected": expected, "observed": observed})
    edge = [k * 0.2 for k in range(21)]
    band = {"expected": edge, "lower": [max(0, e - 0.06 * e * e) for e in edge], "upper": [e + 0.09 * e * e for e in edge]}
    return {"series": series, "band": band}


def heat(scan):
    random_source = random.Random(3)
    columns = ["height", "weight", "body mass index", "LDL cholesterol", "HDL cholesterol", "glucose", "systolic pressure",
               "type 2 diabetes"]
    z = [[round(random_source.gauss(0, 4), 2) for _ in columns] for _ in scan["loci"]]
    if z:
        z[2][1] = None
    y = [[None if value is None else round(value * value / 4.6, 2) for value in row] for row in z]
    names = [f"{locus['id']} (GENE{i})" for i, locus in enumerate(scan["loci"])]
    return {"rows": names, "columns": columns, "threshold": THRESHOLD, "z": z, "y": y}


def narrow_heat():
    """Few rows, many columns of long names: names take more room than rows."""
    random_source = random.Random(4)
    columns = [f"{name}_{k}" for k in range(1, 5) for name in ("Apolipoprotein_A", "Triglycerides_mM", "Systolic_pressure")]
    z = [[round(random_source.gauss(0, 6), 2) for _ in columns] for _ in range(2)]
    return {"rows": ["rs11 (1)", "rs22 (2)"], "columns": columns, "threshold": THRESHOLD, "z": z,
            "y": [[round(value * value / 4.6, 2) for value in row] for row in z]}


def forest():
    rows = [("all", "12,408", "1,310", 0.712, 0.697), ("women", "6,630", "590", 0.724, 0.702), ("men", "5,778", "720", 0.699, 0.68),
            ("age 40 to 49", "3,101", "120", 0.741, 0.69), ("age 50 to 59", "4,800", "410", 0.722, 0.695),
            ("age 60 and above", "4,507", "780", 0.68, 0.66), ("recruited at a centre with a very long name", "903", "88", 0.69, 0.63)]
    listed = [{"label": label, "whole": label == "all", "samples": samples, "cases": cases, "estimate": estimate, "lower": lower,
               "upper": round(2 * estimate - lower, 3), "status": "ok"} for label, samples, cases, estimate, lower in rows]
    listed.append({"label": "other ancestry", "whole": False, "samples": "41", "cases": "<5", "estimate": None, "lower": None, "upper": None,
                   "status": "too few cases"})
    return {"metric": "AUC", "noun": "cases", "reference": 0.5, "rows": listed}


def calibration():
    predicted = [0.01, 0.02, 0.03, 0.042, 0.055, 0.07, 0.09, 0.12, 0.17, 0.29]
    observed = [0.012, 0.018, 0.033, 0.04, 0.058, 0.066, 0.085, 0.115, 0.15, 0.25]
    spread = [0.006 + 0.1 * value for value in observed]
    curve = [k / 100 for k in range(31)]
    return {"axes": ["Predicted share of cases", "Observed share of cases"],
            "ranges": [[0, 0.3], [0, 0.3]],
            "points": {"predicted": predicted, "observed": observed, "lower": [o - s for o, s in zip(observed, spread)],
                       "upper": [o + s for o, s in zip(observed, spread)], "samples": [1240] * 10},
            "curve": {"predicted": curve, "observed": [0.004 + 0.87 * value for value in curve]},
            "histogram": {"edges": [k * 0.02 for k in range(16)],
                          "counts": [int(4000 * math.exp(-k / 2.5)) for k in range(15)]}}


def quantiles():
    observed = [0.03, 0.052, 0.08, 0.115, 0.19]
    return {"unit": "Observed share of cases", "range": [0, 0.25], "labels": ["lowest fifth", "second", "third", "fourth", "highest fifth"], "observed": observed,
            "lower": [o * 0.8 for o in observed], "upper": [o * 1.22 for o in observed],
            "predicted": [0.028, 0.05, 0.083, 0.12, 0.205]}


def incidence():
    groups = []
    for name, rate in (("highest fifth", 0.021), ("middle three fifths", 0.009), ("lowest fifth", 0.004)):
        time = [0.7 * k for k in range(1, 15)]
        level = [1 - math.exp(-rate * t) for t in time]
        groups.append({"name": name, "time": time, "incidence": level, "lower": [v * 0.85 for v in level],
                       "upper": [v * 1.15 for v in level], "at_risk": [int(2480 * (1 - t / 14)) for t in time]})
    return {"unit": "time in years", "groups": groups}


def density():
    edges = [-4, -3, *(-2.75 + 0.25 * k for k in range(23)), 3, 4]  # Outer cells are joined ones.
    counts = [int(48_000 * (high - low) * math.exp(-((low + high) ** 2) / 8)) for low, high in zip(edges, edges[1:])]
    return {"edges": edges, "counts": counts, "mark": {"value": 1.13, "label": "this person"}}


def contributions():
    names = ["rs11 (LDLR)", "rs205 (APOE)", "rs77 (PCSK9)", "1:55039974:G:T (PCSK9)", "rs6511720", "rs12", "rs13 (ABCG8)", "rs14"]
    values = [0.31, 0.22, -0.19, 0.12, -0.09, 0.07, 0.05, -0.04]
    return {"rows": [{"label": label, "value": value} for label, value in zip(names, values)]}


def simulated(background_count, hit_count, first_name):
    """All data by kind; `first_name` is the ID of the first locus."""
    scan = manhattan(background_count, hit_count, first_name)
    regions = {locus["region"]: region(scan, locus, seed) for seed, locus in enumerate(scan["loci"]) if locus["region"]}
    return {"manhattan": scan, "regions": regions, "qq": qq(), "heat": heat(scan), "narrow_heat": narrow_heat(), "forest": forest(),
            "calibration": calibration(), "quantiles": quantiles(), "incidence": incidence(), "density": density(), "contributions": contributions()}


def elements(data):
    """The data by the id of the element that holds it."""
    names = {"manhattan": "height-manhattan", "qq": "height-qq", "heat": "loci-by-traits", "narrow_heat": "two-loci", "forest": "auc",
             "calibration": "calibration-curve", "quantiles": "by-fifth", "incidence": "by-group", "density": "place",
             "contributions": "parts"}
    return {**{name: data[kind] for kind, name in names.items()}, **data["regions"]}
