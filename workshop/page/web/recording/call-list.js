// The API calls of the recording, in the order in which they began.

import { sourceOf } from "./apis.js";
import { CallRow } from "./call-row.js";

/** Maximum number of calls. They are kept longer than their events, which need more memory. */
export const MAX_CALLS = 10_000;

/** The API calls of a store's events. Connections of a server to a database are not included. */
export class CallList {
  /** The calls: a list of `CallRow`. */
  rows = [];
  /** Number of calls that were dropped because there were too many. */
  dropped = 0;
  #byKey = new Map();
  #connections = new Map();
  #last = 0;
  #boot = undefined;

  /** Adds the store's new events. */
  update(store) {
    if (store.hello?.boot !== this.#boot) this.#reset(store.hello?.boot);
    const { items } = store;
    for (let at = store.indexOf(this.#last + 1); at < items.length; at++) this.#add(items[at]);
    this.#last = items.at(-1)?.seq ?? this.#last;
    this.#drop();
  }

  /** Returns the call to which an event's first bytes belong, or `undefined`. */
  rowOf(item) {
    const part = item?.carried?.find(({ call }) => call !== null && call !== undefined);
    return part && this.#byKey.get(`${item.connection}/${part.call}`);
  }

  /** Returns the call with this key, or `undefined`. */
  row(key) {
    return this.#byKey.get(key);
  }

  #reset(boot) {
    this.#boot = boot;
    [this.rows, this.dropped, this.#last] = [[], 0, 0];
    this.#byKey.clear();
    this.#connections.clear();
  }

  #add(item) {
    if (item.connection === undefined || item.upstream) return;
    const { api, side } = sourceOf(item);
    const connection = this.#connection(item.connection, api);
    if (item.client !== undefined) connection.agent = item.client;
    if (item.op === "accept" && !item.error) connection.address = item.peer;
    if (side === "client") connection.isOwn = true;
    for (const part of item.carried ?? []) {
      if (part.call !== null && part.call !== undefined) this.#row(connection, part.call, item).addPart(item, side, part);
    }
    for (const ended of item.ended ?? []) this.#row(connection, ended.number, item).end(side, ended, item.seq);
    if (item.ended) this.#fold(connection);
    if (item.op === "close" && connection.rows.length === 0) this.#connections.delete(connection.number);
  }

  #connection(number, api) {
    let connection = this.#connections.get(number);
    if (connection === undefined) {
      // `calls` counts all calls, also those that were dropped.
      connection = { number, api, agent: "", address: "", isOwn: false, calls: 0, rows: [] };
      this.#connections.set(number, connection);
    }
    return connection;
  }

  #row(connection, number, item) {
    const known = this.#byKey.get(`${connection.number}/${number}`);
    if (known) return known;
    const row = new CallRow(connection, number, item);
    connection.calls = Math.max(connection.calls, number + 1);
    connection.rows.push(row);
    this.#byKey.set(row.key, row);
    this.rows.push(row);
    return row;
  }

  /** Assigns the calls for the API's description to the first other call of the connection. */
  #fold({ rows }) {
    const described = rows.filter((row) => row.isReflection);
    if (described.length === 0) return;
    const call = rows.find((row) => !row.isReflection);
    if (call) call.reflection = described;
  }

  #drop() {
    const surplus = this.rows.length - MAX_CALLS;
    if (surplus <= 0) return;
    for (const row of this.rows.splice(0, surplus)) {
      const { connection } = row;
      this.#byKey.delete(row.key);
      connection.rows.splice(connection.rows.indexOf(row), 1);
      if (connection.rows.length === 0) this.#connections.delete(connection.number);
    }
    this.dropped += surplus;
  }
}

/** Returns the name of a call's client: its `User-Agent`, `workshop` for the workshop's own clients, or its address. */
export function clientOf({ connection: { isOwn, agent, address } }) {
  if (isOwn) return "workshop";
  return [agent, address].filter((text) => text !== "").join(" from ") || "unknown";
}
