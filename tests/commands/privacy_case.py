"""A cohort with recognisable IDs and few people here and there, everything that commands make of it, and what reads it."""
import gzip
import os

from command_case import launcher, start
from plink_files import write_bfile
from program import InScratch, MANIPLE, find_mpirun, h5py, np

SAMPLES, VARIANTS, RARE_CASES, FEW = 400, 40, 3, 2
MARKS = ("PERSON_", "FAMILY_")
# Files about people by purpose: of runs, and of exports.
INDIVIDUAL = {"scores.tsv", "contributions.tsv", "genes.tsv", "predictors.h5", "person-1.html"}


def iid(sample):
    return f"PERSON_ä_{sample:04d}"


def fid(sample):
    return f"FAMILY_ü_{sample // 2:04d}"


def rename_samples(prefix):
    with open(f"{prefix}.fam", "w", encoding="utf-8") as file:
        for s in range(SAMPLES):
            file.write(f"{fid(s)}\t{iid(s)}\t0\t0\t{1 if s < FEW else 2}\t-9\n")


def write_rows(path, columns, samples=range(SAMPLES), ids=iid):
    with open(path, "w", encoding="utf-8") as file:
        file.write("\t".join(["FID", "IID", *columns]) + "\n")
        for s in samples:
            file.write("\t".join([fid(s), ids(s), *(str(values[s]) for values in columns.values())]) + "\n")


def write_vcf(path, dosages):
    with open(path, "w", encoding="utf-8") as file:
        file.write("##fileformat=VCFv4.2\n##contig=<ID=1>\n##FORMAT=<ID=GT,Number=1,Type=String,Description=\"g\">\n"
                   "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t" + "\t".join(map(iid, range(SAMPLES))) + "\n")
        for v, row in enumerate(dosages):
            calls = "\t".join(("0/0", "0/1", "1/1", "./.")[g] for g in row)
            file.write(f"1\t{1000 + v}\tw{v}\tG\tA\t.\t.\t.\tGT\t{calls}\n")


def texts_of(path):
    """Everything that somebody may read in a file: its bytes, and what they are when unpacked."""
    content = path.read_bytes()
    yield content
    if content.startswith(b"\x1f\x8b"):
        yield gzip.decompress(content)
    if content.startswith(b"\x89HDF\r\n"):
        with h5py.File(path, "r") as file:
            found = []
            visit = lambda thing: found.extend([*map(str, thing.attrs.keys()), *(str(v) for v in thing.attrs.values())])
            visit(file)

            def look(name, thing):
                found.append(name)
                visit(thing)
                if isinstance(thing, h5py.Dataset) and thing.dtype.kind in "SO":
                    found.extend(v.decode(errors="replace") if isinstance(v, bytes) else str(v)
                                 for v in np.asarray(thing[()]).ravel())
                elif isinstance(thing, h5py.Dataset):
                    yieldable.append(np.asarray(thing[()]).tobytes())
            yieldable = []
            file.visititems(look)
        yield "\n".join(found).encode()
        yield from yieldable


def marks_in(content):
    return [mark for mark in MARKS if mark.encode() in content]


