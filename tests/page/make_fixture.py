#!/usr/bin/env python3
"""Writes a page with every kind of plot and table that the script of reports knows, from simulated numbers.

Its HTML is the contract between the C++ that writes pages and the script: `fixture_data.py` has the plots' data.
    make_fixture.py SOURCE_FOLDER PAGE.html [--background COUNT] [--hits COUNT] [--sections NAMES]
"""
import argparse
import base64
import html
import json
import pathlib
import zlib

import fixture_data

CSP = ("default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:")
INLINE_LIMIT = 20_000
LONG_WORD = "trait_" * 40
HOSTILE_NAME = "</script><b>rs & \"1\"</b>"


def data_element(name, data):
    """A <script> element that holds data: as JSON, or deflated where it is long."""
    text = json.dumps(data, separators=(",", ":"), allow_nan=False)
    if len(text) <= INLINE_LIMIT:
        text = text.replace("<", "\\u003c").replace("\u2028", "\\u2028")
        return f'<script type="application/json" id="{name}">{text}</script>\n'
    packed = base64.b64encode(zlib.compress(text.encode(), 9)).decode()
    return f'<script type="text/plain" data-encoding="deflate-base64" id="{name}">{packed}</script>\n'


def static_picture(name, title):
    """What stands in a figure for print and without script; here a frame and a line only."""
    return (f'<svg viewBox="0 0 800 300" role="img" aria-labelledby="{name}-title"><title id="{name}-title">'
            f'{html.escape(title)}</title><rect x="40" y="10" width="750" height="260" fill="none" '
            'stroke="var(--rule)"/><path d="M40 270L790 10" stroke="var(--series-1)" fill="none"/>'
            '<text x="40" y="290">0</text><text x="780" y="290">1</text></svg>')


def figure(kind, name, title, caption):
    return (f'<figure class="plot" data-plot="{kind}" data-source="{name}" data-title="{html.escape(title)}">'
            f'{static_picture(name, title)}<figcaption>{html.escape(caption)}</figcaption></figure>\n')


def heading_cells(columns):
    return "".join(f'<th scope="col" data-type="{kind}">{html.escape(name)}</th>' for name, kind in columns)


def table_cell(cell, is_first):
    """A cell from its text, or from (text, value it sorts by); the first of a row is its heading."""
    text, value = cell if isinstance(cell, tuple) else (cell, None)
    attribute = "" if value is None else f' data-value="{html.escape(str(value))}"'
    start, end = ('th scope="row"', "th") if is_first else ("td", "td")
    return f"<{start}{attribute}>{html.escape(text)}</{end}>"


def table(name, caption, columns, rows, regions=None):
    """`rows` of cells; `regions` has the data element each row opens, or None."""
    body = []
    for i, row in enumerate(rows):
        opens = f' data-region="{regions[i]}"' if regions and regions[i] else ""
        body.append(f"<tr{opens}>{''.join(table_cell(cell, k == 0) for k, cell in enumerate(row))}</tr>\n")
    return (f'<div class="scroll" tabindex="0" role="region" aria-label="{html.escape(caption)}">'
            f'<table class="data" id="{name}" data-sortable data-searchable data-download="{name}.tsv">'
            f"<caption>{html.escape(caption)}</caption><thead><tr>{heading_cells(columns)}</tr></thead>"
            f"<tbody>\n{''.join(body)}</tbody></table></div>\n")


def facts_table(caption, facts):
    rows = "".join(f'<tr><th scope="row">{html.escape(name)}</th><td>{html.escape(value)}</td></tr>\n' for name, value in facts)
    return (f'<div class="scroll" tabindex="0" role="region" aria-label="{html.escape(caption)}"><table class="facts">'
            f"<caption>{html.escape(caption)}</caption><tbody>{rows}</tbody></table></div>\n")


def section(name, title, content):
    return (f'<section id="{name}" aria-labelledby="{name}-heading"><h2 id="{name}-heading">'
            f"{html.escape(title)}</h2>\n{content}</section>\n")


def p_cell(neg_log10_p):
    return (f"{10 ** -neg_log10_p:.1e}" if neg_log10_p < 300 else f"1e-{neg_log10_p:.0f}", neg_log10_p)


