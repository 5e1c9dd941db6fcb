// Light, dark or as the system has it; and the colours that canvases draw with.

const storage_key = "maniple-theme";
const choices = ["auto", "light", "dark"];
const listeners = new Set();
let colours = null;

// Storage may be forbidden for pages opened from a file.
function stored_choice() {
  try {
    const choice = localStorage.getItem(storage_key);
    return choices.includes(choice) ? choice : "auto";
  } catch {
    return "auto";
  }
}

function store_choice(choice) {
  try {
    localStorage.setItem(storage_key, choice);
  } catch {
    // The choice holds until the page is closed.
  }
}

function apply(choice) {
  if (choice === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = choice;
  colours = null;
  for (const redraw of listeners) redraw();
}

/// The value of the custom property `--name` in the theme of now.
export function colour(name) {
  colours ??= new Map();
  if (!colours.has(name)) {
    colours.set(
      name,
      getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim() || "#000",
    );
  }
  return colours.get(name);
}

export function series_colour(index) {
  return colour(`series-${(index % 8) + 1}`);
}

/// Calls `redraw` after every change of the theme; returns what ends that.
export function on_theme_change(redraw) {
  listeners.add(redraw);
  return () => listeners.delete(redraw);
}

export function add_theme_button() {
  let choice = stored_choice();
  const button = document.createElement("button");
  button.type = "button";
  button.className = "theme";
  const show = () => {
    button.textContent = `Theme: ${choice}`;
    button.title = "Switch between the system's theme, light and dark";
  };
  button.addEventListener("click", () => {
    choice = choices[(choices.indexOf(choice) + 1) % choices.length];
    store_choice(choice);
    apply(choice);
    show();
  });
  show();
  document.querySelector("body > header")?.append(button);
  if (choice !== "auto") apply(choice);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => apply(choice));
}
