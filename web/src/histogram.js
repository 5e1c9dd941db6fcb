// Bars of counts of people. Cells may differ in width, as those of few people are joined with others.
import { known } from "./format.js";

/// Heights of bars whose area stands for their count, the highest 1; null where a count is withheld.
export function bar_heights({ edges, counts }) {
  const widths = counts.map((_, i) => edges[i + 1] - edges[i]);
  const least = Math.min(...widths.filter((width) => width > 0)) / 2;
  const heights = counts.map((count, i) =>
    known(count) ? count / Math.max(widths[i], least) : null,
  );
  const highest = Math.max(...heights.filter(known), 0) || 1;
  return heights.map((height) => (known(height) ? height / highest : null));
}
