// A table as tab-separated text.

function is_formula(text) {
  return /^[=@+\t\r]/.test(text) || (/^-/.test(text) && !/^-\.?\d[\d.e+-]*( |$)/.test(text));
}

// No grouped digits, no typographic minus, no mark behind.
function plain_number(text) {
  text = text.replace(/(\d),(?=\d{3}(?!\d))/g, "$1").replace(/ \*$/, "");
  text = text.replace(/^([\d.]+) × 10⁻([⁰¹²³⁴⁵⁶⁷⁸⁹]+)$/, (_, mantissa, power) => {
    return `${mantissa}e-${[...power].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(digit)).join("")}`;
  });
  return /^−[\d.]/.test(text) || /e−\d+$/.test(text) ? text.replaceAll("−", "-") : text;
}

/// The text of a cell as programs read it: numbers and positions plain, other text as it is, but for
/// an apostrophe before what a spreadsheet would take for a formula.
export function plain(text, type = "text") {
  if (type !== "text") text = plain_number(text);
  text = text.replace(/[\t\r\n]/g, " ");
  return is_formula(text) ? `'${text}` : text;
}

/// Lines of a table. A column of estimates with intervals becomes three.
/// \param headings  each {text, type}; \param rows  of cells {text, exact, is_missing}: exact is a
/// number or "estimate lower upper" with all digits, or undefined; missing ones become NA.
export function table_lines(headings, rows) {
  const is_parted = headings.map((_, i) => rows.some((row) => row[i]?.exact?.includes(" ")));
  const titles = headings.flatMap(({ text }, i) => {
    const title = plain(text);
    return is_parted[i] ? [title, `${title}, lower 95%`, `${title}, upper 95%`] : [title];
  });
  const line_of = (row) =>
    row.flatMap(({ text, exact, is_missing }, i) => {
      const told = exact?.split(" ") ?? [is_missing ? "NA" : plain(text, headings[i].type)];
      return is_parted[i] && told.length === 1 ? [...told, "NA", "NA"] : told;
    });
  return [titles, ...rows.map(line_of)].map((fields) => fields.join("\t"));
}

function heading_text(heading) {
  return heading.textContent.trim().replace(/\s+/g, " ");
}

function read_cell(cell) {
  const { value, exact } = cell.dataset;
  return { text: cell.textContent, exact, is_missing: value === "" };
}

function table_text(table) {
  const headings = [...table.tHead.rows[table.tHead.rows.length - 1].cells].map((heading) => ({
    text: heading_text(heading),
    type: heading.dataset.type,
  }));
  const rows = [...table.tBodies[0].rows]
    .filter((row) => !row.hidden)
    .map((row) => [...row.cells].map(read_cell));
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
