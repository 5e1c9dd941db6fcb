#!/usr/bin/env python3
"""Loci of reports against clumping with PLINK 1.9's r^2 of genotypes: the same leads, and the same hits in each.

PLINK's own --clump takes r^2 of haplotypes, estimated by maximum likelihood: near the limit it decides otherwise.
"""
import collections
import pathlib
import re
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from program import InScratch, main, maniple, run, skip_everything
from report_page import Page

PLINK = shutil.which("plink1.9") or shutil.which("plink")
TRAITS = ("quantitative_1", "quantitative_2")


class Clumps(InScratch):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        maniple("simulate", "--store", "s", "--samples", 4000, "--variants", 8000, "--contigs", 3, "--causal", 40,
                "--heritability", 0.6, "--bfile", "p", folder=cls.folder)
        maniple("scan", "--store", "s", "--trait", ",".join(TRAITS), "--covariate", "sex,ancestry", "--out", "r",
                folder=cls.folder)

    def export(self, trait):
        """Hits, strongest first: ID, contig, position."""
        maniple("export", "--run", "r", "--trait", trait, "--out", f"{trait}.glm", "--format", "plink", "--replace",
                folder=self.folder)
        header, *rows = [line.split() for line in (self.folder / f"{trait}.glm").read_text().splitlines()]
        rows = [dict(zip(header, row)) for row in rows]
        hits = sorted((row for row in rows if float(row["P"] if row["P"] != "NA" else 1) <= 5e-8),
                      key=lambda row: float(row["P"]))
        return [(row["ID"], row["#CHROM"], int(row["POS"])) for row in hits]

    def linkage(self, hits, kilobases):
        (self.folder / "hits").write_text("".join(f"{hit[0]}\n" for hit in hits))
        run([PLINK, "--bfile", "p", "--extract", "hits", "--r2", "--ld-window-kb", kilobases, "--ld-window", 99999,
             "--ld-window-r2", 0, "--out", "c"], folder=self.folder)
        rows = [line.split() for line in (self.folder / "c.ld").read_text().splitlines()][1:]
        return {frozenset((row[2], row[5])): float(row[6]) for row in rows}

    def clumps(self, trait, least, kilobases):
        """Hits in the locus of each lead."""
        left = self.export(trait)
        linkage = self.linkage(left, kilobases)
        found = collections.Counter()
        while left:
            lead = left.pop(0)
            joined = [hit for hit in left if hit[1] == lead[1] and abs(hit[2] - lead[2]) <= 1000 * kilobases
                      and linkage[frozenset((hit[0], lead[0]))] >= least]
            found[lead[0]] = 1 + len(joined)
            left = [hit for hit in left if hit not in joined]
        return dict(found)

    def clumps_of_plink(self, trait, least, kilobases):
        run([PLINK, "--bfile", "p", "--clump", f"{trait}.glm", "--clump-snp-field", "ID", "--clump-field", "P",
             "--clump-p1", 5e-8, "--clump-p2", 5e-8, "--clump-r2", least, "--clump-kb", kilobases, "--out", "c"],
            folder=self.folder)
        rows = [line.split() for line in (self.folder / "c.clumped").read_text().splitlines() if line.strip()][1:]
        return {row[2] for row in rows}

    def test_leads_and_hits(self):
        for least, kilobases in ((0.1, 500), (0.5, 500), (0.1, 2000)):
            maniple("report", "--run", "r", "--clump-r2", least, "--locus-distance", kilobases * 1000,
                    folder=self.folder)
            page = Page(self.folder / "r/report.html")
            for trait in TRAITS:
                rows = page.rows(f"Loci of {trait}")[1:]
                self.assertEqual({row[9] for row in rows}, {"r²"})
                expected = self.clumps(trait, least, kilobases)
                self.assertGreater(len(expected), 10)
                self.assertEqual({row[0]: int(row[7].replace(",", "")) for row in rows}, expected)
                others = self.clumps_of_plink(trait, least, kilobases)
                self.assertLessEqual(len(others ^ set(expected)), max(2, 0.1 * len(expected)))


if PLINK is None or not re.match(r"PLINK v1\.9", run([PLINK, "--version"]).stdout):
    skip_everything("no plink1.9 (Debian: plink1.9)")
if __name__ == "__main__":
    main()
