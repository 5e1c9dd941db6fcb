#!/usr/bin/env python3
"""maniple evaluate against somebody who subtracts: what is printed must give no small count away."""
import csv
import itertools
import json

from command_case import CommandCase
from plink_files import write_bfile, write_table
from program import h5py, main, np

LIMIT = 5


def cohort(seed, samples, share):
    chance = np.random.default_rng(seed)
    score = np.round(chance.standard_normal(samples), 2 if seed % 3 else 1)  # Ties.
    case = (chance.random(samples) < 1 / (1 + np.exp(-(np.log(share / (1 - share)) + score)))).astype(float)
    site = chance.choice(["north", "south", "east", "tiny"], samples, p=[0.45, 0.3, 0.2, 0.05])
    time = np.ceil(30 * chance.exponential(1, samples) * np.exp(-score / 2))
    return {"prs": score, "case": case, "years": time, "y": score + chance.normal(0, 2, samples), "site": list(site)}


class Attack:
    """Counts of people (and cases) on one side of cuts, as far as lines and subtraction tell them."""

    def __init__(self, values, trait):
        self.score = np.array(values["prs"])
        self.case = None if trait == "y" else np.array(values["case"])
        self.sites = np.array(values["site"])
        self.known = {}  # of a set: {people below a cut, of everybody in order: (people, cases) of the set below it}

    def learn(self, who, position, people, cases):
        counts = (people, cases, people - cases) if self.case is not None else (people,)
        known = self.known.setdefault(who, {})
        assert known.setdefault(position, counts) == counts, (who, position)

    def below(self, cut, equal_below):
        return int((self.score <= cut if equal_below else self.score < cut).sum())

    def read(self, rows):
        total = {}
        for row in rows:
            if row["kind"] == "estimate" and row["metric"] in ("r2", "auc", "c_index") and row["samples"] != "NA":
                who = (row["factor"], row["group"])
                total[who] = (int(row["samples"]), int(row["cases"]) if row["cases"] != "NA" else 0)
                self.learn(who, 0, 0, 0)
                self.learn(who, len(self.score), *total[who])
        for kind, bins, one in (("quantile", 5, "fifth"), ("calibration", 10, "tenth"), ("outcome", 10, "tenth"),
                                ("outcome", 5, "fifth")):
            cuts = np.quantile(self.score, np.arange(1, bins) / bins)
            for who in total:
                cells = [row for row in rows if (row["factor"], row["group"]) == who and row["kind"] == kind
                         and row["part"].startswith(one) and row["metric"] != "predicted"]
                people = cases = 0
                for row in cells:
                    number = int(row["part"].split()[1])
                    assert row["status"] != "suppressed", "a table is told whole or not at all"
                    people, cases = people + int(row["samples"]), cases + (int(row["cases"]) if row["cases"] != "NA" else 0)
                    if number < bins:
                        self.learn(who, self.below(cuts[number - 1], True), people, cases)
                assert len(cells) in (0, bins)
        for row in rows:
            who = (row["factor"], row["group"])
            if row["status"] != "ok" or who not in total:
                continue
            if row["kind"] == "quantile" and row["part"].startswith("top"):
                share = float(row["part"].split()[1][:-1]) / 100
                position = self.below(np.quantile(self.score, 1 - share), True)
                cases = int(row["cases"]) if row["cases"] != "NA" else 0
                self.learn(who, position, total[who][0] - int(row["samples"]), total[who][1] - cases)
            if row["kind"] == "threshold" and row["metric"] == "true_positive_rate":
                other, = [r for r in rows if r["metric"] == "false_positive_rate" and r["kind"] == "threshold"
                          and (r["factor"], r["group"], r["part"]) == (*who, row["part"])]
                kind, value = row["part"].split("=")
                cut = {"score": float(value), "risk": np.log(float(value) / (1 - float(value))) if kind == "risk" else 0,
                       "top": np.quantile(self.score, 1 - float(value)) if kind == "top" else 0}[kind]
                people, cases = total[who]
                called = round(float(row["estimate"]) * cases)
                wrongly = round(float(other["estimate"]) * (people - cases))
                self.learn(who, self.below(cut, kind == "top"), people - called - wrongly, cases - called)
        return total

    def subtract(self, total):
        """What everybody less the groups that are told leaves, and what all groups add up to."""
        groups = [who for who in total if who[0]]
        everybody = self.known[("NA", "all")] if ("NA", "all") in self.known else self.known[("", "all")]
        shared = set.intersection(*[set(self.known[who]) for who in groups]) if groups else set()
        for position in shared & set(everybody):
            counts = np.sum([self.known[who][position] for who in groups], axis=0)
            rest = np.array(everybody[position]) - counts
            self.known.setdefault("rest", {})[position] = tuple(int(x) for x in rest)
        if groups and sum(total[who][0] for who in groups) == len(self.score):
            for position in shared:
                counts = tuple(int(x) for x in np.sum([self.known[who][position] for who in groups], axis=0))
                assert everybody.setdefault(position, counts) == counts

    def small(self):
        for who, known in self.known.items():
            for a, b in itertools.combinations(sorted(known), 2):
                for name, low, high in zip(("people", "cases", "controls"), known[a], known[b]):
                    if 0 < high - low < LIMIT:
                        yield f"{who}: {high - low} {name} between {a} and {b}"


