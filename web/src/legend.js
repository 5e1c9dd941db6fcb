// What the colours, dashes and marks of a plot mean, below it.

function swatch({ colour, dash, shape = "line", hollow = false }) {
  const span = document.createElement("span");
  span.className = `swatch ${shape}${hollow ? " hollow" : ""}${dash ? " dashed" : ""}`;
  span.style.setProperty("--swatch", `var(--${colour})`);
  span.setAttribute("aria-hidden", "true");
  return span;
}

/// Entries of {name, colour (a custom property), shape: "line", "disc", "square", "diamond" or "area", dash, hollow}.
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
