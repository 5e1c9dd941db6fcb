// Drawing in data units on the canvas of a plot, clipped to its frame.
import { colour } from "./theme.js";

export class Brush {
  constructor(plot) {
    this.plot = plot;
    this.context = plot.ctx;
    this.ratio = devicePixelRatio || 1;
    this.frame = plot.bbox;
    this.x = (value) => plot.valToPos(value, "x", true);
    this.y = (value) => plot.valToPos(value, "y", true);
  }

  font(size = 12, weight = "") {
    this.context.font = `${weight} ${size * this.ratio}px system-ui, sans-serif`.trim();
  }

  /// Runs `draw` with the frame as the clip, and restores the context.
  clipped(draw) {
    const { context, frame } = this;
    context.save();
    context.beginPath();
    context.rect(frame.left, frame.top, frame.width, frame.height);
    context.clip();
    draw();
    context.restore();
  }

  /// A line through points; a null y ends a stretch and the next begins a new one.
  line(x, y, { stroke = colour("ink"), width = 1.5, dash = [] } = {}) {
    const { context } = this;
    context.beginPath();
    let is_drawing = false;
    for (let i = 0; i < x.length; i++) {
      const is_known = y[i] !== null;
      if (is_known && is_drawing) context.lineTo(this.x(x[i]), this.y(y[i]));
      else if (is_known) context.moveTo(this.x(x[i]), this.y(y[i]));
      is_drawing = is_known;
    }
    this.stroke(stroke, width, dash);
  }

  stroke(stroke, width = 1.5, dash = []) {
    const { context, ratio } = this;
    context.strokeStyle = stroke;
    context.lineWidth = width * ratio;
    context.setLineDash(dash.map((part) => part * ratio));
    context.stroke();
    context.setLineDash([]);
  }

  /// The area between two curves over the same x, where both are known.
  band(x, lower, upper, fill, alpha = 1) {
    const { context } = this;
    const kept = [...x.keys()].filter((i) => lower[i] !== null && upper[i] !== null);
    context.beginPath();
    for (const i of kept) context.lineTo(this.x(x[i]), this.y(upper[i]));
    for (const i of kept.reverse()) context.lineTo(this.x(x[i]), this.y(lower[i]));
    context.globalAlpha = alpha;
    context.fillStyle = fill;
    context.fill();
    context.globalAlpha = 1;
  }

  /// A straight line across the frame at y, or from top to bottom at x.
  rule({ x, y }, stroke = colour("muted"), dash = [4, 4], width = 1) {
    const { context, frame } = this;
    context.beginPath();
    const crisp = (place) => Math.round(place) + ((width * this.ratio) % 2) / 2;
    if (y !== undefined) {
      context.moveTo(frame.left, crisp(this.y(y)));
      context.lineTo(frame.left + frame.width, crisp(this.y(y)));
    } else {
      context.moveTo(crisp(this.x(x)), frame.top);
      context.lineTo(crisp(this.x(x)), frame.top + frame.height);
    }
    this.stroke(stroke, width, dash);
  }

  /// An interval from one point to another in data units, with caps across it.
  whisker([x1, y1], [x2, y2], stroke = colour("ink"), width = 1.5, cap = 3) {
    const { context, ratio } = this;
    const from = [this.x(x1), this.y(y1)];
    const to = [this.x(x2), this.y(y2)];
    const upright = from[0] === to[0];
    context.beginPath();
    context.moveTo(...from);
    context.lineTo(...to);
    for (const [across, up] of [from, to]) {
      context.moveTo(across - (upright ? cap * ratio : 0), up - (upright ? 0 : cap * ratio));
      context.lineTo(across + (upright ? cap * ratio : 0), up + (upright ? 0 : cap * ratio));
    }
    this.stroke(stroke, width);
  }

  /// Marks of one shape ("disc", "square" or "diamond") and size, as one path each.
  marks(x, y, { shape = "disc", radius = 3, fill = null, stroke = null, width = 1.5 } = {}) {
    const { context, ratio } = this;
    const size = radius * ratio;
    for (let i = 0; i < x.length; i++) {
      if (x[i] === null || y[i] === null) continue;
      const across = this.x(x[i]);
      const up = this.y(y[i]);
      context.beginPath();
      if (shape === "disc") context.arc(across, up, size, 0, 2 * Math.PI);
      else if (shape === "square")
        context.rect(across - size * 0.9, up - size * 0.9, size * 1.8, size * 1.8);
      else {
        context.moveTo(across, up - size * 1.25);
        context.lineTo(across + size * 1.25, up);
        context.lineTo(across, up + size * 1.25);
        context.lineTo(across - size * 1.25, up);
        context.closePath();
      }
      if (fill) {
        context.fillStyle = fill;
        context.fill();
      }
      if (stroke) this.stroke(stroke, width);
    }
  }

  bar(x1, x2, y1, y2, fill, outline = null) {
    const { context } = this;
    const [left, right] = [this.x(x1), this.x(x2)].sort((a, b) => a - b);
    const [top, bottom] = [this.y(y1), this.y(y2)].sort((a, b) => a - b);
    const [edge, end] = [Math.round(left), Math.round(right)];
    context.fillStyle = fill;
    context.fillRect(edge, top, end - edge, bottom - top);
    if (!outline) return;
    context.beginPath();
    context.rect(edge, top, end - edge, bottom - top);
    this.stroke(outline, 1);
  }

  text(
    text,
    across,
    up,
    { align = "left", baseline = "middle", fill = colour("ink"), halo = false } = {},
  ) {
    const { context } = this;
    context.textAlign = align;
    context.textBaseline = baseline;
    if (halo) {
      context.lineJoin = "round";
      context.strokeStyle = colour("paper");
      context.lineWidth = 3 * this.ratio;
      context.strokeText(text, across, up);
    }
    context.fillStyle = fill;
    context.fillText(text, across, up);
  }
}
