// The socket table with the columns of netstat, grouped by API.

import { el } from "../frame/dom.js";
import { apiOrder, apiTitle } from "../recording/apis.js";
import { numberText } from "../recording/numbers.js";
import { TIME_WAIT_SECONDS } from "./states.js";

const SOCKET_CHANGES = { new: ["+", "new"], changed: ["*", "changed"], gone: ["−", "gone"], same: ["", ""] };
const MAX_CLOSED_ROWS = 5;
const SOCKET_COLUMNS = [
  "Side",
  "Proto",
  "Recv-Q",
  "Send-Q",
  "Local Address",
  "Foreign Address",
  "State",
  "PID/Program",
];

/** Draws the rows of a `SocketHistory` at time `now`. */
export function socketTable(rows, now) {
  const apis = [...new Set(rows.map(({ row }) => row.api))].sort((a, b) => apiOrder(a) - apiOrder(b));
  return el(
    "table",
    { class: "facts sockets" },
    el(
      "caption",
      {},
      el(
        "span",
        {},
        "The sockets of the servers and clients, as reported by the kernel ",
        el("span", { class: "soft socket-key", text: "+ new   * changed   − gone" }),
      ),
    ),
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        el("th", { scope: "col" }, el("span", { class: "unseen", text: "Change" })),
        SOCKET_COLUMNS.map((title) => el("th", { scope: "col", text: title })),
      ),
    ),
    apis.map((api) =>
      socketGroup(
        api,
        rows.filter(({ row }) => row.api === api),
        now,
      ),
    ),
  );
}

function socketGroup(api, rows, now) {
  const title = el("th", {
    scope: "rowgroup",
    colspan: SOCKET_COLUMNS.length + 1,
    text: apiTitle(api),
  });
  const sorted = rows.sort((a, b) => socketOrder(a) - socketOrder(b) || socketNewest(a, b));
  const shown = sorted.filter(isSocketShown());
  const more = sorted.length - shown.length;
  return el(
    "tbody",
    { "data-key": api },
    el("tr", { class: "socket-group" }, title),
    shown.map((known) => socketRow(known, now)),
    more > 0 &&
      el(
        "tr",
        { "data-key": "more" },
        el("td"),
        el("td", {
          class: "soft",
          colspan: SOCKET_COLUMNS.length,
          text: `and ${numberText(more)} more closed sockets`,
        }),
      ),
  );
}

/** Returns a predicate that limits the number of closed sockets, of which a load test leaves hundreds. */
function isSocketShown() {
  const counts = { gone: 0, TIME_WAIT: 0 };
  return ({ row, change }) => {
    const kind = change === "gone" ? "gone" : row.state;
    if (kind in counts) counts[kind] += 1;
    return !(counts[kind] > MAX_CLOSED_ROWS);
  };
}

/** Orders servers before clients, and on each side listening sockets first and closed ones last. */
function socketOrder({ row: { state, side }, change }) {
  const place = change === "gone" ? 3 : state === "LISTEN" ? 0 : state === "TIME_WAIT" ? 2 : 1;
  return (side === "server" ? 0 : 4) + place;
}

/** Orders closed sockets from new to old, because the number of shown ones is limited. */
function socketNewest(a, b) {
  const isClosed = a.change === "gone" || a.row.state === "TIME_WAIT";
  return isClosed ? b.since - a.since : 0;
}

function socketRow({ key, row, change, since }, now) {
  const [sign, spoken] = SOCKET_CHANGES[change];
  const cell = (text, props = {}) => el("td", { text, ...props });
  return el(
    "tr",
    { "data-key": key, class: `socket-row change-${change}` },
    el(
      "td",
      { class: "socket-sign" },
      el("span", { "aria-hidden": "true", text: sign }),
      el("span", { class: "unseen", text: spoken }),
    ),
    cell(row.upstream ? "server → database" : row.side),
    cell(row.proto),
    cell(numberText(row.recv_queue), { class: "number", title: socketQueueTitle(row, "recv") }),
    cell(numberText(row.backlog ?? row.send_queue), {
      class: "number",
      title: socketQueueTitle(row, "send"),
    }),
    cell(socketAddress(row.local), { class: "mono" }),
    cell(socketAddress(row.foreign), { class: "mono" }),
    el(
      "td",
      { class: `mono state state-${row.state ?? "none"}` },
      row.state ?? "–",
      socketLeft(row, change, since, now),
    ),
    cell(socketProcess(row)),
  );
}

function socketQueueTitle({ state }, queue) {
  const [waiting, max] = ["completed handshakes that wait for accept", "maximum of waiting handshakes (backlog)"];
  const [unread, unsent] = ["bytes that the program has not read", "bytes that the peer has not acknowledged"];
  if (state === "LISTEN") return queue === "recv" ? waiting : max;
  return queue === "recv" ? unread : unsent;
}

/** Replaces port 0 by a star, as netstat does. */
export function socketAddress(address) {
  return address.replace(/:0$/, ":*");
}

/** Draws the remaining time in TIME_WAIT, counted from the moment when the page first saw the state. */
function socketLeft({ state }, change, since, now) {
  if (state !== "TIME_WAIT" || change === "gone") return null;
  const left = Math.max(0, TIME_WAIT_SECONDS - Math.floor((now - since) / 1_000));
  return el("span", {
    class: "time-left",
    text: left > 0 ? ` ≤ ${left} s left` : " until the kernel removes it",
  });
}

/** Returns the process of a row: `1234/workshop`. */
export function socketProcess({ process, owned, state }) {
  if (process) return `${process.pid}/${process.name}`;
  if (owned) return "? (no permission)";
  return state === "TIME_WAIT" ? "– (kernel)" : "–";
}
