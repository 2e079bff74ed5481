// The layout "by time": within a step, vertical distance is proportional to time. Events too close for boxes are
// drawn as shapes, side by side where they would overlap.

import { LANE_IDLE } from "./idle.js";

/** A pause with more pixels than this is shortened to a labelled break. */
const TIME_MAX_PAUSE = 600;
const TIME_BREAK_HEIGHT = 34;
const TIME_HEAD_GAP = 6;
/** The height of a shape. */
const TIME_SHAPE_HEIGHT = 18;
const TIME_TICK_STEPS = [1, 2, 5];

/** Places events and headings on a linear time axis, which restarts with each step and after each break. */
export class TimeLayout {
  #last = [];
  #baseY = 0;
  #baseSince = 0;
  #tick = 0;
  #lastAt = null;

  constructor({ perMs, boxHeight }, rules) {
    this.perNs = perMs / 1e6;
    this.boxHeight = boxHeight;
    this.rules = rules;
    this.end = 0;
    this.tickNs = timeTick(this.perNs);
  }

  /** Places an event, and shrinks the previous one in its column if their boxes would overlap. */
  place(entry) {
    const { at, seq } = entry.item;
    const pause = at - (this.#lastAt ?? at);
    if (pause * this.perNs > TIME_MAX_PAUSE) this.#addBreak(pause, entry);
    const passed = entry.since - this.#baseSince;
    entry.y = this.#baseY + passed * this.perNs;
    for (; this.#tick <= passed; this.#tick += this.tickNs) this.#addLabel(seq);
    const before = this.#last[entry.column];
    const space = before ? entry.y - before.y : Infinity;
    if (before) before.isTight ||= space < this.boxHeight;
    entry.shift = space < TIME_SHAPE_HEIGHT ? before.shift + 1 : 0;
    entry.isTight = entry.shift > 0;
    this.#last[entry.column] = entry;
    this.#lastAt = at;
    this.end = Math.max(this.end, entry.y + this.boxHeight);
  }

  #addLabel(seq) {
    const y = this.#baseY + this.#tick * this.perNs;
    this.rules.push({ kind: "time", y, seq, since: this.#baseSince + this.#tick, burst: this.#baseSince });
  }

  #addBreak(ns, { item, since }) {
    this.rules.push({ kind: "idle", y: this.end, seq: item.seq, ns });
    this.#restart(this.end + TIME_BREAK_HEIGHT, since);
  }

  #restart(y, since) {
    this.#baseY = this.end = y;
    this.#baseSince = since;
    this.#tick = 0;
    this.#last = [];
  }

  /** Places the heading of a step, whose time starts at 0. */
  placeHead({ seq }, heading) {
    const pause = this.#lastAt === null ? 0 : heading.at - this.#lastAt;
    heading.pause = pause >= LANE_IDLE ? pause : 0;
    heading.y = this.end;
    this.rules.push({ kind: "head", y: this.end, seq, heading });
    this.#restart(this.end + heading.height + TIME_HEAD_GAP, 0);
    this.#lastAt = heading.at;
  }
}

/** Returns a round time between two labels that are at least 64 pixels apart. */
function timeTick(perNs) {
  for (let power = 1; ; power *= 10) {
    const step = TIME_TICK_STEPS.find((step) => step * power * perNs >= 64);
    if (step !== undefined) return step * power;
  }
}
