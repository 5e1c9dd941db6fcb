// One interactive plot: uPlot gives canvas, scales, axes and drag; the kind of plot draws; this
// file joins them.
import uPlot from "uplot";
import { bottom_axis, margins, side_axis } from "./axes.js";
import { Brush } from "./brush.js";
import { PointIndex } from "./point_index.js";
import { Ranges } from "./ranges.js";
import { Readout } from "./readout.js";
import { listen_to_keys } from "./keys.js";
import { listen_to_pointer } from "./pointer.js";
import { add_toolbar } from "./toolbar.js";
import { on_theme_change } from "./theme.js";

const default_reach = { x: 14, y: 14 };
const everywhere = { x: Infinity, y: Infinity };
const few_points = 10; // Nobody has to aim at these.

/// A plot kind gives a `spec`:
///   height(width)            of the whole plot in CSS pixels
///   x, y, right              axes: range [low, high], label, splits, values, names, reversed; right
///                            may be absent
///   zooms                    "x", "xy" or ""
///   draw(brush, chart)       draws the data on the canvas
///   points {x, y}            what the pointer finds, in data units
///   reach {x, y}             how near it must be, in pixels; Infinity for whole rows or columns.
///                            Absent: 14, and of few points any
///   tours                    lists of points in the order of the arrow keys, of which the first
///                            that is short enough is taken; all points where absent
///   describe(i)              {title, rows: [[name, value], ...]} for the read-out
///   activate(i)              what click and Enter do, where can_activate(i); absent where nothing
///   ring                     false where the point found needs no ring
///   legend                   entries for legend.js; absent where none is needed
export class Chart {
  constructor(host, spec, title) {
    this.host = host;
    this.spec = spec;
    this.ranges = new Ranges({ x: spec.x.range, y: spec.y.range }, spec.zooms);
    this.visited = null; // The point that the keyboard or a click was at last.
    this.index = spec.points ? new PointIndex(spec.points) : null;
    this.toolbar = add_toolbar(this, title);
    this.body = document.createElement("div");
    this.body.className = "chart";
    host.append(this.body);
    // One point: of more, uPlot refuses ranges below 1e-16.
    const data = [[spec.x.range[0]], [spec.y.range[0]]];
    this.plot = new uPlot(this.options(), data, this.body);
    this.readout = new Readout(this);
    listen_to_pointer(this);
    listen_to_keys(this, title);
    this.stop_listening = on_theme_change(() => this.plot.redraw(false, true));
    this.resizing = new ResizeObserver(() => this.fit());
    this.resizing.observe(this.body);
  }

  options() {
    const { spec } = this;
    const scale = (name) => ({
      time: false,
      auto: false,
      range: () => this.ranges.now[name],
      dir: spec[name].reversed ? -1 : 1,
    });
    const axes = [bottom_axis(spec.x), side_axis(spec.y, 3)];
    if (spec.right) axes.push(side_axis(spec.right, 1));
    return {
      ...this.size(),
      scales: { x: scale("x"), y: scale("y") },
      axes,
      series: [{}, { scale: "y", paths: () => null, points: { show: false } }],
      legend: { show: false },
      padding: [margins.top, spec.right ? 0 : margins.right, 0, 0],
      cursor: {
        points: { show: false },
        drag: { x: true, y: spec.zooms === "xy", uni: 40, setScale: false },
      },
      hooks: {
        draw: [(plot) => this.draw(plot)],
        setSelect: [(plot) => this.zoom_to_selection(plot)],
      },
    };
  }

  size() {
    const width = Math.max(200, Math.floor(this.body.clientWidth));
    return { width, height: Math.round(this.spec.height(width)) };
  }

  fit() {
    const { width, height } = this.size();
    if (width === this.plot.width && height === this.plot.height) return;
    this.readout.hide();
    this.plot.setSize({ width, height });
  }

  draw(plot) {
    const brush = new Brush(plot);
    brush.clipped(() => this.spec.draw(brush, this));
  }

  /// Shows what `ranges` now says.
  update() {
    this.readout.hide();
    this.toolbar.update();
    this.plot.batch(() => {
      for (const axis of ["x", "y"]) {
        const [min, max] = this.ranges.now[axis];
        this.plot.setScale(axis, { min, max });
      }
    });
  }

  zoom(factor, fraction_x, fraction_y) {
    this.ranges.zoom(factor, fraction_x, fraction_y);
    this.update();
  }

  /// The point that a zoom without a pointer is about: the one told, else the last visited.
  point_for_zoom() {
    const { x, y } = this.spec.points ?? {};
    const is_shown = (point) => point !== null && this.ranges.shows(x[point], y[point]);
    return [this.readout.point, this.visited].find(is_shown) ?? null;
  }

  /// Without such a point in along x alone: nothing says which part of y to show.
  zoom_about_point(factor) {
    const point = this.point_for_zoom();
    if (point === null && factor < 1) this.ranges.zoom_x(factor);
    else if (point === null) this.ranges.zoom(factor);
    else this.ranges.zoom_about(factor, this.spec.points.x[point], this.spec.points.y[point]);
    this.update();
  }

  pan(fraction_x, fraction_y) {
    this.ranges.pan(fraction_x, fraction_y);
    this.update();
  }

  reset() {
    this.ranges.reset();
    this.update();
  }

  zoom_to_selection(plot) {
    const { left, top, width, height } = plot.select;
    if (width < 4 && height < 4) return;
    const ordered = (a, b) => [Math.min(a, b), Math.max(a, b)];
    const { zooms } = this.spec;
    if (zooms.includes("x") && width >= 4) {
      this.ranges.set("x", ordered(plot.posToVal(left, "x"), plot.posToVal(left + width, "x")));
    }
    if (zooms.includes("y") && height >= 4 && height < plot.over.clientHeight) {
      this.ranges.set("y", ordered(plot.posToVal(top, "y"), plot.posToVal(top + height, "y")));
    }
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.update();
  }

  /// The point nearest to a place in the frame given in CSS pixels; null where none is in reach.
  point_at(left, top) {
    if (!this.index) return null;
    const { plot } = this;
    const per_pixel = {
      x: Math.abs(plot.posToVal(1, "x") - plot.posToVal(0, "x")),
      y: Math.abs(plot.posToVal(1, "y") - plot.posToVal(0, "y")),
    };
    const is_few = this.spec.points.x.length <= few_points;
    const reach = this.spec.reach ?? (is_few ? everywhere : default_reach);
    return this.index.nearest(plot.posToVal(left, "x"), plot.posToVal(top, "y"), per_pixel, reach);
  }

  destroy() {
    this.stop_listening();
    this.resizing.disconnect();
    this.plot.destroy();
    this.host.replaceChildren();
  }
}
