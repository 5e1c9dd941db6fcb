// Title and buttons above a plot.

const actions = [
  ["+", "Zoom in", (chart) => chart.zoom_about_point(0.5)],
  ["−", "Zoom out", (chart) => chart.zoom_about_point(2)],
  ["←", "Move left", (chart) => chart.pan(-0.5)],
  ["→", "Move right", (chart) => chart.pan(0.5)],
  ["Reset", "Show everything", (chart) => chart.reset()],
];
const help_text =
  "Drag to zoom in, double-click to reset. Ctrl (or ⌘) and wheel, or two fingers, zoom; Shift and drag " +
  "moves. By keyboard: arrows go from point to point, + and − zoom, 0 resets, Enter opens a locus.";

function made_button(text, name, act) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = text;
  button.title = name;
  button.setAttribute("aria-label", name);
  button.addEventListener("click", act);
  return button;
}

function made_help() {
  const help = document.createElement("p");
  help.className = "help";
  help.textContent = help_text;
  help.hidden = true;
  const button = made_button("?", "How to use this plot", () => {
    help.hidden = !help.hidden;
    button.setAttribute("aria-expanded", String(!help.hidden));
  });
  button.setAttribute("aria-expanded", "false");
  return { help, button };
}

function add_buttons(chart, bar) {
  const buttons = actions.map(([text, name, act]) => made_button(text, name, () => act(chart)));
  const { help, button } = made_help();
  const group = document.createElement("span");
  group.className = "buttons";
  group.append(...buttons, button);
  bar.append(group);
  bar.after(help);
  const update = () => {
    for (const one of buttons.slice(1)) one.disabled = !chart.ranges.changed;
  };
  update();
  return { update };
}

/// Returns an object whose `update` enables the buttons that do something now.
export function add_toolbar(chart, title) {
  const bar = document.createElement("div");
  bar.className = "toolbar";
  const heading = document.createElement("span");
  heading.className = "plot-title";
  heading.textContent = title;
  bar.append(heading);
  chart.host.append(bar);
  if (chart.spec.zooms !== "") return add_buttons(chart, bar);
  if (title === "") bar.remove();
  return { update: () => {} };
}
