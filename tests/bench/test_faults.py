#!/usr/bin/env python3
"""scripts/bench-faults in short: operations that fail end clearly, and the same command goes on; other outcomes are noticed."""
import collections
import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import program  # first: leaves where a package is missing

import fault_campaign
import kill_campaign

SMALL = ["--samples", "800", "--variants", "2000"]
EVERY = [command.name for command in [*kill_campaign.COMMANDS, *fault_campaign.OTHERS]]


@unittest.skipIf(program.find_mpirun() is None, "no mpirun")
class BenchFaults(program.InScratch):
    def test_every_command(self):
        done = subprocess.run([str(program.SOURCE / "scripts/bench-faults"), "--places", "2", *SMALL, "--folder", str(self.folder)],
                              capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False,
                              env={**os.environ, "MANIPLE": program.MANIPLE, "MANIPLE_PYTHON": sys.executable})
        if done.returncode == program.SKIPPED:
            self.skipTest(done.stdout)
        print(done.stdout)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for name in EVERY:
            self.assertRegex(done.stdout, rf"(?m)^{name} +\d+/\d+/\d+/\d+ +\d+ +[1-9]\d* +[1-9]\d* +[1-9]\d* +\d+ +0$")
        self.assertEqual(list(self.folder.glob("maniple-faults-*")), [], "stores are left behind")

    def test_what_is_wrong_is_noticed(self):
        faults = fault_campaign.Faults(self.folder, fault_campaign.read_options(["--only", "none", *SMALL]))
        self.assertEqual(faults.run(), 0)
        scan = next(command for command in kill_campaign.COMMANDS if command.name == "scan")
        faults.options.places = 0
        faults.fresh()
        self.assertEqual(faults.start(scan).returncode, 0)
        faults.right = fault_campaign.bytes_of(faults.place, scan.made)
        faults.files = fault_campaign.files_below(faults.place)
        faults.values = {}
        outcomes = collections.Counter()
        for fault in ("write-enospc:5", "read-short:5", "write-kill:5"):
            faults.note(scan, fault, outcomes)
        self.assertEqual(outcomes, {"refused": 1, "nothing": 1, "killed": 1})
        faults.right["r/results.h5"] += b"."
        for fault in ("write-enospc:5", "read-short:5", "write-kill:5"):
            faults.note(scan, fault, outcomes)
        self.assertEqual(outcomes["wrong"], 3)
        self.assertIn("other bytes", faults.failures[0])


if __name__ == "__main__":
    program.main()
