#!/usr/bin/env python3
"""Cohorts, tables and names at the edges: each gives the right numbers, a status, or a clear refusal."""
import json

from command_case import CommandCase
from plink_files import MISSING, sample_id, write_bfile, write_table
from program import main, np, read_results

NAN = float("nan")


def regress(dosages, values, covariates, missing):
    """beta and its standard error by least squares in double precision; None where there is none."""
    dosages = np.where(dosages == MISSING, NAN, dosages.astype(float))
    known = ~np.isnan(values) & ~np.isnan(covariates).any(axis=1)
    if missing == "drop":
        known &= ~np.isnan(dosages)
    genotype, value, design = dosages[known], values[known], covariates[known]
    if np.isnan(genotype).all():
        return None
    genotype = np.where(np.isnan(genotype), np.nanmean(genotype), genotype)
    design = np.column_stack([np.ones(len(value)), design])
    basis = np.linalg.svd(design, full_matrices=False)
    rank = int((basis[1] > 1e-9 * basis[1][0]).sum())
    basis = basis[0][:, :rank]
    freedom = len(value) - rank - 1
    genotype = genotype - basis @ (basis.T @ genotype)
    if freedom < 1 or genotype @ genotype < 1e-9:
        return None
    value = value - basis @ (basis.T @ value)
    beta = genotype @ value / (genotype @ genotype)
    rest = value - beta * genotype
    return beta, np.sqrt(rest @ rest / freedom / (genotype @ genotype))


def cohort(samples, variants, seed=1, missing=0.05):
    chance = np.random.default_rng(seed)
    dosages = chance.binomial(2, 0.3, (variants, samples)).astype(np.uint8)
    dosages[chance.random(dosages.shape) < missing] = MISSING
    return dosages, chance.standard_normal(samples)


class OddShape(CommandCase):
    def have(self, dosages, columns, *words, contigs=None):
        write_bfile(self.folder / "g", dosages, contigs)
        write_table(self.folder / "t.tsv", columns)
        return self.succeed("import", "--store", "s", "--bfile", "g", "--table", "t.tsv", *words)

    def scan(self, *words, out="r", **options):
        said = self.succeed("scan", "--store", "s", "--out", out, *words, **options)
        return said, read_results(self.folder / out)

    def require_regression(self, results, trait, dosages, values, covariates=None, missing="mean", rows=None):
        """Every variant agrees with least squares, or both have no number. Returns the number of agreements."""
        values = np.asarray(values, dtype=float)
        covariates = np.zeros((len(values), 0)) if covariates is None else covariates
        column = results.traits.index(trait)
        tested = 0
        for row in range(len(results.variant_id)) if rows is None else rows:
            status = results.statuses[results.status[row, column]]
            expected = regress(dosages[row], values, covariates, missing)
            beta, error = results.beta[row, column], float(results.standard_error[row, column])
            if expected is None:
                self.assertNotEqual(status, "ok", f"row {row}")
                self.assertTrue(np.isnan(beta) and np.isnan(error), f"row {row}")
            elif status == "ok":
                self.assertLess(abs(beta - expected[0]), 1e-6 * expected[1], f"row {row}")
                self.assertLess(abs(error / expected[1] - 1), 1e-6, f"row {row}")
                tested += 1
            else:
                self.assertIn(status, ("perfect_fit", "collinear_genotype"), f"row {row}")
        return tested


