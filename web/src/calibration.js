// Observed against predicted risk, with the distribution of predictions along the foot.
import { integer, known, number } from "./format.js";
import { colour } from "./theme.js";

const foot = 0.16;

function top_of({ points, curve }) {
  const values = [
    ...points.predicted,
    ...points.observed,
    ...(points.upper ?? []),
    ...(curve?.predicted ?? []),
    ...(curve?.observed ?? []),
  ];
  return values.filter(known).reduce((top, value) => Math.max(top, value), 0) * 1.05 || 1;
}

// Counts that are withheld stand as a hollow bar of a fixed height.
function draw_histogram(brush, { edges, counts }, top) {
  const most = counts.reduce((peak, count) => Math.max(peak, count ?? 0), 1);
  counts.forEach((count, i) => {
    const height = top * foot * (known(count) ? count / most : 0.06);
    if (known(count)) return brush.bar(edges[i], edges[i + 1], 0, height, colour("band"));
    brush.context.beginPath();
    const [left, right] = [brush.x(edges[i]), brush.x(edges[i + 1])];
    brush.context.rect(left, brush.y(height), right - left, brush.y(0) - brush.y(height));
    brush.stroke(colour("muted"), 1, [2, 2]);
  });
}

function draw_points(brush, { predicted, observed, lower, upper }) {
  predicted.forEach((at, i) => {
    if (known(lower?.[i]) && known(upper?.[i])) brush.whisker([at, lower[i]], [at, upper[i]]);
  });
  brush.marks(predicted, observed, {
    radius: 4,
    fill: colour("series-1"),
    stroke: colour("paper"),
    width: 1,
  });
}

function describe({ predicted, observed, lower, upper, samples }, i) {
  const rows = [
    ["Predicted", number(predicted[i])],
    ["Observed", number(observed[i])],
  ];
  if (known(lower?.[i])) rows.push(["95% interval", `${number(lower[i])} to ${number(upper[i])}`]);
  if (known(samples?.[i]))
    rows.push(["Samples", typeof samples[i] === "number" ? integer(samples[i]) : samples[i]]);
  return { title: `Group ${i + 1} of ${predicted.length}`, rows };
}

export function calibration(data) {
  const { points, curve, histogram } = data;
  const top = top_of(data);
  return {
    height: (width) => Math.min(440, Math.max(280, width * 0.8)),
    x: { range: [0, top], label: "Predicted" },
    y: { range: [0, top], label: "Observed" },
    zooms: "xy",
    points: { x: points.predicted, y: points.observed },
    legend: [
      { name: "groups of equal size", colour: "series-1", shape: "disc" },
      ...(curve ? [{ name: "smoothed", colour: "accent", shape: "line" }] : []),
      { name: "perfect", colour: "muted", shape: "line", dash: [4, 4] },
      ...(histogram
        ? [{ name: "how many have this prediction", colour: "band", shape: "area" }]
        : []),
      ...(histogram?.counts.some((count) => !known(count))
        ? [{ name: "dotted: few, not told" }]
        : []),
    ],
    draw: (brush) => {
      if (histogram) draw_histogram(brush, histogram, top);
      brush.line([0, top], [0, top], { stroke: colour("muted"), width: 1, dash: [4, 4] });
      if (curve) brush.line(curve.predicted, curve.observed, { stroke: colour("accent") });
      draw_points(brush, points);
    },
    describe: (i) => describe(points, i),
  };
}
