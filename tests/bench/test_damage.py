#!/usr/bin/env python3
"""scripts/bench-damage in short: no damage changes a number unseen; other bytes, and damage that nobody names, are noticed."""
import collections
import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import program  # first: leaves where a package is missing

import damage_campaign

SMALL = ["--samples", "1200", "--variants", "3000"]


class BenchDamage(program.InScratch):
    def test_every_scene(self):
        done = subprocess.run([str(program.SOURCE / "scripts/bench-damage"), "--trials", "80", *SMALL, "--folder", str(self.folder)],
                              capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False,
                              env={**os.environ, "MANIPLE": program.MANIPLE, "MANIPLE_PYTHON": sys.executable})
        print(done.stdout)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for scene in damage_campaign.SCENES:
            self.assertRegex(done.stdout, rf"(?m)^{scene.name} +10 +\d+ +[1-9]\d* +\d+ +0$")
        self.assertEqual(list(self.folder.glob("maniple-damage-*")), [], "stores are left behind")

    def test_what_is_wrong_is_noticed(self):
        options = damage_campaign.read_options(["--trials", "0", "--only", "none", *SMALL])
        damage = damage_campaign.Damage(self.folder, options)
        self.assertEqual(damage.run(), 0)
        scenes = {scene.name: scene for scene in damage_campaign.SCENES}
        counts = collections.Counter()
        damage.damage = lambda path, counted: "nowhere"
        for name, file in (("store", "s/cohort.h5"), ("scan", "r/segments/sealed")):
            prepared = damage.prepare(scenes[name])
            self.assertIsNone(damage.try_once(scenes[name], prepared, pathlib.Path(file), counts))
            damage.right["r/results.h5"] += b"."
            self.assertEqual(damage.try_once(scenes[name], prepared, pathlib.Path(file), counts), f"{file} nowhere: other bytes")
        self.assertEqual(counts["no effect"], 2)


if __name__ == "__main__":
    program.main()
