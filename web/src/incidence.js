// Cumulative incidence by group of the score, in steps, with bands.
import { integer, known, number } from "./format.js";
import { colour, series_colour } from "./theme.js";

/// Dashes by group, as canvas and legend draw them.
const dashes = [[], [7, 4], [2, 3], [9, 3, 2, 3], [4, 2]];

function flat(groups) {
  const points = { x: [], y: [], group: [], place: [] };
  groups.forEach(({ time, incidence }, group) =>
    time.forEach((at, place) => {
      if (!known(incidence[place])) return;
      points.x.push(at);
      points.y.push(incidence[place]);
      points.group.push(group);
      points.place.push(place);
    }),
  );
  return points;
}

function describe({ name, time, incidence, lower, upper, at_risk }, i) {
  const rows = [
    ["Time", number(time[i], 4)],
    ["Incidence", number(incidence[i])],
  ];
  if (known(lower?.[i])) rows.push(["95% interval", `${number(lower[i])} to ${number(upper[i])}`]);
  if (known(at_risk?.[i]))
    rows.push(["At risk", typeof at_risk[i] === "number" ? integer(at_risk[i]) : at_risk[i]]);
  return { title: name, rows };
}

export function incidence({ unit, groups }) {
  const points = flat(groups);
  const last = points.x.reduce((top, value) => Math.max(top, value), 0) || 1;
  const tops = groups.flatMap(({ upper, incidence: values }) => (upper ?? values).filter(known));
  const highest = tops.reduce((top, value) => Math.max(top, value), 0) * 1.05 || 1;
  return {
    height: (width) => Math.min(420, Math.max(280, width * 0.55)),
    x: { range: [0, last * 1.01], label: unit ? `Time (${unit})` : "Time" },
    y: { range: [0, highest], label: "Cumulative incidence" },
    zooms: "xy",
    points,
    reach: { x: 20, y: 40 },
    legend: groups.map(({ name }, k) => ({
      name,
      colour: `series-${(k % 8) + 1}`,
      shape: "line",
      dash: dashes[k % dashes.length],
    })),
    draw: (brush) => {
      groups.forEach(({ time, lower, upper }, k) => {
        if (lower && upper)
          brush.band(time, lower, upper, series_colour(k), { step: true, alpha: 0.16 });
      });
      groups.forEach(({ time, incidence: values }, k) => {
        brush.line(time, values, {
          stroke: series_colour(k),
          width: 1.75,
          dash: dashes[k % dashes.length],
          step: true,
        });
      });
      brush.rule({ y: 0 }, colour("muted"), []);
    },
    describe: (i) => describe(groups[points.group[i]], points.place[i]),
  };
}
