// The lanes: the socket calls of each API's client and server side by side. Time runs downwards.

import { el, onFrame, throttled } from "../frame/dom.js";
import { LANE_GUTTER } from "./columns.js";
import { LaneField } from "./field.js";
import { LaneFocus } from "./focus.js";
import { attachLaneInput } from "./input.js";
import { laneHeadHeight } from "./head.js";
import { LaneModel } from "./model.js";
import { LaneSticky } from "./sticky.js";
import { LaneSwitch } from "./switch.js";
import { laneTitles } from "./titles.js";
import { LaneWindow } from "./window.js";

/** Minimum time between two drawings for new events, in milliseconds. */
const LANES_WAIT = 100;

/**
 * The lanes of one `kind` in the `hello` message: `lanes` of the APIs or `plain` ones. They show the events up to
 * the store's cursor and follow new steps until the user scrolls. `empty` is shown before the first call. With
 * `onCompare`, headings have totals. With `hasPlace`, they open at the start of the store's `place`, else of the newest step.
 * If the place is the start of a step, they show it until the next step begins.
 * In a narrow window one lane is shown, with a switch between the APIs.
 */
export class Lanes {
  #isShown = false;
  #isMeasured = false;
  /** `true` if the store's place is shown. */
  #isPlaced = true;
  #width = 0;
  #hello = null;
  /** The selected event for which the lanes were scrolled last. */
  #revealed = null;
  #titles = el("div");
  #switch = new LaneSwitch(() => {
    this.#reset();
    this.#draw();
  });
  #sticky = null;
  #draw = onFrame(() => {
    if (!this.#isShown) return;
    this.#focus.keep(() => this.#drawNow());
    this.element.removeAttribute("aria-busy");
  });
  #window = new LaneWindow(this.#draw);
  #focus = new LaneFocus(this);
  #model = null;
  #listeners = [];

  constructor(store, { kind, empty, onCompare, hasPlace = false }) {
    this.store = store;
    this.hasPlace = hasPlace;
    this.kind = kind;
    this.empty = empty;
    this.headOptions = { apis: [], onCompare };
    this.#sticky = new LaneSticky(this.headOptions);
    const label = "Lanes: socket calls, downwards in time";
    const parts = [this.#switch.element, this.#titles, this.#window.element, this.#sticky.element, empty, this.#window.button];
    this.element = el("section", { class: "lanes", "aria-label": label }, parts);
    this.element.style.setProperty("--lane-gutter", `${LANE_GUTTER}px`);
    this.#reset();
    this.#listen();
  }

  /** The names of the APIs with a lane. */
  get apis() {
    return this.headOptions.apis;
  }

  /** Returns `true` if a new `hello` message belongs to another run or has other lanes. */
  #hasOtherLanes() {
    const [before, { hello }] = [this.#hello, this.store];
    if (hello === before) return false;
    this.#hello = hello;
    const relevant = (message) => JSON.stringify([message?.boot, message?.[this.kind]]);
    return relevant(hello) !== relevant(before);
  }

  /** Discards all events, because they are of another run, or because some were dropped unseen. */
  #reset() {
    this.#hello = this.store.hello;
    const lanes = this.#switch.lanes(this.#hello?.[this.kind] ?? []);
    const before = this.#model?.settings;
    this.headOptions.apis = lanes.map(({ api }) => api);
    const headHeight = (heading) => laneHeadHeight(heading, Boolean(this.headOptions.onCompare));
    this.#model = new LaneModel({ apis: this.apis, headHeight });
    if (before) this.#model.layOut({ ...before, focus: this.store.focus });
    this.field = new LaneField(this.#model, this.headOptions);
    this.#window.element.replaceChildren(this.field.element);
    const titles = laneTitles(lanes);
    this.#titles.replaceWith(titles);
    this.#titles = titles;
    this.#isMeasured = false;
    this.#isPlaced = false;
    this.#window.isFollowing = this.store.live && !this.hasPlace;
    this.#window.isAtEnd = false;
  }

  #listen() {
    const { store } = this;
    const scroller = this.#window.element;
    const drawSoon = throttled(this.#draw, LANES_WAIT);
    store.on("items", () => {
      // Until the new events are drawn.
      this.element.setAttribute("aria-busy", "true");
      drawSoon();
    });
    store.on("hello", this.#draw);
    store.on("cursor", () => this.#followCursor());
    if (this.hasPlace) store.on("place", () => this.#goToPlace());
    store.on("focus", () => this.#isShown && this.layOut({ focus: store.focus }));
    store.on("selection", () => this.#select());
    scroller.addEventListener("scroll", () => this.#window.scrolled(this.#end));
    attachLaneInput(this, scroller);
    new ResizeObserver(() => this.#resized()).observe(scroller);
  }

  /** Starts drawing. */
  show() {
    this.#isShown = true;
    const { selected } = this.store;
    // Another screen may have selected an event.
    if (selected !== null && selected !== this.#revealed) onFrame(() => this.reveal(selected))();
    this.#revealed = selected;
    if (this.#model.settings.focus === this.store.focus) this.#draw();
    else this.layOut({ focus: this.store.focus });
  }

  /** Stops drawing. */
  hide() {
    this.#isShown = false;
  }

  /** The model with all events, including those that are not drawn yet. */
  get model() {
    this.#update();
    return this.#model;
  }

  /** Calls `listener` after each change of the layout. */
  onLayout(listener) {
    this.#listeners.push(listener);
  }

  /** Number of shown events. */
  get count() {
    const { cursor } = this.store;
    return cursor === null ? this.#model.entries.length : this.#model.countTo(cursor);
  }

  /** The `seq` of the last event to show. */
  get #end() {
    return this.store.cursor ?? this.#model.last;
  }

  /** `true` if new events are shown when they happen. */
  get #isLive() {
    return this.store.live && this.store.cursor === null;
  }

  get #sizes() {
    return this.#model.sizes;
  }

  /** Follows the end of the shown events during playback, and else new steps. */
  #followCursor() {
    this.#window.follow();
    this.#window.isAtEnd = this.store.cursor !== null;
  }

  #goToPlace() {
    this.#isPlaced = this.store.place.after !== undefined;
    if (this.#isPlaced && this.store.cursor === null) this.#window.follow();
    this.#draw();
  }

  /** Scrolls to the start of the step at the store's place, as soon as it has events. */
  #showPlace() {
    const { entries } = this.#model;
    // Another screen may have selected an event.
    if (this.#model.entry(this.store.selected) !== undefined) {
      this.#isPlaced = true;
      return this.reveal(this.store.selected);
    }
    const { at } = this.store.place;
    const from = at === null ? 0 : this.#model.countTo(at - 1);
    const heading = entries.slice(from).find((entry) => entry.heading)?.heading;
    if (!heading) return;
    this.#isPlaced = true;
    // The page may not have received all earlier events yet.
    const last = Math.max(this.#end, this.store.hello?.last ?? 0);
    this.#window.showFrom(heading.y - this.field.origin, last, this.#isLive);
  }

  /** Chooses a zoom at which the visible step fits into the window, and shows it from its start. */
  fit() {
    this.#update();
    const { scrollTop, clientHeight } = this.#window.element;
    const top = scrollTop + this.field.origin;
    const isVisible = ({ y, heading }) => heading && y >= top + heading.height && y < top + clientHeight;
    const selected = this.#model.entry(this.store.selected);
    // The heading of the upper step covers its last calls.
    const entry = selected && isVisible(selected) ? selected : this.#model.entries.find(isVisible);
    if (!entry) return;
    const isWaiting = this.#isLive && (this.#window.isFollowing || this.#window.isWaiting);
    this.#model.layOut(this.#model.fitting(entry.heading, clientHeight));
    this.#isMeasured = false;
    this.#focus.keep(() => this.#drawNow());
    const { heading } = this.#model.entry(entry.item.seq);
    this.#window.showFrom(heading.y - this.field.origin, this.#end, isWaiting);
    this.#drawNow();
    for (const listener of this.#listeners) listener();
  }

  /** Changes settings, any of `{ layout, zoom, rowHeight, options, focus }`, and keeps the visible part in view. */
  layOut(settings) {
    this.#update();
    const anchor = this.field.anchor(this.#window.element, this.store.selected);
    this.#model.layOut(settings);
    this.#isMeasured = false;
    this.#focus.keep(() => {
      this.#drawNow();
      if (anchor && !this.#window.isFollowing) this.#scrollTo(anchor.seq, anchor.offset);
    });
    for (const listener of this.#listeners) listener();
  }

  #scrollTo(seq, offset) {
    const entry = this.#model.entries[Math.max(0, this.#model.countTo(seq) - 1)];
    if (!entry) return;
    this.#window.element.scrollTop = entry.y - this.field.origin - offset;
    this.#drawNow();
  }

  /** Scrolls to an event. */
  reveal(seq) {
    const entry = this.#model.entry(seq);
    if (!entry) return;
    const covered = entry.heading?.height ?? 0;
    if (this.#window.contains(entry.y - this.field.origin, this.#sizes.boxHeight, covered)) return;
    this.#window.stay(this.#end);
    this.#scrollTo(seq, Math.max(covered, this.#window.element.clientHeight / 3));
  }

  /** Scrolls to an event and focuses it. */
  focusEvent(seq) {
    this.#focus.set(seq);
    this.reveal(seq);
    this.#drawNow();
    this.#focus.give(seq);
  }

  #select() {
    const { selected, cursor } = this.store;
    if (this.#isShown) this.#revealed = selected;
    if (selected !== null) {
      this.#focus.set(selected);
      if (cursor !== null && selected > cursor) this.store.set("cursor", selected);
      this.#window.stay(this.#end);
      if (this.#isShown) this.reveal(selected);
    }
    this.#draw();
  }

  #resized() {
    if (this.#window.element.clientWidth !== this.#width) this.#isMeasured = false;
    this.#draw();
    if (this.#isShown && !this.#window.isFollowing) this.reveal(this.store.selected);
  }

  /** Adds the store's new events and forgets dropped ones. */
  #update() {
    const { store, field } = this;
    const isGap = this.#model.last > 0 && store.items[0]?.seq > this.#model.last + 1;
    if (this.#hasOtherLanes() || isGap) this.#reset();
    const before = field.origin;
    this.#model.update(store);
    if (field === this.field) this.#window.removeTop(field.origin - before);
  }

  #drawNow() {
    this.#update();
    if (!this.#isMeasured) this.#measure();
    const { count } = this;
    this.empty.hidden = this.#model.hasBegun;
    const { element, isFollowing } = this.#window;
    const [end, begin, first] = this.field.end(count, this.#sizes.boxHeight + 6, element.clientHeight);
    if (!this.#isPlaced && this.hasPlace) this.#showPlace();
    // With many participants the lanes would jump to a new step all the time.
    const isForeign = this.#isLive && this.store.room?.participants.length > 0 && this.#model.entries[count - 1]?.heading?.isFromTerminal === true;
    const [top, bottom] = this.#window.scrollFor(end, begin, first, isForeign);
    const { selected, cursor } = this.store;
    const drawn = this.field.draw({ top, bottom, count, selected, cursor, isFollowing });
    this.#sticky.draw(this.#model, top + this.field.origin, this.#end);
    this.#focus.drawStop(drawn, top + this.field.origin);
    this.#window.show(this.#model.hasBegun ? count : 0, this.#model);
  }

  #measure() {
    const { offsetWidth, clientWidth } = this.#window.element;
    this.#width = clientWidth;
    this.element.style.setProperty("--lane-edge", `${offsetWidth - clientWidth}px`);
    this.field.measure(clientWidth);
    this.#isMeasured = true;
  }
}
