// The layout "by order": events in rows. A row is a stretch of time in which each column has one event at
// most, so what stands lower happened later, in every lane.

/** Waiting for longer than this is drawn as a break, in nanoseconds. */
export const LANE_IDLE = 20e6;
/** A row does not go on over a pause as long as this. */
const ROW_PAUSE = 1e6;
const ROW_BREAK_HEIGHT = 28;
const ROW_HEAD_GAP = 3;

/** Places events and headings, one after the other; `rules` gets what is drawn across the lanes. */
export class LaneRows {
  #row = [];
  #rowY = 0;
  #burst = 0;
  #lastAt = null;

  constructor({ rowHeight }, rules) {
    this.rowHeight = rowHeight;
    this.rules = rules;
    /** Where the next row begins. */
    this.end = 0;
  }

  /** Gives the event its place. */
  place(entry) {
    const { at } = entry.item;
    const pause = this.#lastAt === null ? 0 : at - this.#lastAt;
    if (pause >= LANE_IDLE) this.#idle(pause, entry);
    const isFull = this.#row.some((other) => other.column === entry.column);
    if (this.#row.length === 0 || isFull || pause >= ROW_PAUSE) this.#open(entry);
    this.#row.push(entry);
    this.#lastAt = at;
    entry.y = this.#rowY;
  }

  #open(first) {
    this.#row = [];
    this.#rowY = this.end;
    this.rules.push({
      kind: "time",
      y: this.#rowY,
      seq: first.item.seq,
      since: first.since,
      burst: this.#burst,
    });
    this.end += this.rowHeight;
  }

  /** Nothing happened for a while: from here on times are told from the first event after it. */
  #idle(ns, { item, since }) {
    this.#row = [];
    this.#burst = since;
    this.rules.push({ kind: "idle", y: this.end, seq: item.seq, ns });
    this.end += ROW_BREAK_HEIGHT;
  }

  /** A step begins. Waiting before it is told in its heading. */
  head({ seq }, heading) {
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
