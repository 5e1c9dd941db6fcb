#!/usr/bin/env python3
"""maniple export against results.h5: columns, order, missing numbers, bgzip and tabix, other programs' formats."""
import gzip
import math
import shutil

from command_case import CommandCase, start
from plink_files import MISSING, write_bfile, write_table
from program import main, np, read_results

SAMPLES = 120
CONTIGS = ["10"] * 60 + ["2"] * 60 + ["X"] * 40
GWAS_SSF = ["chromosome", "base_pair_location", "effect_allele", "other_allele", "beta", "standard_error",
            "effect_allele_frequency", "neg_log_10_p_value", "variant_id", "n", "status"]
REGENIE = "CHROM GENPOS ID ALLELE0 ALLELE1 A1FREQ N TEST BETA SE CHISQ LOG10P EXTRA".split()
PLINK = "#CHROM POS ID REF ALT A1 A1_FREQ TEST OBS_CT BETA SE T_STAT P ERRCODE".split()


class Export(CommandCase):
    def setUp(self):
        super().setUp()
        chance = np.random.default_rng(4)
        dosages = chance.binomial(2, 0.3, (len(CONTIGS), SAMPLES))
        dosages[chance.random(dosages.shape) < 0.05] = MISSING
        dosages[40] = chance.binomial(2, 0.3, SAMPLES)
        dosages[3] = 0
        dosages[9] = MISSING
        dosages[20:25] = 0
        dosages[20:25, 0] = 1
        write_bfile(self.folder / "g", dosages, CONTIGS)
        # Positions that fall and meet, so that sorting has something to do.
        lines = [line.split("\t") for line in (self.folder / "g.bim").read_text().splitlines()]
        for v, line in enumerate(lines):
            line[3] = str(10_000_000 - 70_000 * (v // 2))
        self.write("g.bim", "".join("\t".join(line) + "\n" for line in lines))
        strong = dosages[40] * 1000.0 + chance.standard_normal(SAMPLES) * 1e-3
        write_table(self.folder / "t.tsv", {"y": chance.standard_normal(SAMPLES), "strong": strong})
        self.succeed("import", "--store", "s", "--bfile", "g", "--table", "t.tsv")
        self.succeed("scan", "--store", "s", "--trait", "y,strong", "--min-maf", "0.02", "--out", "r")
        self.results = read_results(self.folder / "r")

    def export(self, name, *words, trait="y"):
        return self.succeed("export", "--run", "r", "--trait", trait, "--out", name, *words)

    def rows(self, name, separator="\t"):
        data = (self.folder / name).read_bytes()
        text = (gzip.decompress(data) if name.endswith(".gz") else data).decode()
        self.assertTrue(text.endswith("\n"))
        header, *lines = [line.split(separator) for line in text.splitlines()]
        return header, [dict(zip(header, line, strict=True)) for line in lines]

    def by_id(self, trait):
        """What results.h5 says of each variant."""
        column = self.results.traits.index(trait)
        return {v: {"status": self.results.statuses[self.results.status[row, column]], "row": row,
                    "beta": self.results.beta[row, column], "se": float(self.results.standard_error[row, column]),
                    "p": float(self.results.neg_log10_p[row, column]), "n": int(self.results.samples[row, column]),
                    "f": float(self.results.effect_allele_frequency[row, column])}
                for row, v in enumerate(self.results.variant_id)}

    def require_number(self, text, expected, relative=1e-7):
        if math.isnan(expected):
            self.assertEqual(text, "NA")
        else:
            self.assertLessEqual(abs(float(text) - expected), relative * abs(expected) + 1e-300, (text, expected))

    def test_gwas_ssf(self):
        for trait in ("y", "strong"):
            self.export(f"{trait}.tsv", trait=trait)
            header, rows = self.rows(f"{trait}.tsv")
            self.assertEqual(header, GWAS_SSF)
            truth = self.by_id(trait)
            kept = {v for v, t in truth.items() if not t["status"].startswith("filtered")}
            self.assertLess(len(kept), len(truth))
            self.assertEqual({row["variant_id"] for row in rows}, kept)
            for row in rows:
                expected = truth[row["variant_id"]]
                v = expected["row"]
                self.assertEqual((row["chromosome"], row["effect_allele"], row["other_allele"]), (CONTIGS[v], "A",
                                                                                                  "G"))
                self.assertEqual(int(row["base_pair_location"]), self.results.variant_position[v])
                self.assertEqual((row["status"], int(row["n"])), (expected["status"], expected["n"]))
                for name, key in (("beta", "beta"), ("standard_error", "se"), ("neg_log_10_p_value", "p"),
                                  ("effect_allele_frequency", "f")):
                    self.require_number(row[name], expected[key])
            self.assertIn("no_genotypes", {row["status"] for row in rows})

    def test_order_is_that_of_the_genome(self):
        self.export("f.tsv")
        _, rows = self.rows("f.tsv")
        order = {"2": 0, "10": 1, "X": 2}
        places = [(order[row["chromosome"]], int(row["base_pair_location"])) for row in rows]
        self.assertEqual(places, sorted(places))
        store_order = {v: i for i, v in enumerate(self.results.variant_id)}
        for a, b in zip(rows, rows[1:]):
            if (a["chromosome"], a["base_pair_location"]) == (b["chromosome"], b["base_pair_location"]):
                self.assertLess(store_order[a["variant_id"]], store_order[b["variant_id"]])

    def test_p_values_that_no_double_holds(self):
        self.export("f.tsv", trait="strong")
        _, rows = self.rows("f.tsv")
        largest = max(float(row["neg_log_10_p_value"]) for row in rows if row["neg_log_10_p_value"] != "NA")
        self.assertGreater(largest, 330)
        self.export("f.glm", "--format", "plink", trait="strong")
        _, rows = self.rows("f.glm")
        power = max(int(row["P"].partition("e-")[2] or 0) for row in rows)
        self.assertEqual(power, math.ceil(largest), "the p that no double holds is written in full")

    def test_compressed_is_the_same_text_and_indexed(self):
        self.export("f.tsv")
        self.assertIn("index", self.export("f.tsv.gz"))
        plain = (self.folder / "f.tsv").read_text()
        self.assertEqual(plain, gzip.decompress((self.folder / "f.tsv.gz").read_bytes()).decode())
        self.assertTrue((self.folder / "f.tsv.gz.tbi").exists())
        for path in ("f.tsv.gz", "f.tsv.gz.tbi", "f.tsv"):
            self.assertEqual((self.folder / path).stat().st_mode & 0o111, 0)
        tabix = shutil.which("tabix")
        if tabix is None:
            self.skipTest("no tabix")
        lines = plain.splitlines()[1:]
        for contig, first, last in (("2", 1, 2**29), ("10", 9_000_000, 9_700_000), ("X", 5_000_000, 6_000_000),
                                    ("2", 1, 2)):
            found = start([tabix, "f.tsv.gz", f"{contig}:{first}-{last}"], cwd=self.folder)
            self.assertEqual(found.returncode, 0, found.stderr)
            expected = [line for line in lines
                        if line.split("\t")[0] == contig and first <= int(line.split("\t")[1]) <= last]
            self.assertEqual(found.stdout.splitlines(), expected)
        listed = start([tabix, "--list-chroms", "f.tsv.gz"], cwd=self.folder)
        self.assertEqual(listed.stdout.split(), ["2", "10", "X"])

    def test_regenie(self):
        self.export("f.regenie", "--format", "regenie")
        header, rows = self.rows("f.regenie", " ")
        self.assertEqual(header, REGENIE)
        truth = self.by_id("y")
        for row in rows:
            expected = truth[row["ID"]]
            self.assertEqual((row["ALLELE0"], row["ALLELE1"], row["TEST"]), ("G", "A", "ADD"))
            for name, key in (("BETA", "beta"), ("SE", "se"), ("LOG10P", "p"), ("A1FREQ", "f")):
                self.require_number(row[name], expected[key])
            self.require_number(row["CHISQ"], (expected["beta"] / expected["se"]) ** 2, 1e-6)
            self.assertEqual(row["EXTRA"], "NA" if expected["status"] == "ok" else expected["status"])
        said = self.export("f.regenie.gz", "--format", "regenie")
        self.assertIn("no index", said)
        self.assertEqual(self.rows("f.regenie.gz", " ")[1], rows)

    def test_plink(self):
        self.export("f.glm", "--format", "plink")
        header, rows = self.rows("f.glm")
        self.assertEqual(header, PLINK)
        truth = self.by_id("y")
        for row in rows:
            expected = truth[row["ID"]]
            self.assertEqual((row["REF"], row["ALT"], row["A1"], row["TEST"]), ("G", "A", "A", "ADD"))
            self.assertEqual(int(row["OBS_CT"]), expected["n"])
            for name, key in (("BETA", "beta"), ("SE", "se"), ("A1_FREQ", "f")):
                self.require_number(row[name], expected[key])
            self.require_number(row["T_STAT"], expected["beta"] / expected["se"], 1e-6)
            self.require_number(row["P"], 10 ** -expected["p"], 1e-5)
            self.assertEqual(row["ERRCODE"], "." if expected["status"] == "ok" else expected["status"])

    def test_existing_file(self):
        self.export("f.tsv.gz")
        self.refuse(["'f.tsv.gz' exists already", "--replace"], "export", "--run", "r", "--trait", "y", "--out",
                    "f.tsv.gz")
        before = (self.folder / "f.tsv.gz").read_bytes()
        self.export("f.tsv.gz", "--replace", trait="strong")
        self.assertNotEqual(before, (self.folder / "f.tsv.gz").read_bytes())
        self.assertEqual({p.name for p in self.folder.iterdir() if p.name.startswith("f.")}, {"f.tsv.gz",
                                                                                              "f.tsv.gz.tbi"})
        (self.folder / "f.tsv.gz").unlink()  # A stale index alone must not stand beside a new file.
        self.export("f.tsv.gz", "--replace")

    def test_stale_index_is_not_overwritten_unasked(self):
        self.write("f.tsv.gz.tbi", "another file's")
        self.refuse(["f.tsv.gz.tbi", "--replace"], "export", "--run", "r", "--trait", "y", "--out", "f.tsv.gz")

    def test_one_trait_needs_no_name(self):
        self.succeed("scan", "--store", "s", "--trait", "y", "--min-maf", "0.02", "--out", "one")
        self.succeed("export", "--run", "one", "--out", "one.tsv")
        self.export("f.tsv")
        self.assertEqual((self.folder / "one.tsv").read_bytes(), (self.folder / "f.tsv").read_bytes())

    def test_damaged_results(self):
        path = self.folder / "r/results.h5"
        whole = path.read_bytes()
        import h5py
        with h5py.File(path) as file:
            chunk = file["beta"].id.get_chunk_info(0)
        path.write_bytes(whole[:chunk.byte_offset + 40] + bytes([whole[chunk.byte_offset + 40] ^ 1])
                         + whole[chunk.byte_offset + 41:])
        self.fail_with(4, ["results.h5", "damaged"], "export", "--run", "r", "--trait", "y", "--out", "f.tsv")


if __name__ == "__main__":
    main()
