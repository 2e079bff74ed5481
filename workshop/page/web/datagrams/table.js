// Tables of the socket calls over UDP and TCP, and of the sent, received and lost datagrams.

import { el } from "../frame/dom.js";
import { primitiveIcon } from "../primitives/primitives.js";
import { numberText } from "../recording/numbers.js";
import { PLAIN_CALLS, PLAIN_SIDES } from "./counts.js";

const DATAGRAM_COLUMNS = ["direction", "sent", "received", "lost"];

/** Draws the number of each call on each side. `counts` comes from `plainCounts`. */
export function plainCallsTable(counts) {
  return el(
    "table",
    { class: "facts plain-calls" },
    el("caption", { text: "Number of socket calls" }),
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        el("th", { scope: "col", rowspan: 2, text: "call" }),
        el("th", { scope: "colgroup", colspan: 2, text: "UDP" }),
        el("th", { scope: "colgroup", colspan: 2, text: "TCP" }),
      ),
      el(
        "tr",
        {},
        PLAIN_SIDES.map(([, side]) => el("th", { scope: "col", text: side })),
      ),
    ),
    el(
      "tbody",
      {},
      PLAIN_CALLS.map((call) =>
        el(
          "tr",
          { "data-key": call },
          el("th", { scope: "row" }, primitiveIcon(call, 18), el("code", { text: ` ${call}` })),
          PLAIN_SIDES.map(([api, side]) => plainCell(counts[`${api}-${side}`][call])),
        ),
      ),
    ),
  );
}

function plainCell(count) {
  if (count === undefined) return el("td", { class: "number soft", text: "–" });
  return el("td", { class: "number", text: numberText(count) });
}

/** Draws the number of sent, received and lost datagrams. */
export function datagramTable(directions) {
  return el(
    "table",
    { class: "facts" },
    el("caption", { text: "Datagrams between recorded sockets" }),
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        DATAGRAM_COLUMNS.map((title) => el("th", { scope: "col", text: title })),
      ),
    ),
    el(
      "tbody",
      {},
      directions.map(({ title, sent, received, missing }) =>
        el(
          "tr",
          { "data-key": title },
          el("th", { scope: "row", text: title }),
          el("td", { class: "number", text: numberText(sent) }),
          el("td", { class: "number", text: numberText(received) }),
          el("td", { class: missing > 0 ? "number bad" : "number", text: numberText(missing) }),
        ),
      ),
    ),
  );
}
