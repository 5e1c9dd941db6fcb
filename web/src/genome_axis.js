// The x axis of a genome: contigs one after another, and places on them.
import { round_step } from "./format.js";

const contigs_with_names = 4;
const mega = 1e6;
const longest_name = 12; // Letters.

// The read-out of a point has whole names.
function short_name({ name }) {
  return name.length <= longest_name ? name : `${name.slice(0, longest_name - 1)}…`;
}

function contigs_shown(contigs, low, high) {
  return contigs.filter(({ offset, length }) => offset < high && offset + length > low);
}

// Places in megabases on each contig shown; `null` label for none.
function places(contigs, low, high, width) {
  const step = Math.max(1, round_step(high - low, Math.max(width / 90, 2)));
  const splits = [];
  const labels = [];
  for (const contig of contigs_shown(contigs, low, high)) {
    const { offset, length } = contig;
    const from = Math.max(low - offset, 0);
    const to = Math.min(high - offset, length);
    for (let k = Math.ceil(from / step); k * step <= to; k++) {
      if (k === 0) continue;
      splits.push(offset + k * step);
      labels.push(`${short_name(contig)}:${Number(((k * step) / mega).toFixed(6))}`);
    }
  }
  return { splits, labels };
}

function names(contigs, low, high) {
  const shown = contigs_shown(contigs, low, high);
  const middle = ({ offset, length }) =>
    (Math.max(low, offset) + Math.min(high, offset + length)) / 2;
  return { splits: shown.map(middle), labels: shown.map(short_name) };
}

/// The axis as a plot's `spec` has it, over contigs of {name, offset, length}.
export function genome_axis(contigs) {
  const last = contigs[contigs.length - 1];
  const first = contigs[0].offset;
  const span = last.offset + last.length - first;
  let now = { splits: [], labels: [] };
  const many = (low, high) => contigs_shown(contigs, low, high).length > contigs_with_names;
  return {
    range: [first - span * 0.005, first + span * 1.005],
    label: (plot) =>
      many(plot.scales.x.min, plot.scales.x.max) ? "Chromosome" : "Chromosome:position (Mb)",
    grid: false,
    splits: (low, high, plot) => {
      now = many(low, high) ? names(contigs, low, high) : places(contigs, low, high, plot.width);
      return now.splits;
    },
    values: () => now.labels,
  };
}
