// The steps of the recording, from its marks. Each step has a heading over its events.

import { sourceOf } from "./apis.js";
import { clientStepTitle, isClientStep } from "./client-steps.js";

/** The step of all calls that belong to no operation. */
const STEP_FROM_TERMINAL = "from a terminal";

/**
 * Assigns events to headings: `{ label, at, items, isFromTerminal, parts, continues, first, pause, y, height }`. The lanes set
 * `first`, `pause`, `y` and `height`. A heading with `continues` has further events of that heading, after a call from a terminal. In a step such as "one shelf: read the book", each API may have another part of the same
 * story, which `parts` contains by API.
 */
export class StepHeadings {
  /** The heading of the current step; `null` before the first. */
  current = null;
  #next = null;
  /** The heading of the operation that was begun last. Connections from a terminal may be accepted meanwhile. */
  #operation = null;

  /** Starts a step, unless the mark is that of another recording for the current step. */
  mark({ label, at, recording }) {
    const known = this.#next ?? this.#operation;
    const [story, part] = stepParts(label);
    if (known?.story === story && !known.recordings.has(recording)) {
      known.recordings.add(recording);
      known.parts.set(sourceOf({ recording }).api, part);
      if (label !== known.label) known.label = story;
      return;
    }
    const isFromTerminal = label === STEP_FROM_TERMINAL;
    const parts = new Map([[sourceOf({ recording }).api, part]]);
    this.#next = { label, story, parts, at, isFromTerminal, recordings: new Set([recording]), items: [] };
  }

  /**
   * Adds an event and returns `true` if it starts a new heading. A step starts with its first event, not with its
   * mark. So an empty step has no heading, and a late event still belongs to its own step.
   */
  add(item) {
    if (isClientStep(item)) return this.#addToClientStep(item);
    const [story] = stepParts(item.step ?? this.#next?.story ?? "");
    const begins = this.#next?.story === story;
    if (begins) {
      this.#operation = this.current = this.#next;
      this.#next = null;
    }
    const operation = this.#operation;
    if (operation?.isFromTerminal !== false) return begins;
    operation.items.push(item);
    if (begins || operation === (this.current.continues ?? this.current) || operation.story !== story) return begins;
    // A call from a terminal has interrupted the operation.
    this.current = { ...operation, label: `${operation.label} (continued)`, at: item.at, items: [], continues: operation };
    return true;
  }

  /**
   * Adds an event of a connection that is a step of its own. The accept starts its heading. Later events of a connection
   * can be below the heading of another one that was accepted meanwhile.
   */
  #addToClientStep(item) {
    const { step, at, client, connection, recording } = item;
    if (item.op === "accept") {
      const [recordings, parts] = [new Set([recording]), new Map()];
      this.current = { label: step, story: step, parts, at, isFromTerminal: true, recordings, items: [] };
      // A step that an operation has begun over another API still gets its heading.
      if (this.#next?.isFromTerminal) this.#next = this.#operation = null;
    }
    if (this.current?.story === step) this.current.label = clientStepTitle({ step, client, connection }, this.current.label);
    return item.op === "accept";
  }

  /** Forgets the events of the operation before `seq`. */
  forget(seq) {
    const items = this.#operation?.items ?? [];
    const kept = items.findIndex((item) => item.seq >= seq);
    if (kept !== 0) items.splice(0, kept < 0 ? items.length : kept);
  }
}

/** Returns the story of a step, and the part in it: "one shelf: read the book" has the story "one shelf". */
function stepParts(label) {
  const [story, ...part] = label.split(": ");
  return [story, part.join(": ")];
}

/** Returns `true` if the APIs have different parts in the step, so that their calls cannot be compared. */
export function hasParts({ parts }) {
  return new Set(parts.values()).size > 1;
}
