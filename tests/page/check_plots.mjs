// Checks of interactive plots: drawn, readable by pointer and keyboard, zoomed and reset.
import { settled } from "./browser.mjs";

const tries = 60;
const least_pixels = 40;

// Pixels of the frame that differ from its commonest colours (paper, grid); how many colours there are; places of some of them.
function drawn_pixels(canvas) {
  const over = canvas.parentElement.querySelector(".u-over");
  const ratio = canvas.width / canvas.clientWidth;
  const [left, top, width, height] = [
    over.offsetLeft,
    over.offsetTop,
    over.clientWidth,
    over.clientHeight,
  ].map((v) => Math.round(v * ratio));
  const { data } = canvas.getContext("2d").getImageData(left, top, width, height);
  const words = new Uint32Array(data.buffer);
  const counts = new Map();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  const [[paper]] = [...counts].sort((a, b) => b[1] - a[1]);
  const found = [];
  for (let i = 0; i < words.length; i++) if (words[i] !== paper && words[i] !== 0) found.push(i);
  const places = [];
  for (let k = 0; k < 60; k++) {
    const i = found[Math.floor((((k * 7919) % 6007) / 6007) * found.length)];
    if (i !== undefined)
      places.push([((i % width) + 0.5) / ratio, (Math.floor(i / width) + 0.5) / ratio]);
  }
  return { count: found.length, colours: counts.size, places };
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

const hash_of = (canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return new Uint32Array(data.buffer).reduce((sum, word) => (Math.imul(sum, 31) + word) | 0, 7);
};

// By keys, by drag and by wheel, and back: the picture must change and come back exactly.
async function check_zoom(page, chart) {
  const canvas = chart.locator("canvas");
  const frame = await chart.locator(".u-over").boundingBox();
  const middle = [frame.x + frame.width / 2, frame.y + frame.height / 2];
  const ways = {
    "the + key": () => page.keyboard.press("+"),
    drag: async () => {
      await page.mouse.move(frame.x + frame.width * 0.3, middle[1]);
      await page.mouse.down();
      await page.mouse.move(frame.x + frame.width * 0.6, middle[1] + 2, { steps: 4 });
      await page.mouse.up();
    },
    "Ctrl and wheel": async () => {
      await page.mouse.move(...middle);
      await page.keyboard.down("Control");
      await page.mouse.wheel(0, -200);
      await page.keyboard.up("Control");
    },
  };
  await page.keyboard.press("0");
  await settled(page);
  const before = await canvas.evaluate(hash_of);
  for (const [name, act] of Object.entries(ways)) {
    await chart.focus();
    await act();
    await settled(page);
    if ((await canvas.evaluate(hash_of)) === before) return `${name} does not zoom`;
    await chart.focus();
    await page.keyboard.press("0");
    await settled(page);
    if ((await canvas.evaluate(hash_of)) !== before) return `the 0 key does not take back ${name}`;
  }
  return null;
}

async function check_plot(page, figure, kind) {
  if ((await figure.locator("canvas").count()) === 0) return ["no canvas was made"];
  const chart = figure.locator(".chart");
  await chart.scrollIntoViewIfNeeded();
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
    await page.keyboard.press("ArrowRight");
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
  await dialog.evaluate((element) => element.querySelector("button").focus());
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
