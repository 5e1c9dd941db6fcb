// Chromium under playwright-core, for tests of pages: no network, a new profile, and what went wrong
// in the page is kept.
import { createRequire } from "node:module";
import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";

const skipped = 77;
const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--force-color-profile=srgb",
];

function skip(message) {
  console.log(`${message}: skipped (scripts/setup --tests installs it)`);
  process.exit(skipped);
}

/// The browser; ends the process with 77 where it or playwright-core is not installed.
export async function open_browser() {
  const executable = process.env.MANIPLE_CHROMIUM ?? "/usr/bin/chromium";
  if (!existsSync(executable)) skip("there is no Chromium here");
  let chromium;
  try {
    ({ chromium } = createRequire(new URL("../../web/package.json", import.meta.url))(
      "playwright-core",
    ));
  } catch {
    skip("web/node_modules has no playwright-core");
  }
  return chromium.launch({ executablePath: executable, headless: true, args: flags });
}

/// Records where a canvas has text, so that checks can see what overlaps: `canvas.texts` holds
/// {text, left, top, right, bottom}.
function record_canvas_text() {
  // Else Chromium changes its way of drawing after some reads, and with it the edges of shapes.
  const { getContext } = HTMLCanvasElement.prototype;
  HTMLCanvasElement.prototype.getContext = function (kind, options) {
    return getContext.call(this, kind, { ...options, willReadFrequently: true });
  };
  const { prototype } = CanvasRenderingContext2D;
  const { fillText, clearRect } = prototype;
  const left_of = { left: 0, start: 0, center: -0.5, right: -1, end: -1 };
  prototype.clearRect = function (left, top, width, height) {
    if (width >= this.canvas.width && height >= this.canvas.height) this.canvas.texts = [];
    return clearRect.call(this, left, top, width, height);
  };
  prototype.fillText = function (text, x, y) {
    const {
      width,
      actualBoundingBoxAscent: ascent,
      actualBoundingBoxDescent: descent,
    } = this.measureText(text);
    const from = x + left_of[this.textAlign] * width;
    const transform = this.getTransform();
    const corners = [
      [from, y - ascent],
      [from + width, y - ascent],
      [from, y + descent],
      [from + width, y + descent],
    ].map(([across, down]) => transform.transformPoint({ x: across, y: down }));
    const across = corners.map((corner) => corner.x);
    const down = corners.map((corner) => corner.y);
    (this.canvas.texts ??= []).push({
      text,
      left: Math.min(...across),
      right: Math.max(...across),
      top: Math.min(...down),
      bottom: Math.max(...down),
    });
    return fillText.call(this, text, x, y);
  };
}

/// Opens the file at `path`; `problems` gathers console errors, script errors and requests that
/// leave the page.
export async function open_page(browser, path, problems, options = {}) {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    acceptDownloads: true,
    ...options,
  });
  const address = pathToFileURL(path).href;
  const own = (url) =>
    url.split("#")[0] === address || url.startsWith("blob:") || url.startsWith("data:");
  context.on(
    "request",
    (request) => own(request.url()) || problems.push(`requests ${request.url().slice(0, 200)}`),
  );
  await context.addInitScript(record_canvas_text);
  const page = await context.newPage();
  page.on(
    "console",
    (message) => message.type() === "error" && problems.push(`console: ${message.text()}`),
  );
  page.on("pageerror", (error) => problems.push(`script: ${error.message}`));
  await page.goto(address, { waitUntil: "load" });
  return { page, context };
}

/// Scrolls to each figure so that its plot is drawn; gives the kinds in order.
export async function draw_all_plots(page) {
  const figures = page.locator("figure.plot[data-plot]");
  const kinds = [];
  for (let i = 0; i < (await figures.count()); i++) {
    const figure = figures.nth(i);
    kinds.push(await figure.getAttribute("data-plot"));
    await figure.scrollIntoViewIfNeeded();
    const done = page.locator("figure.plot.enhanced, figure.plot.failed").and(figure);
    await done.waitFor({ timeout: 15000 }).catch(() => {});
  }
  await settled(page);
  return kinds;
}

/// Waits until the page has drawn what was asked of it.
export function settled(page) {
  return page.evaluate(
    () =>
      new Promise((done) =>
        requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 30))),
      ),
  );
}
