// The one state of the page. Whatever changes it says so, by the kind of the change; views listen and draw.

import { knowRecordings } from "../recording/apis.js";

/** More items are not kept: the oldest are forgotten, and counted. The trace files have them all. */
export const MAX_ITEMS = 20_000;

/**
 * What the page knows.
 *
 * Kinds of changes: `hello`, `items`, `cursor`, `selection`, `focus`, `step`, `comparison`, `sockets`,
 * `watching`, `link`, `failed`.
 */
export class Store {
  /** Whether there is a server behind it; a report has none. */
  live = false;
  /** Who recorded, which lanes there are, what can be done: see the server's `hello`. */
  hello = null;
  /** The events, in the order of time. */
  items = [];
  /** How many items came before `items` and are not kept here. */
  dropped = 0;
  /** The object of `socket-trace compare --json`. */
  comparison = null;
  /** The socket table: `{ rows }` or `{ error }`. */
  sockets = null;
  /** Which APIs have a watcher of ours. */
  watching = {};
  /** `connecting`, `open`, `lost`, `refused`, or `file` in a report. */
  link = "connecting";
  /** Why the server does not let us in, in its words, when the link is `refused`; else `null`. */
  refusal = null;
  /** Why the server has nothing new to tell any more, in its words; `null` while it has. */
  failed = null;
  /** The `seq` of the last item that is shown; `null` to follow what comes. */
  cursor = null;
  /** The `seq` of the item that is looked at closely; `null` for none. */
  selected = null;
  /** The number of the connection that is looked at alone; `null` for all. */
  focus = null;
  /** The name of the step that is compared; `null` for the latest. */
  step = null;

  #listeners = new Map();

  /** Calls `listener` at each change of the kind. Returns what ends that. */
  on(kind, listener) {
    const listeners = this.#listeners.get(kind) ?? new Set();
    this.#listeners.set(kind, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  #changed(kind) {
    for (const listener of this.#listeners.get(kind) ?? []) listener();
  }

  /** Sets one of the fields. */
  set(field, value) {
    this[field] = value;
    this.#changed(field === "selected" ? "selection" : field);
  }

  /** Begins anew: another run of the server is at the other end. */
  begin(hello) {
    const isOther = this.hello !== null && this.hello.boot !== hello.boot;
    this.hello = hello;
    knowRecordings(hello.recordings);
    if (isOther) {
      Object.assign(this, { items: [], dropped: 0, cursor: null, selected: null, focus: null, step: null });
      this.failed = null;
      for (const kind of ["items", "cursor", "selection", "focus", "step", "failed"]) this.#changed(kind);
    }
    this.#changed("hello");
  }

  /** Takes in what has happened. What is known already is left out. */
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

  /** Counts items that will not come. */
  drop(count) {
    this.dropped += count;
    this.#changed("items");
  }

  /** Where in `items` the one with that number is, or would be. */
  indexOf(seq) {
    let [from, to] = [0, this.items.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.items[middle].seq < seq) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  /** The item with that number, if it is kept. */
  item(seq) {
    const item = this.items[this.indexOf(seq)];
    return item?.seq === seq ? item : undefined;
  }

  /** How many of `items` are shown: those up to the cursor. */
  shownCount() {
    return this.cursor === null ? this.items.length : this.indexOf(this.cursor + 1);
  }
}
