// The bytes of a transfer as hex and text, coloured by the class of their part.

import { el } from "../frame/dom.js";
import { bytesOf } from "../recording/bytes.js";
import { numberText } from "../recording/numbers.js";

const BYTES_PER_LINE = 16;
/** Number of lines that are shown at first, and added by the button "Show more". */
const BYTES_LINES = 48;
const BYTES_MORE = 512;

/** Draws the bytes of an event line by line. Each run of bytes has the number of its part in `data-part`. */
export function inspectBytes(item) {
  const bytes = bytesOf(item.data);
  const parts = bytesParts(item);
  const lines = el("div", {
    class: "hex-lines mono",
    role: "group",
    "aria-label": "Bytes as hex and text",
  });
  const more = el("button", { type: "button", onclick: () => grow(BYTES_MORE) });
  let shown = 0;
  const grow = (count) => {
    const end = Math.min(bytes.length, shown + count * BYTES_PER_LINE);
    const fresh = [];
    for (; shown < end; shown += BYTES_PER_LINE) fresh.push(bytesLine(bytes, shown, parts));
    lines.append(...fresh);
    more.hidden = shown >= bytes.length;
    more.textContent = `Show more: ${numberText(Math.max(0, bytes.length - shown))} more bytes`;
  };
  grow(BYTES_LINES);
  return el("div", { class: "inspect-bytes" }, lines, more, bytesMissing(item, bytes.length));
}

function bytesMissing(item, kept) {
  const total = item.bytes ?? 0;
  if (kept >= total) return null;
  const text =
    kept === 0
      ? "The payload was not recorded."
      : `The first ${numberText(kept)} of ${numberText(total)} bytes were recorded.`;
  return el("p", { class: "soft", text });
}

/** Returns the byte ranges of the parts. */
function bytesParts(item) {
  let end = 0;
  return (item.carried ?? []).map((part) => ({ from: end, to: (end += part.bytes), class: part.class }));
}

function bytesLine(bytes, start, parts) {
  const end = Math.min(bytes.length, start + BYTES_PER_LINE);
  const runs = bytesRuns(start, end, parts).map(({ from, to, index }) => ({
    slice: bytes.subarray(from, to),
    index,
  }));
  const run = (text, index) =>
    el("span", {
      text,
      class: index === null ? null : `part class-${parts[index].class}`,
      "data-part": index,
    });
  return el(
    "div",
    { class: "hex-line" },
    el("span", { class: "soft", text: start.toString(16).padStart(4, "0") }),
    el(
      "span",
      { class: "hex-bytes" },
      runs.map(({ slice, index }) => run(bytesHex(slice), index)),
    ),
    el(
      "span",
      { class: "hex-text" },
      runs.map(({ slice, index }) => run(bytesText(slice), index)),
    ),
  );
}

/** Splits the range from `start` to `end` at the ends of the parts. */
function bytesRuns(start, end, parts) {
  const runs = [];
  let at = start;
  let index = parts.findIndex((part) => part.to > start);
  while (at < end) {
    const part = index < 0 ? undefined : parts[index];
    const to = Math.min(end, part?.to ?? end);
    runs.push({ from: at, to, index: part === undefined ? null : index });
    at = to;
    index = index >= 0 && index + 1 < parts.length ? index + 1 : -1;
  }
  return runs;
}

function bytesHex(slice) {
  return Array.from(slice, (byte) => `${byte.toString(16).padStart(2, "0")} `).join("");
}

function bytesText(slice) {
  return Array.from(slice, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·")).join(
    "",
  );
}
