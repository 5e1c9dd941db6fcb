// Parts of the page's script that need no browser, against naive versions and known answers.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { calibration } from "../../web/src/calibration.js";
import { cell_words } from "../../web/src/density.js";
import { plain, table_lines } from "../../web/src/download.js";
import {
  estimate_rows,
  integer,
  interval,
  least_step,
  number,
  p_value,
  round_step,
  significant,
} from "../../web/src/format.js";
import { forest } from "../../web/src/forest.js";
import { genome_axis } from "../../web/src/genome_axis.js";
import { bar_heights } from "../../web/src/histogram.js";
import { region_near } from "../../web/src/manhattan.js";
import { PixelSet } from "../../web/src/pixel_set.js";
import { PointIndex } from "../../web/src/point_index.js";
import { Ranges } from "../../web/src/ranges.js";
import { qq } from "../../web/src/qq.js";
import { quantiles } from "../../web/src/quantiles.js";
import { lead_name, left_out_words } from "../../web/src/region.js";
import { compare_keys, parsed_number, sort_key } from "../../web/src/sort_keys.js";

// A linear congruential generator (Park and Miller 1988), so that every run has the same points.
function uniform(seed) {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

test("PointIndex: nearest point is that of a search over all", () => {
  const random = uniform(7);
  const count = 2000;
  const x = Float64Array.from({ length: count }, () => random() * 3e9);
  const y = Float64Array.from({ length: count }, () => random() * 40);
  const per_pixel = { x: 3e9 / 1000, y: 40 / 300 };
  const reach = { x: 14, y: 14 };
  const index = new PointIndex({ x, y });
  let found = 0;
  for (let k = 0; k < 500; k++) {
    const [at_x, at_y] = [random() * 3e9, random() * 40];
    let best = null;
    let least = Infinity;
    for (let i = 0; i < count; i++) {
      const across = Math.abs(x[i] - at_x) / per_pixel.x;
      const up = Math.abs(y[i] - at_y) / per_pixel.y;
      if (across <= reach.x && up <= reach.y && Math.hypot(across, up) < least) {
        least = Math.hypot(across, up);
        best = i;
      }
    }
    found += best !== null;
    assert.equal(index.nearest(at_x, at_y, per_pixel, reach), best);
  }
  assert.ok(found > 100 && found < 500);
});

test("PointIndex: without bounds the nearest of all is found", () => {
  const index = new PointIndex({ x: [5, 1, 3], y: [0, 0, 0] });
  const far = { x: Infinity, y: Infinity };
  assert.equal(index.nearest(2.9, 100, { x: 1, y: 1 }, far), 2);
  assert.equal(index.nearest(-50, 0, { x: 1, y: 1 }, far), 1);
});

test("Ranges: zoom keeps its fixed point, stays inside, and reset takes it back", () => {
  const ranges = new Ranges({ x: [0, 100], y: [0, 10] }, "x");
  ranges.zoom(0.5, 0.25);
  assert.deepEqual(ranges.now, { x: [12.5, 62.5], y: [0, 10] });
  assert.ok(ranges.changed);
  ranges.pan(10);
  assert.deepEqual(ranges.now.x, [50, 100]);
  ranges.zoom(100);
  assert.deepEqual(ranges.now.x, [0, 100]);
  ranges.zoom(1e-12);
  assert.ok(ranges.now.x[1] > ranges.now.x[0]);
  ranges.reset();
  assert.ok(!ranges.changed);
});

test("Ranges: zoom about a point keeps its place, and along x alone leaves y", () => {
  const ranges = new Ranges({ x: [0, 100], y: [0, 10] }, "xy");
  ranges.zoom_x(0.5);
  assert.deepEqual(ranges.now, { x: [25, 75], y: [0, 10] });
  ranges.zoom_about(0.5, 35, 8);
  assert.deepEqual(ranges.now, { x: [30, 55], y: [4, 9] });
});

test("p_value: p from -log10 p, also below what a double holds", () => {
  assert.equal(p_value(0), "1");
  assert.equal(p_value(Math.log10(2)), "0.5");
  assert.equal(p_value(7.30103), "5.0 × 10⁻⁸");
  assert.equal(p_value(8), "1.0 × 10⁻⁸");
  assert.equal(p_value(1000 - Math.log10(9.99)), "1.0 × 10⁻⁹⁹⁹");
  assert.equal(p_value(null), "–");
});

test("number, integer and interval: as tables show them", () => {
  assert.deepEqual([number(-0.012345), number(0), number(null)], ["−0.0123", "0", "–"]);
  assert.equal(number(1.5e-7), "1.50e−7");
  assert.equal(integer(1234567), "1,234,567");
  assert.equal(interval(0.68, 0.66, 0.7), "0.680 (0.660 to 0.700)");
  assert.equal(interval(12.5, 10, null), "12.5 (10.0 to –)");
  assert.equal(number(170.04, 3, 0.2), "170");
  assert.equal(number(170.24, 3, 0.2), "170.2");
  assert.equal(number(-168.25, 3, 0.05), "−168.25");
  assert.equal(number(168, 3, 5), "168");
  assert.equal(number(0.72013, 3, 0.01), "0.72");
  assert.equal(number(1.5, 3, 1e-20), "1.5");
  assert.equal(number(1234567, 3, 1), "1.234567e6");
  assert.equal(number(1.234567e-9, 3, 1e-11), "1.23e−9");
  assert.equal(number(20200101, 3, 1), "2.0200101e7");
  assert.equal(number(0.5, 3, NaN), "0.5");
  assert.deepEqual(
    [1.9, 1.797, -0.18, 170, 999.7, 2500].map((value) => significant(value)),
    ["1.90", "1.80", "−0.180", "170", "1000", "2500"],
  );
  assert.equal(significant(1.9, 3, 1e-3), "1.900");
  assert.equal(number(100), "100");
});

test("round_step: 1, 2 or 5 times a power of ten", () => {
  assert.deepEqual(
    [10, 11, 45, 90].map((span) => round_step(span, 10)),
    [1, 2, 5, 10],
  );
});

test("sort_key: numbers as people write them, positions by contig, missing as null", () => {
  const written = ["1,234", "−0.5", "3.1 × 10⁻⁸", "<5", "2e-9", "12%", "none"];
  assert.deepEqual(written.map(parsed_number), [1234, -0.5, 3.1e-8, 5, 2e-9, 12, null]);
  const places = ["X:5", "10:1", "2:30,000", "chr2:4,000", "MT:1", "scaffold_7:1"];
  const sorted = [...places].sort((a, b) =>
    compare_keys(sort_key(a, "position"), sort_key(b, "position"), "position"),
  );
  assert.deepEqual(sorted, ["chr2:4,000", "2:30,000", "10:1", "X:5", "MT:1", "scaffold_7:1"]);
  assert.deepEqual(
    ["", "–"].map((text) => sort_key(text, "number")),
    [null, null],
  );
  assert.ok(compare_keys("rs9", "rs10", "text") < 0);
});

test("plain: numbers and positions of a download are for programs", () => {
  const cells = ["1,234,567", "−0.5", "3.1 × 10⁻¹²", "1.50e−7", "<5", "24.7 *", "−1,234.5 *"];
  assert.deepEqual(
    cells.map((text) => plain(text, "number")),
    ["1234567", "-0.5", "3.1e-12", "1.50e-7", "<5", "24.7", "-1234.5"],
  );
  assert.equal(plain("12,408 of 1,310", "number"), "12408 of 1310");
  assert.equal(plain("105,000 to 1,100,000", "position"), "105000 to 1100000");
  assert.equal(plain("HLA-A*01:1,234,567", "position"), "HLA-A*01:1234567");
});

test("plain: text stays as it is, but that a formula does not stay one", () => {
  for (const text of ["1,234", "1:12,345", "–", "−0.5", "3 × 10⁻⁸", "a  b ", "24.7 *", "rs1−2"])
    assert.equal(plain(text), text);
  assert.equal(plain("a\tb\nc"), "a b c");
  for (const text of ['=HYPERLINK("x")', "+cmd|' /C'!A0", "@SUM(A1)", "-cmd", "-2+cmd|x"])
    assert.match(plain(text), /^'/, text);
  assert.match(plain("−1+A1", "number"), /^'/);
  for (const text of ["-0.5", "-1e-7", "-.5", "a=b"]) assert.equal(plain(text), text);
});

test("table_lines: missing is NA, and a dash that somebody wrote is a dash", () => {
  const headings = [
    { text: "Group", type: "text" },
    { text: "Cases", type: "number" },
  ];
  const rows = [
    [{ text: "–" }, { text: "–", is_missing: true }],
    [{ text: "–", is_missing: true }, { text: "1,234" }],
  ];
  assert.deepEqual(table_lines(headings, rows), ["Group\tCases", "–\tNA", "NA\t1234"]);
});

test("estimate_rows: digits that its interval needs", () => {
  assert.deepEqual(estimate_rows("Observed", { estimate: 170.04, lower: 169.5, upper: 170.6 }), [
    ["Observed", "170.0"],
    ["95% interval", "169.5 to 170.6"],
  ]);
  assert.deepEqual(estimate_rows("Observed", { estimate: 0.123456 }), [["Observed", "0.123"]]);
  assert.equal(least_step([1, 1.5, 3]), 0.5);
  assert.equal(least_step([1]), 0);
});

test("table_lines: all digits, and estimates with intervals become three columns", () => {
  const headings = [
    { text: "Group" },
    { text: "AUC", type: "number" },
    { text: "p", type: "number" },
  ];
  const rows = [
    [
      { text: "=1+1" },
      { text: "0.720 (0.680 to 0.760)", exact: "0.72013 0.68 0.7602" },
      { text: "3.2e-20", exact: "3.21479e-20" },
    ],
    [{ text: "few" }, { text: "suppressed" }, { text: "–", is_missing: true }],
    [{ text: "one" }, { text: "0.500", exact: "0.5004" }, { text: "0.5" }],
  ];
  assert.deepEqual(table_lines(headings, rows), [
    "Group\tAUC\tAUC, lower 95%\tAUC, upper 95%\tp",
    "'=1+1\t0.72013\t0.68\t0.7602\t3.21479e-20",
    "few\tsuppressed\tNA\tNA\tNA",
    "one\t0.5004\tNA\tNA\t0.5",
  ]);
});

test("PixelSet: each pixel once, none outside", () => {
  const set = new PixelSet({ left: 10, top: 10, width: 5, height: 5 });
  assert.deepEqual([set.add(12, 12), set.add(12, 12), set.add(500, 12)], [true, false, false]);
});

test("bar_heights: areas stand for counts", () => {
  const heights = bar_heights({ edges: [0, 1, 3, 4, 4], counts: [10, 40, 0, 5] });
  assert.deepEqual(heights, [0.5, 1, 0, 0.5]);
  assert.deepEqual(bar_heights({ edges: [0, 1, 2], counts: [0, 0] }), [0, 0]);
});

test("calibration, quantiles: axes have the ends that the data give, far from 0 for heights", () => {
  const points = {
    predicted: [165, 172],
    observed: [162, 176],
    lower: [161, 174],
    upper: [163, 178],
  };
  const ranges = [
    [160, 175],
    [160, 180],
  ];
  const histogram = { edges: [160, 168, 175], counts: [50, 50] };
  const spec = calibration({ axes: ["Predicted", "Observed"], points, ranges, histogram });
  assert.deepEqual([spec.x.range, spec.y.range], ranges);
  const { y, points: places } = quantiles({
    unit: "Observed height",
    labels: ["lowest", "highest"],
    observed: [162, null],
    range: [160, 180],
  });
  assert.deepEqual(
    [y.range, places.y],
    [
      [160, 180],
      [162, 160],
    ],
  );
});

test("left_out_words: of how many tested variants the strongest are shown", () => {
  const y = [9, 8, 7];
  assert.equal(
    left_out_words({ y, tested: 12345 }),
    "The 3 strongest of 12,345 tested variants are shown.",
  );
  for (const tested of [3, undefined, null]) assert.equal(left_out_words({ y, tested }), "");
});

test("lead_name: the ID, else the place with grouped digits", () => {
  const data = { contig: "6", positions: [27876381, 5], lead: "6:27876381", id: ["rs1", ""] };
  assert.equal(lead_name({ ...data, lead_index: 0 }), "rs1");
  for (const id of [".", "", undefined])
    assert.equal(lead_name({ ...data, lead_index: 0, id: [id, "rs2"] }), "6:27,876,381");
  assert.equal(lead_name({ ...data, lead_index: null }), "6:27876381");
});

test("qq: the axes hold the whole band", () => {
  const series = [{ name: "all variants", lambda: 1, expected: [2, 1], observed: [2.1, 1] }];
  const band = { expected: [4, 1], lower: [3, 0.9], upper: [5.5, 1.1] };
  const { x, y } = qq({ series, band });
  assert.ok(x.range[1] >= 4 && y.range[1] >= 5.5);
  assert.ok(qq({ series }).y.range[1] < 3);
});

test("region_near: the nearest lead whose region has the place in it", () => {
  const loci = [
    { contig: 0, position: 1_000_000, region: "a" },
    { contig: 0, position: 1_400_000, region: "b" },
    { contig: 1, position: 1_000_000, region: "c" },
  ];
  const scan = { loci, reach: 500_000 };
  assert.equal(region_near(scan, 0, 500_000), "a");
  assert.equal(region_near(scan, 0, 499_999), null);
  assert.equal(region_near(scan, 0, 1_250_000), "b");
  assert.equal(region_near(scan, 1, 1_250_000), "c");
  assert.equal(region_near({ loci, reach: 2_000_000 }, 0, 3_000_000), "b");
});

test("qq: colours are those of the picture", () => {
  const one = { lambda: null, expected: [1], observed: [1] };
  const { legend } = qq({ series: ["all variants", "rare"].map((name) => ({ name, ...one })) });
  assert.deepEqual(
    legend.map(({ colour }) => colour),
    ["ink", "series-1"],
  );
});

// Contigs of some megabases, as a plot of so many pixels without margins labels a part of them.
function genome_labels(megabases, width, part = [0, 1]) {
  globalThis.devicePixelRatio = 1;
  let end = 0;
  const contigs = megabases.map((mega, i) => {
    end += mega * 1e6;
    return { name: ["1", "6", "19", "X"][i], offset: end - mega * 1e6, length: mega * 1e6 };
  });
  const [min, max] = part.map((fraction) => fraction * end);
  const valToPos = (value) => ((value - min) / (max - min)) * width;
  const plot = { width, bbox: { left: 0, width }, scales: { x: { min, max } }, valToPos };
  const axis = genome_axis(contigs, (text) => 7 * text.length);
  const splits = axis.splits(min, max, plot);
  return { words: axis.label(plot), labels: axis.values(splits), at: splits.map(valToPos) };
}

test("genome_axis: places where every contig gets one, else a name in the middle of each", () => {
  const even = genome_labels([30, 30, 30, 30], 1200);
  assert.equal(even.words, "Chromosome:position (Mb)");
  assert.deepEqual(even.labels.slice(0, 4), ["1:10", "1:20", "1:30", "6:10"]);
  for (const [lengths, width] of [
    [[15, 30, 45, 4], 1200],
    [[6, 30, 50, 5], 360],
  ]) {
    const { words, labels, at } = genome_labels(lengths, width);
    assert.deepEqual([words, labels], ["Chromosome", ["1", "6", "19", "X"]]);
    const all = lengths.reduce((sum, length) => sum + length);
    assert.ok(Math.abs(at[0] - (lengths[0] / 2 / all) * width) < 1e-6);
  }
  assert.equal(genome_labels([100], 360).words, "Chromosome:position (Mb)");
  const edge = genome_labels([100, 100], 900, [0.2, 0.503]);
  assert.equal(edge.words, "Chromosome:position (Mb)");
  assert.ok(edge.labels.every((label) => label.startsWith("1:")));
});

test("forest: the noun of what is counted follows the outcome", () => {
  const row = { label: "men", samples: "90", cases: "12", estimate: 0.7, lower: 0.6, upper: 0.8 };
  for (const [noun, named] of [
    ["events", "Events"],
    ["cases", "Cases"],
  ]) {
    const { rows } = forest({ metric: "C-index", noun, reference: 0.5, rows: [row] }).describe(0);
    assert.deepEqual(
      rows.map(([name]) => name),
      ["C-index", "Samples", named],
    );
  }
});

test("cell_words: who equals a bound is in the cell below it", () => {
  const edges = [-3, -1, 0.5, 2];
  assert.deepEqual(
    [0, 1, 2].map((i) => cell_words(edges, i)),
    ["up to −1", "above −1, up to 0.5", "above 0.5"],
  );
});

// Relative luminance and contrast as WCAG 2.1 defines them.
function luminance(hex) {
  const parts = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255);
  const [red, green, blue] = parts.map((c) =>
    c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

test("themes: text and marks stand out from their ground", () => {
  const style = readFileSync(new URL("../../web/src/themes.css", import.meta.url), "utf8");
  const blocks = style.split("{").filter((block) => block.includes("--paper"));
  assert.equal(blocks.length, 3);
  for (const block of blocks) {
    const colours = Object.fromEntries(
      [...block.matchAll(/--([\w-]+): (#\w{6});/g)].map((m) => m.slice(1)),
    );
    for (const ground of ["paper", "panel"]) {
      for (const text of ["ink", "muted", "accent"]) {
        assert.ok(contrast(colours[text], colours[ground]) >= 4.5, `${text} on ${ground}`);
      }
    }
    // Grounds, and lines that only lead the eye; a band's edge tells where it is.
    const without_meaning = ["paper", "panel", "grid", "rule", "band", "on-colour"];
    const marks = Object.keys(colours).filter((name) => !without_meaning.includes(name));
    assert.equal(marks.length, 23);
    for (const mark of marks) {
      assert.ok(
        contrast(colours[mark], colours.paper) >= 3,
        `${mark}: ${contrast(colours[mark], colours.paper)}`,
      );
    }
  }
});
