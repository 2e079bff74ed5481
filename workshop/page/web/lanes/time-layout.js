// The layout "by time": down the lane, the same length is the same time, within a step. What comes too close
// for boxes is drawn as shapes, side by side where they would cover each other.

import { LANE_IDLE } from "./row-layout.js";

/** A pause that would be longer than this on the screen is cut, and said to be. */
const CLOCK_LONGEST = 600;
const CLOCK_CUT = 34;
const CLOCK_HEAD_GAP = 6;
/** The height of a shape, and of a box with its words. */
const CLOCK_SHAPE = 18;
const CLOCK_STEPS = [1, 2, 5];

/** Places events and headings on a linear time line, which begins anew with each step and after each cut. */
export class LaneClock {
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
    this.tickNs = clockTick(this.perNs);
  }

  /** Gives the event its place, and the one before it in its column its room. */
  place(entry) {
    const { at, seq } = entry.item;
    const pause = at - (this.#lastAt ?? at);
    if (pause * this.perNs > CLOCK_LONGEST) this.#cut(pause, entry);
    const passed = entry.since - this.#baseSince;
    entry.y = this.#baseY + passed * this.perNs;
    for (; this.#tick <= passed; this.#tick += this.tickNs) this.#label(seq);
    const before = this.#last[entry.column];
    const room = before ? entry.y - before.y : Infinity;
    if (before) before.isTight ||= room < this.boxHeight;
    entry.shift = room < CLOCK_SHAPE ? before.shift + 1 : 0;
    entry.isTight = entry.shift > 0;
    this.#last[entry.column] = entry;
    this.#lastAt = at;
    this.end = Math.max(this.end, entry.y + this.boxHeight);
  }

  #label(seq) {
    const y = this.#baseY + this.#tick * this.perNs;
    this.rules.push({ kind: "time", y, seq, since: this.#baseSince + this.#tick, burst: this.#baseSince });
  }

  #cut(ns, { item, since }) {
    this.rules.push({ kind: "idle", y: this.end, seq: item.seq, ns });
    this.#begin(this.end + CLOCK_CUT, since);
  }

  #begin(y, since) {
    this.#baseY = this.end = y;
    this.#baseSince = since;
    this.#tick = 0;
    this.#last = [];
  }

  /** A step begins: its clock starts at 0. */
  head({ seq }, heading) {
    const pause = this.#lastAt === null ? 0 : heading.at - this.#lastAt;
    heading.pause = pause >= LANE_IDLE ? pause : 0;
    heading.y = this.end;
    this.rules.push({ kind: "head", y: this.end, seq, heading });
    this.#begin(this.end + heading.height + CLOCK_HEAD_GAP, 0);
    this.#lastAt = heading.at;
  }
}

/** The time between two labels: a round one, 64 pixels or more apart. */
function clockTick(perNs) {
  for (let power = 1; ; power *= 10) {
    const step = CLOCK_STEPS.find((step) => step * power * perNs >= 64);
    if (step !== undefined) return step * power;
  }
}
