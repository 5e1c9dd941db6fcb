// The distribution of a score in its population, and where one person stands in it.
import { integer, known, number } from "./format.js";
import { colour } from "./theme.js";

function draw_mark(brush, { value, label }) {
  brush.rule({ x: value }, colour("accent"), [], 2);
  brush.font(12, "600");
  const { left, width, top } = brush.frame;
  const across = brush.x(value);
  const to_left = across + brush.context.measureText(label).width + 12 * brush.ratio > left + width;
  const place = across + (to_left ? -8 : 8) * brush.ratio;
  brush.text(label, place, top + 12 * brush.ratio, {
    align: to_left ? "right" : "left",
    fill: colour("accent"),
    halo: true,
  });
}

export function density({ edges, counts, mark, label }) {
  const most = counts.reduce((top, count) => Math.max(top, count ?? 0), 1);
  const middles = counts.map((_, i) => (edges[i] + edges[i + 1]) / 2);
  const last = edges[edges.length - 1];
  const low = Math.min(edges[0], mark?.value ?? edges[0]);
  const high = Math.max(last, mark?.value ?? last);
  const margin = (high - low) * 0.02;
  return {
    height: (width) => Math.min(320, Math.max(220, width * 0.4)),
    x: { range: [low - margin, high + margin], label: label ?? "Score" },
    y: { range: [0, most * 1.15], label: "People" },
    zooms: "",
    points: { x: middles, y: counts.map((count) => count ?? 0) },
    reach: { x: Infinity, y: Infinity },
    draw: (brush) => {
      counts.forEach((count, i) =>
        brush.bar(edges[i], edges[i + 1], 0, count ?? 0, colour("band-strong")),
      );
      if (mark && known(mark.value)) draw_mark(brush, mark);
    },
    describe: (i) => ({
      title: `${number(edges[i], 4)} to ${number(edges[i + 1], 4)}`,
      rows: [["People", known(counts[i]) ? integer(counts[i]) : "few: not told"]],
    }),
  };
}