class Privacy(CommandCase):
    def evaluate(self, values, *words, trait, out="r"):
        self.succeed("evaluate", "--store", "s", "--scores", "t", "--score", "prs", "--bootstrap", "2", "--trait", trait,
                     "--scale", "linear", "--out", out, *words)
        with open(self.folder / out / "evaluation.tsv", encoding="utf-8") as file:
            rows = [{**row, "factor": row["factor"].replace("NA", "")} for row in csv.DictReader(file, delimiter="\t")]
        return rows

    def have(self, values):
        samples = len(values["prs"])
        write_bfile(self.folder / "g", np.random.default_rng(2).binomial(2, 0.3, (3, samples)))
        write_table(self.folder / "t.tsv", values)
        self.succeed("import", "--store", "s", "--bfile", "g", "--table", "t.tsv")

    def test_no_small_count_by_subtraction(self):
        told = {"fifth": 0, "tenth": 0, "top": 0, "threshold": 0, "group table": 0, "withheld": 0, "histogram": 0,
                "outcome": 0}
        for seed, (samples, share) in enumerate([(370, 0.2), (379, 0.2), (600, 0.1), (900, 0.2), (1500, 0.3), (2500, 0.25),
                                                 (4000, 0.3), (120, 0.5), (800, 0.15), (1200, 0.12)]):
            trait = "y" if seed == 7 else "case"
            values = cohort(seed, samples, share)
            before, self.folder = self.folder, self.folder / str(seed)
            self.folder.mkdir()
            self.have(values)
            rules = () if trait == "y" else ("--threshold", "top=0.6", "risk=0.3", "score=0.8", "top=0.03", "risk=0.7", "top=0.61")
            rows = self.evaluate(values, "--by", "site", *rules, trait=trait)
            self.folder = before
            attack = Attack(values, trait)
            total = attack.read(rows)
            attack.subtract(total)
            self.assertEqual(list(attack.small()), [], seed)
            # A histogram of the predictions, which order people as the score does, cuts them as well.
            found = json.loads((before / str(seed) / "r/evaluation.json").read_text(encoding="utf-8")).get("histogram")
            if found:
                told["histogram"] += 1
                positions = {0, len(values["prs"]), *attack.known[("", "all")], *map(int, np.cumsum(found["counts"]))}
                self.assertGreaterEqual(min(np.diff(sorted(positions))), LIMIT, seed)
            for row in rows:
                for name in told:
                    told[name] += row["status"] == "ok" and (row["part"].startswith(name) or row["kind"] == name)
                told["withheld"] += row["status"] == "suppressed"
                told["group table"] += row["status"] == "ok" and row["kind"] == "quantile" and row["factor"] == "site"
        # The attack had something to work with.
        for name, count in told.items():
            self.assertGreater(count, 0, told)

    def test_fifths_and_tenths_are_one_table(self):
        """Every fifth has five cases or more, tenth 3 has three: all tenths are withheld, the fifths are not."""
        samples = 400
        case = np.zeros(samples)
        for tenth, cases in enumerate((8, 7, 3, 6, 8, 9, 10, 10, 11, 12)):
            case[40 * tenth:40 * tenth + cases] = 1
        self.have({"prs": np.arange(samples) / 40 - 6, "case": case})
        rows = self.evaluate({}, "--threshold", "top=0.7", "top=0.8", "top=0.4", trait="case")
        status = lambda kind: {row["status"] for row in rows if row["kind"] == kind and "top" not in row["part"]}
        self.assertEqual(status("quantile"), {"ok", "reference"})
        self.assertEqual(status("calibration"), {"suppressed"})
        self.assertFalse([row for row in rows if row["part"].startswith("tenth")])
        # A threshold within fifth 2 would tell tenth 3; at the bound of fifths it tells nothing new.
        rates = {row["part"]: row["status"] for row in rows if row["kind"] == "threshold"}
        self.assertEqual(rates, {"top=0.7": "suppressed", "top=0.8": "ok", "top=0.4": "ok"})

    def test_top_share_is_the_top_fifth(self):
        """401 people: the bounds of fifths are people's own scores, who count as below in tables and rates alike."""
        samples = 401
        case = (np.arange(samples) % 5 == 0).astype(float)
        self.have({"prs": np.arange(samples) / 40 - 6, "case": case})
        rows = self.evaluate({}, "--threshold", "top=0.2", trait="case")
        fifth, = [row for row in rows if row["part"] == "fifth 5"]
        rates = {row["metric"]: float(row["estimate"]) for row in rows if row["kind"] == "threshold"}
        self.assertEqual(round(rates["true_positive_rate"] * case.sum()), int(fifth["cases"]))
        self.assertEqual(round(rates["false_positive_rate"] * (1 - case).sum()), int(fifth["samples"]) - int(fifth["cases"]))

    def test_thresholds_do_not_complete_a_withheld_table(self):
        """Fifth 1 has three cases: no fifth is told, and so a rate at the bound of fifth 2 may be; the next may not."""
        samples = 400
        case = np.zeros(samples)
        for fifth, cases in enumerate((3, 9, 14, 20, 28)):
            case[80 * fifth + 10:80 * fifth + 10 + cases] = 1
        self.have({"prs": np.arange(samples) / 40 - 6, "case": case})
        rows = self.evaluate({}, "--threshold", "top=0.6", "top=0.8", "top=0.59", trait="case")
        self.assertEqual({row["status"] for row in rows if row["kind"] == "quantile"}, {"suppressed"})
        rates = {row["part"]: row["status"] for row in rows if row["kind"] == "threshold"}
        self.assertEqual(rates, {"top=0.6": "ok", "top=0.8": "suppressed", "top=0.59": "suppressed"})

    def left_over(self, rows, values, first, second, kind="estimate", part="NA"):
        """What sums of told groups of one column less those of another leave, of people who can be told apart."""
        divisions = []
        for factor in (first, second):
            members = np.array(values[factor], dtype=object)
            told = {row["group"] for row in rows if row["factor"] == factor and row["kind"] == kind
                    and row["part"] == part and row["status"] != "suppressed"}
            sets = [members == name for name in sorted(told)]
            hidden = ~np.isin(members, sorted(told)) if told else np.ones(len(members), bool)
            divisions.append(sets + [hidden] * bool(hidden.any()))
        sums = [[np.any([s for s, take in zip(sets, takes) if take] or [np.zeros(len(sets[0]), bool)], axis=0)
                 for takes in itertools.product((0, 1), repeat=len(sets))] for sets in divisions]
        return [b & ~a for a in sums[0] for b in sums[1] if not (a & ~b).any()]

    def test_columns_that_divide_each_other(self):
        chance = np.random.default_rng(4)
        sites = np.repeat(["s1", "s2", "s3", "s4", "s5"], [150, 3, 70, 80, 60])
        chance.shuffle(sites)
        values = {"prs": chance.normal(0, 1, len(sites)), "y": chance.normal(0, 1, len(sites)), "site": list(sites),
                  "region": [{"s1": "A", "s2": "A", "s3": "B", "s4": "B", "s5": "C"}[s] for s in sites],
                  "coin": [f"c{c}" for c in chance.integers(0, 2, len(sites))]}
        age = chance.integers(20, 70, len(sites)).astype(float)
        age[(age >= 40) & (age < 42)] = 39
        age[:3] = 40
        values.update(age=age, years=age.copy(), young=[f"{a < 40}" for a in age], younger=[f"{a < 41}" for a in age])
        self.have(values)
        for pair in (("site", "region"), ("region", "site"), ("young", "younger"), ("coin", "site")):
            rows = self.evaluate(values, "--by", ",".join(pair), trait="y", out="-".join(pair))
            for people in self.left_over(rows, values, *pair):
                self.assertFalse(0 < people.sum() < LIMIT, (pair, people.sum()))
            told = [row for row in rows if row["factor"] and row["metric"] == "r2" and row["status"] == "ok"
                    and row["kind"] == "estimate"]
            self.assertEqual({row["factor"] for row in told}, {pair[0]} if "young" in pair else set(pair))
        # Columns that cross hide nothing from each other.
        self.assertEqual({row["group"] for row in told} & {"c0", "c1", "s1", "s4"}, {"c0", "c1", "s1", "s4"})
        words = ("evaluate", "--store", "s", "--scores", "t", "--score", "prs", "--trait", "y", "--out", "r", "--by")
        self.refuse(["'age' and 't.age' are one column"], *words, "age:40", "t.age:41")
        self.refuse(["'age' is named twice"], *words, "age:40", "age:41")

    def test_tables_of_columns_that_divide_each_other(self):
        """Each site has large fifths; region less site leaves a fifth of two people."""
        chance = np.random.default_rng(5)
        samples = 600
        score = np.arange(samples) / 100
        fifth = np.arange(samples) // 120
        inner = np.array([f"b{b}" for b in chance.integers(0, 2, samples)], dtype=object)
        outer = inner.copy()
        for f, many in enumerate((20, 2, 25, 20, 20)):
            outer[np.flatnonzero((fifth == f) & (inner == "b1"))[:many]] = "b0"
        values = {"prs": score, "y": chance.normal(0, 1, samples), "inner": list(inner), "outer": list(outer)}
        self.have(values)
        rows = self.evaluate(values, "--by", "inner,outer", trait="y")
        told = {row["factor"] for row in rows if row["kind"] == "quantile" and row["part"] == "fifth 1"}
        self.assertEqual(told, {"", "inner"})
        self.assertEqual({row["factor"] for row in rows if row["metric"] == "r2" and row["status"] == "ok"
                          and row["kind"] == "estimate"}, {"", "inner", "outer"})
        alone = self.evaluate(values, "--by", "outer", trait="y", out="alone")
        self.assertIn("outer", {row["factor"] for row in alone if row["part"] == "fifth 1"})

    def events_by_horizon(self, out, horizon):
        """Events by and after the horizon of each fifth whose curve is told, and of the fifths that are not, by
        subtraction. Nobody is censored before it, so that shares times people are counts."""
        found = json.loads((self.folder / out / "evaluation.json").read_text(encoding="utf-8"))
        tenths = [row for row in found["rows"] if row["kind"] == "calibration" and row["metric"] == "observed"
                  and row.get("part", "").startswith("tenth") and not row.get("factor")]
        fifths = [curve for curve in found["incidence"] if curve["group"] != "all"]
        told = {}
        for curve in fifths:
            if curve["time"]:
                share = curve["incidence"][curve["time"].index(horizon)]
                early = round(share * curve["samples"])
                told[curve["group"]] = (early, curve["events"] - early)
        if tenths and 0 < len(told) < len(fifths):
            early = round(sum(row["estimate"] * row["samples"] for row in tenths))
            total = (early, sum(curve["events"] for curve in fifths) - early)
            told["rest"] = tuple(all_ - sum(counts[i] for counts in told.values()) for i, all_ in enumerate(total))
        return told, bool(tenths)

    def followed_people(self, score, prediction, judged, early_in_lowest):
        """Times and events: six of each tenth of the predictions early, none of them of the lowest fifth of the score, and a
        few of that fifth; of the others half later. Nobody is censored before the horizon."""
        in_lowest = score <= np.quantile(score[judged], 0.2)
        tenth = np.searchsorted(np.quantile(prediction[judged], np.arange(1, 10) / 10), prediction, side="left")
        early = np.zeros(len(score), bool)
        for number in range(10):
            early[np.flatnonzero(judged & ~in_lowest & (tenth == number))[:6]] = True
        early[np.flatnonzero(judged & in_lowest)[:early_in_lowest]] = True
        later = ~early & (np.arange(len(score)) % 2 == 0)
        return np.where(early, 1.0, np.where(later, 5.0, 10.0)), (early | later).astype(float)

    def have_predictions(self):
        """Score and prediction (which holds a covariate), and who did not train them."""
        chance = np.random.default_rng(3)
        samples = 1500
        genotypes = chance.binomial(2, 0.3, (40, samples))
        risk = chance.normal(0, 1, 40) @ genotypes
        age = chance.normal(0, 1, samples)
        years = np.ceil(chance.exponential(1, samples) * 80 * np.exp(-0.7 * (risk - risk.mean()) / risk.std() - age)) / 4
        write_bfile(self.folder / "g", genotypes)
        write_table(self.folder / "t.tsv", {"years": np.minimum(years, 40), "event": (years < 40).astype(float), "age": age})
        self.succeed("import", "--store", "s", "--bfile", "g", "--table", "t.tsv")
        self.succeed("fit", "--store", "s", "--trait", "years:event", "--covariate", "age", "--name", "m", "--penalties", "10",
                     "--split", "0.4,0.1,0.5")
        self.succeed("score", "--store", "s", "--model", "m", "--out", "scored")
        with open(self.folder / "scored/scores.tsv", encoding="utf-8") as file:
            score = np.array([float(list(row.values())[-1]) for row in csv.DictReader(file, delimiter="\t")])
        with h5py.File(self.folder / "s/models/m.h5") as file:
            prediction = score + float(file["covariate_coefficient"][0]) * age
            judged = ~file["training_is_used"][:].astype(bool)
        return score, prediction, judged

    def evaluate_times(self, name, times, event, *words, horizon="2"):
        write_table(self.folder / f"{name}.tsv", {f"{name}_years": times, f"{name}_event": event})
        self.succeed("import", "--store", "s", "--table", f"{name}.tsv", "--name", name)
        self.succeed("evaluate", "--store", "s", "--model", "m", "--trait", f"{name}_years:{name}_event", "--bootstrap", "2",
                     "--horizon", horizon, "--out", name, "--no-report", *words)

    def test_no_small_count_of_events_by_a_horizon(self):
        """Tenths of the predictions are not within fifths of the score."""
        score, prediction, judged = self.have_predictions()
        shares = {}
        for name, early_in_lowest in (("few", 3), ("many", 7)):
            times, event = self.followed_people(score, prediction, judged, early_in_lowest)
            self.evaluate_times(name, times, event)
            told, has_tenths = self.events_by_horizon(name, 2)
            self.assertTrue(has_tenths)
            for group, counts in told.items():
                for count in counts:
                    self.assertFalse(0 < count < LIMIT, (name, group, told))
            shares[name] = told
        self.assertEqual(shares["few"], {})
        self.assertEqual(sum(early for early, _ in shares["many"].values()), 67)

    def counts_by_brier(self, out, sizes):
        """Events by the horizon of everybody and of groups: a Brier score over one less its skill is p (1 - p)."""
        rows = json.loads((self.folder / out / "evaluation.json").read_text(encoding="utf-8"))["rows"]
        found = {}
        for row in rows:
            if row["kind"] == "estimate" and row["metric"].startswith("brier") and row["estimate"] is not None:
                found.setdefault((row.get("factor", ""), row["group"]), {})[row["metric"]] = row["estimate"]
        product = {who: row["brier"] / (1 - row["brier_skill"]) for who, row in found.items()}
        told = {who: round(sizes[who] * (1 - max(0, 1 - 4 * q) ** 0.5) / 2) for who, q in product.items()}
        hidden = {(row.get("factor", ""), row["group"]) for row in rows if row["metric"].startswith("brier")
                  and row["status"] == "suppressed"}
        for row in rows:
            if row["metric"].startswith("brier") and row["status"] == "suppressed":
                self.assertIsNone(row["estimate"])
                self.assertNotIn("undefined_replicates", {name for name, value in row.items() if value is not None})
        return told, hidden

    def test_brier_lines_do_not_count_events_by_a_horizon(self):
        _, _, judged = self.have_predictions()
        places = np.flatnonzero(judged)
        site = np.array(["none"] * len(judged), dtype=object)
        site[places] = [("large", "large", "large", "middle", "middle", "small")[i % 6] for i in range(len(places))]
        region = np.array(["north" if s == "large" else "south" for s in site], dtype=object)
        write_table(self.folder / "site.tsv", {"site": list(site), "region": list(region)})
        self.succeed("import", "--store", "s", "--table", "site.tsv", "--name", "site")
        # Of each site, who has the event by time 2; later ones of everybody, where they are not many.
        cases = {"plain": ((20, 20, 20), None, set()), "few": ((1, 1, 2), None, {"all", "large", "middle", "small"}),
                 "one": ((20, 20, 3), None, {"small", "middle"}), "later": ((20, 20, 20), 3, None)}
        for name, (early_of, later_of_all, expected) in cases.items():
            times, event = np.full(len(judged), 10.0), np.zeros(len(judged))
            for level, count in zip(("large", "middle", "small"), early_of):
                here = places[site[places] == level]
                times[here[:count]] = 1
                event[here[:count]] = 1
                later = here[count:count + 30] if later_of_all is None else here[count:count + 1]
                times[later] = 5
                event[later] = 1
            self.evaluate_times(name, times, event, "--by", "site,region")
            sizes = {("", "all"): len(places)}
            for factor, of in (("site", site), ("region", region)):
                sizes.update({(factor, level): int((of[places] == level).sum()) for level in set(of[places])})
            told, hidden = self.counts_by_brier(name, sizes)
            if expected is not None:
                self.assertEqual({group for factor, group in hidden if factor in ("", "site")}, expected, name)
            else:
                self.assertEqual(told, {})
            for (factor, level), count in told.items():
                true = sum(early_of) if not factor else sum(
                    c for c, l in zip(early_of, ("large", "middle", "small"))
                    if l == level or (factor == "region" and (l == "large") == (level == "north")))
                self.assertEqual(count, true, (name, factor, level))
            everybody = told.get(("", "all"))
            for factor in ("site", "region"):
                groups = [count for (of, _), count in told.items() if of == factor]
                self.assertFalse([count for count in groups if 0 < count < LIMIT])
                if groups and everybody is not None:
                    self.assertFalse(0 < everybody - sum(groups) < LIMIT, name)
            # South is middle and small: with middle, it would tell of small.
            if ("region", "south") in told:
                rest = told[("region", "south")] - told.get(("site", "middle"), 0) - told.get(("site", "small"), 0)
                self.assertFalse(0 < rest < LIMIT, name)


if __name__ == "__main__":
    main()
