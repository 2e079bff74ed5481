// The state of the page. Each change notifies the listeners of its kind, which draw.

import { registerRecordings } from "../recording/apis.js";

/** Maximum number of items. Older items are dropped and counted. The trace files contain all of them. */
export const MAX_ITEMS = 20_000;

/**
 * The state of the page.
 *
 * Kinds of changes: `hello`, `items`, `cursor`, `selection`, `focus`, `place`, `step`, `kind`, `comparison`, `sockets`,
 * `watching`, `wire`, `room`, `callsFilter`, `streamState`, `feedError`.
 */
export class Store {
  /** `true` with a server, `false` in a report. */
  live = false;
  /** The server's `hello` message: recordings, lanes and operations. */
  hello = null;
  /** The events in order of time. */
  items = [];
  /** Number of dropped items before `items`. */
  dropped = 0;
  /** The comparison, as printed by `socket-trace compare --json`. */
  comparison = null;
  /** The socket table: `{ rows }` or `{ error }`. */
  sockets = null;
  /** By API: `true` if it has an open watcher. */
  watching = {};
  /** The recording of the lossy network, see `wire/README.md`; `null` for none. */
  wire = null;
  /** The filter of the screen "Calls", as another part of the page sets it. */
  callsFilter = "";
  /** The room: `{ urls, participants }`; `null` without one. */
  room = null;
  /** State of the event stream: `connecting`, `open`, `lost`, `refused`, or `file` in a report. */
  streamState = "connecting";
  /** The server's error message if the stream is `refused`; else `null`. */
  streamError = null;
  /** The server's error message if it cannot read further events; else `null`. */
  feedError = null;
  /** The `seq` of the last shown item; `null` to follow new items. */
  cursor = null;
  /** The `seq` of the item in the inspector; `null` for none. */
  selected = null;
  /** The number of the only connection to show; `null` for all. */
  focus = null;
  /**
   * The step to show: `{ at, after }`. `at` is the `seq` of one of its events, or `null` for the first step. With `after`,
   * the first step that begins after this `seq` is shown as soon as there is one.
   */
  place = { at: null };
  /** The name of the step to compare; `null` for the latest. */
  step = null;
  /** The kind of calls to compare, such as `get a book`; `null` to compare steps. */
  kind = null;

  #listeners = new Map();

  /** Calls `listener` at each change of the kind. Returns a function that removes the listener. */
  on(kind, listener) {
    const listeners = this.#listeners.get(kind) ?? new Set();
    this.#listeners.set(kind, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  #changed(kind) {
    for (const listener of this.#listeners.get(kind) ?? []) listener();
  }

  /** Sets a field and notifies its listeners. */
  set(field, value) {
    this[field] = value;
    this.#changed(field === "selected" ? "selection" : field);
  }

  /** Handles a `hello` message. Clears the state if it comes from another run of the server. */
  begin(hello) {
    const isOther = this.hello !== null && this.hello.boot !== hello.boot;
    this.hello = hello;
    registerRecordings(hello.recordings);
    if (isOther) {
      Object.assign(this, { items: [], dropped: 0, cursor: null, selected: null, focus: null, step: null, kind: null });
      this.place = { at: null };
      this.feedError = this.wire = null;
      for (const kind of ["items", "cursor", "selection", "focus", "place", "step", "kind", "feedError", "wire"]) this.#changed(kind);
    }
    this.#changed("hello");
  }

  /** Adds items. Ignores items that are already present. */
  add(items) {
    const last = this.items.at(-1)?.seq ?? 0;
    const fresh = items.filter((item) => item.seq > last);
    if (fresh.length === 0) return;
    for (const item of fresh) this.items.push(item);
    const surplus = this.items.length - MAX_ITEMS;
    if (surplus > 0) {
      this.items.splice(0, surplus);
      this.dropped += surplus;
    }
    this.#changed("items");
  }

  /** Counts items that the server has dropped. */
  drop(count) {
    this.dropped += count;
    this.#changed("items");
  }

  /** Returns the index of the item with number `seq`, or of the next item. */
  indexOf(seq) {
    let [from, to] = [0, this.items.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.items[middle].seq < seq) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  /** Returns the item with number `seq`, or `undefined` if it is not kept. */
  item(seq) {
    const item = this.items[this.indexOf(seq)];
    return item?.seq === seq ? item : undefined;
  }

  /** Returns the number of shown items: those up to the cursor. */
  shownCount() {
    return this.cursor === null ? this.items.length : this.indexOf(this.cursor + 1);
  }
}
