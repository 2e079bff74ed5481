// What the bytes of connections are spent on, and how long an answer took.

import { firstOf } from "../recording/connections.js";
import { SPENT_CLASSES } from "../recording/byte-breakdown.js";

/**
 * Everything that a connection sent, in order, as parts with their `way` ("to server", "to client"): from its
 * writes.
 */
export function lessonParts(connection) {
  const events = connection.items.filter((item) => item.op === "write" || item.op === "read");
  const hasClient = connection.client.length > 0;
  return events.flatMap((item) => {
    const isServer = connection.server.includes(item);
    const toClient = isServer && item.op === "write";
    const toServer = hasClient ? !isServer && item.op === "write" : item.op === "read";
    const way = toClient ? "to client" : "to server";
    return toClient || toServer ? (item.carried ?? []).map((part) => ({ ...part, way, seq: item.seq })) : [];
  });
}

/**
 * Bytes by class over all these connections, and their sum: `{ connection, framing, headers, payload,
 * unknown, all }`.
 */
export function lessonSpent(connections) {
  const spent = Object.fromEntries([...SPENT_CLASSES.map(([name]) => name), "all"].map((name) => [name, 0]));
  for (const part of connections.flatMap(lessonParts)) {
    spent[part.class in spent ? part.class : "unknown"] += part.bytes;
    spent.all += part.bytes;
  }
  return spent;
}

/**
 * The frames of a connection, in the order of sending: `{ way, name, bytes, text, class, seq }`. A frame's
 * header and what is in it are one, also when several writes sent it.
 */
export function lessonFrames(connection) {
  const frames = new Map();
  const seen = lessonFirstSeen(connection);
  for (const part of lessonParts(connection)) {
    const key = `${part.way} ${part.unit}`;
    const frame = frames.get(key);
    if (frame === undefined) frames.set(key, { ...part, seq: seen.get(key) ?? part.seq });
    else {
      frame.bytes += part.bytes;
      frame.text ||= part.text;
      if (frame.class === "framing") frame.class = part.class;
    }
  }
  return [...frames.values()].sort((a, b) => a.seq - b.seq);
}

/** By frame, the first event at either end that has some of it. */
function lessonFirstSeen({ items, server }) {
  const seen = new Map();
  for (const item of items) {
    const way = server.includes(item) === (item.op === "write") ? "to client" : "to server";
    for (const { unit } of item.carried ?? [])
      if (!seen.has(`${way} ${unit}`)) seen.set(`${way} ` + `${unit}`, item.seq);
  }
  return seen;
}

/**
 * For each call of the connection, in order: nanoseconds until the client had the first byte of the answer.
 * The first call counts from the client's `socket`, since the connection is made for it; a later one from its
 * own first byte.
 */
export function lessonFirstBytes(connection) {
  const carries = (op, call) =>
    connection.client.find(
      (item) => item.op === op && (item.carried ?? []).some((part) => part.call === call),
    );
  const times = [];
  for (let call = 0; ; call += 1) {
    const [asked, answered] = [carries("write", call), carries("read", call)];
    if (!asked || !answered) return times;
    const from = call === 0 ? (firstOf(connection.client, "socket", "connect") ?? asked) : asked;
    times.push(answered.at - from.at);
  }
}

/** The middle of numbers; `null` of none. */
export function lessonMedian(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted.length === 0 ? null : sorted[(sorted.length - 1) >> 1];
}
