// What part of its axes a plot shows.

const least_part = 2e-6;

function clamped([low, high], [full_low, full_high]) {
  const full = full_high - full_low;
  const span = Math.min(Math.max(high - low, full * least_part), full);
  const middle = (low + high) / 2;
  const start = Math.min(Math.max(middle - span / 2, full_low), full_high - span);
  return [start, start + span];
}

function scaled([low, high], factor, fraction) {
  const fixed = low + (high - low) * fraction;
  return [fixed - (fixed - low) * factor, fixed + (high - fixed) * factor];
}

export class Ranges {
  /// `full` holds [low, high] for x and y; `zooms` names the axes that zoom: "x", "xy" or "".
  constructor(full, zooms) {
    this.full = full;
    this.zooms = zooms;
    this.reset();
  }

  reset() {
    this.now = { x: [...this.full.x], y: [...this.full.y] };
  }

  /// Shrinks (factor < 1) or widens the ranges about a point given as fractions of them.
  zoom(factor, fraction_x = 0.5, fraction_y = 0.5) {
    if (this.zooms.includes("x")) this.set("x", scaled(this.now.x, factor, fraction_x));
    if (this.zooms.includes("y")) this.set("y", scaled(this.now.y, factor, fraction_y));
  }

  zoom_x(factor) {
    this.set("x", scaled(this.now.x, factor, 0.5));
  }

  /// Likewise about a point in data units.
  zoom_about(factor, x, y) {
    const part = ([low, high], value) => (value - low) / (high - low);
    this.zoom(factor, part(this.now.x, x), part(this.now.y, y));
  }

  /// Moves by fractions of what is shown.
  pan(fraction_x, fraction_y = 0) {
    const moved = ([low, high], fraction) => [
      low + (high - low) * fraction,
      high + (high - low) * fraction,
    ];
    this.set("x", moved(this.now.x, fraction_x));
    this.set("y", moved(this.now.y, fraction_y));
  }

  set(axis, range) {
    this.now[axis] = clamped(range, this.full[axis]);
  }

  get changed() {
    return ["x", "y"].some((axis) =>
      this.now[axis].some((value, i) => value !== this.full[axis][i]),
    );
  }

  shows(x, y) {
    return x >= this.now.x[0] && x <= this.now.x[1] && y >= this.now.y[0] && y <= this.now.y[1];
  }
}