class FewOfSomething(OddShape):
    def test_one_sample(self):
        self.have([[1], [2], [MISSING]], {"y": [3.0]})
        self.refuse(["trait 'y' has too few samples (<5 with it"], "scan", "--store", "s", "--trait", "y", "--out", "r")
        self.succeed("verify", "s")
        self.assertEqual(json.loads(self.succeed("info", "s", "--json"))["samples"], 1)
        self.assertRegex(self.succeed("info", "s"), r"(?m)^size  .* times larger than at two bits a genotype\)$")

    def test_two_samples(self):
        self.have([[0, 1], [2, 2]], {"y": [3.0, 4.0]})
        self.refuse(["trait 'y' has too few samples"], "scan", "--store", "s", "--trait", "y", "--out", "r")

    def test_three_samples(self):
        dosages = np.array([[0, 1, 2], [0, 1, 1], [2, 2, 2], [0, MISSING, 1], [0, MISSING, MISSING]])
        values = [3.0, 4.0, 4.5]
        self.have(dosages, {"y": values})
        for missing in ("mean", "drop"):
            _, results = self.scan("--trait", "y", "--missing-genotype", missing, out=missing)
            self.assertGreaterEqual(self.require_regression(results, "y", dosages, values, missing=missing), 2)

    def test_one_variant_on_many_ranks(self):
        dosages, values = cohort(40, 1)
        self.have(dosages, {"y": values})
        _, alone = self.scan("--trait", "y")
        self.assertEqual(self.require_regression(alone, "y", dosages, values), 1)
        self.scan("--trait", "y", out="three", ranks=3)
        self.assertEqual((self.folder / "r/results.h5").read_bytes(), (self.folder / "three/results.h5").read_bytes())

    def test_blocks_of_one_variant(self):
        dosages, values = cohort(30, 40)
        self.have(dosages, {"y": values}, "--block-variants", "1", contigs=[1] * 13 + [2] * 27)
        _, results = self.scan("--trait", "y")
        self.assertEqual(self.require_regression(results, "y", dosages, values), 40)
        self.scan("--trait", "y", out="three", ranks=3)
        self.assertEqual((self.folder / "r/results.h5").read_bytes(), (self.folder / "three/results.h5").read_bytes())

    def test_sample_counts_around_the_padding(self):
        for samples in (255, 256, 257):
            with self.subTest(samples=samples):
                dosages, values = cohort(samples, 20, seed=samples)
                write_bfile(self.folder / "g", dosages)
                write_table(self.folder / "t.tsv", {"y": values})
                store = f"s{samples}"
                self.succeed("import", "--store", store, "--bfile", "g", "--table", "t.tsv")
                self.succeed("scan", "--store", store, "--trait", "y", "--out", f"r{samples}")
                results = read_results(self.folder / f"r{samples}")
                self.assertEqual(self.require_regression(results, "y", dosages, values), 20)

    def test_store_without_traits(self):
        self.succeed("simulate", "--store", "s", "--samples", "20", "--variants", "10", "--contigs", "1",
                     "--quantitative", "0", "--binary", "0")
        self.refuse(["quantitative_1", "info"], "scan", "--store", "s", "--trait", "quantitative_1", "--out", "r")
        self.succeed("verify", "s")


