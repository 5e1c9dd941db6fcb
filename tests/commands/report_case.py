"""A scan of two contigs with hits, for tests of its page."""
from command_case import CommandCase
from plink_files import MISSING, write_bfile, write_table
from program import np, read_results
from report_page import Page

HIT = 7.30103
SAMPLES = 300
HOSTILE = "</script><b>&\"'"


def naive_r_squared(a, b):
    both = (a != MISSING) & (b != MISSING)
    return np.corrcoef(a[both], b[both])[0, 1] ** 2


class ReportCase(CommandCase):
    def setUp(self):
        super().setUp()
        chance = np.random.default_rng(9)
        contigs = ["2"] * 60 + ["10"] * 40
        base = chance.binomial(2, 0.4, (len(contigs), SAMPLES))
        self.dosages = base.copy()
        for v in range(1, len(contigs)):  # Neighbours are alike, every seventh one less so.
            same = chance.random(SAMPLES) < (0.2 if v % 7 == 0 else 0.85)
            self.dosages[v][same] = self.dosages[v - 1][same]
        self.dosages[chance.random(base.shape) < 0.02] = MISSING
        write_bfile(self.folder / "g", self.dosages, contigs)
        lines = [line.split("\t") for line in (self.folder / "g.bim").read_text().splitlines()]
        for v, line in enumerate(lines):
            line[3] = str(1000 + 20_000 * v)
        lines[20][1] = HOSTILE
        self.write("g.bim", "".join("\t".join(line) + "\n" for line in lines))
        self.names = [line[1] for line in lines]
        self.positions = [int(line[3]) for line in lines]
        signal = np.where(self.dosages[20] == MISSING, 1, self.dosages[20])
        second = np.where(self.dosages[75] == MISSING, 1, self.dosages[75])
        noise = chance.standard_normal(SAMPLES)
        write_table(self.folder / "t.tsv", {"strong": signal * 2.0 + second + noise,
                                            "other": second * 1.5 + chance.standard_normal(SAMPLES),
                                            "null": chance.standard_normal(SAMPLES)})
        self.succeed("import", "--store", "s", "--bfile", "g", "--table", "t.tsv")

    def scan(self, run="r", traits="strong,other,null", *words, **options):
        return self.succeed("scan", "--store", "s", "--trait", traits, "--out", run, *words, **options)

    def page(self, run="r"):
        return Page(self.folder / run / "report.html")

    def clumps(self, trait, distance=500_000, least=0.1):
        """Leads by the numbers of results.h5 and the genotypes of this test."""
        results = read_results(self.folder / "r", [trait])
        y = results.neg_log10_p[:, 0]
        contig = [0] * 60 + [1] * 40
        left = [v for v in range(len(y)) if y[v] >= HIT]
        leads = []
        while left:
            lead = max(left, key=lambda v: (y[v], -v))
            leads.append(lead)
            left = [v for v in left if v != lead and not (
                contig[v] == contig[lead] and abs(self.positions[v] - self.positions[lead]) <= distance
                and naive_r_squared(self.dosages[v], self.dosages[lead]) >= least)]
        return leads
