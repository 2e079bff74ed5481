// The steps of the recording as a list. A connection from a terminal is a step of its own.

import { sourceOf } from "./apis.js";
import { clientStepTitle, isClientStep } from "./client-steps.js";
import { StepHeadings } from "./step-headings.js";

/**
 * The steps that contain connections: `{ first, number, heading, items }`. `first` is the `seq` of the first event, by which a
 * step is identified, and `number` counts the steps from 1.
 */
export class StepList {
  /** The steps, the oldest first. */
  steps = [];
  #apis;
  #marks = new StepHeadings();
  #last = 0;
  #begun = 0;
  #current = null;
  #clients = new Map();

  /** `apis` are those whose events are included. */
  constructor(apis) {
    this.#apis = apis;
  }

  /** Adds the store's new events and forgets those that it has dropped. */
  update(store) {
    for (const item of store.items.slice(store.indexOf(this.#last + 1))) this.#add(item);
    const oldest = store.items[0]?.seq ?? 0;
    if (this.steps[0]?.items.at(-1)?.seq < oldest) {
      this.steps = this.steps.filter((step) => step.items.at(-1).seq >= oldest);
    }
  }

  #add(item) {
    this.#last = item.seq;
    const { api } = sourceOf(item);
    if (!this.#apis.includes(api)) return;
    if (item.op === "mark") return this.#marks.mark(item);
    const begins = this.#marks.add(item);
    if (isClientStep(item)) return this.#addFromClient(item);
    const heading = this.#marks.current;
    if (begins && !heading.continues) this.#current = heading.isFromTerminal ? null : this.#begin(item, heading);
    this.#current?.items.push(item);
  }

  #begin(item, heading) {
    this.#begun += 1;
    const step = { first: item.seq, number: this.#begun, heading, items: [] };
    this.steps.push(step);
    return step;
  }

  /** Adds an event of a connection that is a step of its own. Connections of different clients may be open together. */
  #addFromClient(item) {
    const name = `${item.recording} ${item.step}`;
    if (item.op === "accept") {
      this.#clients.set(name, this.#begin(item, { label: item.step, at: item.at, parts: new Map(), isFromTerminal: true }));
    }
    const step = this.#clients.get(name);
    if (step === undefined) return;
    step.heading.label = clientStepTitle(item, step.heading.label);
    step.items.push(item);
  }

  /** Returns the index of the step with the event `seq`, or of the last step that began before it. */
  indexOf(seq) {
    const hasEvent = ({ items }) => items[0].seq <= seq && items.some((item) => item.seq === seq);
    const own = this.steps.findLastIndex(hasEvent);
    return own >= 0 ? own : this.steps.findLastIndex((step) => step.first <= seq);
  }
}
