// The bytes of connections by class and frame, and response times.

import { BYTE_CLASSES } from "../../recording/byte-breakdown.js";
import { durationOf, firstEvent } from "../../recording/connections.js";

/** Returns all parts that a connection carried, in order, each with its `direction` ("to server" or "to client"). */
export function lessonParts(connection) {
  const events = connection.items.filter((item) => item.op === "write" || item.op === "read");
  const hasClient = connection.client.length > 0;
  return events.flatMap((item) => {
    const isServer = connection.server.includes(item);
    const toClient = isServer && item.op === "write";
    const toServer = hasClient ? !isServer && item.op === "write" : item.op === "read";
    const direction = toClient ? "to client" : "to server";
    return toClient || toServer ? (item.carried ?? []).map((part) => ({ ...part, direction, seq: item.seq })) : [];
  });
}

/** Returns the bytes of connections by class with their sum: `{ connection, framing, headers, payload, unknown, all }`. */
export function lessonBreakdown(connections) {
  return lessonSum(connections.flatMap(lessonParts));
}

function lessonSum(parts) {
  const spent = Object.fromEntries([...BYTE_CLASSES.map(([name]) => name), "all"].map((name) => [name, 0]));
  for (const part of parts) {
    spent[part.class in spent ? part.class : "unknown"] += part.bytes;
    spent.all += part.bytes;
  }
  return spent;
}

/** Returns the average bytes of a call after the first on a connection, by class with their sum. Excludes other bytes. */
export function lessonLaterCalls(connection) {
  const parts = lessonParts(connection).filter(({ call }) => call > 0);
  const spent = lessonSum(parts);
  const calls = new Set(parts.map(({ call }) => call)).size;
  return Object.fromEntries(Object.entries(spent).map(([name, bytes]) => [name, Math.round(bytes / calls)]));
}

/**
 * Returns the frames of a connection in order of sending: `{ direction, name, bytes, text, class, seq }`. A frame's
 * header and payload are combined, also if several writes sent them.
 */
export function lessonFrames(connection) {
  const frames = new Map();
  const firstEvents = lessonFirstEvents(connection);
  for (const part of lessonParts(connection)) {
    const key = `${part.direction} ${part.unit}`;
    const frame = frames.get(key);
    if (frame === undefined) frames.set(key, { ...part, seq: firstEvents.get(key) ?? part.seq });
    else {
      frame.bytes += part.bytes;
      // The text of the content, such as header fields, comes before that of the frame's flags.
      frame.text = [part.text, frame.text].filter(Boolean).join(", ");
      if (frame.class === "framing") frame.class = part.class;
    }
  }
  return [...frames.values()].sort((a, b) => a.seq - b.seq);
}

/** Returns the first event of each frame on either side. */
function lessonFirstEvents({ items, server }) {
  const seen = new Map();
  for (const item of items) {
    const direction = server.includes(item) === (item.op === "write") ? "to client" : "to server";
    for (const { unit } of item.carried ?? [])
      if (!seen.has(`${direction} ${unit}`)) seen.set(`${direction} ${unit}`, item.seq);
  }
  return seen;
}

/** Returns for each call of the connection the time from its first write to the first byte of its response, in ns. */
export function lessonResponseTimes({ client }) {
  const carries = (op, call) =>
    client.find((item) => item.op === op && (item.carried ?? []).some((part) => part.call === call));
  const times = [];
  for (let call = 0; ; call += 1) {
    const [request, response] = [carries("write", call), carries("read", call)];
    if (!request || !response) return times;
    times.push(response.at - request.at);
  }
}

/** Returns the duration of the client's `connect` in nanoseconds, or `null` if it was not recorded. */
export function lessonConnectTime({ client }) {
  const connect = firstEvent(client, "connect");
  return connect ? durationOf(connect) : null;
}

/** Returns the median, or `null` for an empty list. */
export function lessonMedian(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted.length === 0 ? null : sorted[(sorted.length - 1) >> 1];
}
