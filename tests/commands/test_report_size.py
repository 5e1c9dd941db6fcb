#!/usr/bin/env python3
"""maniple report of simulated results with many hits, loci and traits: nothing is lost in silence, no page is too large."""
import os
import re

from command_case import CommandCase
from plink_files import write_bfile, write_table
from program import main, np, read_results, run
from report_page import Page

HIT = np.float32(7.30103)
LARGEST = 5_000_000


def number_before(words, text):
    found = re.search(r"([\d,]+)" + re.escape(words), text)
    return int(found[1].replace(",", "")) if found else 0


class Sizes(CommandCase):
    def report(self, variants, traits, loci, *words):
        run([os.environ["MANIPLE_WRITE_SCAN"], self.folder / "r", variants, traits, loci])
        self.succeed("report", "--run", "r", *words)
        self.assertLess((self.folder / "r/report.html").stat().st_size, LARGEST)
        return Page(self.folder / "r/report.html")

    def hits(self):
        y = read_results(self.folder / "r").neg_log10_p
        return [np.sort(column[column >= HIT]) for column in y.T]

    def test_every_hit_of_many_traits_has_details(self):
        page = self.report(60_000, 20, 40)
        for number, hits in enumerate(self.hits(), 1):
            found = page.data[f"trait-{number}-manhattan"]["hits"]["y"]
            np.testing.assert_allclose(np.sort(found), hits, rtol=1e-4)
        self.assertNotIn("have details", page.text)

    def test_more_hits_than_have_details(self):
        page = self.report(150_000, 6, 500)
        hits = self.hits()
        total = sum(map(len, hits))
        self.assertGreater(total, 50_000)
        told, weakest, strongest_untold = 0, [], []
        for number, own in enumerate(hits, 1):
            data = page.data[f"trait-{number}-manhattan"]
            leads = {(locus["contig"], locus["position"]) for locus in data["loci"]}
            details = data["hits"]
            told += len(details["y"])
            places = set(zip(details["contig"], details["position"]))
            self.assertLessEqual(leads, places)
            weakest += [y for y, place in zip(details["y"], zip(details["contig"], details["position"]))
                        if place not in leads]
            drawn = [y for y in data["points"]["y"] if y >= HIT]
            strongest_untold.append(max(drawn))
            # None is lost: all have details or a dot.
            self.assertEqual(len(details["y"]) + len(drawn), len(own))
            np.testing.assert_allclose(np.sort(details["y"] + drawn), own, rtol=1e-4, atol=6e-4)
        self.assertGreaterEqual(told, 50_000)
        self.assertGreaterEqual(min(weakest), max(strongest_untold) - 1e-3)
        self.assertRegex(page.text, r"[\d,]+ hits have details \(the strongest of all traits, and leads of loci\), [\d,]+ more")

    def test_more_loci_than_fit(self):
        page = self.report(200_000, 20, 2_000, "--locus-distance", 2_000)
        shown, found, left_out = 0, 0, 0
        weakest = []
        captions = [text for text in page.words if "The line is at 5e-8" in text]
        self.assertEqual(len(captions), 20)
        for number, (hits, caption) in enumerate(zip(self.hits(), captions), 1):
            loci = page.data[f"trait-{number}-manhattan"]["loci"]
            shown += len(loci)
            weakest.append(loci[-1]["y"])
            self.assertIn(f"{len(hits):,} variants with", caption)
            found += number_before(" loci;", caption)
            left_out += number_before(" more are left out here", caption)
        self.assertGreater(left_out, 0)
        self.assertEqual(shown + left_out, found)
        # One border over all traits.
        self.assertLess(max(weakest) - min(weakest), 0.1 * max(weakest))
        self.assertIn("results.h5", page.text)

    def test_names_of_variants_are_long(self):
        """The size of a region follows from what is written: names take most of it."""
        chance = np.random.default_rng(3)
        dosages = chance.binomial(2, 0.4, (20_000, 80))
        write_bfile(self.folder / "g", dosages)
        lines = [line.split("\t") for line in (self.folder / "g.bim").read_text().splitlines()]
        letters = np.array(list("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"))
        for v, line in enumerate(lines):
            line[1], line[3] = "".join(letters[chance.integers(0, 62, 300)]), str(1000 + 10 * v)
        (self.folder / "g.bim").write_text("".join("\t".join(line) + "\n" for line in lines))
        write_table(self.folder / "t.tsv", {"y": 3.0 * dosages[10_000] + chance.standard_normal(80)})
        self.succeed("import", "--store", "s", "--bfile", "g", "--table", "t.tsv")
        self.succeed("scan", "--store", "s", "--trait", "y", "--out", "r")
        self.assertLess((self.folder / "r/report.html").stat().st_size, LARGEST)
        page = Page(self.folder / "r/report.html")
        region = page.data[page.data["trait-1-manhattan"]["loci"][0]["region"]]
        self.assertGreater(len(region["id"]), 5_000)
        self.assertIn(lines[10_000][1], region["id"])


if __name__ == "__main__":
    main()
