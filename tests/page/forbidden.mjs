// Strings that a page must not hold, such as IDs of samples.
import { inflateSync } from "node:zlib";

const packed = /<script[^>]*data-encoding="deflate-base64"[^>]*>([^<]*)<\/script>/g;

// The page's own text with that of its compressed data; base64 itself holds any short string by chance.
function whole_text(page) {
  const data = [...page.matchAll(packed)].map(([, text]) =>
    inflateSync(Buffer.from(text.trim(), "base64")).toString("utf8"),
  );
  return [page.replace(packed, ""), ...data].join("\n");
}

/// One message for each string of `list` (one a line) that stands in the page as a whole word; the string itself is not told.
export function forbidden_in(page, list) {
  const text = whole_text(page);
  const words = new Set(text.split(/[^\w.-]+/));
  const found = (string) => (/^[\w.-]+$/.test(string) ? words.has(string) : text.includes(string));
  return list
    .split(/\r?\n/)
    .flatMap((string, i) =>
      string !== "" && found(string)
        ? [`the page holds line ${i + 1} of the forbidden strings`]
        : [],
    );
}
