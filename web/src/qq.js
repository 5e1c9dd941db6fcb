// Quantiles of -log10 p against those expected under the null, by class of frequency.
import { number } from "./format.js";
import { colour, series_colour } from "./theme.js";

const shapes = ["disc", "diamond", "square"];

function flat(series) {
  const x = [];
  const y = [];
  const of = [];
  series.forEach(({ expected, observed }, k) => {
    for (let i = 0; i < expected.length; i++) {
      x.push(expected[i]);
      y.push(observed[i]);
      of.push(k);
    }
  });
  return { x, y, of };
}

function highest_of(lists, least) {
  return lists.reduce(
    (top, values) => (values ?? []).reduce((high, value) => Math.max(high, value), top),
    least,
  );
}

export function qq({ series, band }) {
  const points = flat(series);
  const widest = highest_of([points.x, band?.expected], 1);
  const highest = highest_of([points.y, band?.upper], widest);
  const name_of = ({ name, lambda }) =>
    lambda === null || lambda === undefined ? name : `${name}: λ ${number(lambda)}`;
  return {
    height: (width) => Math.min(420, Math.max(280, width * 0.8)),
    x: { range: [0, widest * 1.04], label: "Expected −log₁₀ p" },
    y: { range: [0, highest * 1.04], label: "Observed −log₁₀ p" },
    zooms: "xy",
    points,
    legend: [
      ...series.map((one, k) => ({
        name: name_of(one),
        colour: `series-${(k % 8) + 1}`,
        shape: shapes[k % 3],
      })),
      ...(band ? [{ name: "95% of null results", colour: "band", shape: "area" }] : []),
    ],
    draw: (brush) => {
      if (band) brush.band(band.expected, band.lower, band.upper, colour("band"));
      brush.line([0, widest], [0, widest], { stroke: colour("muted"), width: 1 });
      series.forEach(({ expected, observed }, k) => {
        brush.marks(expected, observed, {
          shape: shapes[k % 3],
          radius: 2,
          fill: series_colour(k),
        });
      });
    },
    describe: (i) => ({
      title: series[points.of[i]].name,
      rows: [
        ["Expected", number(points.x[i])],
        ["Observed", number(points.y[i])],
      ],
    }),
  };
}
