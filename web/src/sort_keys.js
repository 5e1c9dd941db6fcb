// What a table sorts by. A missing value is null and comes last in both directions.

const unnumbered = 1000;
const named_contigs = { X: 23, Y: 24, XY: 25, MT: 26, M: 26 };

function contig_rank(name) {
  const bare = name.replace(/^chr/i, "");
  return /^\d+$/.test(bare) ? Number(bare) : (named_contigs[bare.toUpperCase()] ?? unnumbered);
}

/// A number from text as people write it: "1,234", "−0.5", "3.1 × 10⁻⁸", "<5"; null where there is
/// none.
export function parsed_number(text) {
  const plain = text
    .replace(/[⁰¹²³⁴⁵⁶⁷⁸⁹]/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(digit))
    .replace(/[−⁻]/g, "-")
    .replace(/[,\s\u202f<>≤≥~%]/g, "")
    .replace(/×10(-?\d)/, "e$1");
  const value = Number.parseFloat(plain);
  return Number.isNaN(value) ? null : value;
}

function position_key(text) {
  const [contig, place] = text.split(":");
  if (place === undefined) return null;
  return { contig, rank: contig_rank(contig.trim()), position: parsed_number(place) ?? 0 };
}

/// The key of a cell's value, by the column's type: number, position or text.
export function sort_key(text, type) {
  if (text === "" || text === "–") return null;
  if (type === "number") return parsed_number(text);
  return type === "position" ? position_key(text) : text;
}

const in_words = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

function compare_positions(left, right) {
  const named = left.rank === unnumbered ? in_words.compare(left.contig, right.contig) : 0;
  return left.rank - right.rank || named || left.position - right.position;
}

/// Order of two keys of one column, neither of them missing.
export function compare_keys(left, right, type) {
  if (type === "number") return left - right;
  return type === "position" ? compare_positions(left, right) : in_words.compare(left, right);
}
