// The steps of the recording, as their marks say. Each is a heading over its events.

/** What happens while no operation is being done. */
const STEP_BY_HAND = "from a terminal";

/**
 * Puts events under headings: `{ label, at, items, isByHand, pause, y, height }`. Where they stand, and after
 * which pause, is for the layout to say.
 */
export class LaneSteps {
  /** The heading over the events that come now; `null` before the first. */
  current = null;
  #next = null;

  /** A step begins; or goes on in another recording, which has a mark of the same name. */
  mark({ label, at, recording }) {
    const known = this.#next ?? this.current;
    if (known?.label === label && !known.recordings.has(recording))
      return void known.recordings.add(recording);
    const isByHand = label === STEP_BY_HAND;
    this.#next = { label, at, isByHand, recordings: new Set([recording]), items: [] };
  }

  /**
   * Takes in an event. Returns whether it is the first under a heading. A step begins with its first event
   * and not with its mark: one in which nothing happens has no heading, and what ends late, in one recording,
   * is under that of its own step still.
   */
  take(item) {
    const begins = this.#next !== null && (item.step ?? this.#next.label) === this.#next.label;
    if (begins) [this.current, this.#next] = [this.#next, null];
    if (this.current?.isByHand === false) this.current.items.push(item);
    return begins;
  }

  /** Forgets the first events of the step, up to `seq`. */
  forget(seq) {
    const items = this.current?.items ?? [];
    const kept = items.findIndex((item) => item.seq >= seq);
    if (kept !== 0) items.splice(0, kept < 0 ? items.length : kept);
  }
}
