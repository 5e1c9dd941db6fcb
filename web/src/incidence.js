// Cumulative incidence by group of the score: from 0, straight lines between the times told, with bands.
import { estimate_rows, integer, known, least_step, number } from "./format.js";
import { colour, series_colour } from "./theme.js";

// By group, as canvas and legend draw them.
const dashes = [[], [7, 4], [2, 3], [9, 3, 2, 3], [4, 2]];

function from_zero({ time, incidence, lower, upper }) {
  if (time[0] === 0) return { time, incidence, lower, upper };
  const before = (values, first) => values && [first, ...values];
  return {
    time: [0, ...time],
    incidence: before(incidence, 0),
    lower: before(lower, 0),
    upper: before(upper, 0),
  };
}

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
  const told = { estimate: incidence[i], lower: lower?.[i], upper: upper?.[i] };
  const rows = [
    ["Time", number(time[i], 4, least_step(time))],
    ...estimate_rows("Incidence", told),
  ];
  if (known(at_risk?.[i]))
    rows.push(["At risk", typeof at_risk[i] === "number" ? integer(at_risk[i]) : at_risk[i]]);
  return { title: name, rows };
}

function draw(brush, lines) {
  lines.forEach(({ time, lower, upper }, k) => {
    if (lower && upper) brush.band(time, lower, upper, series_colour(k), 0.16);
  });
  lines.forEach(({ time, incidence: values }, k) => {
    brush.line(time, values, {
      stroke: series_colour(k),
      width: 1.75,
      dash: dashes[k % dashes.length],
    });
    brush.marks(time.slice(1), values.slice(1), { radius: 1.75, fill: series_colour(k) });
  });
}

export function incidence({ unit, groups }) {
  const points = flat(groups);
  const lines = groups.map(from_zero);
  const last = points.x.reduce((top, value) => Math.max(top, value), 0) || 1;
  const tops = groups.flatMap(({ upper, incidence: values }) => (upper ?? values).filter(known));
  const highest = tops.reduce((top, value) => Math.max(top, value), 0) * 1.05 || 1;
  const words = unit || "time";
  return {
    height: (width) => Math.min(420, Math.max(280, width * 0.55)),
    x: { range: [0, last * 1.01], label: words[0].toUpperCase() + words.slice(1) },
    y: { range: [0, highest], label: "Share with the event" },
    zooms: "xy",
    points,
    reach: { x: 20, y: 40 },
    legend: groups.map(({ name }, k) => ({
      name,
      colour: `series-${(k % 8) + 1}`,
      shape: "line",
      dash: dashes[k % dashes.length],
    })),
    draw: (brush) => draw(brush, lines),
    describe: (i) => describe(groups[points.group[i]], points.place[i]),
  };
}
