// The layout "by time": down the lane, the same length is the same time, within a step. What comes too close for boxes
// is drawn as shapes, side by side where they would cover each other.

import { LANE_IDLE } from "./lane-rows.js";

/** A pause that would be longer than this on the screen is cut, and said to be. */
const CLOCK_LONGEST = 240;
const CLOCK_CUT = 44;
/** The height of a shape, and of a box with its words. */
const CLOCK_SHAPE = 18;
const CLOCK_STEPS = [1, 2, 5];

/** Places events and headings on a linear time line. */
export class LaneClock {
  #last = [];
  #baseY = 0;
  #baseAt = null;
  #tick = 0;
  #lastAt = null;

  constructor({ perMs, boxHeight }, rules) {
    this.perNs = perMs / 1e6;
    this.boxHeight = boxHeight;
    this.rules = rules;
    this.end = 0;
    this.tickNs = clockTick(this.perNs);
  }

  /** Gives the event its place, and the one before it in its column its room. */
  place(entry) {
    const { since } = entry;
    const { at, seq } = entry.item;
    this.#lastAt ??= at;
    this.#baseAt ??= at;
    const pause = at - this.#lastAt;
    if (pause * this.perNs > CLOCK_LONGEST) this.#cut(pause, at, seq, since);
    entry.y = this.#baseY + (at - this.#baseAt) * this.perNs;
    this.#ticks(entry.y, since, seq);
    const before = this.#last[entry.column];
    const room = before ? entry.y - before.y : Infinity;
    if (before) before.isTight ||= room < this.boxHeight;
    entry.shift = room < CLOCK_SHAPE ? before.shift + 1 : 0;
    entry.isTight = entry.shift > 0;
    this.#last[entry.column] = entry;
    this.#lastAt = at;
    this.end = Math.max(this.end, entry.y + this.boxHeight);
  }

  /** Labels of the scale from the last one on, as far as to `y`. */
  #ticks(y, since, seq) {
    const offset = since - (y - this.#baseY) / this.perNs;
    for (; this.#tick <= since; this.#tick += this.tickNs) {
      const tickY = this.#baseY + (this.#tick - offset) * this.perNs;
      if (tickY >= this.#baseY) this.rules.push({ kind: "time", y: tickY, seq, since: this.#tick });
    }
  }

  #cut(ns, at, seq, since) {
    this.rules.push({ kind: "idle", y: this.end, seq, ns });
    this.#base(this.end + CLOCK_CUT, at, Math.ceil(since / this.tickNs) * this.tickNs);
  }

  #base(y, at, tick) {
    this.#baseY = y;
    this.#baseAt = at;
    this.#tick = tick;
    this.#last = [];
  }

  /** A step begins: its clock starts at 0. */
  head(item, heading) {
    const pause = this.#lastAt === null ? 0 : item.at - this.#lastAt;
    this.rules.push({ kind: "head", y: this.end, seq: item.seq, heading, ns: pause >= LANE_IDLE ? pause : 0 });
    this.end += 40;
    this.#base(this.end + 8, item.at, 0);
    this.#lastAt = item.at;
  }
}

/** The time between two labels: a round one, 64 pixels or more apart. */
function clockTick(perNs) {
  for (let power = 1; ; power *= 10) {
    const step = CLOCK_STEPS.find((step) => step * power * perNs >= 64);
    if (step !== undefined) return step * power;
  }
}
