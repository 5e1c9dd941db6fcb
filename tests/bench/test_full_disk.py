#!/usr/bin/env python3
"""scripts/bench-full-disk in short: commands end clearly on full disks, and go on after room is made."""
import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import program  # first: leaves where a package is missing

import full_disk_campaign
import kill_campaign

COMMANDS = [*kill_campaign.COMMANDS, *full_disk_campaign.EXPORTS]


class BenchFullDisk(program.InScratch):
    def test_every_command(self):
        done = subprocess.run([str(program.SOURCE / "scripts/bench-full-disk"), "--places", "3", "--samples", "1500", "--variants",
                               "5000", "--folder", str(self.folder)], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                              check=False, env={**os.environ, "MANIPLE": program.MANIPLE, "MANIPLE_PYTHON": sys.executable})
        if done.returncode == program.SKIPPED:
            self.skipTest(done.stdout)
        print(done.stdout)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for command in COMMANDS:
            self.assertRegex(done.stdout, rf"(?m)^{command.name} +\d+\.\d+ +[1-3] +\d+ +0$")
        self.assertEqual(list(self.folder.glob("maniple-full-disk-*")), [], "stores are left behind")

    def test_what_is_wrong_is_noticed(self):
        options = full_disk_campaign.read_options(["--only", "none", "--samples", "300", "--variants", "900"])
        full = full_disk_campaign.FullDisk(self.folder, options)
        self.assertEqual(full.run(), 0)
        words = ["export", "--run", "done", "--trait", "quantitative_1", "--replace", "--out", "t.tsv"]
        export = kill_campaign.Command("export", words, ["t.tsv"])
        full.mount = lambda size, *how: None
        full.disk = full.base
        full.right, full.files = {}, full_disk_campaign.files_below(full.base)
        counts = {"full": 0, "goes on": 0}
        self.assertEqual(full.try_once(export, 0, counts), "other bytes")
        full.right = full_disk_campaign.bytes_of(full.base, export.made)
        self.assertIn("files are left or missing: ['t.tsv']", full.try_once(export, 0, counts))
        export.words[-1] = "no/t.tsv"
        self.assertIn("exit code 2", full.try_once(export, 0, counts))


if __name__ == "__main__":
    program.main()
