#!/usr/bin/env python3
"""Weights of other tools in, models out: import --weights, export --model, and what info and verify say."""
import gzip
import json
import math
import shutil

from command_case import CORRUPT_INPUT, CommandCase
from program import SHARED_DATA, h5py, main, np

DATA = SHARED_DATA / "07_pgs_cineca_chr22" / "input"
CATALOG = """\
###PGS CATALOG SCORING FILE - see https://www.pgscatalog.org/downloads/
#format_version=2.0
#pgs_id={name}
#trait_reported=Standing height
#genome_build={build}
rsID\tchr_name\tchr_position\teffect_allele\tother_allele\teffect_weight\tallelefrequency_effect
{rows}"""


def texts(dataset):
    return [text.decode() for text in dataset[:]]


def read_model(path):
    """{score: {(contig, position, id, effect, other, frequency): weight}} by h5py alone."""
    with h5py.File(path) as file:
        assert file.attrs["kind"].decode() == "maniple score model"
        contigs = texts(file["contig_id"])
        names = zip((contigs[c] for c in file["variant_contig"][:]), file["variant_position"][:].tolist(),
                    texts(file["variant_id"]), texts(file["variant_effect_allele"]),
                    texts(file["variant_other_allele"]),
                    (None if math.isnan(f) else f for f in file["effect_allele_frequency"][:].tolist()))
        start, score, weight = file["weight_start"][:], file["weight_score"][:], file["weight"][:]
        model = {name: {} for name in texts(file["score_id"])}
        labels = list(model)
        for v, name in enumerate(names):
            for i in range(start[v], start[v + 1]):
                model[labels[score[i]]][name] = weight[i]
        assert file["score_variants"][:].tolist() == [len(model[label]) for label in labels]
        return model


