// Numbers as text, the same everywhere.

const WHOLE_NUMBER = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const ROUNDED_NUMBER = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });

/** A number, with one digit after the point where it is not whole. */
export function numberText(number) {
  return (Number.isInteger(number) ? WHOLE_NUMBER : ROUNDED_NUMBER).format(number);
}

/** A number of bytes. */
export function byteCountText(bytes) {
  return `${numberText(bytes)} B`;
}

/** Nanoseconds as milliseconds; what is not known is a dash. */
export function millisText(ns) {
  if (ns === null || ns === undefined) return "–";
  const ms = ns / 1e6;
  return `${ms < 10 ? ms.toFixed(3) : ms < 100 ? ms.toFixed(1) : WHOLE_NUMBER.format(ms)} ms`;
}

/** A part of the whole in percent; of nothing, a dash. */
export function shareText(part, whole) {
  return whole > 0 ? `${WHOLE_NUMBER.format((100 * part) / whole)} %` : "–";
}

/** How many of what: `1 read`, `2 reads`. */
export function countText(count, one, many = `${one}s`) {
  return `${numberText(count)} ${count === 1 ? one : many}`;
}

/** Names in a row: `a`, `a and b`, `a, b and c`. */
export function listText(names) {
  if (names.length < 2) return names.join("");
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
