// Events in words: short ones for the boxes of the lanes, whole sentences for those who hear them.

const laneCounts = new Intl.NumberFormat("en");

/** A number as one reads it: `1,234`. */
export function laneCount(number) {
  return laneCounts.format(number);
}

/** A number of bytes: `77 B`. */
export function laneBytes(bytes) {
  return `${laneCount(bytes)} B`;
}

/** A span of time, from nanoseconds, to three digits: `12.4 µs`, `2.13 ms`, `1.24 s`. */
export function laneSpan(ns) {
  const size = Math.abs(ns);
  if (size === 0) return "0";
  if (size < 1e3) return `${Math.round(ns)} ns`;
  if (size < 1e6) return `${laneDigits(ns / 1e3)} µs`;
  if (size < 1e9) return `${laneDigits(ns / 1e6)} ms`;
  if (size < 100e9) return `${laneDigits(ns / 1e9)} s`;
  return `${Math.floor(ns / 60e9)} min ${Math.round((ns % 60e9) / 1e9)} s`;
}

function laneDigits(value) {
  const size = Math.abs(value);
  return value.toFixed(size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2);
}

/** Which API and which side an event was recorded at: `{ api: "rest", side: "server" }`. */
export function laneOf(item) {
  const dash = item.recording.lastIndexOf("-");
  return { api: item.recording.slice(0, dash), side: item.recording.slice(dash + 1) };
}

/** Whether the event says that the other side has finished sending. */
export function isEndOfStream(item) {
  return item.op === "read" && item.eof === true;
}

/** What stands beside the name of the call: its bytes, where there are any. */
export function laneAmount(item) {
  return item.bytes === undefined ? "" : laneBytes(item.bytes);
}

/** What the event was about, in a few words. */
export function laneDetail(item) {
  if (item.error !== undefined) return item.error;
  if (item.says !== undefined) return item.says;
  return LANE_DETAILS[item.op]?.(item) ?? "";
}

/** On this machine the port says it all. */
const lanePort = (address) => address?.replace(/^(127\.0\.0\.1|\[::1\]):/, "port ");

/** The state of the connection as it was closed. */
const laneTcpState = (item) =>
  item.tcp?.state === undefined ? "" : `state ${item.tcp.state.replaceAll("_", "-")}`;

const LANE_DETAILS = {
  socket: (item) =>
    `${item.domain ?? ""} ${item.type ?? ""}${item.fd === undefined ? "" : `, fd ${item.fd}`}`,
  bind: (item) => item.local,
  listen: (item) => `backlog ${laneCount(item.backlog)}`,
  option: (item) => `${item.name} = ${item.value}`,
  connect: (item) => `to ${lanePort(item.peer)}`,
  accept: (item) => `from ${lanePort(item.peer)}`,
  read: (item) => (item.eof ? "end of stream" : ""),
  sendto: (item) => (item.peer === undefined ? "" : `to ${lanePort(item.peer)}`),
  recvfrom: (item) => (item.peer === undefined ? "" : `from ${lanePort(item.peer)}`),
  shutdown: () => "sends a FIN",
  close: (item) => [item.aborted ? "RST" : "", laneTcpState(item)].filter(Boolean).join(", "),
  release: (item) => laneTcpState(item),
  gap: (item) => `${laneCount(laneLost(item))} events were lost`,
  mark: (item) => item.label,
};

/** How many events are missing, as a `gap` says. */
export function laneLost(item) {
  return (item.reads ?? 0) + (item.writes ?? 0) + (item.others ?? 0);
}

/** What stands in the box of an event: `write 77 B #1 GET /v1/books/1`. */
export function laneWords(item, connection) {
  const words = [
    item.op,
    laneAmount(item),
    connection === undefined ? "" : `#${connection}`,
    laneDetail(item),
  ];
  return words.filter((word) => word !== "").join(" ");
}

/** The event as a sentence: `REST client, write 77 B #1 GET /v1/books/1, at 2.13 ms`. */
export function laneSentence(item, { title, connection, since }) {
  return `${title} ${laneOf(item).side}, ${laneWords(item, connection)}, at ${laneSpan(since)}`;
}
