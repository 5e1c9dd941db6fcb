// Numbers as the tables and read-outs show them.

const missing = "–";
const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

export function known(value) {
  return value !== null && value !== undefined && !Number.isNaN(value);
}

export function number(value, digits = 3) {
  if (!known(value)) return missing;
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text =
    size < 1e-3 || size >= 1e6
      ? value.toExponential(digits - 1)
      : String(Number(value.toPrecision(digits)));
  return text.replace("-", "−").replace("e-", "e−").replace("e+", "e");
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
