// Bars of counts of people. Cells may differ in width, as those of few people are joined with others.

/// Heights of bars whose area stands for their count, the highest 1.
export function bar_heights({ edges, counts }) {
  const widths = counts.map((_, i) => edges[i + 1] - edges[i]);
  const least = Math.min(...widths.filter((width) => width > 0)) / 2;
  const heights = counts.map((count, i) => count / Math.max(widths[i], least));
  const highest = Math.max(...heights) || 1;
  return heights.map((height) => height / highest);
}
