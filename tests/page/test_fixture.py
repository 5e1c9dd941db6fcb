#!/usr/bin/env python3
"""Pages with every kind of plot: a small one, one with 50,000 background points and as many hits, one without hits."""
import pathlib
import tempfile
import unittest

import page_checks

KINDS = "manhattan,qq,heat,forest,calibration,quantiles,incidence,density,contributions"


class FixtureTest(unittest.TestCase):
    def check(self, make_options, check_options):
        with tempfile.TemporaryDirectory() as folder:
            page = pathlib.Path(folder) / "page.html"
            page_checks.make_fixture(page, *make_options)
            code, output = page_checks.check_page(page, *check_options)
            self.assertEqual(code, 0, output)

    def test_every_kind(self):
        self.check([], ["--expect-plots", KINDS])

    def test_large_scan_paints_soon(self):
        self.check(["--background", 50_000, "--hits", 50_000, "--sections", "height"], ["--paint-limit", 2])

    def test_scan_without_hits(self):
        self.check(["--hits", 0, "--sections", "height"], ["--expect-plots", "manhattan,qq"])


if __name__ == "__main__":
    page_checks.require_browser()
    unittest.main()
