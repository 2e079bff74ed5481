// What the columns and states of the socket table mean.

import { el } from "../frame/dom.js";
import { SOCKET_STATES } from "./states.js";

const TIME_WAIT_REASONS =
  "It waits for twice the longest life of a segment, for two reasons: a late segment of the old " +
  "connection must not reach a new one with the same two addresses, and if our last " +
  "acknowledgement is lost, the peer sends its FIN again and somebody must answer. The kernel " +
  "does not tell how much of the 60 s is left; it is counted from when this page first saw it.";

const SOCKET_ADDRESSES =
  "A connection between two programs of this machine is two sockets, and has two rows: the same " +
  "pair of addresses, the other way round. 0.0.0.0 as the local address means every interface " +
  "of this machine; as the foreign address of a listening socket 0.0.0.0:* means that anybody " +
  "may connect. UDP has no states: its socket has no peer.";

/** Draws the legend. States that are in the table now are marked. */
export function socketLegend(rows) {
  const there = new Set(rows.map(({ row }) => row.state));
  return el(
    "section",
    { class: "socket-legend", "aria-label": "Legend" },
    el("h2", { text: "What the states mean" }),
    el(
      "dl",
      {},
      SOCKET_STATES.flatMap(([state, meaning]) => [
        el("dt", { class: `mono state-${state}${there.has(state) ? " there" : ""}`, text: state }),
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
  const rule = "The side that closed first holds it";
  if (waiting.length === 0) return `${rule}, for 60 s on Linux. There is none now.`;
  const ofServers = waiting.filter(({ row }) => row.side === "server").length;
  const ofClients = waiting.length - ofServers;
  return `${rule}, for 60 s on Linux. Now the servers hold ${ofServers} and the clients ${ofClients}.`;
}
