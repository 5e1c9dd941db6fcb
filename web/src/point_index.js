// Nearest point on the screen, at any zoom: points sorted by x, searched within the pointer's reach.

function lower_bound(order, x, value) {
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x[order[middle]] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

export class PointIndex {
  constructor(points) {
    this.x = points.x;
    this.y = points.y;
    this.order = Uint32Array.from(points.x.keys()).sort(
      (left, right) => points.x[left] - points.x[right],
    );
  }

  /// The point nearest to (x, y) in data units, null where none is within `reach` (in pixels, for x
  /// and y). `per_pixel` is the size of one pixel in data units.
  nearest(x, y, per_pixel, reach) {
    const end = x + reach.x * per_pixel.x;
    let best = null;
    let best_distance = Infinity;
    for (
      let i = lower_bound(this.order, this.x, x - reach.x * per_pixel.x);
      i < this.order.length;
      i++
    ) {
      const point = this.order[i];
      if (this.x[point] > end) break;
      const across = (this.x[point] - x) / per_pixel.x;
      const up = (this.y[point] - y) / per_pixel.y;
      if (!(Math.abs(up) <= reach.y)) continue;
      const distance = across * across + up * up;
      if (distance < best_distance) {
        best_distance = distance;
        best = point;
      }
    }
    return best;
  }
}
