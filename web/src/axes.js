// Axes for uPlot from what a plot kind says about them.
import { round_step, shortened } from "./format.js";
import { colour } from "./theme.js";

const font = "12px system-ui, sans-serif";
const line_height = 15;
const longest_upright = 120;
const part_of_names = 0.4; // Of the width, for names of rows at the most.

/// Above and beside the frame where no axis is.
export const margins = { top: 10, right: 14 };

/// A value as axes show it.
function plain_number(value) {
  const size = Math.abs(value);
  if (size >= 1e9 || (size > 0 && size < 1e-5)) {
    return String(Number(value.toPrecision(6)).toExponential())
      .replaceAll("-", "−")
      .replace("+", "");
  }
  const text =
    size >= 10_000 ? value.toLocaleString("en-GB") : String(Number(value.toPrecision(6)));
  return text.replace("-", "−");
}

function labels_of(axis, splits, plot) {
  return axis.values
    ? axis.values(splits, plot)
    : splits.map((split) => (split === null ? null : plain_number(split)));
}

let measuring = null;

// A context whose letters are those of the axes, in CSS pixels.
function measure() {
  measuring ??= document.createElement("canvas").getContext("2d");
  measuring.font = font;
  return measuring;
}

/// Width in CSS pixels of the widest line of a text.
export function text_width(text) {
  const context = measure();
  return Math.max(...text.split("\n").map((line) => context.measureText(line).width));
}

function widest(labels) {
  return Math.max(0, ...labels.filter((label) => label !== null).map(text_width));
}

/// Labels from left to right, null for those that would touch the one before or leave the plot.
export function without_overlaps(plot, splits, labels, width_of, gap) {
  const start = plot.bbox.left / devicePixelRatio;
  let last_end = -Infinity;
  return splits.map((split, i) => {
    if (labels[i] === null || labels[i] === undefined) return null;
    const half = width_of(labels[i]) / 2;
    const at = start + plot.valToPos(split, "x");
    if (at - half < Math.max(last_end + gap, 0) || at + half > plot.width) return null;
    last_end = at + half;
    return labels[i];
  });
}

// Names under columns: in one line, in several, or upright, by the room that a column has.
function fitted_names(names, column_width) {
  const room = column_width - 6;
  const broken = names.map((name) => name?.replaceAll(" ", "\n") ?? null);
  if (widest(names) <= room) return { labels: names, upright: false };
  if (widest(broken) <= room) return { labels: broken, upright: false };
  const cut = (name) => name && shortened(name, longest_upright, measure());
  return { labels: names.map(cut), upright: true };
}

function height_of_names(labels, upright) {
  const shown = labels.filter((label) => label !== null);
  if (upright) return Math.ceil(widest(shown)) + 14;
  return 11 + line_height * Math.max(1, ...shown.map((label) => label.split("\n").length));
}

function cut_names(names, width, part) {
  const room = Math.floor(width * part) - 12;
  return names.map((name) => name && shortened(name, room, measure()));
}

function width_of_labels(labels) {
  return Math.ceil(Math.max(20, widest(labels))) + 12;
}

/// Height of a plot of rows and columns with names, without its rows.
export function height_beside_rows(rows, columns, width) {
  const side = width_of_labels(cut_names(rows, width, part_of_names));
  const { labels, upright } = fitted_names(
    columns,
    (width - side - margins.right) / columns.length,
  );
  return margins.top + height_of_names(labels, upright);
}

// At 1, 2 or 5 times a power of ten, so far apart as labels need.
function even_splits(low, high, length, space) {
  const step = round_step(high - low, Math.max(length / space, 2));
  const first = Math.ceil(low / step - 1e-6);
  const last = Math.floor(high / step + 1e-6);
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
}

function base_axis(axis, scale, side, space) {
  return {
    scale,
    side,
    font,
    labelFont: font,
    label: axis.label,
    labelSize: axis.label ? 20 : 0,
    labelGap: 0,
    gap: 4,
    stroke: () => colour("ink"),
    grid: { show: axis.grid !== false, stroke: () => colour("grid"), width: 1 },
    ticks: { show: axis.ticks !== false, stroke: () => colour("muted"), width: 1, size: 4 },
    border: { show: axis.border !== false, stroke: () => colour("muted"), width: 1 },
    splits: (plot, _, low, high) => {
      if (axis.splits) return axis.splits(low, high, plot);
      const { width, height } = plot.bbox;
      const length = (scale === "x" ? width : height) / devicePixelRatio;
      return even_splits(low, high, length, space);
    },
    space,
  };
}

function bottom_axis_of_names(axis) {
  let upright = false;
  const values = (plot, splits) => {
    const { min, max } = plot.scales.x;
    const column_width = plot.bbox.width / devicePixelRatio / Math.max(max - min, 1);
    const fitted = fitted_names(labels_of(axis, splits, plot), column_width);
    upright = fitted.upright;
    const width_of = upright ? () => line_height : text_width;
    return without_overlaps(plot, splits, fitted.labels, width_of, 0);
  };
  return {
    ...base_axis(axis, "x", 2, 1),
    lineGap: 1.25,
    rotate: () => (upright ? 90 : 0),
    values,
    size: (_, labels) => height_of_names(labels ?? [], upright),
  };
}

export function bottom_axis(axis) {
  if (axis.names) return bottom_axis_of_names(axis);
  const values = (plot, splits) => {
    const labels = labels_of(axis, splits, plot);
    return without_overlaps(plot, splits, labels, text_width, 8);
  };
  return { ...base_axis(axis, "x", 2, 60), size: 26, values };
}

/// An axis left or right of the frame, as wide as its labels; names are cut at `part` of the plot's width.
export function side_axis(axis, side) {
  return {
    ...base_axis(axis, "y", side, axis.names ? 1 : 34),
    size: (_, labels) => width_of_labels(labels ?? []),
    values: (plot, splits) => {
      const labels = labels_of(axis, splits, plot);
      return axis.names ? cut_names(labels, plot.width, axis.part ?? part_of_names) : labels;
    },
  };
}

/// Every whole number between the ends: one for each row or column of a plot of names.
export function whole_splits(low, high) {
  const splits = [];
  for (let i = Math.ceil(low); i <= Math.floor(high); i++) splits.push(i);
  return splits;
}

/// Names at whole numbers, for `values` of an axis.
export function names_at(names) {
  return (splits) => splits.map((split) => names[split] ?? null);
}
