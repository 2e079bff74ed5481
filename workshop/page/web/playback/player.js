// Moves the store's cursor by events, by steps, or continuously.

import { replaySpeed } from "./replay-speed.js";

/** Moves the cursor. It stops at events with `isStop(item)`. `stepOf(item)` returns the step of such an event. */
export class Player {
  /** Duration of the replay of a step in seconds; 0 for the original speed. */
  seconds = 20;
  /** `true` during a replay. */
  isPlaying = false;
  /** Original length of the pause that is currently shortened, in nanoseconds, or 0. */
  pause = 0;
  #time = 0;
  #frame = null;
  /** The step for which `#speed` was computed. */
  #step = null;
  /** The factor by which the replay is slower, and the length to which pauses are shortened, in nanoseconds. */
  #speed = { slowness: 1, maxPause: 0 };

  constructor(store, { isStop, stepOf, onChange }) {
    this.store = store;
    this.isStop = isStop;
    this.stepOf = stepOf;
    this.onChange = onChange;
  }

  /** Index of the last shown event. */
  get index() {
    return this.store.shownCount() - 1;
  }

  #next(index, step) {
    const { items } = this.store;
    let at = index + step;
    while (at >= 0 && at < items.length && !this.isStop(items[at])) at += step;
    return items[at] === undefined ? null : at;
  }

  /** Returns `true` if the previous stop belongs to another step. */
  #beginsStep(index) {
    const { items } = this.store;
    const before = this.#next(index, -1);
    return before === null || this.stepOf(items[before]) !== this.stepOf(items[index]);
  }

  #goTo(index) {
    this.store.set("cursor", this.store.items[index].seq);
  }

  /** Returns the index of the last shown stop, or −1. */
  #currentStop() {
    return this.#next(this.index + 1, -1) ?? -1;
  }

  /** Moves by one event, forwards or backwards. */
  step(step) {
    this.halt();
    const next = this.#next(this.#currentStop(), step);
    if (next !== null) this.#goTo(next);
    else if (step < 0) this.begin();
  }

  /** Moves to the first event of the next or the previous step. */
  stepMark(step) {
    this.halt();
    let at = this.#next(this.#currentStop(), step);
    while (at !== null && !this.#beginsStep(at)) at = this.#next(at, step);
    if (at !== null) this.#goTo(at);
    else if (step > 0) this.follow();
  }

  /** Moves to the first event. */
  begin() {
    this.halt();
    const first = this.#next(-1, 1);
    if (first !== null) this.#goTo(first);
  }

  /** Moves to the newest event and follows new events. */
  follow() {
    this.halt();
    this.store.set("cursor", null);
  }

  /** Stops the replay or following. */
  halt() {
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
    this.#frame = null;
    this.isPlaying = false;
    this.pause = 0;
    const last = this.store.items.at(-1);
    if (this.store.cursor === null && last) this.store.set("cursor", last.seq);
    this.onChange();
  }

  /** Pauses, or starts the replay at the current position. */
  toggle() {
    if (this.isPlaying || this.store.cursor === null) this.halt();
    else this.play();
  }

  /** Replays the current step. */
  replay() {
    this.halt();
    let at = this.#currentStop();
    while (at > 0 && !this.#beginsStep(at)) at = this.#next(at, -1) ?? 0;
    if (at < 0) return;
    this.#goTo(at);
    this.play();
  }

  /** Sets the duration of the replay of a step. */
  setDuration(seconds) {
    this.seconds = seconds;
    this.#step = null;
  }

  /** Sets the speed for the step of the stop at `index`. */
  #setSpeed(index) {
    const { items } = this.store;
    const step = this.stepOf(items[index]);
    if (step === this.#step) return;
    this.#step = step;
    const times = items.filter((item) => this.isStop(item) && this.stepOf(item) === step).map(({ at }) => at);
    this.#speed = replaySpeed(times, this.seconds);
  }

  /** Starts the replay at the current position. */
  play() {
    const from = this.store.items[this.index];
    if (from === undefined) return;
    this.isPlaying = true;
    this.#step = null;
    this.#time = from.at;
    let before = performance.now();
    const tick = (now) => {
      this.#frame = requestAnimationFrame(tick);
      this.#advance(Math.min(100, now - before));
      before = now;
    };
    this.#frame = requestAnimationFrame(tick);
    this.onChange();
  }

  #advance(ms) {
    const { items } = this.store;
    const index = this.index;
    const next = this.#next(index, 1);
    if (next === null) return this.follow();
    this.#setSpeed(next);
    const { slowness, maxPause } = this.#speed;
    const original = items[next].at - items[Math.max(0, index)].at;
    this.pause = original > maxPause ? original : 0;
    if (items[next].at - this.#time > maxPause) this.#time = items[next].at - maxPause;
    this.#time += (ms * 1e6) / slowness;
    this.#reach(next);
    this.onChange();
  }

  #reach(next) {
    const { items } = this.store;
    let reached = null;
    for (let at = next; at !== null && items[at].at <= this.#time; at = this.#next(at, 1)) reached = at;
    if (reached !== null) this.#goTo(reached);
  }
}
