// Signed z of lead variants: loci by traits. A sign in each strong cell, so that colour is not alone.
import { height_beside_rows, names_at, whole_splits } from "./axes.js";
import { known, number, p_value, significant } from "./format.js";
import { colour } from "./theme.js";

const row_heights = [15, 22];
const tallest = 6000;
const least_for_sign = 12; // Pixels of a column.

function cells_of({ rows, columns, z }) {
  const x = [];
  const y = [];
  rows.forEach((_, row) =>
    columns.forEach((_, column) => {
      if (!known(z[row][column])) return;
      x.push(column);
      y.push(row);
    }),
  );
  return { x, y };
}

function draw_cell(brush, column, row, value, most) {
  const { context } = brush;
  context.globalAlpha = Math.min(1, Math.abs(value) / most) * 0.92 + 0.04;
  brush.bar(
    column - 0.5,
    column + 0.5,
    row - 0.5,
    row + 0.5,
    colour(value < 0 ? "negative" : "positive"),
  );
  context.globalAlpha = 1;
}

function draw_sign(brush, column, row, value, most) {
  const dark = Math.abs(value) / most > 0.55;
  brush.text(value < 0 ? "−" : "+", brush.x(column), brush.y(row), {
    align: "center",
    fill: colour(dark ? "on-colour" : "ink"),
  });
}

function draw(brush, { z, y, threshold }, cells, most) {
  brush.font(12, "600");
  const has_room = Math.abs(brush.x(1) - brush.x(0)) >= least_for_sign * brush.ratio;
  for (let i = 0; i < cells.x.length; i++) {
    const [row, column] = [cells.y[i], cells.x[i]];
    draw_cell(brush, column, row, z[row][column], most);
    if (has_room && known(y?.[row]?.[column]) && y[row][column] >= threshold)
      draw_sign(brush, column, row, z[row][column], most);
  }
}

export function heat(data) {
  const { rows, columns, z, y } = data;
  const cells = cells_of(data);
  const sizes = cells.x
    .map((column, i) => Math.abs(z[cells.y[i]][column]))
    .sort((left, right) => left - right);
  const most = Math.max(sizes[Math.floor(sizes.length * 0.98)] ?? 1, 1e-6);
  const row_height = Math.max(row_heights[0], Math.min(row_heights[1], tallest / rows.length));
  const at = (i) => [cells.y[i], cells.x[i]];
  return {
    height: (width) => rows.length * row_height + height_beside_rows(rows, columns, width),
    x: {
      range: [-0.5, columns.length - 0.5],
      splits: whole_splits,
      values: names_at(columns),
      names: true,
      grid: false,
      ticks: false,
    },
    y: {
      range: [-0.5, rows.length - 0.5],
      splits: whole_splits,
      values: names_at(rows),
      names: true,
      reversed: true,
      grid: false,
      ticks: false,
    },
    zooms: columns.length > 12 ? "x" : "",
    points: cells,
    reach: { x: Infinity, y: Infinity },
    ring: false,
    legend: [
      { name: "effect allele lowers", colour: "negative", shape: "square" },
      { name: "effect allele raises", colour: "positive", shape: "square" },
      { name: `deeper: larger |z| (to ${number(most, 2)}); + and − where p ≤ 5\u00a0×\u00a010⁻⁸` },
    ],
    draw: (brush) => draw(brush, data, cells, most),
    describe: (i) => {
      const [row, column] = at(i);
      const lines = [
        ["Trait", columns[column]],
        ["z", significant(z[row][column])],
      ];
      if (known(y?.[row]?.[column])) lines.push(["p", p_value(y[row][column])]);
      return { title: rows[row], rows: lines };
    },
  };
}
