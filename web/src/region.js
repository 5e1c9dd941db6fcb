// Variants about one lead variant, coloured and sized by their LD with it.
import { integer, known, p_value, significant } from "./format.js";
import { colour } from "./theme.js";

const bins = [0.2, 0.4, 0.6, 0.8];
const mega = 1e6;

/// What is said where a page had no room for all tested variants of a region; else nothing.
export function left_out_words({ y, tested }) {
  if (!known(tested) || tested <= y.length) return "";
  return `The ${integer(y.length)} strongest of ${integer(tested)} tested variants are shown.`;
}

function bin_of(r_squared) {
  return known(r_squared) ? bins.filter((edge) => r_squared >= edge).length + 1 : 0;
}

function place_of(data, i) {
  return `${data.contig}:${integer(data.positions[i])}`;
}

function name_of(data, i) {
  const id = data.id?.[i];
  return id && id !== "." ? id : place_of(data, i);
}

/// The lead's ID, or its place with grouped digits.
export function lead_name(data) {
  return known(data.positions[data.lead_index]) ? name_of(data, data.lead_index) : data.lead;
}

function describe(data, i) {
  const rows = [
    ["Position", place_of(data, i)],
    ["p", p_value(data.y[i])],
  ];
  if (known(data.r_squared?.[i])) rows.push(["r² with the lead", significant(data.r_squared[i])]);
  if (data.alleles?.[i]) rows.push(["Other / effect allele", data.alleles[i].replace("/", " / ")]);
  if (known(data.beta?.[i]))
    rows.push([
      "Effect (SE)",
      `${significant(data.beta[i])} (${significant(data.standard_error?.[i])})`,
    ]);
  if (known(data.frequency?.[i]))
    rows.push(["Effect allele frequency", significant(data.frequency[i])]);
  return { title: name_of(data, i), rows };
}

function legend_of(data) {
  if (!data.r_squared?.some(known))
    return [{ name: "Lead variant", colour: "accent", shape: "diamond" }];
  const names = ["unknown", "below 0.2", "0.2 to 0.4", "0.4 to 0.6", "0.6 to 0.8", "0.8 to 1"];
  const used = new Set(data.r_squared.map(bin_of));
  const entries = names.map((name, bin) => ({
    name,
    colour: `ld-${bin}`,
    shape: "disc",
    hollow: bin === 0,
    bin,
  }));
  return [
    { name: "Lead variant", colour: "accent", shape: "diamond" },
    { name: "r² with it:" },
    ...entries.filter(({ bin }) => bin > 0 || used.has(0)).reverse(),
  ];
}

function draw_bin(brush, points, members, bin) {
  const x = members.map((i) => points.x[i]);
  const y = members.map((i) => points.y[i]);
  if (bin === 0) brush.marks(x, y, { radius: 2.5, stroke: colour("ld-0"), width: 1 });
  else
    brush.marks(x, y, {
      radius: 2.4 + bin * 0.4,
      fill: colour(`ld-${bin}`),
      stroke: colour("paper"),
      width: 0.5,
    });
}

export function region(data) {
  const points = { x: data.positions.map((position) => position / mega), y: data.y };
  const lead = data.lead_index ?? -1; // Names may be shared: split records.
  const members = [[], [], [], [], [], []];
  data.y.forEach((_, i) => i !== lead && members[bin_of(data.r_squared?.[i])].push(i));
  const [low, high] = points.x.reduce(
    ([from, to], value) => [Math.min(from, value), Math.max(to, value)],
    [Infinity, -Infinity],
  );
  const in_order = [...points.x.keys()].sort((left, right) => points.x[left] - points.x[right]);
  const margin = Math.max((high - low) * 0.02, 1e-4);
  const highest = data.y.reduce((top, value) => Math.max(top, value), data.threshold ?? 1);
  return {
    height: (width) => Math.min(420, Math.max(260, width * 0.55)),
    x: {
      range: [low - margin, high + margin],
      label: `Position on chromosome ${data.contig} (Mb)`,
      grid: false,
    },
    y: { range: [0, highest * 1.12], label: "−log₁₀ p" },
    zooms: "xy",
    points,
    tours: [in_order.filter((i) => data.y[i] >= (data.threshold ?? Infinity)), in_order],
    legend: legend_of(data),
    draw: (brush) => {
      if (known(data.threshold)) brush.rule({ y: data.threshold }, colour("accent"));
      members.forEach((some, bin) => draw_bin(brush, points, some, bin));
      if (lead >= 0) {
        brush.marks([points.x[lead]], [points.y[lead]], {
          shape: "diamond",
          radius: 5.5,
          fill: colour("accent"),
          stroke: colour("paper"),
          width: 1,
        });
      }
    },
    describe: (i) => describe(data, i),
  };
}
