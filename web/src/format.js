// Numbers as the tables and read-outs show them.

const missing = "–";
const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

export function known(value) {
  return value !== null && value !== undefined && !Number.isNaN(value);
}

const most_digits = 15; // That doubles tell apart.

function digits_for(size, digits, step) {
  if (!(step > 0)) return digits;
  const needed = Math.floor(Math.log10(size)) + 1 + Math.ceil(-Math.log10(step) - 1e-9);
  return Math.min(Math.max(digits, needed), most_digits);
}

function plain_digits(value, digits) {
  const text = value.toPrecision(digits);
  return text.includes("e") ? String(Number(text)) : text;
}

/// So many significant digits, and more where numbers a step apart would be the same; zeros at the
/// end are kept, so that the numbers of a read-out have as many.
export function significant(value, digits = 3, step = 0) {
  if (!known(value)) return missing;
  if (value === 0) return "0";
  const size = Math.abs(value);
  const count = digits_for(size, digits, step);
  const text =
    size < 1e-3 || size >= 1e6 ? value.toExponential(count - 1) : plain_digits(value, count);
  return text.replace("-", "−").replace("e-", "e−").replace("e+", "e");
}

/// Likewise, without zeros at the end where no power of ten follows.
export function number(value, digits = 3, step = 0) {
  const text = significant(value, digits, step);
  return text.includes("e") || !text.includes(".") ? text : text.replace(/\.?0+$/, "");
}

export function integer(value) {
  return known(value) ? Math.round(value).toLocaleString("en-GB") : missing;
}

/// p from -log10 p, also where p itself would underflow.
export function p_value(neg_log10_p) {
  if (!known(neg_log10_p)) return missing;
  if (neg_log10_p < 3) return String(Number((10 ** -neg_log10_p).toPrecision(2)));
  let exponent = Math.ceil(neg_log10_p);
  let mantissa = (10 ** (exponent - neg_log10_p)).toFixed(1);
  if (mantissa === "10.0") {
    mantissa = "1.0";
    exponent -= 1;
  }
  return `${mantissa} × 10⁻${[...String(exponent)].map((digit) => superscripts[digit]).join("")}`;
}

/// Places after the point that give the largest of some values three digits.
export function places_for(values) {
  const largest = Math.max(0, ...values.filter(known).map(Math.abs));
  return Math.min(Math.max(2 - Math.floor(Math.log10(largest || 1)), 0), 6);
}

export function fixed(value, places) {
  return known(value) ? value.toFixed(places).replace("-", "−") : missing;
}

/// An estimate with its interval, all to the same place after the point.
export function interval(estimate, lower, upper) {
  const places = places_for([estimate, lower, upper]);
  return `${fixed(estimate, places)} (${fixed(lower, places)} to ${fixed(upper, places)})`;
}

/// Between ascending numbers; 0 where there are fewer than two.
export function least_step(numbers) {
  const steps = numbers.slice(1).map((value, i) => value - numbers[i]);
  return steps.length === 0 ? 0 : Math.min(...steps.filter((step) => step > 0));
}

/// Rows of a read-out: an estimate, as `name`, and its interval where it has one.
export function estimate_rows(name, { estimate, lower, upper }) {
  const step = (upper - lower) / 10;
  const rows = [[name, significant(estimate, 3, step)]];
  if (!known(lower)) return rows;
  return [
    ...rows,
    ["95% interval", `${significant(lower, 3, step)} to ${significant(upper, 3, step)}`],
  ];
}

/// Text that fits `width` pixels in the context's font, shortened at its end.
export function shortened(text, width, context) {
  if (context.measureText(text).width <= width) return text;
  let keep = text.length;
  while (keep > 1 && context.measureText(`${text.slice(0, keep)}…`).width > width) keep--;
  return `${text.slice(0, keep)}…`;
}

/// A step of 1, 2 or 5 times a power of ten that cuts `span` into at most `parts`.
export function round_step(span, parts) {
  const rough = span / parts;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * [1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999999);
}
