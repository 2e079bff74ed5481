// Formats numbers as text.

const WHOLE_NUMBER = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const ROUNDED_NUMBER = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });

/** Formats a number, with one decimal place if it is not an integer. */
export function numberText(number) {
  return (Number.isInteger(number) ? WHOLE_NUMBER : ROUNDED_NUMBER).format(number);
}

/** Formats a number of bytes. */
export function byteCountText(bytes) {
  return `${numberText(bytes)} B`;
}

/** Formats nanoseconds as milliseconds, for columns of times. An unknown time is a dash. */
export function millisText(ns) {
  if (ns === null || ns === undefined) return "–";
  const ms = ns / 1e6;
  return `${ms < 10 ? ms.toFixed(3) : ms < 100 ? ms.toFixed(1) : WHOLE_NUMBER.format(ms)} ms`;
}

/** Formats a share as a percentage. A share of zero is a dash. */
export function shareText(part, whole) {
  return whole > 0 ? `${WHOLE_NUMBER.format((100 * part) / whole)} %` : "–";
}

/** Formats a count with its noun: `1 read`, `2 reads`. */
export function countText(count, one, many = `${one}s`) {
  return `${numberText(count)} ${count === 1 ? one : many}`;
}

/** Formats a list: `a`, `a and b`, `a, b and c`. */
export function listText(names) {
  if (names.length < 2) return names.join("");
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** Formats a number of times: `once`, `2 times`. */
export function timesText(count) {
  return count === 1 ? "once" : countText(count, "time");
}

/** Formats a duration in nanoseconds with three digits: `12.4 µs`, `2.13 ms`, `1.24 s`. */
export function durationText(ns) {
  if (ns === null || ns === undefined) return "–";
  const size = Math.abs(ns);
  if (size === 0) return "0";
  if (size < 1e3) return `${Math.round(ns)} ns`;
  if (size < 1e6) return `${threeDigits(ns / 1e3)} µs`;
  if (size < 1e9) return `${threeDigits(ns / 1e6)} ms`;
  if (size < 100e9) return `${threeDigits(ns / 1e9)} s`;
  const seconds = Math.round(ns / 1e9);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

function threeDigits(value) {
  const size = Math.abs(value);
  return value.toFixed(size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2);
}