def locus_table(scan):
    columns = [("Lead variant", "text"), ("Position", "position"), ("p", "number"), ("Effect", "number"),
               ("Frequency", "number"), ("Gene", "text")]
    rows = [[locus["id"], f"{scan['contigs'][locus['contig']]['name']}:{locus['position']:,}", p_cell(locus["y"]),
             f"{locus['beta']:.3f}".replace("-", "−"), f"{locus['frequency']:.3f}", ("–", "") if i % 5 == 4 else f"GENE{i}"]
            for i, locus in enumerate(scan["loci"])]
    return (table("loci", "Independent loci", columns, rows, [locus["region"] for locus in scan["loci"]])
            + '<p class="unscripted">Regional views need the script.</p>\n')


def estimate_table(forest):
    columns = [("Group", "text"), ("Samples", "number"), ("Cases", "number"), ("AUC", "number")]
    rows = [[row["label"], row["samples"], row["cases"],
             ("–", "") if row["estimate"] is None else f"{row['estimate']:.3f}"] for row in forest["rows"]]
    return table("groups", "Discrimination by group", columns, rows)


def scan_sections(data):
    scan = data["manhattan"]
    facts = [("Samples", "408,961"), ("Traits", "12"), ("Variants tested", "9,997,231"), ("Loci", str(len(scan["loci"])))]
    yield "overview", "Overview", facts_table("What was scanned", facts)
    yield "height", "Height", (
        figure("manhattan", "height-manhattan", "Height: association by position",
               f"{len(scan['loci'])} loci; the line is at p = 5e-8.")
        + figure("qq", "height-qq", "Quantiles", "Genomic inflation (lambda) 1.02 over all variants.") + locus_table(scan))
    yield "heat", "Loci and traits", figure("heat", "loci-by-traits", "z of lead variants", "Three traits share the first locus.")
    yield "few-loci", LONG_WORD, figure("heat", "two-loci", LONG_WORD, LONG_WORD)


def score_sections(data):
    yield "discrimination", "Discrimination", (
        figure("forest", "auc", "AUC by group", "0.71 over all; lowest in the oldest fifth.") + estimate_table(data["forest"]))
    yield "calibration", "Calibration", (
        figure("calibration", "calibration-curve", "Calibration", "Slope 0.93; risk is overstated at the top.")
        + figure("quantiles", "by-fifth", "Risk by fifth", "From 0.03 in the lowest to 0.19 in the highest fifth."))
    yield "incidence", "Cumulative incidence", figure(
        "incidence", "by-group", "Incidence by fifth", "After 10 years 4% in the lowest and 19% in the highest fifth.")
    yield "person", "One person", (
        '<ul class="findings"><li class="caution">No validation in this person\'s group.</li></ul>'
        + figure("density", "place", "Place in the population", "Higher than 87% of the population.")
        + figure("contributions", "parts", "Largest contributions", "rs11 (LDLR) raises the score most."))


def page(source, data, chosen):
    sections = [one for one in [*scan_sections(data), *score_sections(data)] if not chosen or one[0] in chosen]
    links = "".join(f'<li><a href="#{name}">{html.escape(title)}</a></li>' for name, title, _ in sections)
    elements = "".join(data_element(name, content) for name, content in fixture_data.elements(data).items())
    style = (source / "src/report/page_style.css").read_text()
    script = (source / "src/report/page_script.js").read_text()
    return (f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" '
            f'content="{CSP}"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Fixture</title>\n'
            f'<style>{style}</style></head>\n<body data-page="scan"><a class="skip" href="#content">Skip to the first section</a><header><h1>Scan of height and 11 other traits</h1>'
            f'<p>Simulated numbers: a page for tests</p></header>\n<nav aria-label="Contents"><ul>{links}</ul></nav>\n<main id="content">\n'
            + "".join(section(*one) for one in sections)
            + f"</main><footer><p>Written by a test.</p></footer>\n{elements}<script>{script}</script></body></html>\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=pathlib.Path)
    parser.add_argument("page", type=pathlib.Path)
    parser.add_argument("--background", type=int, default=5000)
    parser.add_argument("--hits", type=int, default=300)
    parser.add_argument("--sections", type=lambda names: names.split(","), default=[])
    options = parser.parse_args()
    data = fixture_data.simulated(options.background, options.hits, HOSTILE_NAME)
    options.page.write_text(page(options.source, data, options.sections), encoding="utf-8")


if __name__ == "__main__":
    main()
