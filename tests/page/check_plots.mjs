// Checks of interactive plots: drawn, readable by pointer and keyboard, zoomed and reset.
import { settled } from "./browser.mjs";
import { check_zoom } from "./check_zoom.mjs";

const tries = 60;
const least_pixels = 40;
const least_height = 25; // Of a frame.

// Pixels of the frame that are neither paper nor grid; the number of their colours; places of some.
function drawn_pixels(canvas) {
  const over = canvas.parentElement.querySelector(".u-over");
  const ratio = canvas.width / canvas.clientWidth;
  const [left, top, width, height] = [
    over.offsetLeft,
    over.offsetTop,
    over.clientWidth,
    over.clientHeight,
  ].map((v) => Math.round(v * ratio));
  const words_of = (context, ...area) => new Uint32Array(context.getImageData(...area).data.buffer);
  const style = getComputedStyle(document.documentElement);
  const probe = new OffscreenCanvas(1, 1).getContext("2d");
  const word_of = (name) => {
    probe.fillStyle = style.getPropertyValue(`--${name}`).trim();
    probe.fillRect(0, 0, 1, 1);
    return words_of(probe, 0, 0, 1, 1)[0];
  };
  const empty = new Set([0, ...["paper", "grid", "muted"].map(word_of)]);
  const words = words_of(canvas.getContext("2d"), left, top, width, height);
  const found = [...words.keys()].filter((i) => !empty.has(words[i]));
  const places = [];
  for (let k = 0; k < 60 && found.length > 0; k++) {
    const i = found[Math.floor((((k * 7919) % 6007) / 6007) * found.length)];
    places.push([((i % width) + 0.5) / ratio, (Math.floor(i / width) + 0.5) / ratio]);
  }
  return { count: found.length, colours: new Set(found.map((i) => words[i])).size, places };
}

async function check_hover(page, chart, places) {
  const readout = chart.locator(".readout");
  const frame = await chart.locator(".u-over").boundingBox();
  for (const [left, top] of places.slice(0, tries)) {
    await page.mouse.move(frame.x + left, frame.y + top);
    if (await readout.isVisible()) {
      const text = (await readout.textContent()).trim();
      return text.length > 1 && !/undefined|NaN|null|\[object/.test(text)
        ? null
        : `its read-out is '${text}'`;
    }
  }
  return "hover shows no read-out";
}

async function check_keyboard(page, chart) {
  await chart.focus();
  await page.keyboard.press("ArrowRight");
  return (await chart.locator(".readout").isVisible()) ? null : "the arrow keys show no read-out";
}

// What is told in words: the plot's name, and how many variants are left out.
async function check_region_words(dialog, problems) {
  const heading = await dialog.locator("h2").textContent();
  const name = await dialog.locator(".chart").getAttribute("aria-label");
  if (!name.startsWith(`${heading}.`))
    problems.push(`the regional view '${heading}' has the accessible name '${name}'`);
  const note = dialog.locator(".note");
  const told = await note.textContent();
  if ((await note.isVisible()) !== /^The [\d,]+ strongest of [\d,]+ tested/.test(told))
    problems.push(`the regional view '${heading}' says '${told}'`);
}

async function check_plot(page, figure, kind) {
  if ((await figure.locator("canvas").count()) === 0) return ["no canvas was made"];
  const chart = figure.locator(".chart");
  await chart.scrollIntoViewIfNeeded();
  const frame = await chart.locator(".u-over").boundingBox();
  if (frame.height < least_height) return [`its frame is ${frame.height} pixels high`];
  const { count, colours, places } = await figure.locator("canvas").evaluate(drawn_pixels);
  if (count < least_pixels || colours < 2)
    return [`its canvas is blank (${count} pixels, ${colours} colours)`];
  const found = [await check_hover(page, chart, places), await check_keyboard(page, chart)];
  if ((await figure.locator(".buttons button").count()) > 0)
    found.push(await check_zoom(page, chart));
  await chart.evaluate((element) => element.blur());
  await page.mouse.move(0, 0);
  return found.filter(Boolean).map((problem) => `${problem} (${kind})`);
}

export async function check_plots(page, problems) {
  const figures = page.locator("figure.plot[data-plot]");
  for (let i = 0; i < (await figures.count()); i++) {
    const figure = figures.nth(i);
    const kind = await figure.getAttribute("data-plot");
    const source = await figure.getAttribute("data-source");
    for (const problem of await check_plot(page, figure, kind))
      problems.push(`plot '${source}': ${problem}`);
  }
}

async function open_from_plot(page) {
  const chart = page.locator('figure[data-plot="manhattan"] .chart').first();
  await chart.focus();
  for (let i = 0; i < 400; i++) {
    await page.keyboard.press(i === 0 ? "Home" : "ArrowRight");
    if ((await chart.locator(".u-over.clickable").count()) > 0) {
      await page.keyboard.press("Enter");
      return true;
    }
  }
  return false;
}

async function check_dialog(page, problems, way) {
  const dialog = page.locator("dialog.region[open]");
  await dialog
    .locator("canvas")
    .waitFor({ state: "visible", timeout: 5000 })
    .catch(() => {});
  await settled(page);
  if ((await dialog.locator("canvas").count()) === 0)
    return problems.push(`${way} opens no regional view`);
  const { count } = await dialog.locator("canvas").evaluate(drawn_pixels);
  if (count < least_pixels) problems.push(`the regional view opened by ${way} is blank`);
  await check_region_words(dialog, problems);
  await page.keyboard.press("ArrowRight");
  if (!(await dialog.locator(".readout").isVisible()))
    problems.push(`the arrow keys do nothing in the regional view opened by ${way}`);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  if ((await page.locator("dialog[open]").count()) > 0)
    problems.push("Escape does not close the regional view");
}

/// Where the page has regions: opened from the table, and from the Manhattan plot by keyboard.
export async function check_regions(page, problems) {
  const rows = page.locator("tr[data-region] button.open-region");
  if ((await page.locator("tr[data-region]").count()) === 0) return;
  if ((await rows.count()) === 0) return problems.push("rows with regions have no button");
  await rows.first().click();
  await check_dialog(page, problems, "a row");
  if ((await page.locator('figure[data-plot="manhattan"] canvas').count()) === 0) return;
  if (await open_from_plot(page)) await check_dialog(page, problems, "the Manhattan plot");
  else problems.push("no point of the Manhattan plot opens a region");
}
