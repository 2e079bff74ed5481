// What an event is: the call, the time, the socket, the connection and its addresses, and what the close
// tells.

import { el } from "../frame/dom.js";
import { tookOf } from "../recording/connections.js";
import { byteCountText, countText, numberText, spanText } from "../recording/numbers.js";
import { primitiveOf } from "../recording/primitives.js";

/** The facts of an event as a list of terms. `since` is its time in its step, where it has one. */
export function inspectFacts(item, { flow, since }) {
  const { call, what } = primitiveOf(item.op);
  const number = flow.connectionOf(item);
  const facts = [
    ["System call", `${call}. ${what}`],
    item.error !== undefined && [
      "Error",
      item.errno === undefined ? item.error : `${item.error} (errno ${item.errno})`,
    ],
    ["Time", factsTime(item, since)],
    tookOf(item) !== null && ["Took", `${spanText(tookOf(item))}: it began at that time, and returned later`],
    ["Recording", item.recording],
    item.sock !== undefined && ["Socket", factsSocket(item)],
    number !== undefined && ["Connection", `#${number}: ${factsAddresses(flow.connection(number))}`],
    ...FACTS_CALLS.map(
      ([field, term, words]) => item[field] !== undefined && [term, words(item[field], item)],
    ),
  ];
  const rows = facts
    .filter(Boolean)
    .flatMap(([term, text]) => [el("dt", { text: term }), el("dd", { text })]);
  return el("dl", { class: "inspect-facts" }, rows);
}

function factsTime(item, since) {
  const whole = `${spanText(item.at)} on the common clock`;
  const step = item.step === undefined ? "" : `, in “${item.step}”`;
  return since === undefined ? `${whole}${step}` : `${spanText(since)}${step}; ${whole}`;
}

function factsSocket(item) {
  return `number ${item.sock} of the recording${item.fd === undefined ? "" : `, file descriptor ${item.fd}`}`;
}

/** The four that name a connection: the address and port of both ends. */
function factsAddresses(connection) {
  const { connect, accept } = connection ?? {};
  const client = connect?.local ?? accept?.peer;
  const server = connect?.peer ?? accept?.local;
  if (client === undefined || server === undefined) return "it was opened before this recording begins";
  return `client ${client} ⇄ server ${server}`;
}

const FACTS_ENDS = {
  peer: "the other side finished first",
  local: "this side finished first",
  reset: "the other side tore it down",
  error: "an error ended it",
};

const FACTS_CALLS = [
  ["domain", "Kind", (domain, { type }) => `${domain} ${type ?? ""}`],
  ["value", "Option", (value, { name }) => `${name} = ${value}`],
  ["backlog", "Backlog", (backlog) => `${numberText(backlog)} finished handshakes may wait to be accepted`],
  ["peer", "Other address", (peer) => peer],
  ["slices", "Buffers", (slices) => `${slices}, offered to one vectored write`],
  [
    "truncated",
    "Truncated",
    (_, { length }) => `the datagram was longer than the buffer${length ? `: ${byteCountText(length)}` : ""}`,
  ],
  ["ended_by", "Ended by", (by) => FACTS_ENDS[by] ?? by],
  ["aborted", "Aborted", () => "with a RST instead of a FIN"],
  ["tcp", "TCP", factsTcp],
  ["rx", "Received", (rx, { reads }) => factsBytes(rx, reads, "read")],
  ["tx", "Sent", (tx, { writes }) => factsBytes(tx, writes, "write")],
  ["others", "Others lost", (others) => numberText(others)],
];

/** The calls of a stream are counted, those of a datagram socket are not. */
function factsBytes(bytes, calls, one) {
  return calls === undefined ? byteCountText(bytes) : `${byteCountText(bytes)} in ${countText(calls, one)}`;
}

function factsTcp({ state, rtt_us: rtt, retransmits, unread }) {
  const words = [`${state ?? "state unknown"} just before the close`];
  if (rtt !== undefined) words.push(`round trip ${numberText(rtt)} µs`);
  if (retransmits) words.push(countText(retransmits, "retransmit"));
  if (unread) words.push(`${byteCountText(unread)} unread`);
  return words.join(", ");
}
