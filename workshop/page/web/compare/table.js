// What a step put on the sockets, one row for each API.

import { el } from "../frame/dom.js";
import { byteCountText, millisText, numberText } from "../recording/numbers.js";

const STEP_COLUMNS = [
  ["connections", ({ connections }) => numberText(connections)],
  ["reads", ({ reads }) => numberText(reads)],
  ["writes", ({ writes }) => numberText(writes)],
  ["bytes to the server", (step) => byteCountText(step.to_server)],
  ["bytes to the client", (step) => byteCountText(step.to_client)],
  ["first byte", (step) => millisText(step.first_byte_ns)],
  ["spoke first", (step) => whoText(step.spoke_first)],
  ["ended by", (step) => whoText(step.ended_by)],
];

/** Draws the counts of a step. */
export function stepTable(name, rows, side) {
  return el(
    "div",
    { class: "table-holder", "data-key": "counts" },
    el(
      "table",
      { class: "facts" },
      el("caption", { text: `${name}: what it put on the sockets, as the ${side}s recorded it` }),
      el(
        "thead",
        {},
        el(
          "tr",
          {},
          el("th", { scope: "col", text: "API" }),
          STEP_COLUMNS.map(([title]) => el("th", { scope: "col", text: title })),
        ),
      ),
      el(
        "tbody",
        {},
        rows.map(({ title, step }) =>
          el(
            "tr",
            { "data-key": title },
            el("th", { scope: "row", text: title }),
            STEP_COLUMNS.map(([, text]) => el("td", { class: "number", text: text(step) })),
          ),
        ),
      ),
    ),
  );
}

/** Who, and how often when it was not always the same: `client`, `client 3, server 1`. */
function whoText(counts) {
  const who = Object.entries(counts);
  if (who.length === 1) return who[0][0];
  return who.map(([name, count]) => `${name} ${count}`).join(", ") || "–";
}
