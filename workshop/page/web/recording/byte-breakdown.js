// What bytes are spent on.

/** What bytes are spent on: the class's name in the comparison, what it is called, and what it is. */
export const SPENT_CLASSES = [
  ["connection", "connection", "On the connection itself and no call: preface, settings, pings, goodbyes"],
  ["framing", "framing", "On saying where things begin and end: frame heads, length prefixes, chunk sizes"],
  ["headers", "headers", "On saying what messages are about: request line, status, header fields"],
  ["payload", "payload", "On the messages themselves; of TLS, on encrypted data"],
  ["tls", "TLS", "On TLS: headers of records, the handshake in clear, alerts"],
  ["unknown", "not known", "Bytes that the dissection has no name for, or of which no payload was recorded"],
];

/** The classes that have no column while there are no bytes of them. */
const SPENT_SELDOM = ["tls", "unknown"];

/** The classes to show for these bytes: `[{ to_server, to_client }]`. */
export function spentClasses(spent) {
  const isThere = (name) => spent.some((ways) => SPENT_WAYS.some(([way]) => ways[way][name] > 0));
  return SPENT_CLASSES.filter(([name]) => !SPENT_SELDOM.includes(name) || isThere(name));
}

/** The ways that bytes go. */
export const SPENT_WAYS = [
  ["to_server", "to the server"],
  ["to_client", "to the client"],
];

/** What one call is spent on, on average; `null` when there was none. */
export function averageSpent(calls) {
  if (calls.count === 0) return null;
  const average = (bytes) =>
    Object.fromEntries(Object.entries(bytes).map(([name, sum]) => [name, sum / calls.count]));
  return { to_server: average(calls.to_server), to_client: average(calls.to_client) };
}

/** All bytes, whatever they went for. */
export function spentTotal(bytes) {
  return Object.values(bytes).reduce((sum, count) => sum + count, 0);
}
