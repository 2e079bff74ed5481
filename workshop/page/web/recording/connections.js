// From recorded events to what can be said of connections and sockets: pure functions, without the page.

import { apiPlace, sourceOf } from "./apis.js";

/** How sockets come to be, in the words of the recording. */
const FACTS_OPENING = ["socket", "bind", "listen", "connect", "accept", "adopt"];

/** Names a socket: its number is only unique in one recording. */
export function socketName(item) {
  return `${item.recording}#${item.sock}`;
}

/** The values of a list, each once, in order. */
export function distinct(values) {
  return [...new Set(values)];
}

/** Groups by what `key` says, in the order of the first of each: a list of `[key, items]`. */
export function groupsOf(items, key) {
  const groups = new Map();
  for (const item of items) {
    const name = key(item);
    if (!groups.has(name)) groups.set(name, []);
    groups.get(name).push(item);
  }
  return [...groups];
}

/** Groups by API, in the order in which the page shows them. */
export function byApi(items, api = (item) => item.api) {
  return groupsOf(items, api).sort(([a], [b]) => apiPlace(a) - apiPlace(b));
}

/** The connection of each socket that has one, by the socket's name. */
export function connectionNumbers(items) {
  const numbers = new Map();
  for (const item of items) if (item.connection) numbers.set(socketName(item), item.connection);
  return numbers;
}

/**
 * The connections in these events: `{ number, api, items, client, server }`, each with the events of both
 * sides. A call of `socket` has no connection yet: it is found by the socket that connected later.
 */
export function connectionsIn(items) {
  const numbers = connectionNumbers(items);
  const ofConnections = items.filter((item) => numbers.has(socketName(item)));
  return groupsOf(ofConnections, (item) => numbers.get(socketName(item))).map(([number, events]) => ({
    number,
    api: sourceOf(events[0]).api,
    items: events,
    client: events.filter((item) => sourceOf(item).side === "client"),
    server: events.filter((item) => sourceOf(item).side === "server"),
  }));
}

/** How long the call took, in nanoseconds; `null` where only one of its ends was recorded. */
export function tookOf({ t, began }) {
  return began === undefined ? null : t - began;
}

/** The first event of that operation which succeeded. */
export function firstOf(events, ...ops) {
  return events.find((item) => ops.includes(item.op) && !item.error);
}

/** How many calls a connection carried: requests with their answers, or none that could be told. */
export function callCount(connection) {
  const events = connection.client.length > 0 ? connection.client : connection.server;
  const calls = events.flatMap((item) => (item.carried ?? []).map((part) => part.call));
  return new Set(calls.filter((call) => call !== null && call !== undefined)).size;
}

/** Whether every side that was recorded has closed. */
export function isClosedConnection(connection) {
  const sides = [connection.client, connection.server].filter((events) => events.length > 0);
  return sides.every((events) => firstOf(events, "close", "release"));
}

/** Whether both sides were recorded: a client outside of the workshop, like curl, is not. */
export function isWholeConnection(connection) {
  return Boolean(firstOf(connection.client, "connect") && firstOf(connection.server, "accept"));
}

/**
 * The calls of one socket in the order of its life, each named once. How often it reads and writes, and which
 * comes first, is up to the moment; so they stand in the order that is usual for the side.
 */
export function skeletonOf(events) {
  const made = events.filter((item) => !item.error);
  const opening = distinct(made.map((item) => item.op).filter((op) => FACTS_OPENING.includes(op)));
  const usual = opening.includes("connect") ? ["write", "read"] : ["read", "write"];
  const has = (op) => made.some((item) => item.op === op);
  return [...opening, ...[...usual, "shutdown", "close"].filter(has)];
}

/**
 * The calls of the socket that accepted, before its first accept: what `events` are of the server's
 * recording.
 */
export function listenerOf(events, accept) {
  const own = events.filter((item) => item.recording === accept.recording && item.sock === accept.on);
  const before = own.filter((item) => FACTS_OPENING.includes(item.op) && !item.error && item.op !== "accept");
  return { events: before, calls: before.map((item) => item.op) };
}

/** How many of these connections were open at the same time, at most. */
export function mostOpen(connections) {
  const changes = connections.flatMap(({ server }) => {
    const [accept, close] = [firstOf(server, "accept"), firstOf(server, "close", "release")];
    return [accept && [accept.seq, 1], close && [close.seq, -1]].filter(Boolean);
  });
  let [open, most] = [0, 0];
  for (const [, change] of changes.sort(([a], [b]) => a - b)) {
    open += change;
    most = Math.max(most, open);
  }
  return most;
}

/** The step of the last event; a mark alone is none. `isWanted` says which steps count. */
export function lastStep(items, isWanted = () => true) {
  return items.findLast(({ op, step }) => op !== "mark" && step !== undefined && isWanted(step))?.step;
}