class Missing(OddShape):
    def test_all_genotypes(self):
        self.have(np.full((5, 20), MISSING), {"y": np.arange(20.0)})
        for missing in ("mean", "drop"):
            _, results = self.scan("--trait", "y", "--missing-genotype", missing, out=missing)
            self.assertEqual({results.statuses[code] for code in results.status[:, 0]}, {"no_genotypes"})
            self.assertTrue(np.isnan(results.beta).all() and np.isnan(results.neg_log10_p).all())
        self.succeed("export", "--run", "mean", "--out", "f.tsv")
        self.assertEqual((self.folder / "f.tsv").read_text().count("\tno_genotypes\n"), 5)

    def test_trait_or_covariate_of_nobody(self):
        dosages, values = cohort(30, 6)
        self.have(dosages, {"y": values, "void": [NAN] * 30})
        self.refuse(["trait 'void' has no value"], "scan", "--store", "s", "--trait", "void", "--out", "r")
        self.refuse(["no sample", "covariate"], "scan", "--store", "s", "--trait", "y", "--covariate", "void",
                    "--out", "r")
        said, results = self.scan("--trait", "all")
        self.assertIn("trait 'void' is left out", said)
        self.assertEqual(results.traits, ["y"])
        self.assertEqual(self.require_regression(results, "y", dosages, values), 6)

    def test_trait_constant_in_one_site(self):
        dosages, values = cohort(60, 30)
        site = np.array(["a", "b", "c"])[np.arange(60) % 3]
        values[site == "b"] = 5
        self.have(dosages, {"y": values, "site": site})
        indicators = np.column_stack([site == "b", site == "c"]).astype(float)
        for missing in ("mean", "drop"):
            _, results = self.scan("--trait", "y", "--covariate", "site", "--missing-genotype", missing, out=missing)
            self.assertEqual(self.require_regression(results, "y", dosages, values, indicators, missing), 30)

    def test_trait_observed_in_one_site_alone(self):
        dosages, values = cohort(60, 30)
        site = np.array(["a", "b", "c"])[np.arange(60) % 3]
        values[site != "b"] = NAN
        self.have(dosages, {"y": values, "site": site})
        said, results = self.scan("--trait", "y", "--covariate", "site")
        self.assertIn("collinear", said)
        self.assertGreater(self.require_regression(results, "y", dosages, values), 25)

    def test_covariate_of_one_level(self):
        dosages, values = cohort(40, 10)
        self.have(dosages, {"y": values, "site": ["only"] * 40, "flat": [2.0] * 40})
        said, results = self.scan("--trait", "y", "--covariate", "site,flat")
        self.assertIn("flat", said)
        self.assertEqual(self.require_regression(results, "y", dosages, values), 10)


class Numbers(OddShape):
    def test_scales(self):
        dosages, values = cohort(80, 20)
        covariate = np.random.default_rng(5).standard_normal(80)
        scales = (1e-29, 1e-12, 1e12, 1e29)
        self.have(dosages, {"c": covariate * 1e25, **{f"y{scale:g}": values * scale for scale in scales}})
        _, results = self.scan("--trait", "y*", "--covariate", "c")
        for scale in scales:
            tested = self.require_regression(results, f"y{scale:g}", dosages, values * scale, covariate[:, None])
            self.assertEqual(tested, 20, scale)
        spread = np.ptp(results.neg_log10_p, axis=1)
        self.assertLess(spread.max(), 1e-5)

    def test_scales_that_results_cannot_hold(self):
        """Standard errors are stored in single precision: nothing may become infinite or zero unseen."""
        dosages, values = cohort(80, 20)
        scales = {"huge": 1e40, "vast": 1e300, "tiny": 1e-40, "least": 1e-300}
        self.have(dosages, {**{name: values * scale for name, scale in scales.items()}, "y": values})
        for name in scales:
            self.refuse([f"trait '{name}' has values of a scale", "1e-30 to 1e+30", "other units"], "scan", "--store",
                        "s", "--trait", name, "--out", "r")
        said, results = self.scan("--trait", "all")
        self.assertEqual(results.traits, ["y"])
        self.assertEqual(said.count("is left out: it has values of a scale"), 4)

    def test_covariates_of_any_scale(self):
        dosages, values = cohort(80, 20)
        covariate = np.random.default_rng(5).standard_normal(80)
        scales = (1e-150, 1e-12, 1e12, 1e150)
        self.have(dosages, {"y": values, **{f"c{scale:g}": covariate * scale for scale in scales}})
        for scale in scales:
            _, results = self.scan("--trait", "y", "--covariate", f"c{scale:g}", out=f"r{scale:g}")
            self.assertEqual(self.require_regression(results, "y", dosages, values, covariate[:, None]), 20, scale)

    def test_large_offset(self):
        dosages, values = cohort(80, 20)
        values = 1e6 + values
        self.have(dosages, {"y": values})
        _, results = self.scan("--trait", "y")
        self.assertEqual(self.require_regression(results, "y", dosages, values), 20)

    def test_integers_beyond_2_to_53(self):
        dosages, values = cohort(20, 3)
        self.have(dosages, {"y": values})
        rows = "".join(f"{sample_id(s)}\t{2**53 + 2 * s + 1}\t{2**60 + s * 2**40}\n" for s in range(20))
        self.write("big.tsv", "IID\tnear\tfar\n" + rows)
        self.succeed("import", "--store", "s", "--table", "big.tsv")
        self.refuse(["trait 'near'", "rounding", "subtract"], "scan", "--store", "s", "--trait", "near", "--out", "r")
        _, results = self.scan("--trait", "far")
        self.assertEqual(self.require_regression(results, "far", dosages,
                                                 [2.0**60 + s * 2.0**40 for s in range(20)]), 3)


