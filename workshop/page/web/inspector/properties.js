// The properties of an event: system call, time, socket, connection, addresses and the data of a close.

import { el } from "../frame/dom.js";
import { primitiveOf } from "../primitives/primitives.js";
import { durationOf } from "../recording/connections.js";
import { byteCountText, countText, numberText, durationText } from "../recording/numbers.js";

/** Draws the properties of an event as a list. `since` is the time since the start of its step, if it has one. */
export function inspectProperties(item, { flow, since }) {
  const { call, description } = primitiveOf(item.op);
  const number = flow.connectionOf(item);
  const properties = [
    ["System call", `${call}. ${description}`],
    item.error !== undefined && [
      "Error",
      item.errno === undefined ? item.error : `${item.error} (errno ${item.errno})`,
    ],
    ["Time", propertyTime(item, since)],
    durationOf(item) !== null && ["Duration", `${durationText(durationOf(item))} from the start of the call to its return`],
    ["Recording", item.recording],
    item.sock !== undefined && ["Socket", propertySocket(item)],
    number !== undefined && ["Connection", `#${number}: ${propertyAddresses(flow.connection(number))}`],
    flow.connection(number)?.why !== undefined && ["Ended because", flow.connection(number).why.text],
    ...PROPERTIES.map(
      ([field, term, describe]) => item[field] !== undefined && [term, describe(item[field], item)],
    ),
  ];
  const rows = properties
    .filter(Boolean)
    .flatMap(([term, text]) => [el("dt", { text: term }), el("dd", { text })]);
  return el("dl", { class: "inspect-properties" }, rows);
}

function propertyTime(item, since) {
  const absolute = `${durationText(item.at)} on the common clock`;
  const step = item.step === undefined ? "" : `, in “${item.step}”`;
  return since === undefined ? `${absolute}${step}` : `${durationText(since)}${step}; ${absolute}`;
}

function propertySocket(item) {
  return `number ${item.sock} of the recording${item.fd === undefined ? "" : `, file descriptor ${item.fd}`}`;
}

/** Returns the addresses of both sides, which identify a connection. */
function propertyAddresses(connection) {
  const { connect, accept } = connection ?? {};
  const client = connect?.local ?? accept?.peer;
  const server = connect?.peer ?? accept?.local;
  if (client === undefined || server === undefined) return "opened before this recording started";
  return `client ${client} ⇄ server ${server}`;
}

const END_CAUSES = {
  peer: "the other side, which stopped sending first",
  local: "this side, which stopped sending first",
  reset: "a reset by the other side (RST)",
  error: "an error",
};

const PROPERTIES = [
  ["domain", "Kind", (domain, { type }) => `${domain} ${type ?? ""}`],
  ["value", "Option", (value, { name }) => `${name} = ${value}`],
  ["backlog", "Backlog", (backlog) => `at most ${numberText(backlog)} completed handshakes wait for accept`],
  ["peer", "Peer address", (peer) => peer],
  ["slices", "Buffers", (slices) => `${slices} in one vectored write`],
  [
    "truncated",
    "Truncated",
    (_, { length }) => `the datagram was longer than the buffer${length ? `: ${byteCountText(length)}` : ""}`,
  ],
  ["ended_by", "Ended by", (by) => END_CAUSES[by] ?? by],
  ["aborted", "Aborted", () => "with RST instead of FIN"],
  ["tcp", "TCP", propertyTcp],
  ["rx", "Received", (rx, { reads }) => propertyBytes(rx, reads, "read")],
  ["tx", "Sent", (tx, { writes }) => propertyBytes(tx, writes, "write")],
  ["others", "Other lost events", (others) => numberText(others)],
];

/** Formats bytes, with the number of calls for a stream. Datagram sockets do not count their calls. */
function propertyBytes(bytes, calls, one) {
  return calls === undefined ? byteCountText(bytes) : `${byteCountText(bytes)} in ${countText(calls, one)}`;
}

function propertyTcp({ state, rtt_us: rtt, retransmits, unread }) {
  const parts = [`${state ?? "state unknown"} just before the close`];
  if (rtt !== undefined) parts.push(`round trip ${numberText(rtt)} µs`);
  if (retransmits) parts.push(countText(retransmits, "retransmit"));
  if (unread) parts.push(`${byteCountText(unread)} unread`);
  return parts.join(", ");
}
