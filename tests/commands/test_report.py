#!/usr/bin/env python3
"""maniple report of scans: what is on the page, what is not, the same bytes every time."""
import json
import re
import shlex
import shutil

from report_case import HIT, HOSTILE, SAMPLES, ReportCase, naive_r_squared
from program import main, np, read_results


class Reports(ReportCase):
    def test_page_of_a_scan(self):
        said = self.scan()
        self.assertIn("report: r/report.html", said)
        page = self.page()
        for section in ("overview", "trait-1", "trait-2", "trait-3", "loci-by-traits", "methods"):
            self.assertIn(section, page.ids)
            self.assertIn(f"#{section}", page.links)
        self.assertEqual([link for link in page.links if not link.startswith("#")], [])
        self.assertEqual(page.all("body")[0]["data-page"], "scan")
        for figure in page.all("figure"):
            self.assertIn(figure["data-source"], page.data)
        for picture in page.all("svg"):
            self.assertIn(picture["aria-labelledby"], page.ids)
        self.assertIn("maniple", page.text)
        self.assertIn("100 variants in the scan; 100 tested for association with each of 3 traits.", page.text)
        self.assertEqual([row[0] for row in page.rows("Traits")[1:]], ["strong", "other", "null"])

    def test_numbers_are_those_of_the_results(self):
        self.scan()
        page = self.page()
        for number, trait in enumerate(("strong", "other", "null"), 1):
            results = read_results(self.folder / "r", [trait])
            data = page.data[f"trait-{number}-manhattan"]
            y = results.neg_log10_p[:, 0]
            hits = np.flatnonzero(y >= np.float32(HIT))
            self.assertEqual(data["hits"]["id"], [results.variant_id[v] for v in hits])
            np.testing.assert_allclose(data["hits"]["y"], y[hits], rtol=1e-4)
            np.testing.assert_allclose(data["hits"]["beta"], results.beta[hits, 0], rtol=1e-3)
            self.assertEqual(len(data["points"]["y"]), len(y) - len(hits))
            names = [contig["name"] for contig in data["contigs"]]
            self.assertEqual(names, ["2", "10"])
            qq = page.data[f"trait-{number}-qq"]["series"][0]
            np.testing.assert_allclose(qq["observed"], np.sort(y)[::-1], atol=2e-3, rtol=2e-3)
            summary = (self.folder / "r/summary.tsv").read_text().splitlines()
            row = dict(zip(summary[0].split("\t"), summary[number].split("\t")))
            self.assertAlmostEqual(qq["lambda"], float(row["lambda_gc"]), delta=1e-3)
            self.assertEqual(int(row["hits"]), len(hits))

    def test_loci_and_regions(self):
        self.scan()
        page = self.page()
        for number, trait in ((1, "strong"), (2, "other")):
            leads = self.clumps(trait)
            loci = page.data[f"trait-{number}-manhattan"]["loci"]
            self.assertEqual([locus["id"] for locus in loci], [self.names[v] for v in leads])
            region = page.data[loci[0]["region"]]
            self.assertEqual(region["lead"], self.names[leads[0]])
            for name, found in zip(region["id"], region["r_squared"]):
                truth = naive_r_squared(self.dosages[self.names.index(name)], self.dosages[leads[0]])
                self.assertAlmostEqual(found, truth, delta=6e-4)
            inside = [v for v in range(100) if abs(self.positions[v] - self.positions[leads[0]]) <= 500_000
                      and (v < 60) == (leads[0] < 60)]
            self.assertEqual(region["id"], [self.names[v] for v in inside])
        self.succeed("report", "--run", "r", "--locus-distance", 100_000, "--clump-r2", 0)
        loci = self.page().data["trait-1-manhattan"]["loci"]
        self.assertEqual([locus["id"] for locus in loci],
                         [self.names[v] for v in self.clumps("strong", 100_000, -1)])

    def test_variants_without_a_place_and_traits_without_hits(self):
        lines = [line.split("\t") for line in (self.folder / "g.bim").read_text().splitlines()]
        for v in range(5):
            lines[v][0], lines[v][3] = "0", "0"
        self.write("g.bim", "".join("\t".join(line) + "\n" for line in lines))
        self.succeed("import", "--store", "odd", "--bfile", "g", "--table", "t.tsv")
        self.succeed("scan", "--store", "odd", "--trait", "null", "--out", "r")
        page = self.page()
        data = page.data["trait-1-manhattan"]
        self.assertEqual([contig["name"] for contig in data["contigs"]][-1], "0")
        self.assertEqual(data["hits"]["id"], [])
        self.assertEqual(data["loci"], [])
        self.assertIn("No variant reaches p = 5e-8", page.text)
        self.succeed("scan", "--store", "odd", "--trait", "null", "--min-carriers", 90, "--out", "rare")
        tested = int((self.folder / "rare/summary.tsv").read_text().splitlines()[1].split("\t")[8])
        self.assertIn(f"100 variants in the scan; {tested} tested for association with null.", self.page("rare").text)
        self.assertNotIn("heat", page.data)

    def test_few_people_are_not_counted(self):
        people = [line.split()[:2] for line in (self.folder / "g.fam").read_text().splitlines()]
        self.write("three", "".join(f"{fid} {iid}\n" for fid, iid in people[:3]))
        said = self.scan("few", "null", "--keep", "three")
        self.assertIn("<5 after --keep and --remove", said)
        record = json.loads((self.folder / "few/run.json").read_text())
        self.assertEqual((record["plan"]["samples"], record["inputs"]["samples"]), (None, SAMPLES))
        facts = dict(self.page("few").rows("What was scanned"))
        self.assertEqual((facts["Samples in the store"], facts["Samples in the analysis"]), ("300", "<5"))
        self.assertNotIn("Left out: not chosen, or without a covariate", facts)
        self.scan("most", "null", "--remove", "three")
        record = json.loads((self.folder / "most/run.json").read_text())
        self.assertEqual((record["plan"]["samples"], record["inputs"]["samples"]), (SAMPLES - 3, None))
        facts = dict(self.page("most").rows("What was scanned"))
        self.assertEqual((facts["Samples in the analysis"], facts["Left out: not chosen, or without a covariate"]), ("297", "<5"))
        self.assertNotIn("Samples in the store", facts)
        for run in ("few", "most"):
            text = (self.folder / run / "log.txt").read_text()
            self.assertIsNone(re.search(r"(?<![\w.,<-])3 (samples|after|with)", text), text)

    def test_how_it_was_made(self):
        """Everything about people and filters, and a command that makes the same results."""
        lines = [line.split() for line in (self.folder / "g.fam").read_text().splitlines()]
        (self.folder / "secret").mkdir()
        self.write("secret/it's.txt", "".join(f"{line[0]} {line[1]}\n" for line in lines[:280]))
        self.write("secret/ids.txt", "".join(f"{name}\n" for name in self.names if name != HOSTILE))
        table = (self.folder / "t.tsv").read_text().splitlines()
        cells = [line.split("\t") for line in table]
        column = cells[0].index("other")
        for row in cells[1:8]:
            row[column] = "NA"
        self.write("t.tsv", "".join("\t".join(row) + "\n" for row in cells))
        self.succeed("import", "--store", "few", "--bfile", "g", "--table", "t.tsv")
        self.succeed("scan", "--store", "few", "--trait", "strong", "null", "--covariate", "other", "--keep", "secret/it's.txt",
                     "--extract", "secret/ids.txt", "--min-maf", 0.1, "--missing-genotype", "drop", "--out", "r")
        page = self.page()
        facts = dict(page.rows("What was scanned"))
        self.assertEqual((facts["Samples in the store"], facts["Samples in the analysis"]), ("300", "273"))
        self.assertEqual(facts["Left out: not chosen, or without a covariate"], "27")
        plan = dict(page.rows("Plan"))
        self.assertEqual(plan["Filters of variants"], "minor allele frequency at least 0.1")
        self.assertEqual((plan["Samples kept by"], plan["Variants kept by"]), ("it's.txt", "ids.txt"))
        self.assertNotIn("secret", page.source)
        words = shlex.split(plan["Command"])
        self.assertEqual(words[0], "maniple")
        paths = {"STORE": "../few", "RUN": "../again"}
        self.succeed(*[paths.get(word, word) for word in words[1:]], cwd=self.folder / "secret")
        self.assertEqual((self.folder / "r/results.h5").read_bytes(), (self.folder / "again/results.h5").read_bytes())

    def test_heat(self):
        self.scan()
        heat = self.page().data["heat"]
        self.assertEqual(heat["columns"], ["strong", "other", "null"])
        results = read_results(self.folder / "r")
        for label, z in zip(heat["rows"], heat["z"]):
            v = results.variant_id.index(label.rsplit(" (", 1)[0])
            np.testing.assert_allclose(z, results.beta[v] / results.standard_error[v], rtol=1e-3)

    def test_hostile_names_stay_text(self):
        self.scan()
        page = self.page()
        self.assertIn(HOSTILE, page.data["trait-1-manhattan"]["hits"]["id"])
        self.assertNotIn("</script><b>", page.source)
        self.assertEqual(page.all("b"), [])
        self.assertEqual(len([script for script in page.all("script") if "id" not in script]), 1)

    def test_no_sample_in_the_page(self):
        self.scan()
        page = self.page()
        ids = [line.split()[1] for line in (self.folder / "g.fam").read_text().splitlines()]
        words = set(re.findall(r"\w+", page.source + json.dumps(page.data)))
        self.assertEqual(words & set(ids), set())

    def test_same_bytes(self):
        self.scan("r")
        first = (self.folder / "r/report.html").read_bytes()
        for ranks in (1, 2):
            self.scan(f"r{ranks}", ranks=ranks)
            self.assertEqual(first, (self.folder / f"r{ranks}/report.html").read_bytes())
        self.succeed("report", "--run", "r")
        self.assertEqual(first, (self.folder / "r/report.html").read_bytes())
        self.succeed("report", "--run", "r", "--out", "p.html")
        self.assertEqual(first, (self.folder / "p.html").read_bytes())

    def test_reports_are_left_out_or_made_by_merge(self):
        self.scan("whole", "strong")
        self.scan("none", "strong", "--no-report")
        self.assertFalse((self.folder / "none/report.html").exists())
        self.scan("part1", "strong", "--shard", "1/2")
        self.scan("part2", "strong", "--shard", "2/2")
        self.assertFalse((self.folder / "part1/report.html").exists())
        self.succeed("merge", "--out", "merged", "part1", "part2")
        self.assertEqual((self.folder / "merged/report.html").read_bytes(),
                         (self.folder / "whole/report.html").read_bytes())
        self.refuse(["'part1'", "one part of a scan", "merge"], "report", "--run", "part1")

    def test_chosen_traits(self):
        self.scan()
        self.succeed("report", "--run", "r", "--trait", "null,other")
        page = self.page()
        self.assertEqual([row[0] for row in page.rows("Traits")[1:]], ["null", "other"])
        self.refuse(["no trait 'nope'", "--trait"], "report", "--run", "r", "--trait", "nope")
        self.refuse(["no trait 'strnog'", "did you mean 'strong'?"], "report", "--run", "r", "--trait", "strnog")
        for words, expected in ((["*t*"], ["strong", "other"]), (["null,o*"], ["null", "other"]),
                                (["other,all"], ["other", "strong", "null"])):
            self.succeed("report", "--run", "r", "--trait", *words)
            self.assertEqual([row[0] for row in self.page().rows("Traits")[1:]], expected)
        self.refuse(["'null' twice"], "report", "--run", "r", "--trait", "null,other,null")
        self.refuse(["pattern 'x*' fits no trait"], "report", "--run", "r", "--trait", "x*")

    def test_without_the_store(self):
        self.scan()
        shutil.move(self.folder / "s", self.folder / "moved")
        self.succeed("report", "--run", "r")
        page = self.page()
        self.assertIn("not at hand", page.text)
        locus = page.data["trait-1-manhattan"]["loci"][0]
        self.assertEqual(set(page.data[locus["region"]]["r_squared"]), {None})
        self.succeed("report", "--run", "r", "--store", "moved")
        self.assertIn("pairwise complete", self.page().text)

    def test_another_store(self):
        self.scan()
        self.succeed("simulate", "--store", "other", "--samples", 30, "--variants", 100)
        self.refuse(["--store 'other'", "not the one that was scanned"], "report", "--run", "r", "--store", "other")
        shutil.rmtree(self.folder / "s")
        shutil.move(self.folder / "other", self.folder / "s")
        self.succeed("report", "--run", "r")
        self.assertIn("has changed", self.page().text)

    def test_a_damaged_store(self):
        self.scan()
        damaged = {"cohort": [self.folder / "s/cohort.h5"],
                   "genotypes": [path for path in (self.folder / "s").rglob("*.h5")
                                 if path.name != "cohort.h5" and "tables" not in path.parts]}
        for what, files in damaged.items():
            whole = {path: path.read_bytes() for path in files}
            for path, content in whole.items():
                cut = content[:len(content) // 2]
                path.write_bytes(cut if what == "cohort" else cut + bytes(len(content) - len(cut)))
            self.succeed("report", "--run", "r")
            page = self.page()
            self.assertIn("cannot be read", page.text, what)
            self.assertEqual({row[-1] for row in page.rows("Loci of strong")[1:]}, {"distance"})
            self.assertNotIn(str(self.folder), page.source)
            self.fail_with(4, ["s"], "report", "--run", "r", "--store", "s")
            for path, content in whole.items():
                path.write_bytes(content)
        self.succeed("report", "--run", "r")
        self.assertIn("pairwise complete", self.page().text)

    def test_from_another_folder(self):
        self.scan()
        first = (self.folder / "r/report.html").read_bytes()
        (self.folder / "other").mkdir()
        self.succeed("simulate", "--store", "other/s", "--samples", 30, "--variants", 100)
        self.succeed("report", "--run", "../r", cwd=self.folder / "other")
        self.assertEqual((self.folder / "r/report.html").read_bytes(), first)
        self.assertNotIn(str(self.folder), self.page().source)

    def test_distance_decides_and_colours_stay(self):
        self.scan()
        for words in ((), ("--store", "s")):
            self.succeed("report", "--run", "r", "--clump-r2", 0, *words)
            page = self.page()
            self.assertEqual({row[-1] for row in page.rows("Loci of strong")[1:]}, {"distance"})
            self.assertNotIn("0 or more", page.text)
            locus = page.data["trait-1-manhattan"]["loci"][0]
            self.assertNotIn(None, page.data[locus["region"]]["r_squared"])

    def test_the_lead_is_found_by_its_place(self):
        """Records of one site may share a name: the strongest is not the first here."""
        lines = [line.split("\t") for line in (self.folder / "g.bim").read_text().splitlines()]
        for v in range(15, 26):
            lines[v][1] = "same"
        self.write("g.bim", "".join("\t".join(line) for line in [[*line[:-1], line[-1] + "\n"] for line in lines]))
        self.succeed("import", "--store", "odd", "--bfile", "g", "--table", "t.tsv")
        self.succeed("scan", "--store", "odd", "--trait", "strong", "--out", "r")
        page = self.page()
        lead = self.clumps("strong")[0]
        locus = page.data["trait-1-manhattan"]["loci"][0]
        region = page.data[locus["region"]]
        self.assertEqual(region["lead"], "same")
        self.assertNotEqual(region["id"].index("same"), region["lead_index"])
        self.assertEqual(region["positions"][region["lead_index"]], self.positions[lead])
        self.assertEqual(region["r_squared"][region["lead_index"]], 1)

    def test_variants_that_are_equal_by_name_and_place(self):
        """Nobody can tell which of them a row is: their r² is unknown, that of others is not."""
        lines = [line.split("\t") for line in (self.folder / "g.bim").read_text().splitlines()]
        for v in (22, 23):
            lines[v] = [lines[v][0], "twice", *lines[22][2:]]
        self.write("g.bim", "".join("\t".join(line) + "\n" for line in lines))
        self.succeed("import", "--store", "odd", "--bfile", "g", "--table", "t.tsv")
        self.succeed("scan", "--store", "odd", "--trait", "strong", "--out", "r")
        page = self.page()
        region = page.data[page.data["trait-1-manhattan"]["loci"][0]["region"]]
        lead = self.names.index(region["lead"])
        self.assertNotIn(lead, (22, 23))
        for name, found in zip(region["id"], region["r_squared"]):
            if name == "twice":
                self.assertIsNone(found)
            else:
                truth = naive_r_squared(self.dosages[self.names.index(name)], self.dosages[lead])
                self.assertAlmostEqual(found, truth, delta=6e-4)
        self.assertEqual(region["id"].count("twice"), 2)

    def test_a_lead_that_is_there_twice(self):
        lines = [line.split("\t") for line in (self.folder / "g.bim").read_text().splitlines()]
        self.scan()
        lead = self.clumps("strong")[0]
        lines[lead + 1] = list(lines[lead])
        self.write("g.bim", "".join("\t".join(line) + "\n" for line in lines))
        self.succeed("import", "--store", "odd", "--bfile", "g", "--table", "t.tsv")
        self.succeed("scan", "--store", "odd", "--trait", "strong", "--out", "odd-run")
        page = self.page("odd-run")
        self.assertEqual(page.rows("Loci of strong")[1][-1], "distance")
        region = page.data[page.data["trait-1-manhattan"]["loci"][0]["region"]]
        self.assertEqual(set(region["r_squared"]), {None})


if __name__ == "__main__":
    main()
