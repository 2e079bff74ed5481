// Where each event stands in the lanes. It grows by one event at a time; only another layout places all anew.

import { sourceOf } from "../recording/apis.js";
import { Flow } from "../recording/flow.js";
import { LaneClock } from "./time-layout.js";
import { LaneRows } from "./row-layout.js";
import { LaneSteps } from "./steps.js";

/** What servers do before anybody calls them. */
const MODEL_BEFORE = ["socket", "option", "bind", "listen"];
/** Numbers of pixels lose their precision far down: then all is placed anew, from the top. */
const MODEL_LOWEST = 4_000_000;

/** The sizes at each zoom: of a row, and of a millisecond in the layout by time. */
export const LANE_ZOOMS = [
  { detail: "shape", rowHeight: 20, boxHeight: 20, perMs: 60 },
  { detail: "line", rowHeight: 27, boxHeight: 25, perMs: 200 },
  { detail: "box", rowHeight: 46, boxHeight: 44, perMs: 600 },
  { detail: "large", rowHeight: 66, boxHeight: 63, perMs: 2000 },
];

/** The events of some APIs, placed. */
export class LaneModel {
  /**
   * The events that have a place, in order: `{ item, column, since, heading, isTurned, y, shift, isTight }`.
   */
  entries = [];
  /** What is drawn across the lanes: headings, times, breaks. In order of `y`. */
  rules = [];
  /** How many options of sockets are not shown. */
  hiddenOptions = 0;
  /** What went from where to where. */
  flow = new Flow();

  #apis;
  #headHeight;
  #items = [];
  #how = { layout: "order", zoom: 1, options: false, focus: null };
  #place = null;
  #steps = null;
  #start = null;
  #connections = [];

  /** `headHeight` tells the height of a heading. */
  constructor({ apis, headHeight }) {
    this.#apis = apis;
    this.#headHeight = headHeight;
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
    const { api, side } = sourceOf(item);
    const lane = this.#apis.indexOf(api);
    if (lane < 0) return;
    this.#start ??= item.at;
    if (item.op === "mark") return this.#steps.mark(item);
    if (!this.#passes(item)) return;
    if (item.op === "option" && !this.#how.options) {
      this.hiddenOptions += 1;
      return;
    }
    const begins = this.#steps.take(item);
    const heading = this.#steps.current;
    if (begins) {
      heading.height = this.#headHeight(heading);
      this.#place.head(item, heading);
    }
    const column = lane * 2 + (side === "server" ? 1 : 0);
    const since = item.at - (heading?.at ?? this.#start);
    const isTurned = this.#turns(item, column);
    const entry = { item, column, since, heading, isTurned, y: 0, shift: 0, isTight: false };
    this.#place.place(entry);
    this.entries.push(entry);
  }

  /** Whether the event before it in its column is of another connection. */
  #turns(item, column) {
    const before = this.#connections[column];
    this.#connections[column] = this.flow.connectionOf(item);
    return this.#connections[column] !== before;
  }

  #passes(item) {
    return this.#how.focus === null || this.flow.connectionOf(item) === this.#how.focus;
  }

  /** Takes in what the store has got, and forgets what it has. */
  takeIn(store) {
    for (const item of store.items.slice(store.indexOf(this.last + 1))) this.add(item);
    if (store.items.length > 0) this.forget(store.items[0].seq);
  }

  /** Whether anybody has called. */
  get hasBegun() {
    const { entries } = this;
    return entries.length > 20 || entries.some(({ item }) => !MODEL_BEFORE.includes(item.op));
  }

  /** Forgets the events before `seq`. */
  forget(seq) {
    this.flow.forget(seq);
    this.#steps.forget(seq);
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
    this.#steps = new LaneSteps();
    this.#start = null;
    this.#connections = [];
    const sizes = LANE_ZOOMS[this.#how.zoom];
    this.#place =
      this.#how.layout === "time" ? new LaneClock(sizes, this.rules) : new LaneRows(sizes, this.rules);
    for (const item of this.#items) this.#add(item);
  }

  /** How many events are shown up to that `seq`. */
  countTo(seq) {
    return modelFind(this.entries, seq + 1, (entry) => entry.item.seq);
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
