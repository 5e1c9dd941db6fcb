"""Runs check_page.mjs from Python tests. A file of tests that are about pages alone calls require_browser() first."""
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

SKIPPED = 77
FOLDER = pathlib.Path(__file__).resolve().parent
SOURCE = FOLDER.parent.parent


def missing():
    """What is not here of what the checks need; empty where all is."""
    browser = pathlib.Path(os.environ.get("MANIPLE_CHROMIUM", "/usr/bin/chromium"))
    places = {"node": shutil.which("node"), "Chromium": browser.exists(),
              "web/node_modules": (SOURCE / "web/node_modules/playwright-core").exists()}
    return ", ".join(name for name, found in places.items() if not found)


def require_browser():
    if missing():
        print(f"skipped: {missing()} missing (scripts/setup --tests installs what tests of pages need)")
        sys.exit(SKIPPED)


def run_node(*words):
    """The finished process of `node words...`; its output is text."""
    return subprocess.run(["node", *map(str, words)], capture_output=True, text=True, check=False)


def check_page(page, *options):
    """Exit code and output of the check of a page; skips the test where no browser can be had."""
    if missing():
        raise unittest.SkipTest(f"{missing()} missing")
    done = run_node(FOLDER / "check_page.mjs", page, *options)
    return done.returncode, done.stdout + done.stderr


def make_fixture(page, *options):
    subprocess.run([sys.executable, FOLDER / "make_fixture.py", SOURCE, page, *map(str, options)], check=True)
