// Observed and predicted outcome by quantile of the score.
import { names_at, whole_splits } from "./axes.js";
import { estimate_rows, known, significant } from "./format.js";
import { colour } from "./theme.js";

function describe({ labels, observed, lower, upper, predicted }, i) {
  const told = { estimate: observed[i], lower: lower?.[i], upper: upper?.[i] };
  const rows = estimate_rows("Observed", told);
  if (known(predicted?.[i])) {
    rows.push(["Predicted", significant(predicted[i], 3, (told.upper - told.lower) / 10)]);
  }
  return { title: labels[i], rows };
}

/// `range` is that of the picture: every value and interval is within.
export function quantiles(data) {
  const { labels, observed, lower, upper, range } = data;
  const predicted = data.predicted?.some(known) ? data.predicted : undefined;
  const places = [...labels.keys()];
  return {
    height: (width) => Math.min(380, Math.max(260, width * 0.5)),
    x: {
      range: [-0.6, labels.length - 0.4],
      splits: whole_splits,
      values: names_at(labels),
      names: true,
      grid: false,
      label: "Score, from the lowest on",
    },
    y: { range, label: data.unit },
    zooms: "",
    points: { x: places, y: observed.map((value) => value ?? range[0]) },
    reach: { x: Infinity, y: Infinity },
    legend: [
      { name: "observed, 95% interval", colour: "accent", shape: "disc" },
      ...(predicted
        ? [{ name: "predicted", colour: "series-1", shape: "diamond", hollow: true }]
        : []),
    ],
    draw: (brush) => {
      places.forEach((i) => {
        if (known(lower?.[i]) && known(upper?.[i])) brush.whisker([i, lower[i]], [i, upper[i]]);
      });
      brush.marks(places, observed, {
        radius: 4.5,
        fill: colour("accent"),
        stroke: colour("paper"),
        width: 1,
      });
      if (predicted)
        brush.marks(places, predicted, {
          shape: "diamond",
          radius: 4.5,
          stroke: colour("series-1"),
          width: 1.75,
        });
    },
    describe: (i) => describe(data, i),
  };
}
