// Checks of zoom and pan: each way must change the picture, and each way back must restore it.
import { settled } from "./browser.mjs";

const most_noise = 20; // Pixels: edges may come out a shade different in a new drawing.

// Pixels that are not as in the drawing kept under `name`, by more than a shade.
function changed_pixels(canvas, name) {
  const now = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  const kept = canvas[name];
  let changed = 0;
  for (let i = 0; i < now.length; i += 4) {
    const apart = (k) => Math.abs(now[i + k] * now[i + 3] - kept[i + k] * kept[i + 3]) > 24 * 255;
    if (Math.abs(now[i + 3] - kept[i + 3]) > 24 || apart(0) || apart(1) || apart(2)) changed += 1;
  }
  return changed;
}

// A place in the frame, by fractions of what of it is in view. Asked for each time: the page may
// have scrolled.
async function place_in(page, chart, across, down) {
  const { x, y, width, height } = await chart.locator(".u-over").boundingBox();
  const top = Math.max(y, 0);
  const bottom = Math.min(y + height, page.viewportSize().height);
  return [x + width * across, top + 2 + (bottom - top - 4) * down];
}

async function drag(page, chart) {
  await page.mouse.move(...(await place_in(page, chart, 0.3, 0.5)));
  await page.mouse.down();
  await page.mouse.move(...(await place_in(page, chart, 0.6, 0.5)), { steps: 4 });
  await page.mouse.up();
}

async function with_key(page, key, act) {
  await page.keyboard.down(key);
  await act();
  await page.keyboard.up(key);
}

async function turn_wheel(page, chart) {
  await page.mouse.move(...(await place_in(page, chart, 0.5, 0.5)));
  await page.mouse.wheel(0, -200);
  await page.waitForTimeout(100); // Wheels are not waited for.
}

function ways_in(page, chart) {
  const host = chart.locator("xpath=..");
  return {
    "the + key": () => chart.press("+"),
    drag: () => drag(page, chart),
    "Ctrl and wheel": () => with_key(page, "Control", () => turn_wheel(page, chart)),
    "the button": () => host.getByRole("button", { name: "Zoom in" }).click(),
  };
}

function ways_back(page, chart) {
  const host = chart.locator("xpath=..");
  return {
    "the 0 key": () => chart.press("0"),
    "a double click": async () => {
      await page.mouse.dblclick(...(await place_in(page, chart, 0.9, 0)));
    },
    "the reset button": () => host.getByRole("button", { name: "Show everything" }).click(),
  };
}

function ways_along(page, chart) {
  const host = chart.locator("xpath=..");
  return {
    "Shift and drag": () => with_key(page, "Shift", () => drag(page, chart)),
    "the button to the right": () => host.getByRole("button", { name: "Move right" }).click(),
  };
}

/// What is wrong with zoom and pan of a plot in its first state; null where nothing is.
export async function check_zoom(page, chart) {
  const canvas = chart.locator("canvas");
  const quiet = async () => {
    await page.mouse.move(0, 0);
    await settled(page);
  };
  const keep = async (name) => {
    await quiet();
    await canvas.evaluate((element, kept) => {
      element[kept] = element
        .getContext("2d")
        .getImageData(0, 0, element.width, element.height).data;
    }, name);
  };
  const differs_from = async (name) => {
    await quiet();
    return (await canvas.evaluate(changed_pixels, name)) > most_noise;
  };
  const back = Object.entries(ways_back(page, chart));
  const restore = async () => {
    back.push(back.shift());
    const [name, act] = back[0];
    await act();
    return (await differs_from("first")) ? `${name} does not show everything again` : null;
  };
  await keep("first");
  for (const [name, act] of Object.entries(ways_in(page, chart))) {
    await act();
    if (!(await differs_from("first"))) return `${name} does not zoom`;
    const problem = await restore();
    if (problem) return problem;
  }
  for (const [name, act] of Object.entries(ways_along(page, chart))) {
    await chart.press("+");
    await keep("zoomed");
    await act();
    if (!(await differs_from("zoomed"))) return `${name} does not move`;
    const problem = await restore();
    if (problem) return problem;
  }
  return null;
}
