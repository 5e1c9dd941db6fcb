// Checks of what a reader sees: nothing overlaps or leaves its place, themes, print, and the page
// without script.
import { draw_all_plots, open_page, settled } from "./browser.mjs";

const widths = [1280, 390, 360];
const width_of_paper = 680; // A4 within its margins.

// Facts have no headings that scroll along: their values must be seen whole.
function facts_problems() {
  const window_width = document.documentElement.clientWidth;
  const found = [];
  for (const cell of document.querySelectorAll("table.facts td")) {
    const region = cell.closest(".scroll");
    const name = `the value of '${cell.previousElementSibling?.textContent.trim()}'`;
    const edge = Math.min(region.getBoundingClientRect().right, window_width);
    const { right, width, height } = cell.getBoundingClientRect();
    if (right > edge + 1) found.push(`${name} is beyond the right edge`);
    if (height > width * 3) found.push(`${name} stands in a column of ${Math.round(width)} pixels`);
  }
  return found;
}

// Boxes of text in the page's elements, cut by what scrolls. A box that overlaps another, or leaves
// the window, is told.
function text_problems() {
  const found = [];
  const window_width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > window_width)
    found.push(
      `the page is ${document.documentElement.scrollWidth} pixels wide in ${window_width}`,
    );
  const cut = (element) => {
    const box = element.getBoundingClientRect();
    const area = { left: box.left, right: box.right, top: box.top, bottom: box.bottom };
    const scroll = element.closest(".scroll")?.getBoundingClientRect();
    if (scroll) {
      area.left = Math.max(area.left, scroll.left);
      area.right = Math.min(area.right, scroll.right);
      area.top = Math.max(area.top, scroll.top);
      area.bottom = Math.min(area.bottom, scroll.bottom);
    }
    return area;
  };
  const is_wider_than_its_place = (element) => {
    const picture = element.ownerSVGElement?.getBoundingClientRect();
    if (!picture) return element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 1;
    const box = element.getBoundingClientRect();
    return (
      box.left < picture.left - 1 ||
      box.right > picture.right + 1 ||
      box.top < picture.top - 1 ||
      box.bottom > picture.bottom + 1
    );
  };
  const shown = (box) => box.right - box.left > 1 && box.bottom - box.top > 1;
  const all = [
    ...document.querySelectorAll(
      "h1,h2,h3,h4,p,li,dt,dd,td,th,caption,figcaption,button,input,.plot-title,output,svg text",
    ),
  ].filter(
    (element) =>
      element.checkVisibility({ visibilityProperty: true }) && element.textContent.trim() !== "",
  );
  const boxes = all
    .map((element) => ({ element, ...cut(element) }))
    .filter(shown)
    .sort((a, b) => a.top - b.top);
  const name = ({ element }) =>
    `${element.tagName.toLowerCase()} '${element.textContent.trim().slice(0, 40)}'`;
  boxes.forEach((box, i) => {
    if (box.right > window_width + 1 || box.left < -1) found.push(`${name(box)} leaves the window`);
    if (is_wider_than_its_place(box.element)) found.push(`${name(box)} is wider than its place`);
    for (let k = i + 1; k < boxes.length && boxes[k].top < box.bottom - 1; k++) {
      const other = boxes[k];
      if (box.element.contains(other.element) || other.element.contains(box.element)) continue;
      if (box.left < other.right - 1 && other.left < box.right - 1)
        found.push(`${name(box)} overlaps ${name(other)}`);
    }
  });
  return found;
}

// The same for text on canvases, which record_canvas_text() has kept.
function canvas_problems() {
  const found = [];
  for (const canvas of document.querySelectorAll("figure.plot canvas")) {
    const source = canvas.closest("figure").dataset.source;
    const texts = canvas.texts ?? [];
    texts.forEach((box, i) => {
      if (
        box.left < -1 ||
        box.top < -1 ||
        box.right > canvas.width + 1 ||
        box.bottom > canvas.height + 1
      ) {
        found.push(`plot '${source}': '${box.text}' is cut at the edge`);
      }
      for (const other of texts.slice(i + 1)) {
        if (
          box.left < other.right - 1 &&
          other.left < box.right - 1 &&
          box.top < other.bottom - 1 &&
          other.top < box.bottom - 1
        ) {
          found.push(`plot '${source}': '${box.text}' overlaps '${other.text}'`);
        }
      }
    });
  }
  return found;
}

async function check_at_width(browser, path, width, problems) {
  const { page, context } = await open_page(browser, path, problems, {
    viewport: { width, height: 800 },
  });
  await draw_all_plots(page);
  const found = [
    ...(await page.evaluate(text_problems)),
    ...(await page.evaluate(facts_problems)),
    ...(await page.evaluate(canvas_problems)),
  ];
  for (const problem of found.slice(0, 20)) problems.push(`${width} pixels wide: ${problem}`);
  await context.close();
}

