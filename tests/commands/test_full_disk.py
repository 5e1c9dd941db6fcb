#!/usr/bin/env python3
"""Disks that are full or read-only, files that may not grow, closed output: exit code 3, nothing half-made."""
import os
import resource
import shutil
import signal
import subprocess

from command_case import (ENVIRONMENT, ENVIRONMENT_ERROR, MANIPLE, SUCCESS, CommandCase, contents, launcher, start)
from program import main

SCAN = ["scan", "--store", "s", "--trait", "quantitative_1", "--out", "r"]


class Disk(CommandCase):
    def setUp(self):
        super().setUp()
        self.have_plink()

    def limited(self, size):
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        return limit

    def test_files_may_not_grow(self):
        limit = 8192
        cases = [("import", "--store", "new", "--bfile", "p"),
                 ("simulate", "--store", "new", "--samples", "400", "--variants", "3000", "--contigs", "1"),
                 ("simulate", "--store", "new", "--samples", "20", "--variants", "20", "--bfile", "q",
                  "--covariates", "40")]
        for words in cases:
            self.fail_with(ENVIRONMENT_ERROR, ["disk space"], *words, preexec_fn=self.limited(limit))
        self.have_store()
        self.fail_with(ENVIRONMENT_ERROR, ["r/", "disk space"], *SCAN, preexec_fn=self.limited(limit))
        self.fail_with(ENVIRONMENT_ERROR, ["disk space"], "import", "--store", "s", "--bfile", "p",
                       preexec_fn=self.limited(limit))
        self.fail_with(ENVIRONMENT_ERROR, ["t.h5", "disk space"], "import", "--store", "s", "--table", "p.tsv",
                       "--name", "t",
                       preexec_fn=self.limited(limit))
        self.succeed(*SCAN)
        for name in ("f.tsv", "f.tsv.gz"):
            self.fail_with(ENVIRONMENT_ERROR, [name, "disk space"], "export", "--run", "r", "--out", name,
                           preexec_fn=self.limited(limit))

    def in_small_disk(self, kilobytes, words, ranks=0):
        """Runs words in a folder that is a full tmpfs of its own; returns the run and what was left."""
        small = self.folder / "small"
        small.mkdir(exist_ok=True)
        script = (f"mount -t tmpfs -o size={kilobytes}k tmpfs '{small}' || exit 99; shift; "
                  f"\"$@\"; code=$?; cd '{small}'; find . -mindepth 1 > ../left; exit $code")
        done = start(["unshare", "-m", "sh", "-c", script, "sh", "--", *launcher(ranks), MANIPLE, *words],
                     cwd=self.folder)
        left = (self.folder / "left").read_text().split() if (self.folder / "left").exists() else []
        return done, left

    def test_full_disk(self):
        trial = start(["unshare", "-m", "sh", "-c", f"mount -t tmpfs -o size=64k tmpfs '{self.folder}'"]) \
            if shutil.which("unshare") else None
        if trial is None or trial.returncode != 0:
            self.skipTest("a small disk cannot be mounted here")
        self.have_store()
        self.succeed(*SCAN)
        many = ("--trait", "quantitative_*", "binary_1")
        for kilobytes, words in (
                (32, ("import", "--store", "small/new", "--bfile", "p")),
                (48, ("import", "--store", "small/new", "--bfile", "p", "--table", "p.tsv")),
                (64, ("simulate", "--store", "small/new", "--samples", "300", "--variants", "5000")),
                (64, ("simulate", "--store", "other", "--samples", "300", "--variants", "5000", "--bfile",
                      "small/q")),
                (16, ("scan", "--store", "s", *many, "--out", "small/r")),
                (96, ("scan", "--store", "s", *many, "--out", "small/r")),
                (16, ("export", "--run", "r", "--out", "small/f.tsv")),
                (16, ("export", "--run", "r", "--out", "small/f.tsv.gz"))):
            for ranks in (0, 2) if words[0] == "scan" else (0,):
                done, left = self.in_small_disk(kilobytes, words, ranks)
                self.judge(done, ENVIRONMENT_ERROR, ["small/", "disk space"], words)
                # What there is of a scan is of use once there is room.
                kept = ["./r", "./r/.unfinished", "./r/segments", "./r/segments/columns", "./r/segments/sealed"]
                self.assertEqual(sorted(left), kept if kilobytes == 96 else [], f"{words} on {kilobytes} kB")
                self.assertFalse((self.folder / "other").exists())

    def test_read_only_disk(self):
        here = self.folder
        script = (f"mount --bind '{here}' '{here}' && mount -o remount,ro,bind '{here}' || exit 99; "
                  f"cd '{here}'; exec \"$@\"")
        prefix = ["unshare", "-m", "sh", "-c", script, "sh"]
        if not shutil.which("unshare") or start([*prefix, "true"]).returncode != 0:
            self.skipTest("a read-only disk cannot be mounted here")
        self.have_store()
        self.succeed(*SCAN)
        for words in (("import", "--store", "new", "--bfile", "p"), ("import", "--store", "s", "--bfile", "p"),
                      ("import", "--store", "s", "--table", "p.tsv"),
                      ("scan", "--store", "s", "--trait", "quantitative_1", "--out", "q"),
                      ("export", "--run", "r", "--out", "f.tsv"),
                      ("simulate", "--store", "new", "--samples", "10", "--variants", "10")):
            before = contents(self.folder)
            self.judge(start([*prefix, MANIPLE, *words]), ENVIRONMENT_ERROR, [], words)
            self.assertEqual(before, contents(self.folder))
        for words in (("info", "s"), ("verify", "s")):
            self.assertEqual(start([*prefix, MANIPLE, *words]).returncode, SUCCESS)

    def test_standard_output(self):
        self.have_store()
        if not os.access("/dev/full", os.W_OK):
            self.skipTest("no /dev/full")
        for words in (["info", "s"], ["info", "s", "--json"], ["doctor"]):
            with open("/dev/full", "w") as full:
                done = subprocess.run([MANIPLE, *words], cwd=self.folder, stdout=full, stderr=subprocess.PIPE,
                                      text=True,
                                      env=ENVIRONMENT, timeout=60)
            self.judge(done, ENVIRONMENT_ERROR, ["standard output"], words)
            closed = start(["sh", "-c", f"exec '{MANIPLE}' {' '.join(words)} >&-"], cwd=self.folder)
            self.judge(closed, ENVIRONMENT_ERROR, ["standard output"], words)


if __name__ == "__main__":
    main()
