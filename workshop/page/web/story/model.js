// The step that is shown as a story, and its calls by API and phase.

import { sourceOf } from "../recording/apis.js";
import { groupBy } from "../recording/connections.js";
import { Flow } from "../recording/flow.js";
import { listenersOf, phasesOf } from "../recording/phases.js";
import { StepList } from "../recording/step-list.js";

/** The steps of the store's events, and the shown one. */
export class StoryModel {
  /** The links between events, for the inspector. */
  flow = new Flow();
  #store;
  #list = null;
  #lanes = "";
  #last = 0;
  #shown = undefined;
  #shownFor = null;

  constructor(store) {
    this.#store = store;
  }

  /** The APIs with a lane, in order. */
  get lanes() {
    return this.#store.hello?.lanes ?? [];
  }

  /** Adds the store's new events. */
  update() {
    const apis = this.lanes.map(({ api }) => api);
    const lanes = `${this.#store.hello?.boot} ${apis}`;
    if (lanes !== this.#lanes || this.#store.items[0]?.seq > this.#last + 1) {
      this.#list = new StepList(apis);
      this.flow = new Flow();
      [this.#lanes, this.#last, this.#shown] = [lanes, 0, undefined];
    }
    for (const item of this.#store.items.slice(this.#store.indexOf(this.#last + 1))) {
      this.flow.add(item);
      this.#last = item.seq;
    }
    this.#list.update(this.#store);
  }

  /** All steps, the oldest first. */
  get steps() {
    return this.#list?.steps ?? [];
  }

  /** Index of the shown step: the chosen one, else the first of the workshop itself. −1 without steps. */
  get index() {
    if (this.steps.length === 0) return -1;
    const { at, after } = this.#store.place;
    const awaited = after === undefined ? -1 : this.steps.findIndex((step) => step.first > after);
    if (awaited >= 0) return awaited;
    const isOwn = ({ heading }) => !heading.isFromTerminal;
    return Math.max(0, at === null ? this.steps.findIndex(isOwn) : this.#list.indexOf(at));
  }

  /** The shown step. It stays after its events were dropped, until another one is chosen: a full room drops events quickly. */
  get step() {
    const { place } = this.#store;
    const isDropped = this.#shown !== undefined && this.#shownFor === place && this.#shown.first < (this.steps[0]?.first ?? 0);
    const isAwaited = this.#shown?.first <= place.after && this.steps.at(-1)?.first > place.after;
    if (!isDropped || isAwaited) [this.#shown, this.#shownFor] = [this.steps[this.index], place];
    return this.#shown;
  }

  /** Returns `true` if the event is in the shown step. The listening sockets of its servers are in it, too. */
  contains({ seq, op }) {
    this.update();
    return ["socket", "bind", "listen"].includes(op) || this.step?.items.some((item) => item.seq === seq) === true;
  }

  /** Returns the event with its time in the shown step, as the inspector needs it. */
  entry(seq) {
    const item = this.#store.item(seq);
    return item && this.step && { item, since: item.at - this.step.heading.at };
  }

  /** Returns by API, in the order of the lanes, the phases of the shown step. */
  orderedPhases() {
    const phases = this.phases();
    const own = this.lanes.filter(({ api }) => phases.has(api));
    return new Map(own.map(({ api }) => [api, phases.get(api)]));
  }

  /** Returns by API the phases of the shown step. */
  phases() {
    const { step } = this;
    const own = step.items.filter((item) => !item.upstream);
    const groups = groupBy(own, (item) => sourceOf(item).api);
    return new Map(groups.map(([api, items]) => [api, phasesOf(items, listenersOf(this.#store.openings, items))]));
  }
}
