// Axes for uPlot from what a plot kind says about them.
import { shortened } from "./format.js";
import { colour } from "./theme.js";

const font = "12px system-ui, sans-serif";

function drop_overlapping(plot, splits, labels, gap) {
  const { ctx } = plot;
  ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
  let last_end = -Infinity;
  return splits.map((split, i) => {
    if (labels[i] === null || labels[i] === undefined) return null;
    const half = ctx.measureText(labels[i]).width / 2;
    const at = plot.valToPos(split, "x", true);
    if (at - half < last_end + gap * devicePixelRatio) return null;
    last_end = at + half;
    return labels[i];
  });
}

function base_axis(axis, scale, side) {
  return {
    scale,
    side,
    font,
    labelFont: font,
    label: axis.label,
    labelSize: axis.label ? 22 : 0,
    labelGap: 0,
    gap: 4,
    stroke: () => colour("ink"),
    grid: { show: axis.grid !== false, stroke: () => colour("grid"), width: 1 },
    ticks: { show: axis.ticks !== false, stroke: () => colour("muted"), width: 1, size: 4 },
    border: { show: axis.border !== false, stroke: () => colour("muted"), width: 1 },
    ...(axis.splits && { splits: (plot, _, low, high) => axis.splits(low, high, plot) }),
  };
}

function plain_number(value) {
  return String(Number(value.toPrecision(6))).replace("-", "−");
}

function labels_of(axis, splits, plot) {
  return axis.values ? axis.values(splits, plot) : splits.map((split) => (split === null ? null : plain_number(split)));
}

export function bottom_axis(axis) {
  return {
    ...base_axis(axis, "x", 2),
    size: axis.size ?? 26,
    space: 60,
    values: (plot, splits) => drop_overlapping(plot, splits, labels_of(axis, splits, plot), 8),
  };
}

/// An axis left or right of the frame. One with `names` is as wide as they are, up to `part` of the plot; longer ones are cut.
export function side_axis(axis, side) {
  const widest = (plot) => Math.floor(plot.width * (axis.part ?? 0.4)) - 12;
  const cut = (labels, plot) => {
    plot.ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
    return labels.map((label) => (label === null ? null : shortened(label, widest(plot) * devicePixelRatio, plot.ctx)));
  };
  return {
    ...base_axis(axis, "y", side),
    space: 34,
    size: (plot, labels) => {
      const context = plot.ctx;
      context.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
      const widths = (labels ?? []).filter((label) => label !== null).map((label) => context.measureText(label).width);
      return Math.ceil(Math.max(20, ...widths) / devicePixelRatio) + 12;
    },
    values: (plot, splits) => {
      const labels = labels_of(axis, splits, plot);
      return axis.names ? cut(labels, plot) : labels;
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
