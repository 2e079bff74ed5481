// Groups events into connections and derives their properties. Pure functions without access to the page.

import { apiOrder, sourceOf } from "./apis.js";

/** The calls that create and open sockets. */
const OPENING_CALLS = ["socket", "bind", "listen", "connect", "accept", "adopt"];

/** Returns a name for an event's socket that is unique across recordings. */
export function socketName(item) {
  return `${item.recording}#${item.sock}`;
}

/** Returns the values of a list without duplicates, in order. */
export function distinct(values) {
  return [...new Set(values)];
}

/** Groups items by `key(item)`, in order of first occurrence: a list of `[key, items]`. */
export function groupBy(items, key) {
  const groups = new Map();
  for (const item of items) {
    const name = key(item);
    if (!groups.has(name)) groups.set(name, []);
    groups.get(name).push(item);
  }
  return [...groups];
}

/** Groups items by API, in display order. */
export function byApi(items, api = (item) => item.api) {
  return groupBy(items, api).sort(([a], [b]) => apiOrder(a) - apiOrder(b));
}

/** Returns the number of the connection by socket name, for all sockets that have one. */
export function connectionNumbers(items) {
  const numbers = new Map();
  for (const item of items) if (item.connection) numbers.set(socketName(item), item.connection);
  return numbers;
}

/**
 * Returns the connections of the events: `{ number, api, items, client, server }` with the events of both sides.
 * An event of `socket` has no connection number, so it is assigned by its socket's later events. The servers'
 * connections to a database are not included.
 */
export function connectionsIn(items) {
  const numbers = connectionNumbers(items);
  const ofConnections = items.filter((item) => numbers.has(socketName(item)));
  const all = groupBy(ofConnections, (item) => numbers.get(socketName(item)));
  const own = all.filter(([, events]) => !events.some((item) => item.upstream));
  return own.map(([number, events]) => ({
    number,
    api: sourceOf(events[0]).api,
    items: events,
    client: events.filter((item) => sourceOf(item).side === "client"),
    server: events.filter((item) => sourceOf(item).side === "server"),
  }));
}

/** Returns the duration of a call in nanoseconds, or `null` if only its end was recorded. */
export function durationOf({ t, began }) {
  return began === undefined ? null : t - began;
}

/** Returns the first successful event of the given operations. */
export function firstEvent(events, ...ops) {
  return events.find((item) => ops.includes(item.op) && !item.error);
}

/** Returns the number of API calls on a connection, as far as the dissector recognized them. */
export function callCount(connection) {
  const events = connection.client.length > 0 ? connection.client : connection.server;
  const calls = events.flatMap((item) => (item.carried ?? []).map((part) => part.call));
  return new Set(calls.filter((call) => call !== null && call !== undefined)).size;
}

/** Returns `true` if every recorded side has closed. */
export function isClosedConnection(connection) {
  const sides = [connection.client, connection.server].filter((events) => events.length > 0);
  return sides.every((events) => firstEvent(events, "close", "release"));
}

/** Returns `true` if both sides were recorded. A client outside of the workshop, such as curl, is not recorded. */
export function hasBothSides(connection) {
  return Boolean(firstEvent(connection.client, "connect") && firstEvent(connection.server, "accept"));
}

/**
 * Returns the call pattern of a socket: each kind of call once, in order of a socket's life. The number and order
 * of reads and writes vary with timing, so these have the usual order of the side.
 */
export function callPattern(events) {
  const made = events.filter((item) => !item.error);
  const opening = distinct(made.map((item) => item.op).filter((op) => OPENING_CALLS.includes(op)));
  const usual = opening.includes("connect") ? ["write", "read"] : ["read", "write"];
  const has = (op) => made.some((item) => item.op === op);
  return [...opening, ...[...usual, "shutdown", "close"].filter(has)];
}

/** Returns the calls of the listening socket of `accept` before its first accept: `{ events, calls }`. */
export function listenerOf(events, accept) {
  const own = events.filter((item) => item.recording === accept.recording && item.sock === accept.on);
  const before = own.filter((item) => OPENING_CALLS.includes(item.op) && !item.error && item.op !== "accept");
  return { events: before, calls: before.map((item) => item.op) };
}

/** Returns the number of open connections after each accept and close of the server, in order. */
export function openCounts(connections) {
  const changes = connections.flatMap(({ server }) => {
    const [accept, close] = [firstEvent(server, "accept"), firstEvent(server, "close", "release")];
    return [accept && [accept.seq, 1], close && [close.seq, -1]].filter(Boolean);
  });
  let open = 0;
  return changes.sort(([a], [b]) => a - b).map(([, change]) => (open += change));
}

/** Returns the step of the last event, ignoring marks and steps for which `isWanted(step)` is false. */
export function lastStep(items, isWanted = () => true) {
  return items.findLast(({ op, step }) => op !== "mark" && step !== undefined && isWanted(step))?.step;
}
