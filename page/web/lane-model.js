// Where each event stands in the lanes. It grows by one event at a time; only another layout places all anew.

import { Flow } from "./flow.js";
import { LaneClock } from "./lane-clock.js";
import { LaneRows } from "./lane-rows.js";
import { laneOf } from "./lanes-text.js";

/** Marks of the same name by several recordings within this time are one step, in nanoseconds. */
const MODEL_SAME_STEP = 50e6;
/** Numbers of pixels lose their precision far down: then all is placed anew, from the top. */
const MODEL_LOWEST = 4_000_000;

/** The sizes at each zoom: of a row, and of a millisecond in the layout by time. */
export const LANE_ZOOMS = [
  { detail: "shape", rowHeight: 20, boxHeight: 20, perMs: 60 },
  { detail: "line", rowHeight: 28, boxHeight: 26, perMs: 200 },
  { detail: "box", rowHeight: 46, boxHeight: 44, perMs: 600 },
  { detail: "large", rowHeight: 66, boxHeight: 63, perMs: 2000 },
];

/** The events of some APIs, placed. */
export class LaneModel {
  /** The events that have a place, in the order of time: `{ item, column, since, heading, y, shift, isTight }`. */
  entries = [];
  /** What is drawn across the lanes: headings, times, breaks. In order of `y`. */
  rules = [];
  /** How many options of sockets are not shown. */
  hiddenOptions = 0;
  /** What went from where to where. */
  flow = new Flow();

  #apis;
  #choose;
  #items = [];
  #how = { layout: "order", zoom: 2, options: false, focus: null };
  #place = null;
  #heading = null;
  #pending = null;
  #start = null;

  constructor({ apis, choose = () => true }) {
    this.#apis = apis;
    this.#choose = choose;
    this.layOut(this.#how);
  }

  /** The `seq` of the last event that was taken in. */
  get last() {
    return this.#items.at(-1)?.seq ?? 0;
  }

  /** How many columns there are: a client's and a server's for each lane. */
  get columns() {
    return this.#apis.length * 2;
  }

  /** How it is laid out. */
  get how() {
    return this.#how;
  }

  /** Takes in the next event. */
  add(item) {
    this.#items.push(item);
    this.flow.add(item);
    if (this.#place.end > MODEL_LOWEST) this.layOut(this.#how);
    else this.#add(item);
  }

  #add(item) {
    const { api, side } = laneOf(item);
    const lane = this.#apis.indexOf(api);
    if (lane < 0 || !this.#choose(item)) return;
    this.#start ??= item.at;
    if (item.op === "mark") return this.#mark(item);
    if (!this.#passes(item)) return;
    if (item.op === "option" && !this.#how.options) {
      this.hiddenOptions += 1;
      return;
    }
    if (this.#pending) this.#place.head(this.#pending, this.#heading);
    this.#pending = null;
    const column = lane * 2 + (side === "server" ? 1 : 0);
    const entry = {
      item,
      column,
      since: item.at - this.#start,
      heading: this.#heading,
      y: 0,
      shift: 0,
      isTight: false,
    };
    this.#place.place(entry, this.#cause(item));
    this.entries.push(entry);
  }

  /** The event before it that came of it: see `LaneRows.place`. */
  #cause({ seq }) {
    return this.flow.linksOf(seq).find((link) => link.from === seq && link.to < seq)?.to;
  }

  #passes(item) {
    return this.#how.focus === null || this.flow.connectionOf(item) === this.#how.focus;
  }

  /**
   * A step begins, or another recording says that it does. Steps in which nothing is shown have no heading.
   */
  #mark(item) {
    const known = this.#heading;
    const isSame =
      known?.label === item.label &&
      item.at - known.at < MODEL_SAME_STEP &&
      !known.recordings.has(item.recording);
    if (isSame) return void known.recordings.add(item.recording);
    this.#heading = { label: item.label, at: item.at, recordings: new Set([item.recording]) };
    this.#pending = item;
    this.#start = item.at;
  }

  /** Forgets the events before `seq`. */
  forget(seq) {
    this.flow.forget(seq);
    modelCut(this.#items, seq, (item) => item.seq);
    modelCut(this.entries, seq, (entry) => entry.item.seq);
    modelCut(this.rules, seq, (rule) => rule.seq);
  }

  /** Places all anew: `{ layout, zoom, options, focus }`, as far as given. */
  layOut(how) {
    this.#how = { ...this.#how, ...how };
    this.entries = [];
    this.rules = [];
    this.hiddenOptions = 0;
    this.#heading = this.#pending = this.#start = null;
    const sizes = LANE_ZOOMS[this.#how.zoom];
    this.#place =
      this.#how.layout === "time" ? new LaneClock(sizes, this.rules) : new LaneRows(sizes, this.rules);
    for (const item of this.#items) this.#add(item);
  }

  /** How many events are shown up to that `seq`. */
  countTo(seq) {
    return modelFind(this.entries, seq + 1, (entry) => entry.item.seq);
  }

  /** Whether the next that is drawn across, from `y` on, is the heading of a step. */
  hasHeadAt(y) {
    return this.rules[modelFind(this.rules, y, (rule) => rule.y)]?.kind === "head";
  }

  /** The place of an event, if it has one. */
  entry(seq) {
    const entry = this.entries[this.countTo(seq) - 1];
    return entry?.item.seq === seq ? entry : undefined;
  }
}

/** Where in `sorted` the first is whose number is `limit` or more. */
export function modelFind(sorted, limit, number) {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (number(sorted[middle]) < limit) from = middle + 1;
    else to = middle;
  }
  return from;
}

function modelCut(sorted, seq, number) {
  const count = modelFind(sorted, seq, number);
  if (count > 0) sorted.splice(0, count);
}
