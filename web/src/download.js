// A table as tab-separated text.

const grouped = String.raw`[−-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?`;
const grouped_text = new RegExp(`^(?:\\S+:)?${grouped}(?: to ${grouped})?(?: \\*)?$`);

function is_formula(text) {
  return /^[=@+\t\r]/.test(text) || (/^-/.test(text) && !/^-\.?\d[\d.e+-]*( |$)/.test(text));
}

/// The text of a cell as programs read it: no grouped digits, no typographic minus, NA for missing;
/// what a spreadsheet would take for a formula has an apostrophe before it.
export function plain(text, type = "text") {
  if (text === "" || text === "–") return "NA";
  if (type !== "text" || grouped_text.test(text))
    text = text.replace(/(\d),(?=\d{3}(?!\d))/g, "$1");
  text = text.replace(/^([\d.]+) × 10⁻([⁰¹²³⁴⁵⁶⁷⁸⁹]+)$/, (_, mantissa, power) => {
    return `${mantissa}e-${[...power].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(digit)).join("")}`;
  });
  if (/^−[\d.]/.test(text) || /e−\d+$/.test(text)) text = text.replaceAll("−", "-");
  return is_formula(text) ? `'${text}` : text;
}

/// Lines of a table. A column of estimates with intervals becomes three, with all digits.
/// \param headings  each {text, type}; \param rows  of cells {text, interval}, the latter "estimate
/// lower upper" or undefined.
export function table_lines(headings, rows) {
  const is_parted = headings.map((_, i) => rows.some((row) => row[i]?.interval !== undefined));
  const titles = headings.flatMap(({ text }, i) => {
    const title = plain(text);
    return is_parted[i] ? [title, `${title}, lower 95%`, `${title}, upper 95%`] : [title];
  });
  const line_of = (row) =>
    row.flatMap(({ text, interval }, i) => {
      if (!is_parted[i]) return [plain(text, headings[i].type)];
      return interval?.split(" ") ?? [plain(text, headings[i].type), "NA", "NA"];
    });
  return [titles, ...rows.map(line_of)].map((fields) => fields.join("\t"));
}

function text_of(element) {
  return element.textContent.trim().replace(/\s+/g, " ");
}

function table_text(table) {
  const headings = [...table.tHead.rows[table.tHead.rows.length - 1].cells].map((heading) => ({
    text: text_of(heading),
    type: heading.dataset.type,
  }));
  const rows = [...table.tBodies[0].rows]
    .filter((row) => !row.hidden)
    .map((row) =>
      [...row.cells].map((cell) => ({ text: text_of(cell), interval: cell.dataset.interval })),
    );
  return `${table_lines(headings, rows).join("\n")}\n`;
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