class Weights(CommandCase):
    def setUp(self):
        super().setUp()
        self.have_store()

    def catalog(self, name, rows, build="GRCh37"):
        return self.write(f"{name}.txt", CATALOG.format(name=name, build=build, rows=rows))

    def models(self):
        listed = json.loads(self.succeed("info", "s", "--json"))["models"]
        return {model["name"]: model for model in listed}

    def import_weights(self, *words):
        return self.succeed("import", "--store", "s", "--weights", *words)

    def verify_tells(self, problem):
        done = self.run_maniple("verify", "s")
        self.assertEqual(done.returncode, CORRUPT_INPUT)
        self.assertIn(problem, done.stderr)
        self.assertIn("(1 problem, listed above)", done.stderr)

    def test_a_model_per_file_or_one_of_all(self):
        self.catalog("P1", "rs1\t1\t10\tA\tC\t0.5\t0.25\nrs2\t2\t20\tG\tT\t-1\t\n")
        self.catalog("P2", "rs1\t1\t10\tA\tC\t3\t0.25\nrs2\t2\t20\tT\tG\t1e-300\t\nrs3\t3\t30\tA\tG\t4\t\n")
        self.import_weights("P1.txt", "P2.txt")
        self.import_weights("P1.txt", "P2.txt", "--name", "panel")
        models = self.models()
        self.assertEqual(sorted(models), ["P1", "P2", "panel", "truth"])
        self.assertEqual(models["truth"], {"name": "truth", "kind": "simulated_effects"})
        self.assertEqual(models["panel"]["variants"], 4)  # Another effect allele is another variant.
        self.assertEqual([s["name"] for s in models["panel"]["scores"]], ["P1", "P2"])
        self.assertEqual([s["variants"] for s in models["panel"]["scores"]], [2, 3])
        self.assertEqual(models["panel"]["genome_build"], "GRCh37")
        self.assertEqual(models["panel"]["source"], "P1.txt, P2.txt")
        self.assertEqual(models["panel"]["trained_on"], "not_known")
        self.assertEqual(models["P1"]["scores"][0]["reported_trait"], "Standing height")
        panel = read_model(self.folder / "s/models/panel.h5")
        self.assertEqual(panel["P1"], read_model(self.folder / "s/models/P1.h5")["P1"])
        self.assertEqual(panel["P2"], read_model(self.folder / "s/models/P2.h5")["P2"])
        self.assertEqual(panel["P2"], {("1", 10, "rs1", "A", "C", 0.25): 3.0,
                                       ("2", 20, "rs2", "T", "G", None): 1e-300,
                                       ("3", 30, "rs3", "A", "G", None): 4.0})
        said = self.succeed("info", "s")
        self.assertIn("model panel: 2 scores over 4 variants, GRCh37, from P1.txt, P2.txt", said)
        self.assertIn("model truth: simulated effects (not a score)", said)
        self.assertIn("4 models", self.succeed("verify", "s"))

    def test_frequencies_stay_those_of_each_score(self):
        self.catalog("P1", "rs1\t1\t10\tA\tC\t0.5\t0.25\n")
        self.catalog("P2", "rs1\t1\t10\tA\tC\t0.5\t0.75\n")
        self.catalog("P3", "rs1\t1\t10\tA\tC\t0.5\t\n")
        self.import_weights("P1.txt", "P2.txt", "P3.txt", "--name", "panel")
        panel = read_model(self.folder / "s/models/panel.h5")
        self.assertEqual([next(iter(panel[p]))[-1] for p in ("P1", "P2", "P3")], [0.25, 0.75, None])

    def test_round_trips_lose_nothing(self):
        chance = np.random.default_rng(3)
        weights = np.concatenate([chance.standard_normal(400), 10.0 ** chance.uniform(-300, 300, 100)])
        rows = "".join(f"{'' if v % 4 == 0 else f'rs{v}'}\t{1 + v % 22}\t{1000 + v}\t{'ACGT'[v % 4]}\t"
                       f"{'CGTA'[v % 4] if v % 5 else ''}\t{weight!r}\t{repr(v / 501) if v % 3 else ''}\n"
                       for v, weight in enumerate(weights.tolist()))
        self.catalog("P1", rows)
        self.import_weights("P1.txt", "--name", "first")
        for name in ("out.txt", "out.txt.gz"):
            self.succeed("export", "--store", "s", "--model", "first", "--out", name)
            self.import_weights(name, "--name", "second", "--replace")
            self.assertEqual((self.folder / "s/models/first.h5").read_bytes(),
                             (self.folder / "s/models/second.h5").read_bytes())
        plain = (self.folder / "out.txt").read_bytes()
        self.assertEqual(gzip.decompress((self.folder / "out.txt.gz").read_bytes()), plain)
        lines = plain.decode().splitlines()
        self.assertTrue(lines[0].startswith("###PGS CATALOG SCORING FILE"))
        for line in ("#format_version=2.0", "#pgs_name=P1", "#genome_build=GRCh37", "#variants_number=500",
                     "#weight_type=beta", "#trait_reported=Standing height"):
            self.assertIn(line, lines)
        table = [line.split("\t") for line in lines if not line.startswith("#")]
        self.assertEqual(len(table), 501)
        column = table[0].index("effect_weight")
        self.assertEqual([float(row[column]) for row in table[1:]], weights.tolist())

    def test_plink_files(self):
        self.write("w.tsv", "SNP\tA1\tone\ttwo\n1:10:A:C\tA\t1\t0\n1:20:G:T\tT\t0\t2\nrs3\tT\t0\t0\n")
        said = self.import_weights("w.tsv", "--genome-build", "hg38")
        self.assertIn("1 variants have weight 0: left out", said)
        self.assertEqual(read_model(self.folder / "s/models/w.h5"),
                         {"one": {("1", 10, "1:10:A:C", "A", "C", None): 1.0},
                          "two": {("1", 20, "1:20:G:T", "T", "G", None): 2.0}})
        self.assertEqual(self.models()["w"]["genome_build"], "GRCh38")
        self.import_weights("w.tsv", "--weight-columns", "4", "--name", "only")
        self.assertEqual([s["name"] for s in self.models()["only"]["scores"]], ["w"])
        self.assertIn("does not say its genome build", self.import_weights("w.tsv", "--replace"))
        self.write("job.ini", "store = s\nweights = w.tsv\nname = job\ngenome-build = GRCh37\n"
                              "weight-columns = one,two\n")
        self.succeed("import", "--job", "job.ini")
        self.assertEqual(self.models()["job"]["genome_build"], "GRCh37")

    def test_many_files_are_one_panel(self):
        names = [f"PGS{i:06}" for i in range(50)]
        for i, name in enumerate(names):
            self.catalog(name, "".join(f"rs{v}\t1\t{v}\tA\tC\t{i + v / 7!r}\t\n" for v in range(1 + i, 200)))
        self.import_weights(*[f"{name}.txt" for name in names], "--name", "panel")
        panel = self.models()["panel"]
        self.assertEqual(panel["variants"], 199)
        self.assertEqual([s["variants"] for s in panel["scores"]], [199 - i for i in range(50)])
        self.assertEqual(panel["source"], "PGS000000.txt, PGS000001.txt, PGS000002.txt, PGS000003.txt, "
                                          "PGS000004.txt and 45 more")
        self.assertIn("and 30 scores more (--json tells all)", self.succeed("info", "s"))

    def test_refusals_of_import(self):
        self.catalog("P1", "rs1\t1\t10\tA\tC\t0.5\t\n")
        self.catalog("P38", "rs1\t1\t11\tA\tC\t0.5\t\n", build="GRCh38")
        self.catalog("NR", "rs1\t1\t11\tA\tC\t0.5\t\n", build="NR")
        shutil.copy(self.folder / "P1.txt", self.folder / "again.txt")
        weights = ("import", "--store", "s", "--weights")
        self.refuse(["genome build GRCh37", "of GRCh38", "harmonised"], *weights, "P1.txt", "P38.txt",
                    "--name", "m")
        self.refuse(["of unknown", "--genome-build"], *weights, "P1.txt", "NR.txt", "--name", "m")
        self.refuse(["score 'P1' is in", "names must differ"], *weights, "P1.txt", "again.txt", "--name", "m")
        self.refuse(["two files would become model 'P1'"], *weights, "P1.txt", "P1.txt")
        self.refuse(["positions are those of GRCh37", "--genome-build says GRCh38"], *weights, "P1.txt",
                    "--genome-build", "GRCh38")
        self.refuse(["must be GRCh37 or GRCh38"], *weights, "P1.txt", "--genome-build", "mm10")
        self.refuse(["model 'truth' exists already"], *weights, "P1.txt", "--name", "truth")
        self.refuse(["simulated effects, not a score", "another --name"], *weights, "P1.txt", "--name",
                    "truth", "--replace")
        self.refuse(["model name '../x' is not allowed"], *weights, "P1.txt", "--name", "../x")
        self.refuse(["'none.txt' does not exist"], *weights, "none.txt")
        self.refuse(["is a folder"], *weights, "s")
        self.refuse(["--weights and --table exclude each other"], *weights, "P1.txt", "--table", "t.tsv")
        self.refuse(["--allow-unmatched belongs to --table"], *weights, "P1.txt", "--allow-unmatched")
        self.refuse(["auto or pgs-catalog or plink"], *weights, "P1.txt", "--weights-format", "x")
        self.refuse(["--weight-columns belongs to --weights"], "import", "--store", "s", "--weight-columns", "3")
        self.refuse(["--id-column and --allele-column belong to"], *weights, "P1.txt", "--id-column", "1")
        self.refuse(["store 'other' does not exist"], "import", "--store", "other", "--weights", "P1.txt")
        self.refuse(["line 7: column 'effect_weight' = 'NA'"], *weights,
                    self.catalog("bad", "rs1\t1\t10\tA\tC\tNA\t\n"))
        self.refuse(["is empty"], *weights, self.write("empty.txt", ""))
        cut = self.write("cut.txt.gz", gzip.compress("".join(f"rs{v} A {v}\n" for v in range(1, 9999)).encode())[:9000])
        self.refuse(["cut off or damaged"], *weights, cut)
        self.refuse(["zero byte"], *weights, self.write("utf16.txt", "ID\tA1\tW\n".encode("utf-16")))

    def test_refusals_of_export(self):
        self.write("w.tsv", "SNP A1 one two\nrs1 A 1 2\n")
        self.import_weights("w.tsv")
        export = ("export", "--store", "s", "--out", "o.txt")
        self.refuse(["nothing to export", "--run RUN", "--model M"], "export", "--out", "o.txt")
        self.refuse(["--model is missing"], *export)
        self.refuse(["--store is missing"], "export", "--model", "w", "--out", "o.txt")
        self.refuse(["has no model 'x' (it has: truth, w)"], *export, "--model", "x")
        self.refuse(["table of simulated effects, not a score"], *export, "--model", "truth")
        self.refuse(["2 scores (one, two)", "--score"], *export, "--model", "w")
        self.refuse(["no score 'tow' (did you mean 'two'?)"], *export, "--model", "w", "--score", "tow")
        self.refuse(["--format = 'regenie'", "pgs-catalog"], *export, "--model", "w", "--score", "one",
                    "--format", "regenie")
        self.refuse(["--trait does not go with --model"], *export, "--model", "w", "--trait", "y")
        self.refuse(["--model does not go with --run"], "export", "--run", "r", "--model", "w", "--out", "o.txt")
        self.refuse(["is no folder"], "export", "--store", "s", "--model", "w", "--score", "one", "--out",
                    "no/o.txt")
        self.write("o.txt", "mine\n")
        self.refuse(["exists already"], *export, "--model", "w", "--score", "one")
        self.refuse(["is not an export"], *export, "--model", "w", "--score", "one", "--replace")
        self.succeed("export", "--store", "s", "--model", "w", "--score", "one", "--out", "p.txt")
        self.succeed("export", "--store", "s", "--model", "w", "--score", "two", "--out", "p.txt", "--replace")
        self.assertIn("#maniple_score=two", (self.folder / "p.txt").read_text())

    def test_damaged_models_are_told(self):
        self.write("w.tsv", "".join(f"rs{v} A {v}\n" for v in range(1, 300)))
        self.import_weights("w.tsv")
        path = self.folder / "s/models/w.h5"
        good = path.read_bytes()
        with h5py.File(path, "r+") as file:
            file["weight"][7] += 1
        self.verify_tells("w.h5': the checksum of its weights differs")
        path.write_bytes(good)
        with h5py.File(path, "r+") as file:
            file["score_penalty"][0] = 1
        self.fail_with(CORRUPT_INPUT, ["w.h5", "checksum"], "info", "s")
        path.write_bytes(good[:len(good) // 2])
        self.verify_tells("w.h5'")
        path.write_bytes(good)
        self.succeed("verify", "s")

    def test_a_real_score(self):
        if not DATA.exists():
            self.skipTest("no PGS data here")
        self.import_weights(DATA / "PGS001229_22.txt", DATA / "multiscore.txt", "--name", "panel",
                            "--genome-build", "GRCh37")
        panel = read_model(self.folder / "s/models/panel.h5")
        lines = (DATA / "PGS001229_22.txt").read_text().splitlines()
        rows = [line.split("\t") for line in lines if not line.startswith("#")]
        header = rows.pop(0)
        expected = {}
        for row in (dict(zip(header, fields)) for fields in rows):
            key = (row["chr_name"], int(row["chr_position"]), row["rsID"], row["effect_allele"],
                   row["other_allele"], None)
            expected[key] = float(row["effect_weight"])
        self.assertEqual(panel["PGS001229"], expected)
        self.assertEqual(len(panel["PGS001229_22"]), 829)
        self.refuse(["is_dominant' is TRUE"], "import", "--store", "s", "--weights",
                    DATA / "scorefile_dominant_and_recessive.txt")


if __name__ == "__main__":
    main()
