#!/usr/bin/env python3
"""maniple report of scans: files that it refuses to read or to write, and what a report that fails leaves."""
import json
import os
import resource
import shutil
import signal

from command_case import CORRUPT_INPUT, ENVIRONMENT_ERROR
from plink_files import write_bfile
from program import main
from report_case import ReportCase
from report_page import Page


class ReportFiles(ReportCase):
    def test_existing_files(self):
        self.scan()
        self.write("mine.html", "<p>mine</p>\n")
        self.refuse(["'mine.html' exists already"], "report", "--run", "r", "--out", "mine.html")
        self.refuse(["'mine.html'", "--replace"], "report", "--run", "r", "--out", "mine.html", "--replace")
        self.succeed("report", "--run", "r", "--out", "p.html")
        self.refuse(["'p.html' exists already", "--replace"], "report", "--run", "r", "--out", "p.html")
        self.succeed("report", "--run", "r", "--out", "p.html", "--replace")
        self.write("r/report.html", "<p>mine</p>\n")
        self.assertNotIn("--replace", self.refuse(["report.html", "not a page", "--out"], "report", "--run", "r"))
        self.refuse(["nowhere"], "report", "--run", "r", "--out", "nowhere/p.html")

    def test_folders_that_are_no_finished_run(self):
        self.refuse(["'nowhere' is no folder"], "report", "--run", "nowhere")
        (self.folder / "empty").mkdir()
        self.refuse(["'empty' has no results.h5"], "report", "--run", "empty")
        self.write("empty/.unfinished", "")
        self.refuse(["has not ended", "same command"], "report", "--run", "empty")
        self.refuse(["results.h5"], "report", "--run", "s")

    def test_damaged_runs(self):
        self.scan()
        for name in ("results.h5", "run.json", "summary.tsv"):
            shutil.copytree(self.folder / "r", self.folder / "d")
            path = self.folder / "d" / name
            whole = path.read_bytes()
            path.write_bytes(whole[:len(whole) // 2])
            self.fail_with(4, [name], "report", "--run", "d")
            path.unlink()
            self.refuse(["results.h5"] if name == "results.h5" else [name, "missing"], "report", "--run", "d")
            shutil.rmtree(self.folder / "d")

    def test_places_that_are_no_files(self):
        self.scan("r", "null")
        (self.folder / "loop").symlink_to("loop")
        os.mkfifo(self.folder / "pipe")
        for words in ((), ("--replace",)):
            self.refuse(["'pipe'", "is a pipe"], "report", "--run", "r", "--out", "pipe", *words)
            self.refuse(["'loop'", "cannot be written"], "report", "--run", "r", "--out", "loop", *words)
            self.refuse(["cannot be written", "too long"], "report", "--run", "r", "--out", "a" * 300, *words)
        self.fail_with(3, ["'loop' cannot be read"], "report", "--run", "loop")
        (self.folder / "r/report.html").unlink()
        os.mkfifo(self.folder / "r/report.html")
        self.refuse(["report.html", "not a page"], "report", "--run", "r")
        for name in ("summary.tsv", "run.json"):
            shutil.copytree(self.folder / "r", self.folder / "d", ignore=shutil.ignore_patterns("report.html"))
            (self.folder / "d" / name).unlink()
            (self.folder / "d" / name).mkdir()
            self.fail_with(4, [f"'d/{name}'", "no file"], "report", "--run", "d")
            (self.folder / "d" / name).rmdir()
            (self.folder / "d" / name).symlink_to(self.folder / "loop")
            self.fail_with(3, [f"'d/{name}'", "cannot be read"], "report", "--run", "d")
            shutil.rmtree(self.folder / "d")
        (self.folder / "s/cohort.h5").unlink()
        (self.folder / "s/cohort.h5").symlink_to(self.folder / "loop")
        self.succeed("report", "--run", "r", "--out", "p.html")
        self.assertIn("cannot be read", Page(self.folder / "p.html").text)

    def test_a_finished_run_without_its_page(self):
        self.scan("r", "null", "--no-report")
        score = ("score", "--store", "s", "--weights", "w.txt", "--out", "r")
        self.write("w.txt", "")
        self.refuse(["holds a finished run", "`maniple report --run r`"], *score)
        self.succeed("report", "--run", "r")
        self.assertNotIn("maniple report", self.refuse(["holds a finished run"], *score))

    def test_files_of_different_runs(self):
        self.scan("r", "strong,other")
        self.succeed("scan", "--store", "s", "--trait", "other,strong", "--out", "turned")
        self.succeed("scan", "--store", "s", "--trait", "strong,other", "--chr", "2", "--out", "fewer")
        self.succeed("scan", "--store", "s", "--trait", "strong,other", "--covariate", "null", "--out", "adjusted")
        write_bfile(self.folder / "few", self.dosages[:, :250], ["2"] * 60 + ["10"] * 40)
        self.succeed("import", "--store", "part", "--bfile", "few", "--table", "t.tsv")
        self.succeed("scan", "--store", "part", "--trait", "strong,other", "--out", "others")
        for other, name, reason in (("turned", "summary.tsv", "traits differ"), ("turned", "run.json", "traits differ"),
                                    ("fewer", "summary.tsv", "numbers of variants"), ("fewer", "run.json", "numbers of variants"),
                                    ("adjusted", "run.json", "covariates differ"), ("others", "run.json", "samples differ")):
            shutil.copytree(self.folder / "r", self.folder / "d")
            shutil.copy(self.folder / other / name, self.folder / "d" / name)
            self.fail_with(4, [f"'d/{name}'", "not of one run", reason], "report", "--run", "d")
            shutil.rmtree(self.folder / "d")

    def test_summaries_that_were_edited(self):
        self.scan("r", "strong,other")
        self.succeed("verify", "r")
        rows = [line.split("\t") for line in (self.folder / "r/summary.tsv").read_text().splitlines()]

        def more(column):
            return str(int(rows[1][rows[0].index(column)]) + 1)
        edits = [("hits", more("hits"), "hits differ"), ("tested", more("tested"), "numbers of variants"),
                 ("samples", "7", "samples differ"), ("tested", "9223372036854775807", "numbers of variants"),
                 ("lambda_gc", "1.2345", "lambda GC differ"), ("lambda_gc", "NA", "lambda GC differ"),
                 ("hits", "many", "line 2: hits = 'many'"), ("samples", "-3", "line 2: samples = '-3'"),
                 ("type", "odd", "line 2: type = 'odd'"), ("separated", "x", "line 2: separated = 'x'")]
        for column, value, reason in edits:
            with self.subTest(column, value=value):
                edited = [[*row] for row in rows]
                edited[1][rows[0].index(column)] = value
                self.write("r/summary.tsv", "".join("\t".join(row) + "\n" for row in edited))
                self.fail_with(4, ["summary.tsv", reason], "report", "--run", "r")
                done = self.run_maniple("verify", "r")
                self.judge(done, CORRUPT_INPUT, ["'r' is damaged"])
                self.assertIn(reason, done.stdout + done.stderr)
        for i, name in enumerate(rows[0]):
            with self.subTest(name):
                head = [*rows[0][:i], "renamed", *rows[0][i + 1:]]
                self.write("r/summary.tsv", "".join("\t".join(row) + "\n" for row in [head, *rows[1:]]))
                reason = "after 'hits'" if i > rows[0].index("hits") else f"no column '{name}'"
                self.fail_with(4, ["summary.tsv", reason], "report", "--run", "r")

    def test_records_that_were_edited(self):
        self.scan("r", "strong")
        record = json.loads((self.folder / "r/run.json").read_text())
        for where, value in (("plan", 9000), ("plan", 200), ("plan", "many"), ("inputs", 299), ("inputs", 9000), ("inputs", -1)):
            with self.subTest(where, value=value):
                edited = json.loads(json.dumps(record))
                edited[where]["samples"] = value
                self.write("r/run.json", json.dumps(edited))
                self.fail_with(4, ["run.json", "samples"], "report", "--run", "r")

    def test_a_failing_report_costs_nothing_else(self):
        self.scan("whole", "strong")
        size = (self.folder / "whole/report.html").stat().st_size
        others = max(path.stat().st_size for path in (self.folder / "whole").iterdir() if path.suffix != ".html")
        self.assertLess(others, size - 1)

        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (size - 1, size - 1))
        done = self.run_maniple("scan", "--store", "s", "--trait", "strong", "--out", "r", preexec_fn=limit)
        self.judge(done, ENVIRONMENT_ERROR, ["the run is complete", "maniple report --run r"])
        self.assertEqual((self.folder / "r/results.h5").read_bytes(), (self.folder / "whole/results.h5").read_bytes())
        self.assertEqual({path.name for path in (self.folder / "r").iterdir()},
                         {"results.h5", "summary.tsv", "run.json", "log.txt", ".plan"})
        self.succeed("report", "--run", "r")
        self.assertEqual((self.folder / "r/report.html").stat().st_size, size)


if __name__ == "__main__":
    main()
