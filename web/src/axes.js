// Axes for uPlot from what a plot kind says about them.
import { shortened } from "./format.js";
import { colour } from "./theme.js";

const font = "12px system-ui, sans-serif";
const line_height = 15;
const longest_upright = 120;

/// A value as axes show it.
function plain_number(value) {
  const text =
    Math.abs(value) >= 10_000
      ? value.toLocaleString("en-GB")
      : String(Number(value.toPrecision(6)));
  return text.replace("-", "−");
}

function labels_of(axis, splits, plot) {
  return axis.values
    ? axis.values(splits, plot)
    : splits.map((split) => (split === null ? null : plain_number(split)));
}

function set_font(plot) {
  plot.ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
}

/// Width in CSS pixels of the widest line of a text.
function text_width(plot, text) {
  set_font(plot);
  const widths = text.split("\n").map((line) => plot.ctx.measureText(line).width);
  return Math.max(...widths) / devicePixelRatio;
}

function widest(plot, labels) {
  return Math.max(
    0,
    ...labels.filter((label) => label !== null).map((label) => text_width(plot, label)),
  );
}

// Labels from left to right, without those that would touch the one before.
function without_overlaps(plot, splits, labels, width_of, gap) {
  let last_end = -Infinity;
  return splits.map((split, i) => {
    if (labels[i] === null || labels[i] === undefined) return null;
    const half = width_of(labels[i]) / 2;
    const at = plot.valToPos(split, "x");
    if (at - half < last_end + gap) return null;
    last_end = at + half;
    return labels[i];
  });
}

// Names under columns: in one line, in several, or upright, by the room that a column has.
function fitted_names(plot, names) {
  const room =
    plot.bbox.width / devicePixelRatio / Math.max(plot.scales.x.max - plot.scales.x.min, 1) - 6;
  const broken = names.map((name) => name?.replaceAll(" ", "\n") ?? null);
  if (widest(plot, names) <= room) return { labels: names, upright: false };
  if (widest(plot, broken) <= room) return { labels: broken, upright: false };
  set_font(plot);
  const cut = (name) => name && shortened(name, longest_upright * devicePixelRatio, plot.ctx);
  return { labels: names.map(cut), upright: true };
}

function base_axis(axis, scale, side) {
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
    ...(axis.splits && { splits: (plot, _, low, high) => axis.splits(low, high, plot) }),
  };
}

function bottom_axis_of_names(axis) {
  let upright = false;
  const values = (plot, splits) => {
    const fitted = fitted_names(plot, labels_of(axis, splits, plot));
    upright = fitted.upright;
    const width_of = upright ? () => line_height : (label) => text_width(plot, label);
    return without_overlaps(plot, splits, fitted.labels, width_of, 0);
  };
  const size = (plot, labels) => {
    const shown = (labels ?? []).filter((label) => label !== null);
    if (upright) return Math.ceil(widest(plot, shown)) + 14;
    return 11 + line_height * Math.max(1, ...shown.map((label) => label.split("\n").length));
  };
  return {
    ...base_axis(axis, "x", 2),
    lineGap: 1.25,
    space: 1,
    rotate: () => (upright ? 90 : 0),
    values,
    size,
  };
}

export function bottom_axis(axis) {
  if (axis.names) return bottom_axis_of_names(axis);
  const values = (plot, splits) => {
    const labels = labels_of(axis, splits, plot);
    return without_overlaps(plot, splits, labels, (label) => text_width(plot, label), 8);
  };
  return { ...base_axis(axis, "x", 2), size: 26, space: 60, values };
}

/// An axis left or right of the frame, as wide as its labels; names are cut at `part` of the plot's width.
export function side_axis(axis, side) {
  const cut = (plot, labels) => {
    set_font(plot);
    const room = (Math.floor(plot.width * (axis.part ?? 0.4)) - 12) * devicePixelRatio;
    return labels.map((label) => label && shortened(label, room, plot.ctx));
  };
  return {
    ...base_axis(axis, "y", side),
    space: axis.names ? 1 : 34,
    size: (plot, labels) => Math.ceil(Math.max(20, widest(plot, labels ?? []))) + 12,
    values: (plot, splits) => {
      const labels = labels_of(axis, splits, plot);
      return axis.names ? cut(plot, labels) : labels;
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
