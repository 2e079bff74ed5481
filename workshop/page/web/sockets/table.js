// The socket table with netstat's columns, grouped by API.

import { el } from "../frame/dom.js";
import { apiPlace, apiTitle } from "../recording/apis.js";
import { numberText } from "../recording/numbers.js";
import { TIME_WAIT_SECONDS } from "./states.js";

const SOCKET_CHANGES = { new: ["+", "new"], changed: ["*", "changed"], gone: ["−", "gone"], same: ["", ""] };
const MOST_ROWS_OVER = 5;
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

/** Draws the rows of a `SocketHistory`, as they are at that time. */
export function socketTable(rows, now) {
  const apis = [...new Set(rows.map(({ row }) => row.api))].sort((a, b) => apiPlace(a) - apiPlace(b));
  return el(
    "table",
    { class: "facts sockets" },
    el(
      "caption",
      {},
      "The sockets of the servers and of our clients, as the kernel has them now ",
      el("span", { class: "soft socket-key", text: "+ new   * changed   − gone" }),
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
          text: `and ${numberText(more)} more that are over`,
        }),
      ),
  );
}

/** All rows, but of those that are over only a few: after a hundred connections there are a hundred. */
function isSocketShown() {
  const counts = { gone: 0, TIME_WAIT: 0 };
  return ({ row, change }) => {
    const kind = change === "gone" ? "gone" : row.state;
    if (kind in counts) counts[kind] += 1;
    return !(counts[kind] > MOST_ROWS_OVER);
  };
}

/**
 * The servers' sockets first, the listening ones before all; on each side, what is over comes last. Of those alike
 * the newest stands first.
 */
function socketOrder({ row: { state, side }, change }) {
  const place = change === "gone" ? 3 : state === "LISTEN" ? 0 : state === "TIME_WAIT" ? 2 : 1;
  return (side === "server" ? 0 : 4) + place;
}

/** Of those that are over the newest come first: the others may have no room. */
function socketNewest(a, b) {
  const isOver = a.change === "gone" || a.row.state === "TIME_WAIT";
  return isOver ? b.since - a.since : 0;
}

function socketRow({ key, row, change, since }, now) {
  const [sign, words] = SOCKET_CHANGES[change];
  const cell = (text, props = {}) => el("td", { text, ...props });
  return el(
    "tr",
    { "data-key": key, class: `socket-row change-${change}` },
    el(
      "td",
      { class: "socket-sign" },
      el("span", { "aria-hidden": "true", text: sign }),
      el("span", { class: "unseen", text: words }),
    ),
    cell(row.side),
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
  const [waiting, most] = ["finished handshakes that wait for accept", "how many may wait: the backlog"];
  const [unread, unsent] = ["bytes not yet read by the program", "bytes not yet acknowledged by the peer"];
  if (state === "LISTEN") return queue === "recv" ? waiting : most;
  return queue === "recv" ? unread : unsent;
}

/** Port 0 is none: netstat writes a star for it. */
function socketAddress(address) {
  return address.replace(/:0$/, ":*");
}

/** How long a socket is in TIME_WAIT still, counted from when the page first saw it there. */
function socketLeft({ state }, change, since, now) {
  if (state !== "TIME_WAIT" || change === "gone") return null;
  const left = Math.max(0, TIME_WAIT_SECONDS - Math.floor((now - since) / 1_000));
  return el("span", {
    class: "time-left",
    text: left > 0 ? ` ≤ ${left} s left` : " until the kernel's next round",
  });
}

function socketProcess({ process, owned, state }) {
  if (process) return `${process.pid}/${process.name}`;
  if (owned) return "? (we may not know)";
  return state === "TIME_WAIT" ? "– (the kernel's)" : "–";
}
