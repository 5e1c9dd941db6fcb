#!/usr/bin/env python3
"""The check of pages finds what is wrong: pages with known faults, each of which it must name."""
import pathlib
import re
import tempfile
import unittest

import page_checks

MAIN = '<main id="content">'
OUTSIDE = '<img src="http://pages.invalid/picture.png" alt="">'
STOP = ("<script>document.addEventListener('{event}',(e)=>{{"
        "if(e.target.closest('{target}'))e.stopImmediatePropagation()}},true)</script>")


class CheckerTest(unittest.TestCase):
    """Each test holds several faults that do not hide each other: a run of the browser takes seconds."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.page = pathlib.Path(self.folder.name) / "page.html"
        page_checks.make_fixture(self.page, "--sections", "height", "--background", 500, "--hits", 80)

    def spoil(self, *replacements):
        text = self.page.read_text(encoding="utf-8")
        for old, new in replacements:
            self.assertIn(old, text)
            text = text.replace(old, new, 1)
        self.page.write_text(text, encoding="utf-8")

    def findings(self, *options):
        code, output = page_checks.check_page(self.page, *options)
        self.assertEqual(code, 1, output)
        return output

    def assert_named(self, output, *patterns):
        for pattern in patterns:
            self.assertTrue(re.search(pattern, output), f"'{pattern}' is not in\n{output}")

    def test_errors_and_places(self):
        faults = ('<p style="width:2000px">wide</p><p style="margin-top:-30px">over the heading</p>'
                  "<script>throw new Error('broken')</script><style>@media print{.live{display:block !important}}"
                  "html{background:#fff !important}</style>"
                  '<div class="scroll"><table class="facts"><tbody><tr><th>Far</th>'
                  '<td style="position:relative;left:1300px">value</td></tr></tbody></table></div>')
        self.spoil(("</main>", faults + "</main>"),
                   (">Lead variant<", ' style="max-width:20px;overflow:hidden">Leadvariantwithalongname<'))
        forbidden = pathlib.Path(self.folder.name) / "forbidden.txt"
        forbidden.write_text("rs100050\nnowhere-in-it\nrs10005\n", encoding="utf-8")
        output = self.findings("--forbid", forbidden, "--paint-limit", "0.0001", "--expect-plots", "qq,forest")
        self.assert_named(output, "script: broken", r"the page is \d+ pixels wide", "overlaps", "print shows",
                          "does not change the background", "holds line 1 of the forbidden",
                          "the first paint came after", "the value of 'Far' is beyond the right edge", "no plot of kind 'forest'")
        self.assertNotIn("rs100050", output)
        self.assertNotRegex(output, "line [23] of the forbidden")

    def test_controls_that_do_nothing(self):
        stops = "".join(STOP.format(event=event, target=target) for event, target in (
            ("mousemove", ".u-over"), ("click", "button.sort"), ("input", "input"), ("click", ".buttons"),
            ("click", ".open-region")))
        self.spoil((MAIN, stops + MAIN))
        self.assert_named(self.findings(), "hover shows no read-out", "aria-sort of column 1", "search",
                          "drag does not zoom|the button does not zoom",
                          "a row opens no regional view")

    def test_blank_plots_and_requests(self):
        blank = ("<script>for(const name of ['fill','stroke','fillRect','fillText','strokeText'])CanvasRenderingContext2D.prototype[name]=()=>{}</script>")
        meta = re.search(r"<meta http-equiv[^>]*>", self.page.read_text(encoding="utf-8")).group(0)
        self.spoil((meta, ""), (MAIN, blank + OUTSIDE + MAIN), ('data-source="height-qq"', 'data-source="nothing"'))
        self.assert_named(self.findings(), "requests http://pages.invalid", "'height-manhattan': its canvas is blank",
                          "'nothing': no canvas was made", "the page has no data 'nothing'")

    def test_wrong_use(self):
        self.assertEqual(page_checks.check_page(self.page, "--no-such-option")[0], 2)


if __name__ == "__main__":
    page_checks.require_browser()
    unittest.main()
