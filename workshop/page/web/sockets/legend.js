// The legend of the socket table's columns and states.

import { el } from "../frame/dom.js";
import { SOCKET_STATES } from "./states.js";

const TIME_WAIT_REASONS =
  "A socket in TIME_WAIT waits for twice the maximum segment lifetime, for two reasons. " +
  "A late segment of the old connection must not reach a new connection with the same two addresses. " +
  "And if the last acknowledgement is lost, the peer sends its FIN again and needs a response. " +
  "The kernel does not report the remaining time, so the page counts down from the moment when it first saw the state.";

const SOCKET_ADDRESSES =
  "A connection between two programs on this machine has two sockets and so two rows. " +
  "Both rows of a connection have the same pair of addresses, in opposite order. " +
  "The local address 0.0.0.0 means every interface of this machine. " +
  "The foreign address 0.0.0.0:* of a listening socket means that any client may connect. " +
  "UDP has no handshake and so none of these states. For a UDP socket with a peer, which was set with connect, the kernel " +
  "reports ESTABLISHED, and for any other no state. " +
  "A server that keeps its books in a database is a client, too. " +
  "The local address of its socket has a port that the kernel chose, and the foreign address is that of the database.";

/** Draws the legend and highlights the states that currently occur. */
export function socketLegend(rows) {
  const current = new Set(rows.map(({ row }) => row.state));
  return el(
    "section",
    { class: "socket-legend", "aria-label": "Legend" },
    el("h2", { text: "States" }),
    el(
      "dl",
      {},
      SOCKET_STATES.flatMap(([state, meaning]) => [
        el("dt", { class: `mono state-${state}${current.has(state) ? " there" : ""}`, text: state }),
        el("dd", { text: meaning }),
      ]),
    ),
    el("h2", { text: "Why TIME_WAIT" }),
    el("p", { text: timeWaitNow(rows) }),
    el("p", { text: TIME_WAIT_REASONS }),
    el("h2", { text: "Addresses" }),
    el("p", { text: SOCKET_ADDRESSES }),
  );
}

function timeWaitNow(rows) {
  const waiting = rows.filter(({ row, change }) => row.state === "TIME_WAIT" && change !== "gone");
  const rule = "The side that closed first stays in TIME_WAIT";
  if (waiting.length === 0) return `${rule}, for 60 s on Linux. Currently there is none.`;
  const ofServers = waiting.filter(({ row }) => row.side === "server").length;
  const ofClients = waiting.length - ofServers;
  return `${rule}, for 60 s on Linux. Currently: servers ${ofServers}, clients ${ofClients}.`;
}
