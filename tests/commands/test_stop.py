#!/usr/bin/env python3
"""A scan that is asked to stop while it plans or fits models. (test_scan_resume: while it tests variants.)"""
import os
import re
import shutil
import signal
import subprocess
import time

from command_case import CommandCase
import program
from program import main

STOPPED = 75


class Stop(CommandCase):
    def setUp(self):
        super().setUp()
        # Blocks so small that there are many turns, and traits enough that they take seconds.
        self.succeed("simulate", "--store", "s", "--samples", 2000, "--variants", 30000, "--quantitative", 40,
                     "--binary", 0, "--missing-traits", 0.2)
        self.words = ["scan", "--store", "s", "--trait", "quantitative_*", "--missing-genotype", "drop",
                      "--threads", 1, "--out", "r"]

    def has(self, name):
        return bool(list((self.folder / "r").glob(name)))

    def scan_until(self, sent, is_time, delay=0, options=()):
        """Exit code and words of a scan that gets a signal so long after it is time."""
        child = subprocess.Popen([program.MANIPLE, *map(str, self.words), *options], cwd=self.folder, text=True,
                                 stderr=subprocess.PIPE)
        limit = time.monotonic() + 60
        while not is_time() and time.monotonic() < limit:
            time.sleep(0.001)
        time.sleep(delay)
        child.send_signal(sent)
        _, said = child.communicate(timeout=60)
        return child.returncode, said

    def test_signals_while_planning(self):
        for sent in (signal.SIGTERM, signal.SIGUSR1, signal.SIGINT):
            for delay in (0, 0.01, 0.03):
                with self.subTest(sent=sent.name, delay=delay):
                    code, said = self.scan_until(sent, lambda: self.has(".unfinished"), delay)
                    self.assertEqual(code, STOPPED, said)
                    self.assertIn("give the same command again", said)
                    if (self.folder / "r").exists():  # It was quick, and has something to go on from.
                        self.assertEqual(sorted(os.listdir(self.folder / "r")), [".unfinished", "segments"])
                        shutil.rmtree(self.folder / "r")

    def test_signals_between_batches(self):
        """Fitting the next batch takes most of the time here: it stops there as well."""
        self.succeed("simulate", "--store", "wide", "--samples", 20000, "--variants", 64, "--contigs", 1,
                     "--quantitative", 300, "--binary", 0, "--missing-traits", 0)
        self.words = ["scan", "--store", "wide", "--trait", "quantitative_*", "--covariate", "covariate_*",
                      "--threads", 1, "--out", "r"]
        refused = self.refuse("give at least --memory", *self.words, "--memory", "1M")
        least = int(re.search(r"give at least --memory (\d+)M", refused).group(1))
        code, said = self.scan_until(signal.SIGTERM, options=("--memory", f"{least + 6}M"),
                                     is_time=lambda: "batch 2 of" in self.log())
        self.assertEqual(code, STOPPED, said)
        self.assertEqual(sorted(os.listdir(self.folder / "r")), [".unfinished", "segments"])

    def log(self):
        log = self.folder / "r/log.txt"
        return log.read_text(encoding="utf-8") if log.exists() else ""


if __name__ == "__main__":
    main()
