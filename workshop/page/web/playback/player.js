// Going back and forth in time: it moves the store's cursor, by events, by steps, or as a clock does.

/** A pause that would take longer than this on the screen is shortened to it, in milliseconds. */
const PLAYER_LONGEST = 600;

/** Moves the cursor. `isStop` tells which events it stops at, and `stepOf` the step of such an event. */
export class Player {
  /** How much slower than it was: 1 for as it was. */
  slowness = 1000;
  /** Whether the clock runs. */
  isPlaying = false;
  /** The pause that is being shortened, in nanoseconds, or 0. */
  pause = 0;
  #time = 0;
  #frame = null;

  constructor(store, { isStop, stepOf, onChange }) {
    this.store = store;
    this.isStop = isStop;
    this.stepOf = stepOf;
    this.onChange = onChange;
  }

  /** The index of the last event that is shown. */
  get index() {
    return this.store.shownCount() - 1;
  }

  #next(index, step) {
    const { items } = this.store;
    let at = index + step;
    while (at >= 0 && at < items.length && !this.isStop(items[at])) at += step;
    return items[at] === undefined ? null : at;
  }

  /** Whether the event before it, of those that it stops at, is of another step. */
  #beginsStep(index) {
    const { items } = this.store;
    const before = this.#next(index, -1);
    return before === null || this.stepOf(items[before]) !== this.stepOf(items[index]);
  }

  #goTo(index) {
    this.store.set("cursor", this.store.items[index].seq);
  }

  /** The last event shown that it stops at, or the place before all. */
  #here() {
    return this.#next(this.index + 1, -1) ?? -1;
  }

  /** One event on, or back. */
  step(step) {
    this.halt();
    const next = this.#next(this.#here(), step);
    if (next !== null) this.#goTo(next);
    else if (step < 0) this.begin();
  }

  /** To the first event of the step before, or of the next one. */
  stepMark(step) {
    this.halt();
    let at = this.#next(this.#here(), step);
    while (at !== null && !this.#beginsStep(at)) at = this.#next(at, step);
    if (at !== null) this.#goTo(at);
    else if (step > 0) this.follow();
  }

  /** To the first event. */
  begin() {
    this.halt();
    const first = this.#next(-1, 1);
    if (first !== null) this.#goTo(first);
  }

  /** To the newest event, and on with those that come. */
  follow() {
    this.halt();
    this.store.set("cursor", null);
  }

  /** Stays at what is shown now. */
  halt() {
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
    this.#frame = null;
    this.isPlaying = false;
    this.pause = 0;
    const last = this.store.items.at(-1);
    if (this.store.cursor === null && last) this.store.set("cursor", last.seq);
    this.onChange();
  }

  /** Pauses what goes on, or goes on from where it is. */
  toggle() {
    if (this.isPlaying || this.store.cursor === null) this.halt();
    else this.play();
  }

  /** Plays the step again that is shown last. */
  replay() {
    this.halt();
    let at = this.#here();
    while (at > 0 && !this.#beginsStep(at)) at = this.#next(at, -1) ?? 0;
    if (at < 0) return;
    this.#goTo(at);
    this.play();
  }

  /** Goes on as it was, only slower. */
  play() {
    const from = this.store.items[this.index];
    if (from === undefined) return;
    this.isPlaying = true;
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
    const longest = (PLAYER_LONGEST * 1e6) / this.slowness;
    const whole = items[next].at - items[Math.max(0, index)].at;
    this.pause = whole > longest ? whole : 0;
    if (items[next].at - this.#time > longest) this.#time = items[next].at - longest;
    this.#time += (ms * 1e6) / this.slowness;
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
