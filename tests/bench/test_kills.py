#!/usr/bin/env python3
"""scripts/bench-kills in short: commands that are killed go on to the same bytes; other bytes and leftovers are noticed."""
import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import program  # first: leaves where a package is missing

import kill_campaign

BENCH = program.SOURCE / "scripts" / "bench-kills"
SMALL = ["--samples", "1500", "--variants", "6000"]


@unittest.skipIf(program.find_mpirun() is None, "no mpirun")
class BenchKills(program.InScratch):
    def test_every_command(self):
        done = subprocess.run([str(BENCH), "--kills", "3", *SMALL, "--folder", str(self.folder)], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, check=False,
                              env={**os.environ, "MANIPLE": program.MANIPLE, "MANIPLE_PYTHON": sys.executable})
        print(done.stdout)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for command in kill_campaign.COMMANDS:
            self.assertRegex(done.stdout, rf"(?m)^{command.name} +\d+\.\d +\d+ +\d+ +[1-9]\d* +\d+ +0$")
        self.assertEqual(list(self.folder.glob("maniple-kills-*")), [], "stores are left behind")

    def test_what_is_wrong_is_noticed(self):
        options = kill_campaign.read_options(["--kills", "0", "--only", "none", *SMALL])
        kills = kill_campaign.Kills(self.folder, options)
        self.assertEqual(kills.run(), 0)
        scan = next(command for command in kill_campaign.COMMANDS if command.name == "scan")
        kills.try_command(scan)
        counts = {"kills": 0, "at work": 0, "goes on": 0}
        kills.files.append("r/orphan")
        self.assertIn("files are left or missing: ['r/orphan']", kills.try_once(scan, counts))
        kills.right["r/results.h5"] += b"."
        self.assertEqual(kills.try_once(scan, counts), "other bytes")


if __name__ == "__main__":
    program.main()
