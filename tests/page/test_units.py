#!/usr/bin/env python3
"""The parts of the page's script that need no browser, by Node's own test runner."""
import shutil
import sys

import page_checks

if shutil.which("node") is None:
    print("skipped: there is no node here (scripts/setup --tests installs it)")
    sys.exit(page_checks.SKIPPED)

done = page_checks.run_node("--test", page_checks.FOLDER / "units.test.mjs")
print(done.stdout, done.stderr)
sys.exit(done.returncode)
