// The layout "by order": events in rows. A row has at most one event in each column, so lower events happened later
// in every lane.

import { LANE_IDLE } from "./idle.js";

/** A pause of so many nanoseconds ends a row. */
const ROW_PAUSE = 1e6;
/** Height of the label of a pause. */
export const ROW_BREAK_HEIGHT = 28;
/** Space below the heading of a step. */
export const ROW_HEAD_GAP = 3;
/** Height of the text of a time. Rows that are lower have no time if it would cover that of an earlier one. */
const ROW_TIME_HEIGHT = 19;

/** Places events and headings one after the other. Adds headings, times and breaks to `rules`. */
export class RowLayout {
  #row = [];
  #rowY = 0;
  #timeY = -Infinity;
  #burst = 0;
  #lastAt = null;

  constructor({ rowHeight }, rules) {
    this.rowHeight = rowHeight;
    this.rules = rules;
    /** Position of the next row. */
    this.end = 0;
  }

  /** Places an event. */
  place(entry) {
    const { at } = entry.item;
    const pause = this.#lastAt === null ? 0 : at - this.#lastAt;
    if (pause >= LANE_IDLE) this.#addBreak(pause, entry);
    const isFull = this.#row.some((other) => other.column === entry.column);
    if (this.#row.length === 0 || isFull || pause >= ROW_PAUSE) this.#open(entry);
    this.#row.push(entry);
    this.#lastAt = at;
    entry.y = this.#rowY;
  }

  #open(first) {
    this.#row = [];
    this.#rowY = this.end;
    if (this.#rowY - this.#timeY >= Math.min(ROW_TIME_HEIGHT, this.rowHeight * 3)) {
      this.#timeY = this.#rowY;
      this.rules.push({ kind: "time", y: this.#rowY, seq: first.item.seq, since: first.since, burst: this.#burst });
    }
    this.end += this.rowHeight;
  }

  /** Adds a break after a pause. Later times are relative to the first event after it. */
  #addBreak(ns, { item, since }) {
    this.#row = [];
    this.#burst = since;
    this.rules.push({ kind: "idle", y: this.end, seq: item.seq, ns });
    this.end += ROW_BREAK_HEIGHT;
  }

  /** Places the heading of a step, which shows the pause before the step. */
  placeHead({ seq }, heading) {
    this.#row = [];
    this.#burst = 0;
    const pause = this.#lastAt === null ? 0 : heading.at - this.#lastAt;
    heading.pause = pause >= LANE_IDLE ? pause : 0;
    heading.y = this.end;
    this.rules.push({ kind: "head", y: this.end, seq, heading });
    this.#lastAt = heading.at;
    this.end += heading.height + ROW_HEAD_GAP;
  }
}
