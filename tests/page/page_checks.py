"""Runs check_page.mjs from Python tests, and leaves with the code of a skipped test where there is no Node."""
import pathlib
import shutil
import subprocess
import sys

SKIPPED = 77
FOLDER = pathlib.Path(__file__).resolve().parent
SOURCE = FOLDER.parent.parent


def run_node(*words):
    """The finished process of `node words...`; its output is text."""
    if shutil.which("node") is None:
        print("skipped: there is no node here (scripts/setup --tests installs it)")
        sys.exit(SKIPPED)
    return subprocess.run(["node", *map(str, words)], capture_output=True, text=True, check=False)


def check_page(page, *options):
    """Exit code and output of the check of a page; leaves with 77 where no browser can be had."""
    done = run_node(FOLDER / "check_page.mjs", page, *options)
    if done.returncode == SKIPPED:
        print(done.stdout)
        sys.exit(SKIPPED)
    return done.returncode, done.stdout + done.stderr


def make_fixture(page, *options):
    subprocess.run([sys.executable, FOLDER / "make_fixture.py", SOURCE, page, *map(str, options)], check=True)
