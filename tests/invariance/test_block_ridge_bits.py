#!/usr/bin/env python3
"""Level-0 predictors have the same bits on every instruction set that this processor runs."""
import os
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import program  # first: leaves where a package is missing

TESTS = os.environ.get("MANIPLE_TEST_MODEL")
CASE = "BlockRidge: the bits of some predictors"


@unittest.skipIf(TESTS is None, "MANIPLE_TEST_MODEL names no program")
class BlockRidgeBits(unittest.TestCase):
    def bits(self, name):
        done = program.run([TESTS, CASE], environment={"MANIPLE_ISA": name})
        return re.findall(r"^bits (.*)$", done.stdout, re.MULTILINE)

    def test_instruction_sets(self):
        refusal = program.run([TESTS, CASE], environment={"MANIPLE_ISA": "list"}, expected=1)
        sets = re.search(r"this\s+processor\s+runs:\s+([^)]*)\)", refusal.stdout)
        expected = self.bits("scalar")
        self.assertEqual(len(expected), 3)
        for name in re.split(r",\s+", sets.group(1)):  # The test breaks lines.
            self.assertEqual(self.bits(name), expected, name)


if __name__ == "__main__":
    program.main()
