// -log10 p of the whole genome: thinned background, all hits, lead variants of loci.
import { integer, known, p_value, significant } from "./format.js";
import { genome_axis } from "./genome_axis.js";
import { has_data } from "./decode.js";
import { PixelSet } from "./pixel_set.js";
import { colour } from "./theme.js";

const most_labels = 14;
const background_size = 2;
const hit_size = 3;
const most_walked = 50;

// Background first, then hits, in one list of points in genome coordinates.
function joined_points({ contigs, points, hits }) {
  const count = points.position.length + hits.position.length;
  const x = new Float64Array(count);
  const y = new Float64Array(count);
  const contig = new Uint16Array(count);
  let next = 0;
  for (const part of [points, hits]) {
    for (let i = 0; i < part.position.length; i++, next++) {
      contig[next] = part.contig[i];
      x[next] = contigs[part.contig[i]].offset + part.position[i];
      y[next] = part.y[i];
    }
  }
  return { x, y, contig, first_hit: points.position.length };
}

// Squares on a canvas, each pixel once: dense parts cost no more than their area.
function draw_squares(brush, all, [from, to], size, ranges) {
  const side = Math.max(1, Math.round(size * brush.ratio));
  const drawn = new PixelSet(brush.frame);
  const { context } = brush;
  for (const parity of [0, 1]) {
    context.fillStyle = colour(parity === 0 ? "contig-1" : "contig-2");
    for (let i = from; i < to; i++) {
      if ((all.contig[i] & 1) !== parity || !ranges.shows(all.x[i], all.y[i])) continue;
      const left = Math.round(brush.x(all.x[i]) - side / 2);
      const top = Math.round(brush.y(all.y[i]) - side / 2);
      if (drawn.add(left, top)) context.fillRect(left, top, side, side);
    }
  }
}

function lead_name(locus, contigs) {
  return locus.id && locus.id !== "."
    ? locus.id
    : `${contigs[locus.contig].name}:${integer(locus.position)}`;
}

function overlaps(box, boxes) {
  return boxes.some(
    (other) =>
      box.left < other.right &&
      other.left < box.right &&
      box.top < other.bottom &&
      other.top < box.bottom,
  );
}

// The strongest loci get their names, as far as these find room.
function draw_leads(brush, leads, ranges) {
  const shown = leads.filter(({ x, y }) => ranges.shows(x, y));
  brush.marks(
    shown.map(({ x }) => x),
    shown.map(({ y }) => y),
    { shape: "diamond", radius: 3.4, fill: colour("accent"), stroke: colour("paper"), width: 1 },
  );
  brush.font(11);
  const taken = shown.map(({ x, y }) => box_about(brush, brush.x(x), brush.y(y), 5));
  let labels = 0;
  for (const lead of shown) {
    if (labels === most_labels) break;
    const box = label_box(brush, lead);
    if (
      box.left < brush.frame.left ||
      box.right > brush.frame.left + brush.frame.width ||
      box.top < brush.frame.top
    )
      continue;
    if (overlaps(box, taken)) continue;
    taken.push(box);
    brush.text(lead.name, (box.left + box.right) / 2, (box.top + box.bottom) / 2, {
      align: "center",
      halo: true,
    });
    labels += 1;
  }
}

function box_about(brush, across, up, radius) {
  const size = radius * brush.ratio;
  return { left: across - size, right: across + size, top: up - size, bottom: up + size };
}

function label_box(brush, { name, x, y }) {
  const half = brush.context.measureText(name).width / 2 + 3 * brush.ratio;
  const { left, width } = brush.frame;
  const across = Math.max(left + half, Math.min(left + width - half, brush.x(x)));
  const bottom = brush.y(y) - 6 * brush.ratio;
  return { left: across - half, right: across + half, top: bottom - 14 * brush.ratio, bottom };
}

function describe_hit(hits, i, place) {
  const rows = [
    ["Position", place],
    ["p", p_value(hits.y[i])],
  ];
  if (hits.alleles?.[i]) rows.push(["Other / effect allele", hits.alleles[i].replace("/", " / ")]);
  if (known(hits.beta?.[i]))
    rows.push([
      "Effect (SE)",
      `${significant(hits.beta[i])} (${significant(hits.standard_error?.[i])})`,
    ]);
  if (known(hits.frequency?.[i]))
    rows.push(["Effect allele frequency", significant(hits.frequency[i])]);
  const id = hits.id?.[i];
  return { title: id && id !== "." ? id : place, rows };
}

// The highest of the background, in genome order, for a scan without hits.
function strongest(all, count) {
  const order = Uint32Array.from({ length: all.first_hit }, (_, i) => i);
  const highest = [...order.sort((left, right) => all.y[right] - all.y[left]).slice(0, count)];
  return highest.sort((left, right) => all.x[left] - all.x[right]);
}

/// The region of the nearest lead among those whose regions reach a place; null where none does.
export function region_near({ loci, reach }, contig, position) {
  const distance = (locus) => Math.abs(locus.position - position);
  const near = loci.filter((locus) => locus.contig === contig && distance(locus) <= reach);
  return near.sort((left, right) => distance(left) - distance(right))[0]?.region ?? null;
}

export function manhattan(data, { open_region }) {
  const { contigs, hits, loci = [], threshold, reach } = data;
  const with_regions = loci.filter(({ region }) => has_data(region));
  const all = joined_points(data);
  const highest = all.y.reduce((top, value) => Math.max(top, value), (threshold ?? 0) * 1.1);
  const position_of = (i) => all.x[i] - contigs[all.contig[i]].offset;
  const place_of = (i) => `${contigs[all.contig[i]].name}:${integer(position_of(i))}`;
  const leads = loci
    .map((locus) => ({
      x: contigs[locus.contig].offset + locus.position,
      y: locus.y,
      name: lead_name(locus, contigs),
    }))
    .sort((left, right) => right.y - left.y);
  const hit_order = [...hits.position.keys()]
    .map((i) => i + all.first_hit)
    .sort((left, right) => all.x[left] - all.x[right]);
  const lead_places = new Set(leads.map(({ x }) => x));
  const region_of = (i) =>
    region_near({ loci: with_regions, reach }, all.contig[i], position_of(i));
  return {
    height: (width) => Math.min(420, Math.max(260, width * 0.4)),
    x: genome_axis(contigs),
    y: { range: [0, highest * 1.12], label: "−log₁₀ p" },
    zooms: "xy",
    points: all,
    tours: [
      hit_order,
      hit_order.filter((i) => lead_places.has(all.x[i])),
      strongest(all, most_walked),
    ],
    draw: (brush, { ranges }) => {
      draw_squares(brush, all, [0, all.first_hit], background_size, ranges);
      if (known(threshold)) brush.rule({ y: threshold }, colour("accent"));
      draw_squares(brush, all, [all.first_hit, all.x.length], hit_size, ranges);
      draw_leads(brush, leads, ranges);
    },
    describe: (i) => {
      if (i >= all.first_hit) return describe_hit(hits, i - all.first_hit, place_of(i));
      return { title: place_of(i), rows: [["p", p_value(all.y[i])]] };
    },
    can_activate: (i) => region_of(i) !== null,
    activate: (i) => open_region(region_of(i)),
  };
}
