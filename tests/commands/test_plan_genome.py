#!/usr/bin/env python3
"""What a whole-genome regression will cost, as plan-genome and scan --plan say it, and what it then takes."""
import json
import re
import unittest

from command_case import CommandCase
from program import main

UNITS = {"bytes": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "PB": 1e15}
NUMBERED = re.compile(r"^    (.*?): (.*) = ([\d.e+]+)(?: (bytes|[kMGTP]B|s))?$")


def product(arithmetic):
    """What '2 traits x 3 samples / 4' comes to."""
    value = 1.0
    parts = arithmetic.split(" / ")
    for factor in parts[0].split(" x "):
        value *= float(re.match(r"[\d.,e+-]+", factor)[0].replace(",", ""))
    for divisor in parts[1:]:
        value /= float(divisor.replace(",", ""))
    return value


class PlanGenome(CommandCase):
    words = ["plan-genome", "--samples", 4000, "--variants", 3000, "--traits", 3, "--nodes", "1,2", "--threads", 2]

    def check_arithmetic(self, said):
        lines = [NUMBERED.match(line) for line in said.splitlines()]
        lines = [line for line in lines if line]
        for line in lines:
            stated = float(line[3]) * UNITS.get(line[4], 1)
            self.assertLess(abs(product(line[2]) - stated), 0.06 * stated + 1e-9, line[0])
        return len(lines)

    def test_table_and_arithmetic(self):
        said = self.succeed(*self.words)
        self.assertIn("nodes\tmemory per node", said)
        self.assertRegex(said, r"(?m)^1\t[\d.]+ MB\tnone\t0 bytes\t")
        self.assertRegex(said, r"(?m)^2\t[\d.]+ MB\tnone\t[\d.]+ MB\t")
        self.assertGreater(self.check_arithmetic(said), 25)

    def test_memory_decides(self):
        said = self.succeed(*self.words, "--memory", "60M")
        self.assertIn("need --scratch", said)
        self.assertIn("(too much)", self.succeed(*self.words, "--memory", "10M"))

    def test_more_than_there_can_be(self):
        said = self.succeed("plan-genome", "--samples", 10**9, "--variants", 10**10, "--traits", 10**6,
                            "--whole-genome-block", 1, "--threads", 100000, "--nodes", "1,1000")
        self.assertEqual(said.count("(too much)"), 2)
        self.assertNotRegex(said, r"-\d+(\.\d+)? (bytes|[kMGTP]B)")

    def test_refusals(self):
        self.refuse("--samples = 0", "plan-genome", "--samples", 0, "--variants", 10, "--traits", 1)
        self.refuse("--samples = 1000000000000", "plan-genome", "--samples", 10**12, "--variants", 10, "--traits", 1)
        self.refuse("--nodes = 1e+300", *self.words[:7], "--nodes", "1e300")
        self.refuse("--nodes = 1.5", *self.words[:7], "--nodes", "1.5")
        self.refuse("--lacking", *self.words, "--lacking", 2)
        self.refuse("--memory", *self.words, "--memory", "much")

    def test_store(self):
        """The memory of a run is what its plan said."""
        for samples, traits, threads in ((3000, 2, 1), (3000, 30, 2), (12000, 12, 1)):
            with self.subTest(samples=samples, traits=traits, threads=threads):
                store = f"s-{samples}-{traits}"
                self.succeed("simulate", "--store", store, "--samples", samples, "--variants", 12000, "--contigs", 3,
                             "--quantitative", traits, "--binary", 0, "--missing-traits", 0.02)
                words = ["scan", "--store", store, "--trait", "quantitative_*", "--whole-genome", "ridge",
                         "--whole-genome-block", 128, "--threads", threads]
                said = self.succeed(*words, "--plan")
                self.assertGreater(self.check_arithmetic(said), 15)
                found = [float(number) * UNITS[unit]
                         for number, unit in re.findall(r"memory per rank ([\d.]+) ([kMG]B)", said)]
                out = f"r-{samples}-{traits}"
                self.succeed(*words, "--out", out)
                run = json.loads((self.folder / out / "run.json").read_text(encoding="utf-8"))
                taken = run["ranks"][0]["peak_memory_bytes"]
                print(f"\n{samples} samples, {traits} traits, {threads} threads: {max(found) / 1e6:.0f} MB planned, "
                      f"{taken / 1e6:.0f} taken")
                self.assertLess(abs(max(found) / taken - 1), 0.15)


if __name__ == "__main__":
    main()
