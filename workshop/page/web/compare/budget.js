// The byte budget: what the bytes of each way are spent on, as bars on one scale and as numbers.

import { el } from "../frame/dom.js";
import { numberText, shareText } from "../recording/numbers.js";
import { SPENT_WAYS, spentClasses, spentTotal } from "../recording/byte-breakdown.js";

/** Draws one bar and its numbers for each row and both ways. `rows`: see `bytesOfStep` and `bytesOfCalls`. */
export function budgetTable(caption, rows) {
  const known = rows.filter(({ spent }) => spent);
  const totals = known.flatMap(({ spent }) => SPENT_WAYS.map(([way]) => spentTotal(spent[way])));
  const most = Math.max(1, ...totals);
  const classes = spentClasses(known.map(({ spent }) => spent));
  return el(
    "div",
    { class: "table-holder", "data-key": "bytes" },
    el(
      "table",
      { class: "facts bytes" },
      el("caption", { text: caption }),
      el(
        "thead",
        {},
        budgetHead(
          classes,
          rows.some(({ call }) => call),
          most,
        ),
      ),
      SPENT_WAYS.map(([way, title]) =>
        el(
          "tbody",
          { "data-key": way },
          rows.map((row, index) =>
            budgetRow(row, way, index === 0 ? { title, count: rows.length } : null, classes, most),
          ),
        ),
      ),
    ),
  );
}

function budgetHead(classes, hasCalls, most) {
  const column = (...content) => el("th", { scope: "col" }, ...content);
  return el(
    "tr",
    {},
    column("way"),
    column("API"),
    hasCalls ? column("call") : null,
    el("th", { scope: "col", class: "bar-head", text: `all bars on one scale, 0 to ${numberText(most)} B` }),
    column("bytes"),
    classes.map(([name, title, what]) => el("th", { scope: "col", title: what }, budgetSwatch(name), title)),
    column("payload share"),
  );
}

/** The pattern of a class, as a legend. */
export function budgetSwatch(name) {
  return el("span", { class: `swatch spent spent-${name}`, "aria-hidden": "true" });
}

function budgetRow({ title, call, spent }, way, first, classes, most) {
  const columns = classes.length + 3;
  const bytes = spent?.[way];
  return el(
    "tr",
    { "data-key": `${title} ${call ?? ""}` },
    first && el("th", { scope: "rowgroup", rowspan: first.count, class: "way", text: first.title }),
    el("th", { scope: "row", text: title }),
    call && el("td", { class: "call-kind", text: call }),
    bytes
      ? budgetCells(bytes, classes, most)
      : el("td", { colspan: columns, class: "soft", text: budgetMissing(call) }),
  );
}

function budgetMissing(call) {
  return call ? "no such call in this step" : "not known: recorded without payload";
}

function budgetCells(bytes, classes, most) {
  const total = spentTotal(bytes);
  const number = (text) => el("td", { class: "number", text });
  return [
    el("td", { class: "bar-cell" }, budgetBar(bytes, classes, most)),
    el("td", { class: "number all", text: numberText(total) }),
    classes.map(([name]) => number(bytes[name] > 0 ? numberText(bytes[name]) : "·")),
    number(shareText(bytes.payload, total)),
  ].flat();
}

/** The numbers stand beside it: for who hears the page, the bar says nothing more. */
function budgetBar(bytes, classes, most) {
  const segments = classes
    .filter(([name]) => bytes[name] > 0)
    .map(([name, title]) => {
      const segment = el("span", {
        class: `spent spent-${name}`,
        "data-key": name,
        title: `${title}: ${numberText(bytes[name])} B`,
      });
      segment.style.setProperty("width", `${(100 * bytes[name]) / most}%`);
      return segment;
    });
  return el("div", { class: "bar", "aria-hidden": "true" }, segments);
}
