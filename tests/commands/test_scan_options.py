#!/usr/bin/env python3
"""What every option of `maniple scan` does, recounted from the PLINK files and tables it was given."""
import json
import math
import re

from command_case import CommandCase, contents
from plink_files import MISSING, sample_id, write_bfile, write_table
from program import main, np, read_results

NAN = float("nan")
SAMPLES, VARIANTS = 90, 400
CONTIGS = [1] * 150 + [2] * 130 + [3] * 70 + ["X"] * 50


def make_cohort():
    chance = np.random.default_rng(11)
    frequency = chance.beta(0.6, 1.2, VARIANTS)
    dosages = chance.binomial(2, frequency[:, None], (VARIANTS, SAMPLES))
    # Inbred variants, so that the Hardy-Weinberg test has something to find.
    inbred = chance.random(VARIANTS) < 0.2
    dosages[inbred] = 2 * (dosages[inbred] > 0)
    holes = chance.random(dosages.shape) < chance.random(VARIANTS)[:, None] * 0.3
    dosages[holes] = MISSING
    values = {name: chance.standard_normal(SAMPLES) for name in ("y", "z", "w_1", "w_2", "age")}
    for name, count in (("y", 9), ("z", 30)):
        values[name][chance.choice(SAMPLES, count, replace=False)] = NAN
    values["age"][3] = NAN
    values["case"] = np.where(np.arange(SAMPLES) < 3, 1.0, 0.0)
    values["site"] = [f"site{i % 4}" for i in range(SAMPLES)]
    return dosages, values


def hardy_weinberg(counts):
    """Exact test (Wigginton, Cutler and Abecasis 2005) by the definition: sum of all probabilities that
    are no greater, in exact integers."""
    hom, het, other = counts
    total, rare = hom + het + other, min(2 * hom + het, 2 * other + het)
    weights = {}
    for hets in range(rare % 2, rare + 1, 2):
        few = (rare - hets) // 2
        many = total - hets - few
        weights[hets] = 2**hets * math.factorial(total) // (
            math.factorial(few) * math.factorial(hets) * math.factorial(many))
    own = weights[het]
    return sum(w for w in weights.values() if w <= own) / sum(weights.values())