class World(InScratch):
    """One cohort and everything that commands make of it. Of each class its own umask."""

    umask = 0o022

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.said = []
        cls.old_umask = os.umask(cls.umask)
        try:
            cls.build()
        finally:
            os.umask(cls.old_umask)

    @classmethod
    def call(cls, *words, expected=0, ranks=0):
        done = start([*launcher(ranks), MANIPLE, *words], cwd=cls.folder)
        cls.said.append((words, done.stdout + done.stderr))
        assert done.returncode == expected, f"{words}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    @classmethod
    def build(cls):
        chance = np.random.default_rng(8)
        dosages = chance.binomial(2, 0.3, (VARIANTS, SAMPLES))
        dosages[chance.random(dosages.shape) < 0.01] = 3
        contigs = [1 + v // (VARIANTS // 2) for v in range(VARIANTS)]
        write_bfile(cls.folder / "g", dosages, contigs)
        rename_samples(cls.folder / "g")
        write_bfile(cls.folder / "twice", dosages, contigs)
        (cls.folder / "twice.fam").write_text((cls.folder / "g.fam").read_text("utf-8").replace(iid(7), iid(8)), "utf-8")
        write_vcf(cls.folder / "v.vcf", dosages)
        effect = dosages[:8].sum(axis=0)
        noise = lambda: chance.standard_normal(SAMPLES)
        disease = (effect + 2 * noise() > 5).astype(int)
        rare = np.zeros(SAMPLES, int)
        rare[10:10 + RARE_CASES] = 1
        site = np.array(["north", "south", "east"])[chance.integers(0, 3, SAMPLES)].astype(object)
        site[20:20 + FEW] = "hamlet"
        some = lambda values, count: ["NA"] * count + [f"{v:.4f}" for v in values[count:]]
        cls.columns = {
            "y": [f"{v:.4f}" for v in effect + noise()], "scarce": some(noise(), FEW), "lone": some(noise(), SAMPLES - FEW),
            "four": some(noise(), SAMPLES - 4),
            "disease": disease, "rare": rare, "age": chance.integers(20, 80, SAMPLES),
            "time": [f"{v:.2f}" for v in chance.exponential(5, SAMPLES) + 0.1], "died": chance.integers(0, 2, SAMPLES),
            "rare_died": rare, "site": site, "mother": [iid(s - s % 4) for s in range(SAMPLES)],
            "part": ["training" if s % 10 < 7 else "validation" if s % 10 < 8 else "test" for s in range(SAMPLES)],
        }
        write_rows(cls.folder / "t.tsv", cls.columns)
        cls.import_everything()
        cls.fail_to_import()
        cls.scan_everything()
        cls.score_everything()
        cls.ask_everything()

    @classmethod
    def import_everything(cls):
        call = cls.call
        call("import", "--store", "s", "--bfile", "g", "--table", "t.tsv")
        call("import", "--store", "of-vcf", "--vcf", "v.vcf")
        stranger = lambda s: iid(s) if s < 300 else f"PERSON_x_{s}"
        write_rows(cls.folder / "strangers.tsv", {"u": cls.columns["y"]}, ids=stranger)
        call("import", "--store", "s", "--table", "strangers.tsv")
        call("simulate", "--store", "simulated", "--samples", 300, "--variants", 200, "--contigs", 2, "--bfile", "plink")
        call("simulate", "--store", "s", "--samples", 300, "--variants", 200, expected=2)
        with open(cls.folder / "w.tsv", "w", encoding="utf-8") as file:
            file.write("ID\tA1\tBETA\n" + "".join(f"v{v}\tA\t{v / 100}\n" for v in range(8)))
        call("import", "--store", "s", "--weights", "w.tsv", "--name", "given", "--genome-build", "GRCh38")

    @classmethod
    def fail_to_import(cls):
        def table(name, text, *words, expected=2):
            (cls.folder / name).write_text(text, "utf-8")
            cls.call("import", "--store", "s", "--table", name, *words, expected=expected)

        head, one, two = "FID\tIID\tz\n", f"{fid(0)}\t{iid(0)}\t1.5\n", f"{fid(1)}\t{iid(1)}\t"
        table("bad1.tsv", f"{head}{one}{two}{iid(1)}\n")                      # An ID where a number belongs.
        table("bad2.tsv", f"{head}{fid(0)}\t{iid(0)}\t{iid(0)}\n{two}3\n")    # A number behind IDs.
        table("bad2b.tsv", f"{head}{fid(0)}\t{iid(0)}\tPERSON_not_here\n{two}3\n")
        table("bad2c.tsv", f"{head}{one}{two}{fid(1)}\n")
        table("bad2d.tsv", f"{head}{one}{two}{iid(399)}\n{fid(399)}\t{iid(399)}\t3\n")  # Of a later row.
        table("bad2e.tsv", f"{head}{one}{two}{iid(399)}\n")                   # Of the store alone.
        table("bad3.tsv", f"{head}{one}{one}")                                # Twice.
        table("bad4.tsv", f"{head}{one}{two}\n{fid(2)}\t{iid(2)}\n")          # A field is missing.
        table("bad5.tsv", f"{head}PERSON_1\tPERSON_1\t2\nPERSON_2\tPERSON_2\t3\n")  # Strangers alone.
        table("bad6.tsv", f"{head}{fid(9)}\t{iid(0)}\t1\n")                   # Another family.
        table("bad7.tsv", f'{head}{one}{fid(1)}\t"{iid(1)}\t3\n')             # An open quote.
        table("bad8.tsv", f"{head}{one}{fid(1)}\t{iid(1)}{'x' * 3000}\t3\n")  # Too long.
        table("bad9.tsv", f"{head}{one}{two}inf\n")
        table("bad10.tsv", f"{fid(0)}\t{iid(0)}\t1.5\n{two}2\n")              # No header.
        table("bad11.tsv", f"IID\tz\n{iid(0)}\t1\n{iid(0)}\t2\n")
        table("bad12.tsv", f"{iid(0)}\tIID\tz\t{iid(0)}\n1\t{iid(1)}\t2\t3\n")  # IDs in the header.
        call = cls.call
        table("bad13.tsv", f"IID\t{iid(0)}\t{iid(1)}\n{iid(0)}\t1\t2\n{iid(1)}\t1\t2\n")  # People in columns.
        call("import", "--store", "new", "--bfile", "twice", expected=2)
        (cls.folder / "short.fam").write_text(f"{fid(0)} {iid(0)}\n", "utf-8")
        for end in ("bed", "bim"):
            (cls.folder / f"short.{end}").write_bytes((cls.folder / f"g.{end}").read_bytes())
        call("import", "--store", "new", "--bfile", "short", expected=2)
        text = (cls.folder / "v.vcf").read_text("utf-8")
        (cls.folder / "bad.vcf").write_text(text.replace(iid(7), iid(8)), "utf-8")
        call("import", "--store", "new", "--vcf", "bad.vcf", expected=2)
        (cls.folder / "cut.vcf").write_text(text[:text.rindex("\t") - 40], "utf-8")
        call("import", "--store", "new", "--vcf", "cut.vcf", expected=2)
        (cls.folder / "other.vcf").write_text(text.replace(iid(7), "PERSON_new"), "utf-8")
        call("import", "--store", "s", "--vcf", "other.vcf", expected=2)

    @classmethod
    def scan_everything(cls):
        call, folder = cls.call, cls.folder
        lines = lambda people: "".join(f"{a}\t{b}\n" for a, b in people)
        (folder / "keep.txt").write_text(lines([(fid(s), iid(s)) for s in range(380)] + [("FAMILY_no", "PERSON_no")]), "utf-8")
        (folder / "remove.txt").write_text(lines([(fid(5), iid(5)), (fid(9), iid(5)), ("FAMILY_no", "PERSON_no")]), "utf-8")
        (folder / "nobody.txt").write_text("FAMILY_no PERSON_no\n", "utf-8")
        (folder / "everybody.txt").write_text(lines([(fid(s), iid(s)) for s in range(SAMPLES)]), "utf-8")
        choice = ["--keep", "keep.txt", "--remove", "remove.txt"]
        scan = ["scan", "--store", "s"]
        call(*scan, "--trait", "y,disease,time:died,scarce", "--covariate", "age,site", *choice, "--out", "mixed")
        call(*scan, "--trait", "y,disease,time:died", "--covariate", "age,site", "--out", "plan", "--plan")
        call(*scan, "--trait", "y,rare,time:rare_died", "--covariate", "age,site", "--min-cases", 1, "--out", "rare")
        call(*scan, "--trait", "rare", "--test", "wald", "--min-cases", 1, "--out", "wald")
        call(*scan, "--trait", "rare", "--out", "too-rare", expected=2)
        call(*scan, "--trait", "lone", "--out", "no", expected=2)
        call(*scan, "--trait", "y,four", "--out", "four")
        call(*scan, "--trait", "y", "--covariate", "mother", "--out", "no", expected=2)
        call(*scan, "--trait", "mother", "--out", "no", expected=2)
        call(*scan, "--trait", "y", "--keep", "nobody.txt", "--out", "no", expected=2)
        call(*scan, "--trait", "y", "--remove", "everybody.txt", "--out", "no", expected=2)
        call(*scan, "--trait", "y", "--keep", "absent.txt", "--out", "no", expected=2)
        regression = [*scan, "--covariate", "age", "--whole-genome", "ridge", "--whole-genome-block", 10]
        call(*regression, "--trait", "y,disease", "--out", "genome")
        call(*regression, "--trait", "y,scarce", "--whole-genome-only", *choice, "--out", "only")
        call(*scan, "--trait", "y", "--covariate", "age", "--predictors", "only", "--out", "beside")
        folder.joinpath("shared-regression").mkdir()
        folder.joinpath("shared-regression").chmod(0o755)
        call(*regression, "--trait", "y", "--out", "shared-regression")
        call("export", "--store", "s", "--predictors", "only", "--out", "loco")
        call(*scan, "--trait", "y", "--covariate", "age", "--predictors", "loco_pred.list", "--out", "regenie")
        loco = (folder / "loco_1.loco").read_text("utf-8")
        for name, text in {"strange": loco.replace("PERSON_", "PERSON_no_"), "double": loco.replace(f"{fid(7)}_{iid(7)} ", f"{fid(8)}_{iid(8)} "),
                           "cut": loco[:loco.index("\n2 ") + 60]}.items():
            (folder / f"{name}.loco").write_text(text, "utf-8")
            (folder / f"{name}.list").write_text(f"y {folder / name}.loco\n", "utf-8")
            call(*scan, "--trait", "y", "--covariate", "age", "--predictors", f"{name}.list", "--out", "no", expected=2)
        if find_mpirun() is not None:
            call(*scan, "--trait", "y,rare", "--min-cases", 1, *choice, "--out", "ranks", ranks=2)
            call(*scan, "--trait", "y", "--keep", "nobody.txt", "--out", "no", ranks=2, expected=2)
        for out, words in {"e.tsv": [], "e.tsv.gz": [], "e.regenie": ["--format", "regenie"], "e.plink": ["--format", "plink"]}.items():
            call("export", "--run", "mixed", "--trait", "y", "--out", out, *words)

    @classmethod
    def score_everything(cls):
        call = cls.call
        fit = ["fit", "--store", "s", "--covariate", "age,site", "--split-column", "part"]
        call(*fit, "--trait", "y,disease,time:died", "--name", "net", "--out", "net-fit")
        call(*fit, "--trait", "y", "--method", "ridge", "--name", "blup", "--out", "blup-fit")
        call(*fit, "--trait", "y,disease", "--method", "stacked-ridge", "--whole-genome-block", 10, "--name", "stacked",
             "--out", "stacked-fit")
        call("fit", "--store", "s", "--trait", "rare,time:rare_died", "--split", "1,0,0", "--validate", "folds", "--folds", 2,
             "--name", "few", "--out", "few-fit")
        call("fit", "--store", "s", "--trait", "y", "--covariate", "mother", "--split-column", "part", "--name", "no", expected=2)
        call("export", "--store", "s", "--model", "net", "--score", "y", "--genome-build", "GRCh38", "--out", "net.pgs.gz")
        call("export", "--store", "s", "--model", "few", "--score", "rare", "--genome-build", "GRCh38", "--out", "few.pgs")
        call("score", "--store", "s", "--model", "net,given", "--out", "scored")
        call("score", "--store", "s", "--model", "given", "--name", "prs")
        call("score", "--store", "s", "--model", "given", "--keep", "nobody.txt", "--out", "no", expected=2)
        cls.folder.joinpath("shared-folder").mkdir()
        cls.folder.joinpath("shared-folder").chmod(0o755)
        call("score", "--store", "s", "--model", "given", "--out", "shared-folder")
        evaluate = ["evaluate", "--store", "s", "--bootstrap", 2]
        test = ["--model", "net", "--score", "y", "--split-column", "part"]
        call(*evaluate, *test, "--trait", "y", "--covariate", "age", "--by", "site", "sex", "--out", "judged")
        call(*evaluate, *test, "--trait", "y", "--by", "mother", "--out", "no", expected=2)
        call(*evaluate, "--scores", "prs", "--trait", "disease", "--by", "site", "--threshold", "top=0.2", "--out", "by-site")
        call(*evaluate, "--scores", "prs", "--trait", "rare", "--out", "no", expected=2)
        call(*evaluate, "--leave-one-out", "site", "--trait", "y", "--out", "left-out")
        call(*evaluate, "--leave-one-out", "mother", "--trait", "y", "--out", "no", expected=2)
        call("explain", "--store", "s", "--model", "given", "--sample", iid(3), "--html", "--out", "explained")
        call("explain", "--store", "s", "--model", "given", "--sample", "PERSON_no", "--out", "no", expected=2)
        call("explain", "--store", "s", "--model", "given", "--sample", iid(5), "--remove", "remove.txt", "--out", "no", expected=2)

    @classmethod
    def ask_everything(cls):
        call = cls.call
        call("info", "s")
        call("info", "s", "--json")
        call("verify", "s")
        for run in ("mixed", "genome", "only"):
            call("info", run)
            call("info", run, "--json")
            call("verify", run)
        call("doctor")
        call("doctor", "--json")
        (cls.folder / "job.ini").write_text("store = s\ntrait = y\nkeep = keep.txt\nout = of-job\n", "utf-8")
        call("scan", "--job", "job.ini")
        call("slurm-script", "--job", "job.ini")
        call("plan-genome", "--samples", 1000, "--variants", 1000, "--traits", 2)

    def runs(self):
        return sorted({path.parent for name in ("log.txt", "run.json", "fit.json") for path in self.folder.rglob(name)})

    def made_files(self):
        """Files of runs and models, and exports."""
        for run in self.runs():
            yield from (path for path in run.rglob("*") if path.is_file())
        yield from (self.folder / "s/models").glob("*.h5")
        yield from (path for path in self.folder.iterdir() if path.name.startswith(("e.", "net.", "few.")))
