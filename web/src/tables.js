// Tables of class "data": sort by a column, search, download.
import { compare_keys, sort_key } from "./sort_keys.js";
import { download_table } from "./download.js";

export function cell_value(cell) {
  return cell.dataset.value ?? cell.textContent.trim();
}

function headings_of(table) {
  return [...table.tHead.rows[table.tHead.rows.length - 1].cells];
}

function sort_rows(rows, column, type, descending) {
  const keyed = rows.map((row) => [
    row.cells[column] ? sort_key(cell_value(row.cells[column]), type) : null,
    row,
  ]);
  keyed.sort(([left], [right]) => {
    if (left === null || right === null) return (left === null) - (right === null);
    return descending ? compare_keys(right, left, type) : compare_keys(left, right, type);
  });
  return keyed.map(([, row]) => row);
}

function make_sortable(table, rows) {
  const headings = headings_of(table);
  const sort_by = (heading) => {
    const descending = heading.getAttribute("aria-sort") === "ascending";
    for (const other of headings) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
    const sorted = sort_rows(rows, heading.cellIndex, heading.dataset.type ?? "text", descending);
    table.tBodies[0].append(...sorted);
  };
  for (const heading of headings) {
    if (heading.textContent.trim() === "") continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.append(...heading.childNodes);
    button.addEventListener("click", () => sort_by(heading));
    heading.append(button);
  }
}

function search_field(table, rows, show_count) {
  let texts = null;
  const field = document.createElement("input");
  field.type = "search";
  field.placeholder = "Search";
  field.setAttribute("aria-label", `Search in ${table.caption?.textContent.trim() || "the table"}`);
  field.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    texts ??= rows.map((row) => row.textContent.toLowerCase());
    rows.forEach((row, i) => {
      row.hidden = !words.every((word) => texts[i].includes(word));
    });
    show_count();
  });
  return field;
}

function row_count(rows) {
  const output = document.createElement("output");
  const show = () => {
    const shown = rows.filter((row) => !row.hidden).length;
    output.textContent =
      shown === rows.length
        ? ""
        : `${shown.toLocaleString("en-GB")} of ${rows.length.toLocaleString("en-GB")} rows`;
  };
  return { output, show };
}

function download_button(table) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Download TSV";
  button.title = "The rows shown, in the order shown";
  button.addEventListener("click", () =>
    download_table(table, table.dataset.download || "table.tsv"),
  );
  return button;
}

// Cells that their writer gave no class; the headings' type says it in the style sheet.
function align_numbers(table, rows) {
  for (const heading of headings_of(table)) {
    const { type } = heading.dataset;
    const is_classed = (rows[0]?.cells[heading.cellIndex]?.classList.length ?? 0) > 0;
    if (is_classed || (type !== "number" && type !== "position")) continue;
    for (const row of rows) row.cells[heading.cellIndex]?.classList.add(type);
  }
}

function enhance(table) {
  if (!table.tHead || !table.tBodies[0]) return;
  const rows = [...table.tBodies[0].rows];
  align_numbers(table, rows);
  if ("sortable" in table.dataset && rows.length > 1) make_sortable(table, rows);
  const tools = document.createElement("div");
  tools.className = "tools";
  if ("searchable" in table.dataset && rows.length > 1) {
    const count = row_count(rows);
    tools.append(search_field(table, rows, count.show), count.output);
  }
  if ("download" in table.dataset) tools.append(download_button(table));
  if (tools.childElementCount > 0) (table.closest(".scroll") ?? table).before(tools);
}

export function enhance_tables() {
  for (const table of document.querySelectorAll("table.data")) enhance(table);
}