const colours_of = () => {
  const style = getComputedStyle(document.documentElement);
  const names = [
    "paper",
    "panel",
    "ink",
    "muted",
    "grid",
    "rule",
    "accent",
    "band",
    "band-edge",
    "band-strong",
    "contig-1",
    "contig-2",
    "negative",
    "positive",
    "on-colour",
    ...[1, 2, 3, 4, 5, 6, 7, 8].map((k) => `series-${k}`),
    ...[0, 1, 2, 3, 4, 5].map((k) => `ld-${k}`),
  ];
  return [
    style.backgroundColor,
    ...names.map((name) => style.getPropertyValue(`--${name}`).trim()),
  ];
};

async function check_themes(browser, path, problems) {
  const light = await open_page(browser, path, problems, { colorScheme: "light" });
  const dark = await open_page(browser, path, problems, { colorScheme: "dark" });
  const button = light.page.getByRole("button", { name: /Theme/ });
  const seen = [await light.page.evaluate(colours_of)];
  for (let i = 0; i < 2; i++) {
    await button.click();
    seen.push(await light.page.evaluate(colours_of));
  }
  const by_system = await dark.page.evaluate(colours_of);
  if (seen[0].join() !== seen[1].join())
    problems.push("the light theme is not that of a light system");
  if (seen[0][0] === seen[2][0]) problems.push("the theme button does not change the background");
  if (seen[2].join() !== by_system.join())
    problems.push("the dark theme is not that of a dark system");
  await light.context.close();
  await dark.context.close();
}

// The first thing that Tab reaches leads past the list of contents.
async function check_skip_link(browser, path, problems) {
  const { page, context } = await open_page(browser, path, problems);
  await page.keyboard.press("Tab");
  const first = await page.evaluate(() => document.activeElement?.className);
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  const is_past = await page.evaluate(
    () => document.querySelector("main")?.contains(document.activeElement) ?? false,
  );
  if (first !== "skip" || !is_past)
    problems.push("no link leads past the contents to the sections");
  await context.close();
}

async function check_print(browser, path, problems) {
  const { page, context } = await open_page(browser, path, problems, { colorScheme: "dark" });
  await draw_all_plots(page);
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  await page.setViewportSize({ width: width_of_paper, height: 1000 });
  await settled(page);
  const found = await page.evaluate(text_problems);
  for (const problem of found.slice(0, 20)) problems.push(`print: ${problem}`);
  const seen = await page.evaluate(() => ({
    canvases: [...document.querySelectorAll("canvas, .tools, .theme")].filter((element) =>
      element.checkVisibility(),
    ).length,
    untold: document.querySelector(".unscripted")?.checkVisibility() === false,
    hidden: [...document.querySelectorAll("figure.plot > svg")].filter(
      (element) => !element.checkVisibility(),
    ).length,
    background: getComputedStyle(document.documentElement).backgroundColor,
  }));
  if (seen.canvases > 0) problems.push(`print shows ${seen.canvases} canvases or controls`);
  if (seen.untold) problems.push("print does not say that it lacks regional views");
  if (seen.hidden > 0) problems.push(`print hides ${seen.hidden} static pictures`);
  if (seen.background !== "rgb(255, 255, 255)")
    problems.push(`print has the background ${seen.background}`);
  await context.close();
}

async function check_without_script(browser, path, problems) {
  const { page, context } = await open_page(browser, path, problems, { javaScriptEnabled: false });
  const found = await page.evaluate(text_problems);
  for (const problem of found.slice(0, 20)) problems.push(`without script: ${problem}`);
  const hidden = await page.evaluate(() =>
    [...document.querySelectorAll("figure.plot")]
      .filter((figure) => !figure.querySelector("svg")?.checkVisibility())
      .map((figure) => figure.dataset.source),
  );
  for (const source of hidden) problems.push(`without script: plot '${source}' has no picture`);
  const untold = await page.evaluate(
    () =>
      document.querySelector("tr[data-region]") !== null &&
      !document.querySelector(".unscripted")?.checkVisibility(),
  );
  if (untold) problems.push("without script: nothing says that regional views need it");
  await context.close();
}

export async function check_layout(browser, path, problems) {
  for (const width of widths) await check_at_width(browser, path, width, problems);
  await check_themes(browser, path, problems);
  await check_skip_link(browser, path, problems);
  await check_print(browser, path, problems);
  await check_without_script(browser, path, problems);
}
