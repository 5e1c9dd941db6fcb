// Observed against predicted outcome, with the distribution of predictions along the foot.
import { estimate_rows, integer, known, significant } from "./format.js";
import { bar_heights } from "./histogram.js";
import { colour } from "./theme.js";

const foot = 0.16;

function draw_histogram(brush, histogram, [low, high]) {
  const { edges } = histogram;
  bar_heights(histogram).forEach((height, i) => {
    if (height === 0) return;
    const top = low + (high - low) * foot * height;
    brush.bar(edges[i], edges[i + 1], low, top, colour("band"), colour("band-edge"));
  });
}

function draw_points(brush, { predicted, observed, lower, upper }) {
  predicted.forEach((at, i) => {
    if (known(lower?.[i]) && known(upper?.[i])) brush.whisker([at, lower[i]], [at, upper[i]]);
  });
  brush.marks(predicted, observed, {
    radius: 4,
    fill: colour("accent"),
    stroke: colour("paper"),
    width: 1,
  });
}

function describe({ predicted, observed, lower, upper, samples }, i) {
  const told = { estimate: observed[i], lower: lower?.[i], upper: upper?.[i] };
  const rows = [
    ["Predicted", significant(predicted[i], 3, (told.upper - told.lower) / 10)],
    ...estimate_rows("Observed", told),
  ];
  if (known(samples?.[i]))
    rows.push(["Samples", typeof samples[i] === "number" ? integer(samples[i]) : samples[i]]);
  return { title: `Group ${i + 1} of ${predicted.length}`, rows };
}

function legend_of({ curve, histogram }) {
  const entries = [
    { name: "groups by prediction, 95% intervals", colour: "accent", shape: "disc" },
  ];
  if (curve) entries.push({ name: "fitted", colour: "series-1", shape: "line" });
  entries.push({ name: "perfect", colour: "muted", shape: "line", dash: [4, 4] });
  if (histogram) entries.push({ name: "people by prediction", colour: "band", shape: "area" });
  return entries;
}

/// `ranges` are the ends of both axes, as the picture has them: every point, interval and cell is within.
export function calibration(data) {
  const { points, curve, histogram } = data;
  const [across, up] = data.ranges;
  const ends = [Math.max(across[0], up[0]), Math.min(across[1], up[1])];
  return {
    height: (width) => Math.min(440, Math.max(280, width * 0.8)),
    x: { range: across, label: data.axes[0] },
    y: { range: up, label: data.axes[1] },
    zooms: "xy",
    points: { x: points.predicted, y: points.observed },
    legend: legend_of(data),
    draw: (brush) => {
      if (histogram) draw_histogram(brush, histogram, up);
      if (ends[0] < ends[1])
        brush.line(ends, ends, { stroke: colour("muted"), width: 1, dash: [4, 4] });
      if (curve) brush.line(curve.predicted, curve.observed, { stroke: colour("series-1") });
      draw_points(brush, points);
    },
    describe: (i) => describe(points, i),
  };
}