class Names(OddShape):
    def import_text(self, fam, bim, *words):
        samples, variants = fam.count("\n"), bim.count("\n")
        chance = np.random.default_rng(3)
        dosages = chance.binomial(2, 0.4, (variants, samples))
        write_bfile(self.folder / "g", dosages)
        self.write("g.fam", fam)
        self.write("g.bim", bim)
        return self.succeed("import", "--store", "s", "--bfile", "g", *words)

    def table_of(self, ids):
        self.write("t.tsv", "IID\ty\n" + "".join(f"{iid}\t{i * i % 13}\n" for i, iid in enumerate(ids)))
        self.succeed("import", "--store", "s", "--table", "t.tsv")

    def test_long_ids_and_alleles(self):
        ids = [f"{'sample' * 30}{i}" for i in range(12)]
        bim = f"1\t{'rs' * 200}\t0\t5\t{'ACGT' * 500}\tA\n1\tshort\t0\t6\tA\tC\n"
        self.import_text("".join(f"{i} {i} 0 0 1 -9\n" for i in ids), bim)
        self.table_of(ids)
        _, results = self.scan("--trait", "y")
        self.assertEqual(results.variant_id, ["rs" * 200, "short"])
        self.succeed("export", "--run", "r", "--out", "f.tsv.gz")
        self.succeed("verify", "s")

    def test_ids_that_are_too_long_are_refused_before_anything_is_written(self):
        write_bfile(self.folder / "g", [[0, 1, 2]])
        self.write("g.fam", f"{'f' * 5000} {'i' * 5000} 0 0 1 -9\na a 0 0 1 -9\nb b 0 0 1 -9\n")
        self.refuse(["'g.fam' line 1", "5000 bytes (at most"], "import", "--store", "s", "--bfile", "g")

    def test_utf8_and_signs(self):
        ids = ["Jürgen", "søren#2", "李", "a|b", "x;y", "'q'", "%41", "e\u0301", "~", "-1"]
        self.import_text("".join(f"{i} {i} 0 0 1 -9\n" for i in ids), "1\tvariánt\t0\t5\tA\tC\n")
        self.table_of(ids)
        _, results = self.scan("--trait", "y")
        self.assertEqual(results.samples[0, 0], len(ids))
        self.assertEqual(results.variant_id, ["variánt"])

    def test_contigs_that_are_no_file_names(self):
        contigs = ["HLA-A*01:01:01", "a/b", "../up", "..", "chrUn_KI270742v1", "x" * 200, "X", "26", "a_b", "a:b"]
        bim = "".join(f"{contig}\tv{i}\t0\t{i + 1}\tA\tC\n" for i, contig in enumerate(contigs))
        ids = [f"i{i}" for i in range(30)]
        self.import_text("".join(f"{i} {i} 0 0 1 -9\n" for i in ids), bim)
        self.table_of(ids)
        stored = [c["name"] for c in json.loads(self.succeed("info", "s", "--json"))["contigs"]]
        self.assertEqual(stored, contigs)
        self.assertEqual({p.name for p in self.folder.iterdir()}, {"s", "g.bed", "g.bim", "g.fam", "t.tsv"})
        self.succeed("verify", "s")
        _, results = self.scan("--trait", "y", "--chr", "a/b", "HLA-A*01:01:01", "..")
        self.assertEqual(sorted(results.variant_id), ["v0", "v1", "v3"])
        self.succeed("export", "--run", "r", "--out", "f.tsv.gz")

    def test_contig_in_two_pieces(self):
        write_bfile(self.folder / "g", [[0, 1, 2]] * 3, contigs=[2, 1, 2])
        self.refuse(["'g.bed'", "contig '2' comes back after '1'", "sort"], "import", "--store", "s", "--bfile", "g")

    def test_same_position_and_id_and_unsorted(self):
        ids = [f"i{i}" for i in range(30)]
        bim = ("2\tv\t0\t50\tA\tC\n2\tv\t0\t50\tA\tC\n2\tv\t0\t50\tA\tG\n2\tw\t0\t7\tA\tC\n"
               "2\tback\t0\t60\tA\tC\n1\tu\t0\t9\tA\tC\n1\t.\t0\t3\tA\tC\n")
        self.import_text("".join(f"{i} {i} 0 0 1 -9\n" for i in ids), bim)
        self.table_of(ids)
        _, results = self.scan("--trait", "y")
        self.assertEqual(results.variant_id, ["v", "v", "v", "w", "back", "u", "."])
        self.succeed("export", "--run", "r", "--out", "f.tsv")
        lines = [line.split("\t") for line in (self.folder / "f.tsv").read_text().splitlines()[1:]]
        self.assertEqual([(f[0], int(f[1]), f[8]) for f in lines],
                         [("1", 3, "."), ("1", 9, "u"), ("2", 7, "w"), ("2", 50, "v"), ("2", 50, "v"), ("2", 50, "v"),
                          ("2", 60, "back")])
        self.write("v", "v\n")
        _, chosen = self.scan("--trait", "y", "--extract", "v", out="some")
        self.assertEqual(chosen.variant_id, ["v"] * 3)


