// The bytes of connections by class and frame, and response times.

import { firstEvent } from "../recording/connections.js";
import { BYTE_CLASSES } from "../recording/byte-breakdown.js";

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
  const spent = Object.fromEntries([...BYTE_CLASSES.map(([name]) => name), "all"].map((name) => [name, 0]));
  for (const part of connections.flatMap(lessonParts)) {
    spent[part.class in spent ? part.class : "unknown"] += part.bytes;
    spent.all += part.bytes;
  }
  return spent;
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
      frame.text ||= part.text;
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

/**
 * Returns for each call of the connection the time until the first byte of its response, in nanoseconds. The first
 * call starts with the client's `socket`, because it needs the connection; a later one with its first write.
 */
export function lessonFirstBytes(connection) {
  const carries = (op, call) =>
    connection.client.find(
      (item) => item.op === op && (item.carried ?? []).some((part) => part.call === call),
    );
  const times = [];
  for (let call = 0; ; call += 1) {
    const [request, response] = [carries("write", call), carries("read", call)];
    if (!request || !response) return times;
    const from = call === 0 ? (firstEvent(connection.client, "socket", "connect") ?? request) : request;
    times.push(response.at - from.at);
  }
}

/** Returns the median, or `null` for an empty list. */
export function lessonMedian(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted.length === 0 ? null : sorted[(sorted.length - 1) >> 1];
}
