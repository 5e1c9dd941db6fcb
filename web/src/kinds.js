// The kinds of plot, by the name that a figure's data-plot gives.
import { Chart } from "./chart.js";
import { legend } from "./legend.js";
import { calibration } from "./calibration.js";
import { contributions } from "./contributions.js";
import { density } from "./density.js";
import { forest } from "./forest.js";
import { heat } from "./heat.js";
import { incidence } from "./incidence.js";
import { manhattan } from "./manhattan.js";
import { qq } from "./qq.js";
import { quantiles } from "./quantiles.js";
import { region } from "./region.js";

const kinds = {
  calibration,
  contributions,
  density,
  forest,
  heat,
  incidence,
  manhattan,
  qq,
  quantiles,
  region,
};

export function is_kind(name) {
  return Object.hasOwn(kinds, name);
}

/// Puts the plot of a kind, with its legend, into an empty element that stands in the page.
/// `open_region(id)` is what a click on a locus does.
export function draw_chart(host, kind, data, title, open_region) {
  const spec = kinds[kind](data, { title, open_region });
  const chart = new Chart(host, spec, title);
  if (spec.legend) host.append(legend(spec.legend));
  return chart;
}
