// A plot by mouse and touch: hover, click, Ctrl and wheel, Shift and drag, two fingers.

const zoom_a_notch = 1.25;
const click_slack = 4;

function place_of(chart, event) {
  const frame = chart.plot.over.getBoundingClientRect();
  return {
    left: event.clientX - frame.left,
    top: event.clientY - frame.top,
    width: frame.width,
    height: frame.height,
  };
}

function fractions(chart, event) {
  const { left, top, width, height } = place_of(chart, event);
  const from_top = top / height;
  return [left / width, chart.spec.y.reversed ? from_top : 1 - from_top];
}

function listen_to_hover(chart, over) {
  over.addEventListener("mousemove", (event) => {
    if (event.buttons !== 0) return chart.readout.hide();
    const { left, top } = place_of(chart, event);
    const point = chart.point_at(left, top);
    if (point === null) chart.readout.hide();
    else chart.readout.show(point);
  });
  over.addEventListener("mouseleave", () => chart.readout.hide());
}

function listen_to_click(chart, over) {
  let down = null;
  over.addEventListener("mousedown", (event) => (down = [event.clientX, event.clientY]), true);
  over.addEventListener("mouseup", (event) => {
    if (!down || event.button !== 0) return;
    const moved = Math.hypot(event.clientX - down[0], event.clientY - down[1]);
    down = null;
    if (moved > click_slack) return;
    const { left, top } = place_of(chart, event);
    const point = chart.point_at(left, top);
    if (point === null) return;
    chart.readout.show(point);
    chart.readout.activate();
  });
}

function listen_to_wheel(chart, over) {
  const turn = (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    chart.zoom(event.deltaY > 0 ? zoom_a_notch : 1 / zoom_a_notch, ...fractions(chart, event));
  };
  over.addEventListener("wheel", turn, { passive: false });
}

function pan_by_pixels(chart, across, down) {
  const { clientWidth: width, clientHeight: height } = chart.plot.over;
  const up =
    (chart.spec.zooms.includes("y") ? down / height : 0) * (chart.spec.y.reversed ? -1 : 1);
  chart.pan(-across / width, up);
}

// Taken from uPlot before it begins to select.
function listen_to_shift_drag(chart, over) {
  over.addEventListener(
    "mousedown",
    (event) => {
      if (!event.shiftKey || event.button !== 0) return;
      event.stopImmediatePropagation();
      event.preventDefault();
      let last = event;
      const move = (next) => {
        pan_by_pixels(chart, next.clientX - last.clientX, next.clientY - last.clientY);
        last = next;
      };
      const end = () => {
        document.removeEventListener("mousemove", move);
        document.removeEventListener("mouseup", end);
      };
      document.addEventListener("mousemove", move);
      document.addEventListener("mouseup", end);
    },
    true,
  );
}

function pinch(chart, before, after) {
  const apart = ([one, two]) => Math.hypot(one.clientX - two.clientX, one.clientY - two.clientY);
  const middle = ([one, two]) => ({
    clientX: (one.clientX + two.clientX) / 2,
    clientY: (one.clientY + two.clientY) / 2,
  });
  chart.zoom(apart(before) / Math.max(apart(after), 1), ...fractions(chart, middle(after)));
}

// One finger moves along x where the plot is zoomed, two fingers zoom; up and down scrolls the page.
function listen_to_touch(chart, over) {
  let last = [];
  const copy = (touches) => [...touches].map(({ clientX, clientY }) => ({ clientX, clientY }));
  over.addEventListener("touchstart", (event) => (last = copy(event.touches)), { passive: true });
  over.addEventListener(
    "touchmove",
    (event) => {
      const now = copy(event.touches);
      if (now.length === 2 && last.length === 2) {
        event.preventDefault();
        pinch(chart, last, now);
      } else if (now.length === 1 && last.length === 1 && chart.ranges.changed) {
        pan_by_pixels(chart, now[0].clientX - last[0].clientX, 0);
      }
      last = now;
    },
    { passive: false },
  );
}

export function listen_to_pointer(chart) {
  const { over } = chart.plot;
  listen_to_hover(chart, over);
  listen_to_click(chart, over);
  if (chart.spec.zooms === "") return;
  listen_to_shift_drag(chart, over);
  listen_to_wheel(chart, over);
  listen_to_touch(chart, over);
  over.addEventListener("dblclick", () => chart.reset());
}
