// What raises and what lowers one person's score: bars from zero.
import { names_at, whole_splits } from "./axes.js";
import { fixed, places_for } from "./format.js";
import { colour } from "./theme.js";

const row_height = 24;
const most_rows = 60;

/// Rows beyond the first 60 are in the table alone.
export function contributions({ rows: all_rows, label }) {
  const rows = all_rows.slice(0, most_rows);
  const values = rows.map(({ value }) => value);
  const places = places_for(values);
  const signed = (value) => `${value > 0 ? "+" : ""}${fixed(value, places)}`;
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  const margin = (high - low || 1) * 0.06;
  return {
    height: () => rows.length * row_height + 66,
    x: {
      range: [low < 0 ? low - margin : 0, high > 0 ? high + margin : 0],
      label: label ?? "Contribution, in units of the score",
    },
    y: {
      range: [-0.6, rows.length - 0.4],
      splits: whole_splits,
      values: names_at(rows.map((row) => row.label)),
      names: true,
      reversed: true,
      grid: false,
      ticks: false,
    },
    right: {
      splits: whole_splits,
      values: names_at(values.map(signed)),
      names: true,
      grid: false,
      ticks: false,
      border: false,
    },
    zooms: "",
    points: { x: values, y: [...rows.keys()] },
    reach: { x: Infinity, y: row_height / 2 },
    ring: false,
    draw: (brush) => {
      values.forEach((value, i) =>
        brush.bar(0, value, i - 0.34, i + 0.34, colour(value < 0 ? "negative" : "positive")),
      );
      brush.rule({ x: 0 }, colour("ink"), []);
    },
    describe: (i) => ({ title: rows[i].label, rows: [["Contribution", signed(values[i])]] }),
  };
}
