// The classes of bytes and their totals.

/** The classes of bytes: name in the comparison, title and description. */
export const BYTE_CLASSES = [
  ["connection", "connection", "Management of the connection: preface, settings, pings, GOAWAY"],
  ["framing", "framing", "Message boundaries: frame headers, length prefixes, chunk sizes"],
  ["headers", "headers", "Metadata of messages: request line, status, header fields"],
  ["payload", "payload", "Content of messages; with TLS, encrypted data"],
  ["tls", "TLS", "TLS: record headers, the unencrypted handshake, alerts"],
  ["unknown", "unknown", "Bytes that the dissector does not recognize, or whose payload was not recorded"],
];

/** The classes without a column if they have no bytes. */
const OPTIONAL_CLASSES = ["tls", "unknown"];

/** Returns the classes to show for these breakdowns: `[{ to_server, to_client }]`. */
export function classesToShow(breakdowns) {
  const hasBytes = (name) =>
    breakdowns.some((breakdown) => DIRECTIONS.some(([direction]) => breakdown[direction][name] > 0));
  return BYTE_CLASSES.filter(([name]) => !OPTIONAL_CLASSES.includes(name) || hasBytes(name));
}

/** The directions of a connection: field in the comparison and title. */
export const DIRECTIONS = [
  ["to_server", "to the server"],
  ["to_client", "to the client"],
];

/** Returns the average breakdown of a call, or `null` if there was no call. */
export function averageBreakdown(calls) {
  if (calls.count === 0) return null;
  const average = (bytes) =>
    Object.fromEntries(Object.entries(bytes).map(([name, sum]) => [name, sum / calls.count]));
  return { to_server: average(calls.to_server), to_client: average(calls.to_client) };
}

/** Returns the sum over all classes. */
export function breakdownTotal(bytes) {
  return Object.values(bytes).reduce((sum, count) => sum + count, 0);
}
