// Events in words: short ones for the boxes of the lanes, whole sentences for those who hear them.

import { sourceOf } from "./apis.js";
import { plainText } from "./bytes.js";
import { byteCountText, numberText, spanText } from "./numbers.js";

/** Whether the event says that the other side has finished sending. */
export function isEndOfStream(item) {
  return item.op === "read" && item.eof === true;
}

/** What stands beside the name of the call: its bytes, where there are any. */
export function eventAmount(item) {
  return item.bytes === undefined ? "" : byteCountText(item.bytes);
}

/** What the event was about, in a few words: a protocol that nobody knows may be a text that one can read. */
export function eventDetail(item) {
  if (item.error !== undefined) return item.error;
  const isKnown = item.carried?.some(({ layer }) => layer !== "unknown");
  const text = isKnown ? "" : plainText(item);
  if (text !== "") return text;
  if (item.says !== undefined) return item.says;
  return EVENT_DETAILS[item.op]?.(item) ?? "";
}

/** On this machine the port says it all. */
const eventPort = (address) => address?.replace(/^(127\.0\.0\.1|\[::1\]):/, "port ");

/** The state of the connection as it was closed; nothing once the kernel has put it away: that is no state of it. */
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
  close: (item) => [item.aborted ? "RST" : "", eventTcpState(item)].filter(Boolean).join(", "),
  release: (item) => eventTcpState(item),
  gap: (item) => `${numberText(eventsLost(item))} events were lost`,
  mark: (item) => item.label,
};

/** How many events are missing, as a `gap` says. */
export function eventsLost(item) {
  return (item.reads ?? 0) + (item.writes ?? 0) + (item.others ?? 0);
}

/** What stands in the box of an event: `write 77 B GET /v1/books/1 #1`. */
export function eventWords(item, connection) {
  const words = [
    item.op,
    eventAmount(item),
    eventDetail(item),
    connection === undefined ? "" : `#${connection}`,
  ];
  return words.filter((word) => word !== "").join(" ");
}

/** The event as a sentence: `REST client, write 77 B GET /v1/books/1 #1, at 2.13 ms`. */
export function eventSentence(item, { title, connection, since }) {
  return `${title} ${sourceOf(item).side}, ${eventWords(item, connection)}, at ${spanText(since)}`;
}
