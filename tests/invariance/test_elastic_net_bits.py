#!/usr/bin/env python3
"""A path of penalised fits has the same bits on every instruction set that this processor runs."""
import os
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import program  # first: leaves where a package is missing
import numpy as np

PATH = os.environ.get("MANIPLE_ELASTIC_NET_PATH")


@unittest.skipIf(PATH is None, "MANIPLE_ELASTIC_NET_PATH names no program")
class ElasticNetBits(program.InScratch):
    def write(self, outcome):
        random = np.random.default_rng(1)
        samples, variants = 411, 300
        dosages = random.binomial(2, random.uniform(0.001, 0.999, (variants, 1)), (variants, samples))
        dosages[random.uniform(size=dosages.shape) < 0.02] = 3
        predictor = (dosages[:20] % 3).sum(axis=0) / 5 + random.normal(size=samples)
        file = self.folder / f"{outcome}.txt"
        text = lambda numbers: " ".join(f"{number:.17g}" for number in numbers) + "\n"
        values = {"quantitative": predictor, "binary": (predictor > np.median(predictor)).astype(float),
                  "time_to_event": np.exp(-predictor)}[outcome]
        with open(file, "w", encoding="ascii") as out:
            out.write(f"{outcome} 0.8 1e-7 1\npath 15 0.1\n{text(values)}")
            if outcome == "time_to_event":
                out.write(text(random.binomial(1, 0.7, samples)))
            out.write(text(random.normal(size=samples)))
            out.writelines("".join(map(str, row)) + "\n" for row in dosages)
        return file

    def test_instruction_sets(self):
        for outcome in ("quantitative", "binary", "time_to_event"):
            with self.subTest(outcome=outcome):
                file = self.write(outcome)
                refusal = program.run([PATH, file], environment={"MANIPLE_ISA": "list"}, expected=1).stderr
                sets = re.search(r"this processor runs: ([^)]*)\)", refusal).group(1).split(", ")
                results = {name: program.run([PATH, file], environment={"MANIPLE_ISA": name}).stdout
                           for name in sets}
                self.assertEqual(len(results["scalar"].splitlines()), 30)
                for name, result in results.items():
                    self.assertEqual(result, results["scalar"], name)


if __name__ == "__main__":
    program.main()
