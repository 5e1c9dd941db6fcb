// The distribution of a score in its population, and where one person stands in it.
import { integer, known, least_step, number } from "./format.js";
import { bar_heights } from "./histogram.js";
import { colour } from "./theme.js";

function draw_mark(brush, { value, label }) {
  brush.rule({ x: value }, colour("accent"), [], 2);
  brush.font(12, "600");
  const { left, width, top } = brush.frame;
  const across = brush.x(value);
  const gap = 8 * brush.ratio;
  const to_left = across + gap + brush.context.measureText(label).width > left + width;
  const style = { align: to_left ? "right" : "left", fill: colour("accent"), halo: true };
  brush.text(label, across + (to_left ? -gap : gap), top + 12 * brush.ratio, style);
}

/// The people of cell i in words; who equals a bound is in the cell below it.
export function cell_words(edges, i) {
  const step = least_step(edges);
  const above = `above ${number(edges[i], 4, step)}`;
  const up_to = `up to ${number(edges[i + 1], 4, step)}`;
  if (i === 0) return up_to;
  return i === edges.length - 2 ? above : `${above}, ${up_to}`;
}

function describe({ edges, counts }, i) {
  return { title: cell_words(edges, i), rows: [["People", integer(counts[i])]] };
}

function range_of(edges, mark) {
  const values = [...edges, mark?.value].filter(known);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = (high - low) * 0.02;
  return [low - margin, high + margin];
}

/// The first and the last cell hold all beyond their inner edge.
export function density(data, { title }) {
  const { edges, counts, mark, label } = data;
  const heights = bar_heights(data);
  return {
    height: (width) => Math.min(320, Math.max(220, width * 0.4)),
    x: { range: range_of(edges, mark), label: label ?? title },
    y: {
      range: [0, 1.15],
      label: "People (relative)",
      values: (splits) => splits.map(() => ""),
      grid: false,
      ticks: false,
    },
    zooms: "",
    points: {
      x: counts.map((_, i) => (edges[i] + edges[i + 1]) / 2),
      y: heights,
    },
    reach: { x: Infinity, y: Infinity },
    draw: (brush) => {
      heights.forEach((height, i) =>
        brush.bar(edges[i], edges[i + 1], 0, height, colour("band-strong")),
      );
      if (mark && known(mark.value)) draw_mark(brush, mark);
    },
    describe: (i) => describe(data, i),
  };
}
