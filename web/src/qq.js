// Quantiles of -log10 p against those expected under the null, by class of frequency.
import { number, significant } from "./format.js";
import { colour } from "./theme.js";

const shapes = ["disc", "diamond", "square"];

// As in the picture: ink of all variants, then the series' colours.
function colour_name(k) {
  return k === 0 ? "ink" : `series-${((k - 1) % 8) + 1}`;
}

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

function draw_band(brush, { expected, lower, upper }) {
  brush.band(expected, lower, upper, colour("band"));
  for (const edge of [lower, upper])
    brush.line(expected, edge, { stroke: colour("band-edge"), width: 1 });
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
        colour: colour_name(k),
        shape: shapes[k % 3],
      })),
      ...(band ? [{ name: "95% of null results", colour: "band", shape: "area" }] : []),
    ],
    draw: (brush) => {
      if (band) draw_band(brush, band);
      brush.line([0, widest], [0, widest], { stroke: colour("muted"), width: 1, dash: [6, 4] });
      for (const k of [...series.keys()].reverse()) {
        brush.marks(series[k].expected, series[k].observed, {
          shape: shapes[k % 3],
          radius: 2,
          fill: colour(colour_name(k)),
        });
      }
    },
    describe: (i) => ({
      title: series[points.of[i]].name,
      rows: [
        ["Expected", significant(points.x[i])],
        ["Observed", significant(points.y[i])],
      ],
    }),
  };
}
