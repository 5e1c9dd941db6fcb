// Estimates with intervals, one row a group.
import { names_at, whole_splits } from "./axes.js";
import { interval, known, shortened } from "./format.js";
import { colour } from "./theme.js";

const row_height = 28;
const row_height_with_words = 42;
const wide = 560;
const most_rows = 80;

function words_of(status) {
  return status?.replaceAll("_", " ");
}

function range_of(rows, reference) {
  const values = rows
    .flatMap(({ estimate, lower, upper }) => [estimate, lower, upper])
    .concat(reference ?? [])
    .filter(known);
  if (values.length === 0) return [0, 1];
  const low = Math.min(...values);
  const high = Math.max(...values);
  const margin = (high - low || 1) * 0.06;
  return [low - margin, high + margin];
}

function describe(row, { metric, noun }) {
  const lines = known(row.estimate)
    ? [[metric, interval(row.estimate, row.lower, row.upper)]]
    : [[metric, words_of(row.status) || "not estimated"]];
  if (row.samples) lines.push(["Samples", String(row.samples)]);
  if (row.cases) lines.push([noun[0].toUpperCase() + noun.slice(1), String(row.cases)]);
  return { title: row.label, rows: lines };
}

function draw_row(brush, row, place) {
  if (!known(row.estimate)) return;
  if (known(row.lower) && known(row.upper))
    brush.whisker([row.lower, place], [row.upper, place], colour("ink"));
  brush.marks([row.estimate], [place], {
    shape: row.whole ? "diamond" : "square",
    radius: 4.5,
    fill: colour(row.whole ? "accent" : "series-1"),
  });
}

// Where beside the frame there is no room: the words of each row, below its interval.
function draw_words(brush, texts) {
  const { left, width } = brush.frame;
  brush.font(11);
  texts.forEach((text, i) =>
    brush.text(
      shortened(text, width, brush.context),
      left + width / 2,
      brush.y(i) + 14 * brush.ratio,
      { align: "center", halo: true },
    ),
  );
}

/// Rows beyond the first 80 are in the table alone. `noun` is what a row's `cases` are of the outcome;
/// `whole` rows are of everybody or all levels, not of one group.
export function forest(data) {
  const { metric, reference, rows: all_rows } = data;
  const rows = all_rows.slice(0, most_rows);
  const range = range_of(rows, reference);
  const texts = rows.map((row) =>
    known(row.estimate)
      ? interval(row.estimate, row.lower, row.upper)
      : words_of(row.status) || "–",
  );
  return {
    height: (width) => rows.length * (width >= wide ? row_height : row_height_with_words) + 70,
    x: { range, label: metric },
    y: {
      range: [-0.6, rows.length - 0.4],
      splits: whole_splits,
      values: names_at(rows.map(({ label }) => label)),
      names: true,
      part: 0.36,
      reversed: true,
      grid: false,
      ticks: false,
    },
    right: {
      splits: whole_splits,
      values: (splits, plot) => names_at(plot.width >= wide ? texts : [])(splits),
      names: true,
      grid: false,
      ticks: false,
      border: false,
    },
    zooms: "",
    points: {
      x: rows.map(({ estimate }) => (known(estimate) ? estimate : (reference ?? range[0]))),
      y: rows.map((_, i) => i),
    },
    reach: { x: Infinity, y: row_height_with_words / 2 },
    draw: (brush) => {
      if (known(reference)) brush.rule({ x: reference });
      if (brush.plot.width < wide) draw_words(brush, texts);
      rows.forEach((row, i) => draw_row(brush, row, i));
    },
    describe: (i) => describe(rows[i], data),
  };
}
