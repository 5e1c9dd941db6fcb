// The regional view of a locus, in a dialog.
import { has_data, read_data } from "./decode.js";
import { draw_chart } from "./kinds.js";
import { lead_name, left_out_words } from "./region.js";

let dialog = null;
let chart = null;

function close() {
  chart?.destroy();
  chart = null;
}

function made(name, properties, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

function made_dialog() {
  const button = made("button", { title: "Close the regional view" }, "Close");
  const form = made("form", { method: "dialog" }, made("h2", { id: "region-title" }), button);
  const note = made("p", { className: "note" });
  const element = made(
    "dialog",
    { className: "region" },
    form,
    note,
    made("div", { className: "live" }),
  );
  element.setAttribute("aria-labelledby", "region-title");
  element.addEventListener("close", close);
  element.addEventListener("click", (event) => event.target === element && element.close());
  document.body.append(element);
  return element;
}

/// Opens the regional view of a trait whose data have this id; the keys are its plot's.
export async function open_region(id, trait) {
  const data = await read_data(id);
  dialog ??= made_dialog();
  close();
  const title = `Region of ${lead_name(data)}${trait ? ` for ${trait}` : ""}`;
  dialog.querySelector("h2").textContent = title;
  const note = dialog.querySelector(".note");
  note.textContent = left_out_words(data);
  note.hidden = note.textContent === "";
  if (!dialog.open) dialog.showModal();
  chart = draw_chart(dialog.querySelector(".live"), "region", data, title);
  chart.body.focus();
}

/// The trait whose section of the page holds an element; "" where none does.
export function trait_of(element) {
  return element.closest("section")?.querySelector("h2")?.textContent.trim() ?? "";
}

/// Rows with data-region get a button that opens their region.
export function enhance_region_rows() {
  for (const row of document.querySelectorAll("tr[data-region]")) {
    if (!has_data(row.dataset.region)) continue;
    const cell = row.cells[0];
    const button = document.createElement("button");
    button.type = "button";
    button.className = "open-region";
    button.title = "Open the regional view";
    button.append(...cell.childNodes);
    button.addEventListener("click", () => open_region(row.dataset.region, trait_of(row)));
    cell.append(button);
  }
}
