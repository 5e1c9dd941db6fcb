// Checks of tables: sort, search and download, each against what the cells say.
import { readFile } from "node:fs/promises";
import { settled } from "./browser.mjs";

function columns_of(table) {
  const headings = [...table.tHead.rows[table.tHead.rows.length - 1].cells];
  const rows = [...table.tBodies[0].rows];
  return headings.map((heading, i) => ({
    type: heading.dataset.type ?? "text",
    sort: heading.getAttribute("aria-sort"),
    values: rows.map(
      (row) => row.cells[i]?.dataset.value ?? row.cells[i]?.textContent.trim() ?? "",
    ),
  }));
}

const absent = (value) => value === "" || value === "–";
const plain_number = (value) => Number.parseFloat(value.replace(/[,<>%\s]/g, "").replace("−", "-"));

// Text follows people's order, which is the browser's affair; numbers and positions are compared here.
function in_order(values, type, descending) {
  const present = values.slice(
    0,
    values.findIndex(absent) < 0 ? values.length : values.findIndex(absent),
  );
  if (values.slice(present.length).some((value) => !absent(value))) return false;
  if (type === "text") return true;
  const key = (value) =>
    type === "number"
      ? [plain_number(value)]
      : value.split(":").map((part, i) => (i === 0 ? Number(part) || 99 : plain_number(part)));
  const keys = present.map(key);
  const compare = (a, b) => a[0] - b[0] || (a[1] ?? 0) - (b[1] ?? 0);
  return keys.every(
    (one, i) =>
      i === 0 || (descending ? compare(keys[i - 1], one) >= 0 : compare(keys[i - 1], one) <= 0),
  );
}

async function check_sort(table, name, problems) {
  const buttons = table.locator("thead button.sort");
  const before = (await table.evaluate(columns_of))[0].values;
  for (let i = 0; i < (await buttons.count()); i++) {
    const column = await buttons.nth(i).evaluate((button) => button.parentElement.cellIndex);
    for (const wanted of ["ascending", "descending"]) {
      await buttons.nth(i).click();
      const columns = await table.evaluate(columns_of);
      const { sort, type, values } = columns[column];
      if (sort !== wanted)
        problems.push(
          `table '${name}': aria-sort of column ${column + 1} is ${sort}, not ${wanted}`,
        );
      if (columns.filter((one) => one.sort).length > 1)
        problems.push(`table '${name}': two columns say that they are sorted`);
      if (!in_order(values, type, wanted === "descending"))
        problems.push(`table '${name}': column ${column + 1} is not ${wanted}`);
      const after = columns[0].values;
      if ([...before].sort().join() !== [...after].sort().join())
        problems.push(`table '${name}': sorting loses rows`);
    }
  }
}

function tools_of(table) {
  return table.locator(
    "xpath=ancestor::div[contains(@class,'scroll')]/preceding-sibling::*[1][contains(@class,'tools')]",
  );
}

async function check_search(table, name, problems) {
  const field = tools_of(table).locator("input");
  if ((await field.count()) === 0) return problems.push(`table '${name}': no search field`);
  const rows = table.locator("tbody tr");
  const wanted = (await rows.last().locator("td, th").first().textContent()).trim();
  await field.fill(wanted);
  const states = await rows.evaluateAll((all) =>
    all.map((row) => [row.hidden, row.textContent.toLowerCase()]),
  );
  const words = wanted.toLowerCase().split(/\s+/);
  const wrong = states.filter(
    ([hidden, text]) => hidden === words.every((word) => text.includes(word)),
  );
  if (wrong.length > 0)
    problems.push(
      `table '${name}': the search for '${wanted}' shows or hides ${wrong.length} rows wrongly`,
    );
  await field.fill("no row has this text");
  if ((await rows.evaluateAll((all) => all.filter((row) => !row.hidden).length)) > 0)
    problems.push(`table '${name}': search hides nothing`);
  await table.page().emulateMedia({ media: "print" });
  const printed = await rows.evaluateAll((all) => all.every((row) => row.offsetHeight > 0));
  if (!printed) problems.push(`table '${name}': print lacks the rows that a search hides`);
  await table.page().emulateMedia({ media: "screen" });
  await field.fill("");
}

async function check_download(page, table, name, problems) {
  const tools = tools_of(table);
  const [download] = await Promise.all([
    page.waitForEvent("download", { timeout: 5000 }),
    tools.getByRole("button", { name: /Download/ }).click(),
  ]);
  const lines = (await readFile(await download.path(), "utf8")).trimEnd().split("\n");
  const rows = await table.locator("tbody tr").count();
  const columns = await table.locator("thead tr").last().locator("th").count();
  const parted = await table.evaluate((element) => {
    const cells = [...element.tBodies[0].querySelectorAll('td[data-exact*=" "]')];
    return new Set(cells.map((cell) => cell.cellIndex)).size;
  });
  if (lines.length !== rows + 1)
    problems.push(`table '${name}': ${lines.length - 1} rows in the download of ${rows}`);
  if (lines.some((line) => line.split("\t").length !== columns + 2 * parted))
    problems.push(`table '${name}': lines of the download differ in columns`);
  if (lines.some((line) => /\d−|−\d|\t–/.test(line)))
    problems.push(`table '${name}': the download has marks that programs cannot read`);
}

// Tab stops at a table where it scrolls, and at no other; at several widths, as windows change.
async function check_stops(page, problems) {
  const usual = page.viewportSize();
  for (const width of [usual.width, 390, usual.width]) {
    await page.setViewportSize({ ...usual, width });
    await settled(page);
    const wrong = await page.evaluate(() =>
      [...document.querySelectorAll(".scroll")]
        .filter((region) => {
          const scrolls =
            region.scrollWidth > region.clientWidth || region.scrollHeight > region.clientHeight;
          return scrolls !== region.hasAttribute("tabindex");
        })
        .map((region) => region.getAttribute("aria-label")),
    );
    for (const name of wrong)
      problems.push(
        `table '${name}', ${width} pixels wide: a stop of Tab is where nothing scrolls, or none where it does`,
      );
  }
}

async function check_row_headings(table, name, problems) {
  const without = await table
    .locator("tbody tr")
    .evaluateAll((rows) => rows.filter((row) => !row.cells[0].matches('th[scope="row"]')).length);
  if (without > 0) problems.push(`table '${name}': ${without} rows have no heading`);
}

export async function check_tables(page, problems) {
  await check_stops(page, problems);
  const tables = page.locator("table.data");
  for (let i = 0; i < (await tables.count()); i++) {
    const table = tables.nth(i);
    const name = (await table.locator("caption").textContent()).trim();
    const has = (attribute) =>
      table.evaluate((element, wanted) => wanted in element.dataset, attribute);
    await check_row_headings(table, name, problems);
    const several = (await table.locator("tbody tr").count()) > 1;
    if (several && (await has("sortable"))) await check_sort(table, name, problems);
    if (several && (await has("searchable"))) await check_search(table, name, problems);
    if (await has("download")) await check_download(page, table, name, problems);
  }
}
