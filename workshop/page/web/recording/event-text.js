// Text for events: short for the boxes of the lanes, complete for screen readers.

import { sourceOf } from "./apis.js";
import { plainText } from "./bytes.js";
import { byteCountText, numberText, durationText } from "./numbers.js";

/** Returns `true` if the event reports the end of the peer's stream. */
export function isEndOfStream(item) {
  return item.op === "read" && item.eof === true;
}

/** Returns the number of bytes as text, or an empty string for calls without bytes. */
export function eventAmount(item) {
  return item.bytes === undefined ? "" : byteCountText(item.bytes);
}

/** Returns a short description of the event. The payload of an unknown protocol is shown if it is readable text. */
export function eventDetail(item) {
  if (item.error !== undefined) return item.error;
  const isKnown = item.carried?.some(({ layer }) => layer !== "unknown");
  const text = isKnown ? "" : plainText(item);
  if (text !== "") return text;
  if (item.says !== undefined) return item.says;
  return Object.hasOwn(EVENT_DETAILS, item.op) ? EVENT_DETAILS[item.op](item) : "";
}

/** Shortens an address on this machine to its port. */
const eventPort = (address) => address?.replace(/^(127\.0\.0\.1|\[::1\]):/, "port ");

/** Returns the TCP state at the close. Omits `CLOSE`, which is reported after the kernel has removed the connection. */
const eventTcpState = ({ tcp }) => (tcp?.state === undefined || tcp.state === "CLOSE" ? "" : `in ${tcp.state}`);

const EVENT_DETAILS = {
  socket: (item) =>
    `${item.domain ?? ""} ${item.type ?? ""}${item.fd === undefined ? "" : `, fd ${item.fd}`}`,
  bind: (item) => item.local,
  listen: (item) => `backlog ${numberText(item.backlog)}`,
  option: (item) => `${item.name} = ${item.value}`,
  connect: (item) => `to ${eventPort(item.peer)}`,
  accept: (item) => `from ${eventPort(item.peer)}`,
  read: (item) => (item.eof ? "end of stream" : ""),
  sendto: (item) => (item.peer === undefined ? "" : `to ${eventPort(item.peer)}`),
  recvfrom: (item) => (item.peer === undefined ? "" : `from ${eventPort(item.peer)}`),
  shutdown: () => "FIN",
  tcp_info: ({ tcp }) => `round trip ${numberText(tcp.rtt_us)} µs, window ${numberText(tcp.cwnd ?? 0)} segments`,
  close: (item) => [item.aborted ? "RST" : "", eventTcpState(item)].filter(Boolean).join(", "),
  release: (item) => eventTcpState(item),
  gap: (item) => `${numberText(eventsLost(item))} lost events`,
  mark: (item) => item.label,
};

/** Returns the number of lost events of a `gap`. */
export function eventsLost(item) {
  return (item.reads ?? 0) + (item.writes ?? 0) + (item.others ?? 0);
}

/** Returns the text of an event's box: `write 77 B GET /v1/books/1 #1`. */
export function eventText(item, connection) {
  const parts = [
    item.op,
    eventAmount(item),
    eventDetail(item),
    connection === undefined ? "" : `#${connection}`,
  ];
  return parts.filter((part) => part !== "").join(" ");
}

/** Returns the label of an event: `REST client, write 77 B GET /v1/books/1 #1, at 2.13 ms`. */
export function eventLabel(item, { title, connection, since }) {
  const database = item.upstream ? ", connection to the database" : "";
  return `${title} ${sourceOf(item).side}${database}, ${eventText(item, connection)}, at ${durationText(since)}`;
}
