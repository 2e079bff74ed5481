// The state of the page. Each change notifies the listeners of its kind, which draw.

import { registerRecordings } from "../recording/apis.js";
import { isOpening } from "../recording/listeners.js";
import { ParticipantEvents } from "./only.js";

/** Maximum number of items. Older items are dropped and counted. The trace files contain all of them. */
export const MAX_ITEMS = 20_000;

/** Maximum number of calls that opened listening sockets. A server makes a few at its start. */
const MAX_OPENINGS = 256;

/**
 * The state of the page.
 *
 * Kinds of changes: `hello`, `items`, `cursor`, `selection`, `focus`, `place`, `step`, `kind`, `comparison`, `sockets`,
 * `watching`, `wire`, `room`, `only`, `showing`, `streamState`, `feedError`.
 */
export class Store {
  /** `true` with a server, `false` in a report. */
  live = false;
  /** The server's `hello` message: recordings, lanes and operations. */
  hello = null;
  /** The events in order of time. With `only`, those of one participant. */
  items = [];
  /** The calls that opened the servers' listening sockets, also those that were dropped from `items`. */
  openings = [];
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
  /** The room: `{ urls, participants, predictions }`; `null` without one. */
  room = null;
  /** The name of the only participant whose calls are shown; `null` for all calls. */
  only = null;
  /** What participants' pages follow: `{ step, lesson }`, the first event of the story and the id of the lesson. */
  showing = { step: null, lesson: null };
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
  #boot = null;
  /** All events, also those that `only` excludes. */
  #all = this.items;
  #selects = null;
  /** Number of times that other events were selected. It makes the screens begin anew. */
  #selections = 0;

  /** Calls `listener` at each change of the kind. Returns a function that removes the listener. */
  on(kind, listener) {
    const listeners = this.#listeners.get(kind) ?? new Set();
    this.#listeners.set(kind, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  #changed(kind) {
    for (const listener of this.#listeners.get(kind) ?? []) listener();
  }

  /** Changes a part of what participants' pages follow. */
  show(part) {
    const showing = { ...this.showing, ...part };
    if (JSON.stringify(showing) !== JSON.stringify(this.showing)) this.set("showing", showing);
  }

  /** Sets a field and notifies its listeners. */
  set(field, value) {
    this[field] = value;
    this.#changed(field === "selected" ? "selection" : field);
  }

  /** Handles a `hello` message. Clears the state if it comes from another run of the server. */
  begin(hello) {
    const isOther = this.#boot !== null && this.#boot !== hello.boot;
    this.#boot = hello.boot;
    registerRecordings(hello.recordings);
    if (isOther) {
      this.#all = this.items = [];
      this.openings = [];
      this.#selects = null;
      Object.assign(this, { dropped: 0, cursor: null, selected: null, focus: null, step: null, kind: null, only: null });
      this.place = { at: null };
      this.comparison = this.feedError = this.wire = null;
    }
    this.hello = this.#ofSelection(hello);
    if (isOther) {
      for (const kind of ["items", "cursor", "selection", "focus", "place", "step", "kind", "only", "comparison", "feedError", "wire"]) this.#changed(kind);
    }
    this.#changed("hello");
  }

  /** Adds items. Ignores items that are already present. */
  add(items) {
    const last = this.#all.at(-1)?.seq ?? 0;
    const fresh = items.filter((item) => item.seq > last);
    if (fresh.length === 0) return;
    for (const item of fresh) this.#all.push(item);
    if (this.openings.length < MAX_OPENINGS) this.openings.push(...fresh.filter(isOpening));
    const surplus = this.#all.length - MAX_ITEMS;
    if (surplus > 0) {
      this.#all.splice(0, surplus);
      this.dropped += surplus;
    }
    if (this.#selects?.learn(fresh)) return this.#select();
    if (this.#selects !== null) {
      this.items.push(...fresh.filter((item) => this.#selects.includes(item)));
      this.items.splice(0, this.indexOf(this.#all[0].seq));
    }
    this.#changed("items");
  }

  /** Adds calls that opened listening sockets, and that the server no longer sends with the other items. */
  addOpenings(items) {
    const last = this.openings.at(-1)?.seq ?? 0;
    this.openings.push(...items.filter(({ seq }) => seq > last));
  }

  /** Shows only the calls of the participant with this name, on the screens that show recorded calls; with `null`, all calls. */
  showOnly(name) {
    if (name === this.only) return;
    this.only = name;
    this.#selects = name === null ? null : new ParticipantEvents(name, (this.hello?.lanes ?? []).map(({ api }) => api));
    this.#selects?.learn(this.#all);
    Object.assign(this, { cursor: null, selected: null, focus: null });
    for (const kind of ["cursor", "selection", "focus"]) this.#changed(kind);
    this.#select();
    this.set("place", { at: this.items.at(-1)?.seq ?? null });
    this.#changed("only");
  }

  /** Selects the events anew. Those of a participant's connection are known only when its first request has arrived. */
  #select() {
    this.items = this.#selects === null ? this.#all : this.#all.filter((item) => this.#selects.includes(item));
    this.#selections += 1;
    this.hello = this.#ofSelection(this.hello);
    this.#changed("hello");
    this.#changed("items");
  }

  #ofSelection(hello) {
    return this.#selections === 0 || hello === null ? hello : { ...hello, boot: `${this.#boot} ${this.#selections}` };
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
