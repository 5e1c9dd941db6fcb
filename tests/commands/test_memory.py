#!/usr/bin/env python3
"""The memory of a scan: what --plan says, what it takes, and what --memory allows."""
import json
import re
import resource

from command_case import MANIPLE, CommandCase, start
from program import main

UNITS = {"kB": 1e-3, "MB": 1, "GB": 1e3}


class Memory(CommandCase):
    def measure(self, *words):
        """Peak memory of a scan [MB], as the system told it. (As its child's parent one would see that of the parent,
        where it is more.)"""
        self.succeed(*words)
        run = json.loads((self.folder / words[-1] / "run.json").read_text(encoding="utf-8"))
        return max(rank["peak_memory_bytes"] for rank in run["ranks"]) / 1e6

    def planned(self, *words):
        found = re.search(r"memory per rank ([\d.]+) ([kMG]B)", self.succeed(*words, "--plan"))
        return float(found[1]) * UNITS[found[2]]

    def simulate(self, store, samples, variants, traits, missing):
        self.succeed("simulate", "--store", store, "--samples", samples, "--variants", variants, "--contigs", 2,
                     "--quantitative", traits, "--binary", 0, "--missing-traits", missing)

    def scan_words(self, store, traits, threads):
        return ["scan", "--store", store, "--trait", traits, "--covariate", "covariate_*", "--threads", threads]

    def test_plan_is_within_a_fifth(self):
        for samples, variants in ((2000, 2000), (100_000, 600)):
            self.simulate(f"one-{samples}", samples, variants, 300, 0)
            self.simulate(f"many-{samples}", samples, variants, 60, 0.05)
            for store, traits, patterns in (("one", "quantitative_1", 1), ("one", "quantitative_*", 1),
                                            ("many", "quantitative_*", 60)):
                for threads in (1, 2):
                    with self.subTest(samples=samples, traits=traits, patterns=patterns, threads=threads):
                        words = self.scan_words(f"{store}-{samples}", traits, threads)
                        planned = self.planned(*words)
                        out = f"out-{samples}-{store}-{traits[-1]}-{threads}".replace("*", "all")
                        taken = self.measure(*words, "--out", out)
                        self.assertIn(f" in {patterns} pattern", (self.folder / out / "log.txt").read_text())
                        print(f"\n{samples} samples, {traits}, {patterns} patterns, {threads} threads: "
                              f"{planned:.0f} MB planned, {taken:.0f} taken")
                        self.assertLess(abs(planned / taken - 1), 0.2)

    def test_does_not_grow_with_variants(self):
        """From where row chunks of the results have their full length: 200,000 variants.

        How many buffers two threads have in use at most is a matter of chance: the least of some runs counts.
        """
        taken = {}
        for variants in (200_000, 800_000):
            self.simulate(f"s{variants}", 500, variants, 2, 0)
            taken[variants] = [min(self.measure(*self.scan_words(f"s{variants}", "quantitative_1", threads),
                                                "--out", f"r{variants}-{threads}-{run}") for run in range(4))
                               for threads in (1, 2)]
        print(f"\nmemory with variants: {taken}")
        for less, more in zip(*taken.values()):
            self.assertLess(more - less, 4)

    def test_memory_is_kept(self):
        self.simulate("s", 20_000, 500, 400, 0)
        words = self.scan_words("s", "quantitative_*", 1)
        whole = self.measure(*words, "--out", "whole")
        limit = whole / 2
        taken = self.measure(*words, "--memory", f"{limit:.0f}M", "--out", "halved")
        self.assertIn("batches of at most", (self.folder / "halved/log.txt").read_text())
        self.assertLess(taken, 1.1 * limit)
        self.assertEqual((self.folder / "whole/results.h5").read_bytes(),
                         (self.folder / "halved/results.h5").read_bytes())

    def test_batches_close_partitions_behind_them(self):
        """As a scan of one batch does: a store may have more of them than a process may have files."""
        self.succeed("simulate", "--store", "s", "--samples", 300, "--variants", 45_000, "--quantitative", 60)
        self.assertEqual(len(list((self.folder / "s/genotypes").iterdir())), 22)
        words = self.scan_words("s", "quantitative_*", 1)
        refused = start([MANIPLE, *words, "--memory", "2M", "--out", "r"], cwd=self.folder).stderr
        least = re.search(r"give at least --memory (\w+)", refused)[1]
        self.succeed(*words, "--memory", least, "--out", "r",
                     preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (22, 22)))
        self.assertIn("batches of at most", (self.folder / "r/log.txt").read_text())

    def test_sizes(self):
        self.simulate("s", 50, 20, 1, 0)
        words = self.scan_words("s", "quantitative_1", 1)
        for size in ("1G", "1GB", "1gib", "0.5Gi", "500M", "600000kB", "900000000"):
            self.succeed(*words, "--memory", size, "--plan")
        for size in ("G", "4X", "-1G", "0", "nan", "1e300G", "4 G"):
            self.refuse(["--memory", "500M, 4G or 4GiB"], *words, "--memory", size, "--plan")
        self.refuse(["memory of 2M", "give at least --memory"], *words, "--memory", "2M", "--out", "r")
        self.assertFalse((self.folder / "r").exists())


if __name__ == "__main__":
    main()
