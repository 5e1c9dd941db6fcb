#!/usr/bin/env python3
"""Runs commands on disks that become full, at one place after another, and again after room is made.

Each command works on a tmpfs that has room for its input and a part of what it writes. It must end with exit code 3 and a
message that names a file and asks for space, and nothing may look finished. Then the disk grows, the same command runs again,
and must make the bytes of an undisturbed run and leave nothing else. By command the table has how often the disk was full,
and how often the next run could take something up.

Fails (exit code 1) where any of this does not hold. Needs the right to mount (root); exit code 77 where that is missing.
"""
import argparse
import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
if {"-h", "--help"} & set(sys.argv):
    os.environ["MANIPLE"] = "true"  # Help is there before a build.
import program  # first: leaves where a package is missing

import campaign
from campaign import bytes_of, files_below
from kill_campaign import COMMANDS, GOES_ON, Command

sys.path.insert(0, str(program.SOURCE / "tests" / "commands"))
from command_case import ENVIRONMENT, ENVIRONMENT_ERROR

PAGE = 4096
ROOMY = 1 << 30  # Bytes: more than any command needs.
EXPORTS = [Command("export", ["export", "--run", "done", "--trait", "quantitative_1", "--out", "t.tsv"], ["t.tsv"]),
           Command("export gz", ["export", "--run", "done", "--trait", "quantitative_1", "--out", "t.tsv.gz"], ["t.tsv.gz"])]


class FullDisk(campaign.Campaign):
    def __init__(self, folder, options):
        super().__init__()
        self.folder, self.options = folder, options
        self.base, self.disk = folder / "base", folder / "disk"

    def run(self):
        self.base.mkdir()
        self.disk.mkdir()
        program.maniple("simulate", "--store", "s", "--bfile", "p", "--samples", self.options.samples, "--variants",
                        self.options.variants, "--quantitative", 24, "--binary", 3, "--missing-traits", 0.1, "--contigs", 4,
                        folder=self.base)
        program.maniple("scan", "--store", "s", "--trait", "quantitative_*", "--out", "done", folder=self.base)
        print(f"{self.options.places} places each, {self.options.samples:,} people x {self.options.variants:,} variants")
        print(f"{'command':14}{'writes MB':>10}{'full':>6}{'goes on':>9}{'wrong':>7}", flush=True)
        for command in [*COMMANDS, *EXPORTS]:
            if command.name in self.options.only.split(","):
                self.try_command(command)
        return self.print_failures()

    def mount(self, size, *options):
        """size in bytes; options: of the tmpfs that is there, to change it."""
        subprocess.run(["mount", "-t", "tmpfs", "-o", ",".join([f"size={size}", *options]), "tmpfs", self.disk], check=True)

    @contextlib.contextmanager
    def fresh(self):
        """A roomy disk with the input on it; gives the bytes that are taken."""
        self.mount(ROOMY)
        try:
            shutil.copytree(self.base, self.disk, dirs_exist_ok=True)
            yield self.used()
        finally:
            subprocess.run(["umount", self.disk], check=True)

    def used(self):
        disk = os.statvfs(self.disk)
        return (disk.f_blocks - disk.f_bfree) * disk.f_frsize

    def start(self, command):
        threads = [] if command.words[0] == "export" else ["--threads", "1"]
        return subprocess.run([program.MANIPLE, *command.words, *threads], cwd=self.disk, text=True, stdin=subprocess.DEVNULL,
                              capture_output=True, env=ENVIRONMENT, check=False, timeout=120)

    def most_used(self, command):
        """The most that is taken while the command runs."""
        most, is_done = 0, threading.Event()

        def watch():
            nonlocal most
            while not is_done.is_set():
                most = max(most, self.used())
                time.sleep(0.0005)

        watcher = threading.Thread(target=watch)
        watcher.start()
        done = self.start(command)
        is_done.set()
        watcher.join()
        if done.returncode:
            sys.exit(f"{command.name}: exit code {done.returncode}\n{done.stderr}")
        return most

    def try_command(self, command):
        with self.fresh() as taken:
            writes = self.most_used(command) - taken
            self.right, self.files = bytes_of(self.disk, command.made), files_below(self.disk)
        counts = {"full": 0, "goes on": 0}
        wrong = 0
        for place in range(self.options.places):
            room = writes * place // self.options.places // PAGE * PAGE
            with self.fresh() as taken:
                problem = self.try_once(command, taken + room, counts)
            if problem:
                wrong += 1
                self.require(False, f"{command.name}, room for {room:,} of {writes:,} bytes: {problem}")
        self.require(counts["full"] > 0, f"{command.name}: the disk was never full")
        print(f"{command.name:14}{writes / 1e6:10.2f}{counts['full']:6}{counts['goes on']:9}{wrong:7}", flush=True)

    def try_once(self, command, size, counts):
        """What was wrong, if anything."""
        self.mount(size, "remount")
        done = self.start(command)
        if done.returncode:
            counts["full"] += 1
            message = [line for line in done.stderr.splitlines() if line.startswith("maniple: ")]
            if done.returncode != ENVIRONMENT_ERROR or len(message) != 1:
                return f"exit code {done.returncode}: {done.stderr[-300:]}"
            if "'" not in message[0] or ("space" not in message[0] and "room" not in message[0]):
                return f"a message without a file or advice: {message[0]}"
            finished = [name for name in command.made if (self.disk / name).exists()]
            if command.name in finished or "results.h5" in finished:
                return f"'{finished}' looks finished"
        self.mount(ROOMY, "remount")
        done = self.start(command) if done.returncode else done
        counts["goes on"] += any(word in done.stderr for word in GOES_ON)
        if done.returncode:
            return f"after room was made: exit code {done.returncode}: {done.stderr[-300:]}"
        if bytes_of(self.disk, command.made) != self.right:
            return "other bytes"
        left = set(files_below(self.disk)) ^ set(self.files)
        return f"files are left or missing: {sorted(left)[:5]}" if left else None


def in_own_mounts():
    """Start this program again where its mounts are its own; leave where that is not allowed."""
    if os.environ.get("MANIPLE_OWN_MOUNTS"):
        return
    allowed = shutil.which("unshare") and subprocess.run(["unshare", "-m", "sh", "-c", "mount -t tmpfs tmpfs /mnt"], check=False,
                                                         capture_output=True).returncode == 0
    if not allowed:
        program.skip_everything("disks cannot be mounted here")
    os.execvpe("unshare", ["unshare", "-m", sys.executable, *sys.argv], {**os.environ, "MANIPLE_OWN_MOUNTS": "1"})


def read_options(words=None):
    parser = argparse.ArgumentParser(prog="bench-full-disk", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    names = ",".join(command.name for command in [*COMMANDS, *EXPORTS])
    add("--places", type=int, default=20, metavar="N", help="at which the disk is full, of each command (default: 20)")
    add("--only", default=names, metavar="NAME,...", help="these commands (default: all)")
    add("--samples", type=int, default=2000, metavar="N")
    add("--variants", type=int, default=8000, metavar="N")
    add("--folder", type=pathlib.Path, metavar="DIR", help="to work in (default: TMPDIR)")
    return parser.parse_args(words)


if __name__ == "__main__":
    given = read_options()
    in_own_mounts()
    campaign.run_in_folder(FullDisk, "full-disk", given)
