// A table as tab-separated text.

/// The text of a cell as programs read it: no grouped digits, no typographic minus, NA for missing.
export function plain(text) {
  if (text === "" || text === "–") return "NA";
  if (/^([\w.]+:|−)?\d{1,3}(,\d{3})+(\.\d+)?$/.test(text)) text = text.replaceAll(",", "");
  text = text.replace(/^([\d.]+) × 10⁻([⁰¹²³⁴⁵⁶⁷⁸⁹]+)$/, (_, mantissa, power) => {
    return `${mantissa}e-${[...power].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(digit)).join("")}`;
  });
  return /^−[\d.]/.test(text) || /e−\d+$/.test(text) ? text.replaceAll("−", "-") : text;
}

function cell_text(cell) {
  return cell.textContent.trim().replace(/\s+/g, " ");
}

function table_text(table) {
  const headings = [...table.tHead.rows[table.tHead.rows.length - 1].cells].map(cell_text);
  const rows = [...table.tBodies[0].rows].filter((row) => !row.hidden);
  const lines = rows.map((row) => [...row.cells].map((cell) => plain(cell_text(cell))).join("\t"));
  return `${[headings.join("\t"), ...lines].join("\n")}\n`;
}

export function download_table(table, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(
    new Blob([table_text(table)], { type: "text/tab-separated-values" }),
  );
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
