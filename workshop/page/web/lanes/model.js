// The positions of all events in the lanes. Events are added one at a time; a new layout places all again.

import { sourceOf } from "../recording/apis.js";
import { Flow } from "../recording/flow.js";
import { StepHeadings } from "../recording/step-headings.js";
import { TimeLayout } from "./time-layout.js";
import { ROW_BREAK_HEIGHT, ROW_HEAD_GAP, RowLayout } from "./row-layout.js";

/** The calls of servers before their first client. */
const MODEL_STARTUP_CALLS = ["socket", "option", "bind", "listen"];
/** Large pixel positions lose precision. Below this position all events are placed again from the top. */
const MODEL_MAX_Y = 4_000_000;

/** The height of the lowest rows that fit a step into the window. */
const MODEL_MIN_ROW = 8;

/** The sizes of each zoom level: of rows and boxes, and of a millisecond in the layout by time. */
export const LANE_ZOOMS = [
  { detail: "shape", rowHeight: 20, boxHeight: 20, perMs: 60 },
  { detail: "line", rowHeight: 27, boxHeight: 25, perMs: 200 },
  { detail: "box", rowHeight: 46, boxHeight: 44, perMs: 600 },
  { detail: "large", rowHeight: 66, boxHeight: 63, perMs: 2000 },
];

/** The events of some APIs with their positions. */
export class LaneModel {
  /** The placed events in order: `{ item, column, since, heading, isOtherConnection, y, shift, isTight }`. */
  entries = [];
  /** Headings, times and breaks, which are drawn across the lanes, in order of `y`. */
  rules = [];
  /** Number of hidden socket options. */
  hiddenOptions = 0;
  /** The links between events. */
  flow = new Flow();

  #apis;
  #headHeight;
  #items = [];
  #settings = { layout: "order", zoom: 1, rowHeight: null, options: false, focus: null };
  #layout = null;
  #steps = null;
  #start = null;
  #connections = [];

  /** `headHeight(heading)` returns the height of a heading. */
  constructor({ apis, headHeight }) {
    this.#apis = apis;
    this.#headHeight = headHeight;
    this.layOut(this.#settings);
  }

  /** The `seq` of the last added event. */
  get last() {
    return this.#items.at(-1)?.seq ?? 0;
  }

  /** Number of columns: one for the client and one for the server of each lane. */
  get columns() {
    return this.#apis.length * 2;
  }

  /** The current settings. */
  get settings() {
    return this.#settings;
  }

  /** The sizes of the zoom level, or those of rows that fit a step into the window. */
  get sizes() {
    const { zoom, rowHeight } = this.#settings;
    return rowHeight === null ? LANE_ZOOMS[zoom] : { ...LANE_ZOOMS[0], rowHeight, boxHeight: rowHeight };
  }

  /** Adds the next event. */
  add(item) {
    this.#items.push(item);
    this.flow.add(item);
    if (this.#layout.end > MODEL_MAX_Y) this.layOut(this.#settings);
    else this.#place(item);
  }

  #place(item) {
    const { api, side } = sourceOf(item);
    const lane = this.#apis.indexOf(api);
    if (lane < 0) return;
    this.#start ??= item.at;
    if (item.op === "mark") return this.#steps.mark(item);
    if (!this.#isInFocus(item)) return;
    if (item.op === "option" && !this.#settings.options) {
      this.hiddenOptions += 1;
      return;
    }
    const begins = this.#steps.add(item);
    const heading = this.#steps.current;
    if (begins) {
      heading.height = this.#headHeight(heading);
      heading.first = item.seq;
      this.#layout.placeHead(item, heading);
    }
    const column = lane * 2 + (side === "server" ? 1 : 0);
    const since = item.at - (heading?.at ?? this.#start);
    const isOtherConnection = this.#changesConnection(item, column);
    const entry = { item, column, since, heading, isOtherConnection, y: 0, shift: 0, isTight: false };
    this.#layout.place(entry);
    this.entries.push(entry);
  }

  /** Returns `true` if the previous event in the column belongs to another connection. */
  #changesConnection(item, column) {
    const before = this.#connections[column];
    this.#connections[column] = this.flow.connectionOf(item);
    return this.#connections[column] !== before;
  }

  #isInFocus(item) {
    const { focus } = this.#settings;
    return focus === null || this.flow.connectionOf(item) === focus;
  }

  /** Adds the store's new events and forgets those that it has dropped. */
  update(store) {
    for (const item of store.items.slice(store.indexOf(this.last + 1))) this.add(item);
    if (store.items.length > 0) this.forget(store.items[0].seq);
  }

  /** `true` after the first client's call. */
  get hasBegun() {
    const { entries } = this;
    return entries.length > 20 || entries.some(({ item }) => !MODEL_STARTUP_CALLS.includes(item.op));
  }

  /** Forgets the events before `seq`. */
  forget(seq) {
    this.flow.forget(seq);
    this.#steps.forget(seq);
    modelCut(this.#items, seq, (item) => item.seq);
    modelCut(this.entries, seq, (entry) => entry.item.seq);
    modelCut(this.rules, seq, (rule) => rule.seq);
  }

  /** Changes settings, any of `{ layout, zoom, rowHeight, options, focus }`, and places all events again. */
  layOut(settings) {
    this.#settings = { ...this.#settings, ...settings };
    this.entries = [];
    this.rules = [];
    this.hiddenOptions = 0;
    this.#steps = new StepHeadings();
    this.#start = null;
    this.#connections = [];
    const Layout = this.#settings.layout === "time" ? TimeLayout : RowLayout;
    this.#layout = new Layout(this.sizes, this.rules);
    for (const item of this.#items) this.#place(item);
  }

  /** Returns the settings by which the step fits into a window of the height `space`, with rows as high as possible. */
  fitting(heading, space) {
    const own = this.entries.filter((entry) => entry.heading === heading);
    const rows = new Set(own.map(({ y }) => y)).size;
    const isOfStep = ({ kind, y }) => kind === "idle" && y >= own[0].y && y <= own.at(-1).y;
    const fixed = heading.height + ROW_HEAD_GAP + this.rules.filter(isOfStep).length * ROW_BREAK_HEIGHT;
    const zoom = LANE_ZOOMS.findLastIndex(({ rowHeight }) => rows * rowHeight + fixed <= space);
    if (zoom >= 0) return { layout: "order", zoom, rowHeight: null };
    const rowHeight = Math.max(MODEL_MIN_ROW, Math.floor((space - fixed) / rows));
    return { layout: "order", zoom: 0, rowHeight };
  }

  /** Returns the number of events up to `seq`. */
  countTo(seq) {
    return modelFind(this.entries, seq + 1, (entry) => entry.item.seq);
  }

  /** Returns the placed event with number `seq`, or `undefined`. */
  entry(seq) {
    const entry = this.entries[this.countTo(seq) - 1];
    return entry?.item.seq === seq ? entry : undefined;
  }
}

/** Returns the index of the first element of `sorted` whose number is at least `limit`. */
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
