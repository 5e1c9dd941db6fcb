// Title and buttons above a plot.

const buttons = [
  ["+", "Zoom in", (chart) => chart.zoom(0.5)],
  ["−", "Zoom out", (chart) => chart.zoom(2)],
  ["←", "Move left", (chart) => chart.pan(-0.5)],
  ["→", "Move right", (chart) => chart.pan(0.5)],
  ["Reset", "Show everything", (chart) => chart.reset()],
];

/// Returns an object whose `update` enables the buttons that do something now.
export function add_toolbar(chart, title) {
  const bar = document.createElement("div");
  bar.className = "toolbar";
  const heading = document.createElement("span");
  heading.className = "plot-title";
  heading.textContent = title;
  bar.append(heading);
  const made =
    chart.spec.zooms === ""
      ? []
      : buttons.map(([text, name, action]) => {
          const button = document.createElement("button");
          button.type = "button";
          button.textContent = text;
          button.title = name;
          button.setAttribute("aria-label", name);
          button.addEventListener("click", () => action(chart));
          return button;
        });
  const group = document.createElement("span");
  group.className = "buttons";
  group.append(...made);
  if (made.length > 0) bar.append(group);
  if (made.length > 0 || title) chart.host.append(bar);
  const update = () => made.slice(1).forEach((button) => (button.disabled = !chart.ranges.changed));
  update();
  return { update };
}
