// What bytes are spent on.

/** What bytes are spent on: the class's name in the comparison, what it is called, and what it is. */
export const SPENT_CLASSES = [
  ["connection", "connection", "On the connection itself and no call: preface, settings, pings, goodbyes"],
  ["framing", "framing", "On saying where things begin and end: frame heads, length prefixes, chunk sizes"],
  ["headers", "headers", "On saying what messages are about: request line, status, header fields"],
  ["payload", "payload", "On the messages themselves"],
  ["unknown", "not known", "Bytes that the dissection has no name for, or of which no payload was recorded"],
];

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
