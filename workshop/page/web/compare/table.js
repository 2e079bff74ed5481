// The socket usage of a step, or of the calls of a kind, with one row for each API.

import { el } from "../frame/dom.js";
import { tableHolder } from "../frame/table-holder.js";
import { breakdownTotal } from "../recording/byte-breakdown.js";
import { byteCountText, millisText, numberText } from "../recording/numbers.js";
import { callsSum } from "./rows.js";

const STEP_COLUMNS = [
  ["connections", ({ connections }) => numberText(connections)],
  ["reads", ({ reads }) => numberText(reads)],
  ["writes", ({ writes }) => numberText(writes)],
  ["bytes to the server", (step) => byteCountText(step.to_server)],
  ["bytes to the client", (step) => byteCountText(step.to_client)],
  ["first byte", (step) => millisText(step.first_byte_ns)],
  ["sent first", (step) => sideText(step.spoke_first)],
  ["ended by", (step) => sideText(step.ended_by)],
];

/** Draws the table of a step. `key` distinguishes it from the step's other tables. */
export function stepTable(title, rows, key) {
  return factsTable(title, rows, key, STEP_COLUMNS);
}

function factsTable(title, rows, key, columns) {
  // Roles, because in a narrow window the elements are laid out as a grid, which has none.
  const row = (attributes, ...cells) => el("tr", { role: "row", ...attributes }, ...cells);
  const head = row(
    {},
    el("th", { scope: "col", role: "columnheader", text: "API" }),
    columns.map(([title]) => el("th", { scope: "col", role: "columnheader", text: title })),
  );
  const body = rows.map(({ title, step }) =>
    row(
      { "data-key": title },
      el("th", { scope: "row", role: "rowheader", text: title }),
      columns.map(([, text]) => el("td", { role: "cell", class: "number", text: text(step) })),
    ),
  );
  const table = el(
    "table",
    { class: "facts turned", role: "table" },
    el("caption", {}, el("span", { text: title })),
    el("thead", { role: "rowgroup" }, head),
    el("tbody", { role: "rowgroup" }, body),
  );
  table.style.setProperty("--facts", columns.length + 1);
  table.style.setProperty("--rows", rows.length);
  return tableHolder(title, table, key);
}

const KIND_COLUMNS = [
  ["calls", ({ count }) => numberText(count)],
  ["reads per call", ({ count, reads }) => numberText(reads / count)],
  ["writes per call", ({ count, writes }) => numberText(writes / count)],
  ["bytes to the server per call", (calls) => byteCountText(breakdownTotal(calls.to_server) / calls.count)],
  ["bytes to the client per call", (calls) => byteCountText(breakdownTotal(calls.to_client) / calls.count)],
];

/** Draws the averages of the calls of a kind, with one row for each API. */
export function kindTable(title, rows) {
  const columns = KIND_COLUMNS.map(([name, text]) => [name, ({ calls }) => text(callsSum([calls.first, calls.later]))]);
  return factsTable(title, rows, "counts", columns);
}

/** Returns the side, with counts if it varies: `client`, `client 3, server 1`. */
function sideText(counts) {
  const sides = Object.entries(counts);
  if (sides.length === 1) return sides[0][0];
  return sides.map(([name, count]) => `${name} ${count}`).join(", ") || "–";
}
