// Opens a page of a report in headless Chromium and checks it: no errors, no requests, plots,
// tables, layout, themes, print.
//   node check_page.mjs PAGE.html [options]
//     --expect-plots KINDS    fails where one of these kinds, with commas between, is missing
//     --forbid TEXTFILE       strings, one a line, that neither the page nor its data may hold
//     --paint-limit SECONDS   fails where the first paint comes later
//     --screenshots DIR       writes PNG files: light and dark, wide and narrow
// Prints what is wrong, one line each. Exit 0: all well; 1: not; 2: wrong use; 77: no browser.
import { mkdir, readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { draw_all_plots, open_browser, open_page } from "./browser.mjs";
import { check_plots, check_regions } from "./check_plots.mjs";
import { check_tables } from "./check_tables.mjs";
import { check_layout } from "./check_layout.mjs";
import { forbidden_in } from "./forbidden.mjs";

const usage =
  "use: check_page.mjs PAGE.html [--expect-plots KINDS] [--forbid TEXTFILE] [--screenshots DIR] [--paint-limit SECONDS]";

function read_options() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: Object.fromEntries(
        ["expect-plots", "forbid", "screenshots", "paint-limit"].map((name) => [
          name,
          { type: "string" },
        ]),
      ),
    });
    if (positionals.length === 1) return { path: resolve(positionals[0]), ...values };
  } catch (error) {
    console.error(error.message);
  }
  console.error(usage);
  process.exit(2);
}

function check_kinds(kinds, expected, problems) {
  for (const kind of expected?.split(",").filter(Boolean) ?? []) {
    if (!kinds.includes(kind)) problems.push(`there is no plot of kind '${kind}'`);
  }
}

// Milliseconds from navigation to the first content on the screen.
function first_paint(page) {
  const told = () =>
    performance.getEntriesByName("first-contentful-paint").map((entry) => entry.startTime)[0];
  return page
    .waitForFunction(told, null, { timeout: 20000 })
    .then((handle) => handle.jsonValue())
    .catch(() => Infinity);
}

async function check_paint(page, limit, problems) {
  const seconds = (await first_paint(page)) / 1000;
  console.log(`first paint after ${seconds.toFixed(2)} s`);
  if (limit !== undefined && !(seconds <= Number(limit)))
    problems.push(`the first paint came after ${seconds.toFixed(2)} s (limit: ${limit} s)`);
}

async function take_screenshots(browser, path, folder) {
  await mkdir(folder, { recursive: true });
  for (const colorScheme of ["light", "dark"]) {
    for (const width of [1280, 390]) {
      const { page, context } = await open_page(browser, path, [], {
        colorScheme,
        viewport: { width, height: 900 },
      });
      await draw_all_plots(page);
      await page.evaluate(() => scrollTo(0, 0));
      await page.screenshot({
        path: join(folder, `${basename(path, ".html")}-${colorScheme}-${width}.png`),
        fullPage: true,
      });
      await context.close();
    }
  }
}

async function check(browser, options) {
  const problems = [];
  if (options.forbid)
    problems.push(
      ...forbidden_in(await readFile(options.path, "utf8"), await readFile(options.forbid, "utf8")),
    );
  const { page, context } = await open_page(browser, options.path, problems);
  await check_paint(page, options["paint-limit"], problems);
  check_kinds(await draw_all_plots(page), options["expect-plots"], problems);
  await check_plots(page, problems);
  await check_regions(page, problems);
  await check_tables(page, problems);
  await context.close();
  await check_layout(browser, options.path, problems);
  if (options.screenshots) await take_screenshots(browser, options.path, options.screenshots);
  return problems;
}

const options = read_options();
const browser = await open_browser();
let problems;
try {
  problems = await check(browser, options);
} finally {
  await browser.close();
}
for (const problem of new Set(problems)) console.log(problem);
console.log(problems.length === 0 ? "the page is well" : `${new Set(problems).size} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
