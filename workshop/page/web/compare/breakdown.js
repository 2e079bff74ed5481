// The byte breakdown of both directions as bars on a common scale and as numbers.

import { el } from "../frame/dom.js";
import { tableHolder } from "../frame/table-holder.js";
import { numberText, shareText } from "../recording/numbers.js";
import { DIRECTIONS, classesToShow, breakdownTotal } from "../recording/byte-breakdown.js";

/** Draws a bar with numbers for each row and direction. `rows` comes from `bytesOfStep` or `bytesOfCalls`. */
export function breakdownTable(caption, rows) {
  const withPayload = rows.filter(({ spent }) => spent);
  const totals = withPayload.flatMap(({ spent }) => DIRECTIONS.map(([direction]) => breakdownTotal(spent[direction])));
  const max = Math.max(1, ...totals);
  const classes = classesToShow(withPayload.map(({ spent }) => spent));
  return tableHolder(
    caption,
    el(
      "table",
      { class: "facts bytes" },
      el("caption", {}, el("span", { text: caption })),
      el(
        "thead",
        {},
        breakdownHead(
          classes,
          rows.some(({ call }) => call),
          max,
        ),
      ),
      DIRECTIONS.map(([direction, title]) =>
        el(
          "tbody",
          { "data-key": direction },
          rows.map((row, index) =>
            breakdownRow(row, direction, index === 0 ? { title, count: rows.length } : null, classes, max),
          ),
        ),
      ),
    ),
    "bytes",
  );
}

function breakdownHead(classes, hasCalls, max) {
  const column = (...content) => el("th", { scope: "col" }, ...content);
  return el(
    "tr",
    {},
    column("direction"),
    column("API"),
    hasCalls ? column("call") : null,
    el("th", { scope: "col", class: "bar-head", text: `same scale for all bars, 0 to ${numberText(max)} B` }),
    column("bytes"),
    classes.map(([name, title, description]) => el("th", { scope: "col", title: description }, breakdownSwatch(name), title)),
    column("payload share"),
  );
}

/** Draws the pattern of a class for the table's head. */
export function breakdownSwatch(name) {
  return el("span", { class: `swatch spent spent-${name}`, "aria-hidden": "true" });
}

function breakdownRow({ title, call, spent }, direction, first, classes, max) {
  const columns = classes.length + 3;
  const bytes = spent?.[direction];
  return el(
    "tr",
    { "data-key": `${title} ${call ?? ""}` },
    first && el("th", { scope: "rowgroup", rowspan: first.count, class: "way", text: first.title }),
    el("th", { scope: "row", text: title }),
    call && el("td", { class: "call-kind", text: call }),
    bytes
      ? breakdownCells(bytes, classes, max)
      : el("td", { colspan: columns, class: "soft", text: breakdownMissing(call) }),
  );
}

function breakdownMissing(call) {
  return call ? "this step has no such call" : "unknown, because the payload was not recorded";
}

function breakdownCells(bytes, classes, max) {
  const total = breakdownTotal(bytes);
  const number = (text) => el("td", { class: "number", text });
  return [
    el("td", { class: "bar-cell" }, breakdownBar(bytes, classes, max)),
    el("td", { class: "number all", text: numberText(total) }),
    classes.map(([name]) => number(bytes[name] > 0 ? numberText(bytes[name]) : "·")),
    number(shareText(bytes.payload, total)),
  ].flat();
}

/** Draws the bar, hidden from screen readers because the numbers follow. */
function breakdownBar(bytes, classes, max) {
  const segments = classes
    .filter(([name]) => bytes[name] > 0)
    .map(([name, title]) => {
      const segment = el("span", {
        class: `spent spent-${name}`,
        "data-key": name,
        title: `${title}: ${numberText(bytes[name])} B`,
      });
      segment.style.setProperty("width", `${(100 * bytes[name]) / max}%`);
      return segment;
    });
  return el("div", { class: "bar", "aria-hidden": "true" }, segments);
}
