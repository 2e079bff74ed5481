// What the page remembers of the socket table: since when a row is as it is, what has just gone, and how many
// there were.

import { SOCKET_KINDS } from "./states.js";

/** How long a change is marked, and a row that has gone still shown: milliseconds. */
export const CHANGE_SHOWN_MS = 6_000;
/** How far back the counts go. */
export const HISTORY_MS = 180_000;

/** The table as it came in over time. */
export class SocketHistory {
  /** By key: the row, what happened to it last, when, and since when it has its state. */
  #known = new Map();
  /** By API: `{ at, counts }`, one for each change, the oldest first. */
  #counts = new Map();

  /** Takes in a table that came at that time. */
  observe(rows, at) {
    const there = new Set();
    for (const [key, row] of socketKeys(rows.filter((row) => row.change !== "gone"))) {
      there.add(key);
      this.#seen(key, row, at);
    }
    for (const [key, known] of this.#known) {
      if (!there.has(key) && known.change !== "gone") Object.assign(known, { change: "gone", at });
    }
    const open = [...this.#known.values()].filter(({ change }) => change !== "gone");
    this.#count(
      open.map(({ row }) => row),
      at,
    );
  }

  #seen(key, row, at) {
    const known = this.#known.get(key);
    if (known === undefined || known.change === "gone") {
      const change = row.change === "same" ? "same" : "new";
      this.#known.set(key, { key, row, change, at, since: at });
      return;
    }
    const isOther = known.row.state !== row.state;
    if (isOther) known.since = at;
    if (isOther || row.change === "changed") Object.assign(known, { change: "changed", at });
    known.row = row;
  }

  #count(rows, at) {
    const apis = new Set([...rows.map(({ api }) => api), ...this.#counts.keys()]);
    for (const api of apis) {
      const ofApi = rows.filter((row) => row.api === api);
      const counts = SOCKET_KINDS.map(([, isOfKind]) => ofApi.filter(isOfKind).length);
      const known = this.#counts.get(api) ?? [];
      known.push({ at, counts });
      // The last one before the window says how it begins.
      while (known.length > 1 && known[1].at < at - HISTORY_MS) known.shift();
      this.#counts.set(api, known);
    }
  }

  /** The rows at that time, with `change` and `since`; those that went some seconds ago are forgotten. */
  rows(now) {
    for (const [key, { change, at }] of this.#known) {
      if (change === "gone" && now - at > CHANGE_SHOWN_MS) this.#known.delete(key);
    }
    const isOld = ({ change, at }) => change !== "gone" && now - at > CHANGE_SHOWN_MS;
    return [...this.#known.values()].map((known) => (isOld(known) ? { ...known, change: "same" } : known));
  }

  /** The counts of an API over time. */
  counts(api) {
    return this.#counts.get(api) ?? [];
  }

  /** The APIs that ever had a socket. */
  apis() {
    return [...this.#counts.keys()];
  }
}

/** Each row by its addresses, and by which it is of those that are alike (`SO_REUSEPORT`). */
function socketKeys(rows) {
  const seen = new Map();
  return rows.map((row) => {
    const alike = `${row.api} ${row.proto} ${row.local} ${row.foreign}`;
    seen.set(alike, (seen.get(alike) ?? 0) + 1);
    return [`${alike} ${seen.get(alike)}`, row];
  });
}
