// The lanes: what client and server of each API do, side by side, on one clock. Time runs down.

import { el, onFrame } from "../frame/dom.js";
import { LANE_GUTTER } from "./columns.js";
import { LaneField } from "./field.js";
import { LaneFocus } from "./focus.js";
import { handleLanes } from "./input.js";
import { laneHeadHeight } from "./head.js";
import { LANE_ZOOMS, LaneModel } from "./model.js";
import { LaneSticky } from "./sticky.js";
import { laneTitles } from "./titles.js";
import { LaneWindow } from "./window.js";

/**
 * The lanes of one `kind`, as the server's `hello` lists them: `lanes` of APIs, or `plain` ones. They have the
 * events up to the store's cursor, and follow what comes until somebody scrolls up. `empty` is shown while
 * nobody has called. With `onCompare`, steps are summed up.
 */
export class Lanes {
  #isShown = false;
  #isMeasured = false;
  #width = 0;
  #hello = null;
  #titles = el("div");
  #sticky = null;
  #draw = onFrame(() => this.#isShown && this.#focus.keep(() => this.#drawNow()));
  #window = new LaneWindow(this.#draw);
  #focus = new LaneFocus(this);
  #model = null;
  #listeners = [];

  constructor(store, { kind, empty, onCompare }) {
    this.store = store;
    this.kind = kind;
    this.empty = empty;
    this.how = { apis: [], onCompare };
    this.#sticky = new LaneSticky(this.how);
    const label = "Lanes: what happened, downwards in time";
    const parts = [this.#titles, this.#window.element, this.#sticky.element, empty, this.#window.button];
    this.element = el("section", { class: "lanes", "aria-label": label }, parts);
    this.element.style.setProperty("--lane-gutter", `${LANE_GUTTER}px`);
    this.#renew();
    this.#listen();
  }

  /** The names of the recordings that have a lane. */
  get apis() {
    return this.how.apis;
  }

  /** Whether `hello` is another one now: of another run, or with other lanes. It may say the same again. */
  #isOther() {
    const [before, { hello }] = [this.#hello, this.store];
    if (hello === before) return false;
    this.#hello = hello;
    const told = (one) => JSON.stringify([one?.boot, one?.[this.kind]]);
    return told(hello) !== told(before);
  }

  /** Begins with nothing: the events are of another run, or some are gone that were not seen. */
  #renew() {
    this.#hello = this.store.hello;
    const lanes = this.#hello?.[this.kind] ?? [];
    const before = this.#model?.how;
    this.how.apis = lanes.map(({ api }) => api);
    const headHeight = (heading) => laneHeadHeight(heading, Boolean(this.how.onCompare));
    this.#model = new LaneModel({ apis: this.apis, headHeight });
    if (before) this.#model.layOut({ ...before, focus: this.store.focus });
    this.field = new LaneField(this.#model, this.how);
    this.#window.element.replaceChildren(this.field.element);
    const titles = laneTitles(lanes);
    this.#titles.replaceWith(titles);
    this.#titles = titles;
    this.#isMeasured = false;
    // What is over is read from its beginning.
    if (this.store.live) this.#window.isFollowing = true;
    else this.#window.stay(Infinity);
  }

  #listen() {
    const { store } = this;
    const scroller = this.#window.element;
    for (const kind of ["items", "hello"]) store.on(kind, this.#draw);
    store.on("cursor", () => this.#window.follow());
    store.on("focus", () => this.#isShown && this.layOut({ focus: store.focus }));
    store.on("selection", () => this.#select());
    scroller.addEventListener("scroll", () => this.#window.scrolled(this.#end));
    handleLanes(this, scroller);
    new ResizeObserver(() => this.#resized()).observe(scroller);
  }

  /** Draws from now on. */
  show() {
    this.#isShown = true;
    if (this.#model.how.focus === this.store.focus) this.#draw();
    else this.layOut({ focus: this.store.focus });
  }

  /** Does no work any more. */
  hide() {
    this.#isShown = false;
  }

  /** What there is in the lanes, also what came since all was drawn: who asks may be drawn before them. */
  get model() {
    this.#takeIn();
    return this.#model;
  }

  /** Calls `listener` after each change of the layout. */
  onLayout(listener) {
    this.#listeners.push(listener);
  }

  /** How many events are shown. */
  get count() {
    const { cursor } = this.store;
    return cursor === null ? this.#model.entries.length : this.#model.countTo(cursor);
  }

  /** The `seq` of the last event that may be shown. */
  get #end() {
    return this.store.cursor ?? this.#model.last;
  }

  get #sizes() {
    return LANE_ZOOMS[this.#model.how.zoom];
  }

  /** Lays out in another way: `{ layout, zoom, options, focus }`, as far as given. What one sees stays. */
  layOut(how) {
    this.#takeIn();
    const anchor = this.field.anchor(this.#window.element, this.store.selected);
    this.#model.layOut(how);
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

  /** Brings an event into sight. */
  reveal(seq) {
    const entry = this.#model.entry(seq);
    if (!entry) return;
    const covered = entry.heading?.height ?? 0;
    if (this.#window.sees(entry.y - this.field.origin, this.#sizes.boxHeight, covered)) return;
    this.#window.stay(this.#end);
    this.#scrollTo(seq, Math.max(covered, this.#window.element.clientHeight / 3));
  }

  /** Gives the focus of the keyboard to an event. */
  focusEvent(seq) {
    this.#focus.set(seq);
    this.reveal(seq);
    this.#drawNow();
    this.#focus.give(seq);
  }

  #select() {
    const { selected, cursor } = this.store;
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

  /** Takes in what has come, and forgets what the store has. */
  #takeIn() {
    const { store, field } = this;
    const isHole = this.#model.last > 0 && store.items[0]?.seq > this.#model.last + 1;
    if (this.#isOther() || isHole) this.#renew();
    const before = field.origin;
    this.#model.takeIn(store);
    if (field === this.field) this.#window.lose(field.origin - before);
  }

  #drawNow() {
    this.#takeIn();
    if (!this.#isMeasured) this.#measure();
    const { count } = this;
    this.empty.hidden = this.#model.hasBegun;
    const { element, isFollowing } = this.#window;
    const end = this.field.end(count, this.#sizes.boxHeight + 6, element.clientHeight);
    const [top, bottom] = this.#window.place(end);
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
