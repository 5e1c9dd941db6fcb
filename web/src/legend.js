// What the colours, dashes and marks of a plot mean, below it.

const svg = "http://www.w3.org/2000/svg";

function line_swatch(colour, dash = []) {
  const picture = document.createElementNS(svg, "svg");
  picture.setAttribute("width", "28");
  picture.setAttribute("height", "8");
  const line = document.createElementNS(svg, "path");
  line.setAttribute("d", "M0 4H28");
  Object.assign(line.style, {
    stroke: `var(--${colour})`,
    strokeWidth: "2",
    strokeDasharray: dash.join(" ") || "none",
  });
  picture.append(line);
  return picture;
}

function shape_swatch(colour, shape, hollow) {
  const span = document.createElement("span");
  span.className = `${shape}${hollow ? " hollow" : ""}`;
  span.style.setProperty("--swatch", `var(--${colour})`);
  return span;
}

function swatch({ colour, shape, dash, hollow }) {
  const made = shape === "line" ? line_swatch(colour, dash) : shape_swatch(colour, shape, hollow);
  made.classList.add("swatch");
  made.setAttribute("aria-hidden", "true");
  return made;
}

/// Entries of {name, colour (a custom property; absent for words alone), shape ("line", "disc",
/// "square", "diamond" or "area"), dash, hollow}.
export function legend(entries) {
  const list = document.createElement("ul");
  list.className = "legend";
  for (const entry of entries) {
    const item = document.createElement("li");
    if (entry.colour) item.append(swatch(entry));
    item.append(entry.name);
    list.append(item);
  }
  return list;
}
