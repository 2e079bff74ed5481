// The steps of the recording, from its marks. Each step has a heading over its events.

/** The step of all calls that belong to no operation. */
const STEP_FROM_TERMINAL = "from a terminal";

/**
 * Assigns events to headings: `{ label, at, items, isFromTerminal, pause, y, height }`. The layout sets `pause`, `y`
 * and `height`.
 */
export class LaneSteps {
  /** The heading of the current step; `null` before the first. */
  current = null;
  #next = null;

  /** Starts a step, unless the mark is that of another recording for the current step. */
  mark({ label, at, recording }) {
    const known = this.#next ?? this.current;
    if (known?.label === label && !known.recordings.has(recording))
      return void known.recordings.add(recording);
    const isFromTerminal = label === STEP_FROM_TERMINAL;
    this.#next = { label, at, isFromTerminal, recordings: new Set([recording]), items: [] };
  }

  /**
   * Adds an event and returns `true` if it starts a new heading. A step starts with its first event, not with its
   * mark. So an empty step has no heading, and a late event still belongs to its own step.
   */
  add(item) {
    const begins = this.#next !== null && (item.step ?? this.#next.label) === this.#next.label;
    if (begins) [this.current, this.#next] = [this.#next, null];
    if (this.current?.isFromTerminal === false) this.current.items.push(item);
    return begins;
  }

  /** Forgets the events of the current step before `seq`. */
  forget(seq) {
    const items = this.current?.items ?? [];
    const kept = items.findIndex((item) => item.seq >= seq);
    if (kept !== 0) items.splice(0, kept < 0 ? items.length : kept);
  }
}
