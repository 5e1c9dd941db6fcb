// The x axis of a genome: contigs one after another, and places on them.
import { text_width, without_overlaps } from "./axes.js";
import { round_step } from "./format.js";

const contigs_with_places = 4;
const mega = 1e6;
const sliver = 0.02; // Of what is in view: room for no label.
const gap = 8; // Pixels between labels.
const longest_name = 12; // Letters.

// The read-out of a point has whole names.
function short_name({ name }) {
  return name.length <= longest_name ? name : `${name.slice(0, longest_name - 1)}…`;
}

function contigs_shown(contigs, low, high) {
  return contigs.filter(({ offset, length }) => offset < high && offset + length > low);
}

// Places in megabases on each contig shown, with the contig of each.
function places(contigs, low, high, width) {
  const step = Math.max(1, round_step(high - low, Math.max(width / 90, 2)));
  const splits = [];
  const labels = [];
  const of = [];
  for (const contig of contigs_shown(contigs, low, high)) {
    const { offset, length } = contig;
    const from = Math.max(low - offset, 0);
    const to = Math.min(high - offset, length);
    for (let k = Math.ceil(from / step); k * step <= to; k++) {
      if (k === 0) continue;
      splits.push(offset + k * step);
      of.push(contig);
      labels.push(`${short_name(contig)}:${Number(((k * step) / mega).toFixed(6))}`);
    }
  }
  return { splits, labels, of };
}

function names(contigs, low, high) {
  const shown = contigs_shown(contigs, low, high);
  const middle = ({ offset, length }) =>
    (Math.max(low, offset) + Math.min(high, offset + length)) / 2;
  return { splits: shown.map(middle), labels: shown.map(short_name) };
}

// A contig of which just an edge is in view needs no label.
function needs_label({ offset, length }, low, high) {
  const is_cut = offset < low || offset + length > high;
  const part = (Math.min(offset + length, high) - Math.max(offset, low)) / (high - low);
  return !is_cut || part >= sliver;
}

// Places where there is room for one on each contig in view, else the contigs' names.
function ticks(contigs, plot, width_of) {
  const { min: low, max: high } = plot.scales.x;
  const shown = contigs_shown(contigs, low, high);
  if (shown.length > contigs_with_places) return names(contigs, low, high);
  const found = places(contigs, low, high, plot.width);
  const fitting = without_overlaps(plot, found.splits, found.labels, width_of, gap);
  const labelled = new Set(found.of.filter((_, i) => fitting[i] !== null));
  const is_told = (contig) => labelled.has(contig) || !needs_label(contig, low, high);
  return shown.every(is_told) ? { ...found, has_places: true } : names(contigs, low, high);
}

/// The axis as a plot's `spec` has it, over contigs of {name, offset, length}; `width_of` a label
/// is in pixels.
export function genome_axis(contigs, width_of = text_width) {
  const last = contigs[contigs.length - 1];
  const first = contigs[0].offset;
  const span = last.offset + last.length - first;
  let now = { splits: [], labels: [] };
  return {
    range: [first - span * 0.005, first + span * 1.005],
    label: (plot) =>
      ticks(contigs, plot, width_of).has_places ? "Chromosome:position (Mb)" : "Chromosome",
    grid: false,
    splits: (low, high, plot) => {
      now = ticks(contigs, plot, width_of);
      return now.splits;
    },
    values: () => now.labels,
  };
}
