// The history of the socket table: times of changes, recently closed sockets, and counts over time.

import { SOCKET_KINDS } from "./states.js";

/** Time that changes and closed sockets stay marked, in milliseconds. */
export const CHANGE_SHOWN_MS = 6_000;
/** Time range of the counts, in milliseconds. */
export const HISTORY_MS = 180_000;

/** The socket table over time. */
export class SocketHistory {
  /** By key: the row, its last change with its time, and the time since when it has its state. */
  #known = new Map();
  /** By API: `{ at, counts }` after each change, the oldest first. */
  #counts = new Map();

  /** Handles a table that was received at time `at`. */
  observe(rows, at) {
    const present = new Set();
    for (const [key, row] of socketKeys(rows.filter((row) => row.change !== "gone"))) {
      present.add(key);
      this.#update(key, row, at);
    }
    for (const [key, known] of this.#known) {
      if (!present.has(key) && known.change !== "gone") Object.assign(known, { change: "gone", at });
    }
    const open = [...this.#known.values()].filter(({ change }) => change !== "gone");
    this.#count(
      open.map(({ row }) => row),
      at,
    );
  }

  #update(key, row, at) {
    const known = this.#known.get(key);
    if (known === undefined || known.change === "gone") {
      const change = row.change === "same" ? "same" : "new";
      this.#known.set(key, { key, row, change, at, since: at });
      return;
    }
    const hasNewState = known.row.state !== row.state;
    if (hasNewState) known.since = at;
    if (hasNewState || row.change === "changed") Object.assign(known, { change: "changed", at });
    known.row = row;
  }

  #count(rows, at) {
    const apis = new Set([...rows.map(({ api }) => api), ...this.#counts.keys()]);
    for (const api of apis) {
      const ofApi = rows.filter((row) => row.api === api);
      const counts = SOCKET_KINDS.map(([, isOfKind]) => ofApi.filter(isOfKind).length);
      const known = this.#counts.get(api) ?? [];
      known.push({ at, counts });
      // Keeps the last counts before the time range, which apply at its start.
      while (known.length > 1 && known[1].at < at - HISTORY_MS) known.shift();
      this.#counts.set(api, known);
    }
  }

  /** Returns the rows at time `now` with `change` and `since`, and forgets sockets that closed some seconds ago. */
  rows(now) {
    for (const [key, { change, at }] of this.#known) {
      if (change === "gone" && now - at > CHANGE_SHOWN_MS) this.#known.delete(key);
    }
    const isOld = ({ change, at }) => change !== "gone" && now - at > CHANGE_SHOWN_MS;
    return [...this.#known.values()].map((known) => (isOld(known) ? { ...known, change: "same" } : known));
  }

  /** Returns the counts of an API over time. */
  counts(api) {
    return this.#counts.get(api) ?? [];
  }

  /** Returns the APIs that have had a socket. */
  apis() {
    return [...this.#counts.keys()];
  }
}

/** Returns each row with its key: the addresses, and a number because `SO_REUSEPORT` allows equal ones. */
function socketKeys(rows) {
  const seen = new Map();
  return rows.map((row) => {
    const addresses = `${row.api} ${row.proto} ${row.local} ${row.foreign}`;
    seen.set(addresses, (seen.get(addresses) ?? 0) + 1);
    return [`${addresses} ${seen.get(addresses)}`, row];
  });
}