class ScanOptions(CommandCase):
    @classmethod
    def setUpClass(cls):
        cls.dosages, cls.values = make_cohort()

    def setUp(self):
        super().setUp()
        write_bfile(self.folder / "g", self.dosages, CONTIGS)
        write_table(self.folder / "t.tsv", self.values)
        self.succeed("import", "--store", "s", "--bfile", "g", "--table", "t.tsv", "--block-variants", "64")

    def scan(self, *words, out="r", traits="y", **options):
        said = self.succeed("scan", "--store", "s", "--trait", traits, "--model", "linear", "--out", out, *words, **options)
        return said, read_results(self.folder / out)

    def recount(self, known):
        """Per variant, of the samples analysed: genotypes 0, 1, 2 and missing."""
        chosen = self.dosages[:, known]
        return np.stack([(chosen == g).sum(axis=1) for g in (0, 1, 2, MISSING)], axis=1)

    def analysed(self, trait, *covariates):
        return np.all([~np.isnan(self.values[name]) for name in (trait, *covariates)], axis=0)

    def require_filtered(self, status, keeps, *words):
        """Exactly the variants that `keeps` refuses are `status`, for traits with other missing values too."""
        _, results = self.scan(*words, "--covariate", "age", traits="y,z", out=f"r-{status}")
        for column, trait in enumerate(("y", "z")):
            counts = self.recount(self.analysed(trait, "age"))
            expected = np.array([not keeps(c) for c in counts.tolist()])
            found = results.status[:, column] == results.statuses.index(status)
            np.testing.assert_array_equal(found, expected, f"{trait} {words}")
            self.assertTrue(0 < found.sum() < VARIANTS, "a filter that does nothing shows nothing")
            self.assertTrue(np.isnan(results.beta[found, column]).all())

    def test_minor_allele_frequency_and_count(self):
        def minor(c):
            alternate, called = c[1] + 2 * c[2], sum(c[:3])
            return min(alternate, 2 * called - alternate), 2 * called
        self.require_filtered("filtered_maf", lambda c: minor(c)[0] >= 0.1 * minor(c)[1], "--min-maf", "0.1")
        self.require_filtered("filtered_mac", lambda c: minor(c)[0] >= 20, "--min-mac", "20")

    def test_missing_genotypes(self):
        self.require_filtered("filtered_missing", lambda c: c[3] <= 0.1 * sum(c), "--max-missing", "0.1")

    def test_hardy_weinberg(self):
        self.require_filtered("filtered_hwe", lambda c: hardy_weinberg(c[:3]) >= 1e-4, "--hwe", "1e-4")

    def test_filters_together_count_in_order(self):
        _, results = self.scan("--min-maf", "0.1", "--max-missing", "0.1", "--min-mac", "25")
        names = [results.statuses[code] for code in results.status[:, 0]]
        counts = self.recount(self.analysed("y")).tolist()
        for name, c in zip(names, counts):
            alternate, called = c[1] + 2 * c[2], sum(c[:3])
            minor = min(alternate, 2 * called - alternate)
            good = minor >= 0.2 * called and minor >= 25 and c[3] <= 0.1 * sum(c)
            self.assertEqual(good, not name.startswith("filtered"), (name, c))

    def test_keep_and_remove(self):
        kept = "".join(f"{sample_id(s)} {sample_id(s)}\n" for s in range(60))
        self.write("keep", "#FID IID\n" + kept + "who who\n")
        self.write("remove", "".join(f"{sample_id(s)}\n" for s in range(50, 90)))
        known = self.analysed("y")
        place = np.arange(SAMPLES)
        for words, chosen in ((("--keep", "keep"), place < 60), (("--remove", "remove"), place < 50),
                              (("--keep", "keep", "--remove", "remove"), place < 50)):
            said, results = self.scan(*words, out="-".join(words))
            counts = self.recount(known & chosen)
            self.assertIn(f"y: {(known & chosen).sum()} samples", said)
            frequency = (counts[:, 1] + 2 * counts[:, 2]) / (2 * counts[:, :3].sum(axis=1))
            np.testing.assert_allclose(results.effect_allele_frequency[:, 0], frequency, rtol=1e-6)
            self.assertTrue((results.samples[:, 0] <= (known & chosen).sum()).all())

    def test_samples_are_those_with_a_genotype(self):
        _, results = self.scan("--missing-genotype", "drop")
        known = self.analysed("y")
        called = self.recount(known)[:, :3].sum(axis=1)
        np.testing.assert_array_equal(results.samples[:, 0], called)
        _, results = self.scan("--missing-genotype", "mean", out="mean")
        self.assertEqual(set(results.samples[:, 0]), {known.sum()})

    def test_variants(self):
        everything = [f"v{i}" for i in range(VARIANTS)]
        some = everything[5:300:7]
        self.write("some", "\n".join(some) + "\nunknown\n")
        cases = {("--extract", "some"): some,
                 ("--exclude", "some"): [v for v in everything if v not in some],
                 ("--chr", "2"): [v for v, c in zip(everything, CONTIGS) if c == 2],
                 ("--chr", "1-2,X"): [v for v, c in zip(everything, CONTIGS) if c != 3],
                 ("--chr", "chr3", "X"): [v for v, c in zip(everything, CONTIGS) if c in (3, "X")],
                 ("--chr", "2", "--extract", "some"): [v for v in some if CONTIGS[int(v[1:])] == 2],
                 ("--chr", "1", "--exclude", "some"): [v for v, c in zip(everything, CONTIGS)
                                                       if c == 1 and v not in some]}
        _, whole = self.scan(out="whole")
        for words, expected in cases.items():
            said, results = self.scan(*words, out="-".join(words))
            self.assertEqual(results.variant_id, expected, words)
            self.assertIn(f"{len(expected)} of {VARIANTS} chosen", said)
            rows = [int(v[1:]) for v in expected]
            np.testing.assert_array_equal(results.beta, whole.beta[rows])
            np.testing.assert_array_equal(results.neg_log10_p, whole.neg_log10_p[rows])

    def test_summary_adds_up(self):
        self.scan("--min-maf", "0.05", "--hwe", "1e-6", "--covariate", "age,site", traits="y,z,case")
        lines = [line.split("\t") for line in (self.folder / "r/summary.tsv").read_text().splitlines()]
        results = read_results(self.folder / "r")
        header = lines[0]
        for column, line in enumerate(lines[1:]):
            row = dict(zip(header, line, strict=True))
            statuses = header[header.index("hits") + 1:]
            self.assertEqual(int(row["tested"]) + sum(int(row[s]) for s in statuses), VARIANTS)
            for code, status in enumerate(results.statuses):
                name = "tested" if status == "ok" else status
                self.assertEqual(int(row[name]), (results.status[:, column] == code).sum())
            self.assertEqual(int(row["hits"]), (results.neg_log10_p[:, column] >= -math.log10(5e-8)).sum())
        self.assertEqual([line[0] for line in lines[1:]], ["y", "z", "case"])
        self.assertEqual(dict(zip(header, lines[3]))["cases"], "<5")

    def test_run_record(self):
        self.scan("--covariate", "age", "--chr", "1", ranks=2)
        record = json.loads((self.folder / "r/run.json").read_text())
        self.assertEqual(record["program"], "maniple")
        self.assertRegex(record["version"], r"^\d+\.\d+\.\d+$")
        self.assertLessEqual({"HDF5", "MPI", "libdeflate"}, set(record["libraries"]))
        plan = record["plan"]
        self.assertEqual((plan["command"], plan["traits"], plan["covariates"], plan["chr"]), ("scan", ["y"],
                                                                                              ["age"], ["1"]))
        self.assertEqual(plan["variants"], 150)
        inputs = record["inputs"]
        self.assertEqual(len(inputs["partitions"]), 4)
        for each in inputs["partitions"] + inputs["tables"]:
            self.assertRegex(each["checksum"], r"^[0-9a-f]{16}$")
        self.assertEqual([rank["rank"] for rank in record["ranks"]], [0, 1])
        for rank in record["ranks"]:
            self.assertGreater(rank["peak_memory_bytes"], 1_000_000)
            self.assertGreaterEqual(rank["threads"], 1)

    def test_nobody_is_named(self):
        self.write("keep", "".join(f"{sample_id(s)}\n" for s in range(60)) + "stranger\n")
        self.scan("--keep", "keep", "--covariate", "age", traits="y,case")
        self.succeed("export", "--run", "r", "--trait", "y", "--out", "f.tsv")
        ids = [sample_id(s) for s in range(SAMPLES)] + ["stranger"]
        for path in [*(self.folder / "r").iterdir(), self.folder / "f.tsv"]:
            if path.suffix == ".h5":
                continue
            words = set(re.split(r"[^0-9A-Za-z_]+", path.read_text(encoding="latin-1")))
            self.assertFalse(words & set(ids), path)
        import h5py
        with h5py.File(self.folder / "r/results.h5") as file:
            texts = set()
            file.visititems(lambda _,
                            d: texts.update(t.decode() for t in np.ravel(d[:])) if d.dtype.kind == "S" else None)
            self.assertIn("v7", texts)
            self.assertFalse(texts & set(ids))
            self.assertFalse(any(SAMPLES in d.shape for d in file.values()), "a dataset with a row per person")

    def test_plan_says_all_and_writes_nothing(self):
        before = contents(self.folder)
        for ranks in (0, 2):
            said = self.succeed("scan", "--store", "s", "--trait", "y,case", "--model", "linear", "--covariate",
                                "age", "--out", "r", "--plan", ranks=ranks)
            for piece in (f"samples: {SAMPLES} in the store", f"{SAMPLES} of its {SAMPLES} rows",
                          "89 with every covariate",
                          "y: ", "case: 89 samples, <5 cases, NA controls", f"{VARIANTS} variants x 2 traits", "to read ",
                          "memory per rank ", "time about", "result "):
                self.assertIn(piece, said)
            self.assertEqual(said.count("samples: 90"), 1, "ranks speak with one voice")
            self.assertEqual(before, contents(self.folder))
        self.succeed("scan", "--store", "s", "--trait", "y", "--plan")
        self.refuse(["trait 'x'"], "scan", "--store", "s", "--trait", "x", "--plan")

    def test_job_file_equals_command_line(self):
        words = ["--covariate", "age,site", "--min-maf", "0.05", "--missing-genotype", "drop", "--chr", "1-2"]
        self.scan(*words, traits="y,z")
        self.write("job.ini", "# first scan\nstore = s\ntrait = y,z\ncovariate = age,site\nmin-maf = 0.05\n"
                              "missing-genotype = drop\nchr = 1-2\nout = from-job\n")
        self.succeed("scan", "--job", "job.ini")
        right = (self.folder / "r/results.h5").read_bytes()
        self.assertEqual(right, (self.folder / "from-job/results.h5").read_bytes())
        self.succeed("scan", "--job", "job.ini", "--out", "other", "--min-maf", "0.2")
        self.assertNotEqual(right, (self.folder / "other/results.h5").read_bytes())
        self.assertEqual(json.loads((self.folder / "other/run.json").read_text())["plan"]["min_maf"], 0.2)

    def test_traits_by_pattern(self):
        cases = {("w_*",): ["w_1", "w_2"], ("all",): ["y", "z", "w_1", "w_2", "case"], ("?",): ["y", "z"],
                 ("t.w_[12]", "y"): ["w_1", "w_2", "y"], ("z,y,z",): ["z", "y"], ("t.y",): ["y"]}
        for i, (words, expected) in enumerate(cases.items()):
            self.succeed("scan", "--store", "s", "--trait", *words, "--model", "linear", "--covariate", "age",
                         "--out", f"r{i}")
            self.assertEqual(sorted(read_results(self.folder / f"r{i}").traits), sorted(expected), words)

    def test_private_files_in_a_private_folder(self):
        self.scan()
        (self.folder / "made").mkdir(mode=0o755)
        self.scan(out="made")
        self.assertEqual((self.folder / "r").stat().st_mode & 0o777, 0o700)
        for run in ("r", "made"):
            self.assertEqual({p.name for p in (self.folder / run).iterdir()},
                             {"results.h5", "summary.tsv", "run.json", "log.txt", "report.html", ".plan"})
        for path in (self.folder / "r").iterdir():
            self.assertEqual(path.stat().st_mode & 0o777, 0o600, path)
        for path in (self.folder / "made").iterdir():
            self.assertIn(path.stat().st_mode & 0o777, (0o600, 0o644), path)

    def test_threads_change_nothing(self):
        self.scan("--threads", "1")
        for threads in (2, 5):
            self.scan("--threads", str(threads), out=f"r{threads}")
            self.assertEqual((self.folder / "r/results.h5").read_bytes(),
                             (self.folder / f"r{threads}/results.h5").read_bytes())


if __name__ == "__main__":
    main()
