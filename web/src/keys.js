// A plot by keyboard: arrows move over points, + and - zoom, 0 resets, Enter opens, Escape closes
// the read-out.

const crowded = 200;

// The first tour that is short enough to walk through, else the last.
function tour_of(chart) {
  const { spec } = chart;
  const tours = spec.tours ?? [[...(spec.points?.x.keys() ?? [])]];
  const shown = tours.map((tour) =>
    tour.filter((i) => chart.ranges.shows(spec.points.x[i], spec.points.y[i])),
  );
  return shown.find((tour) => tour.length > 0 && tour.length <= crowded) ?? shown[shown.length - 1];
}

function step(chart, by) {
  const tour = tour_of(chart);
  if (tour.length === 0) return;
  const last = tour.length - 1;
  const is_told = chart.readout.point !== null;
  const now = tour.indexOf(is_told ? chart.readout.point : chart.visited);
  if (!is_told && now >= 0 && Number.isFinite(by)) by = 0; // First where it was left.
  const first = by === 1 || by === -Infinity ? 0 : last;
  chart.visited = tour[now < 0 ? first : Math.min(Math.max(now + by, 0), last)];
  chart.readout.show(chart.visited);
}

const actions = {
  ArrowRight: (chart) => step(chart, 1),
  ArrowDown: (chart) => step(chart, 1),
  ArrowLeft: (chart) => step(chart, -1),
  ArrowUp: (chart) => step(chart, -1),
  Home: (chart) => step(chart, -Infinity),
  End: (chart) => step(chart, Infinity),
  Enter: (chart) => chart.readout.activate(),
  Escape: (chart) => chart.readout.hide(),
};

function zoom_and_show(chart, factor) {
  const point = chart.point_for_zoom();
  chart.zoom_about_point(factor);
  if (point !== null) chart.readout.show(point);
}

const zoom_actions = {
  "+": (chart) => zoom_and_show(chart, 0.5),
  "=": (chart) => zoom_and_show(chart, 0.5),
  "-": (chart) => zoom_and_show(chart, 2),
  0: (chart) => chart.reset(),
};

export function listen_to_keys(chart, title) {
  const { body, spec } = chart;
  body.tabIndex = 0;
  body.setAttribute("role", "application");
  body.setAttribute("aria-roledescription", "plot");
  const zoom_help = spec.zooms ? ", plus and minus zoom, zero resets" : "";
  body.setAttribute(
    "aria-label",
    `${title}. Arrow keys move over the points${zoom_help}${spec.activate ? ", Enter opens" : ""}.`,
  );
  body.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const action = actions[event.key] ?? (spec.zooms ? zoom_actions[event.key] : undefined);
    if (!action || (event.key === "Escape" && chart.readout.point === null)) return;
    event.preventDefault();
    if (event.key === "Escape") event.stopPropagation();
    action(chart);
  });
  body.addEventListener("blur", () => chart.readout.hide());
}