class Stores(OddShape):
    def test_imports_one_after_another(self):
        dosages, values = cohort(50, 60)
        contigs = [1] * 20 + [2] * 25 + [3] * 15
        self.have(dosages, {"y": values}, contigs=contigs)
        _, whole = self.scan("--trait", "y")
        for contig in (1, 2, 3):
            rows = [i for i, c in enumerate(contigs) if c == contig]
            write_bfile(self.folder / f"c{contig}", dosages[rows], [contig] * len(rows))
            self.succeed("import", "--store", "parts", "--bfile", f"c{contig}")
        self.succeed("import", "--store", "parts", "--table", "t.tsv")
        self.succeed("scan", "--store", "parts", "--trait", "y", "--out", "q", ranks=2)
        parts = read_results(self.folder / "q")
        for name in ("beta", "standard_error", "neg_log10_p", "status"):
            np.testing.assert_array_equal(getattr(whole, name), getattr(parts, name))
        self.refuse("come twice", "import", "--store", "parts", "--bfile", "c2")

    def test_table_replaced_again_and_again(self):
        dosages, values = cohort(50, 5)
        self.have(dosages, {"y": values, "old": values})
        for sign in (-1, 2):
            write_table(self.folder / "t.tsv", {"y": values * sign})
            self.succeed("import", "--store", "s", "--table", "t.tsv", "--replace")
            _, results = self.scan("--trait", "all", out=f"r{sign}")
            self.assertEqual(results.traits, ["y"])
            self.assertEqual(self.require_regression(results, "y", dosages, values * sign), 5)
        self.assertEqual([p.name for p in (self.folder / "s/tables").iterdir()], ["t.h5"])

    def test_a_hundred_traits(self):
        dosages, _ = cohort(120, 30)
        chance = np.random.default_rng(8)
        values = chance.standard_normal((100, 120))
        values[chance.random(values.shape) < np.linspace(0, 0.5, 100)[:, None]] = NAN
        self.have(dosages, {f"y{k}": values[k] for k in range(100)})
        said, results = self.scan("--trait", "all")
        self.assertIn("and 80 more", said)
        for k in range(0, 100, 9):
            self.assertEqual(self.require_regression(results, f"y{k}", dosages, values[k]), 30, k)
        self.assertEqual(len((self.folder / "r/summary.tsv").read_text().splitlines()), 101)


if __name__ == "__main__":
    main()
