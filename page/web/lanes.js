// The lanes: what client and server of each API do, side by side, on one clock. Time runs down.

import { el, onFrame } from "./dom.js";
import { laneGeometry } from "./lane-columns.js";
import { LaneField } from "./lane-field.js";
import { handleLanes } from "./lane-hand.js";
import { LANE_ZOOMS, LaneModel } from "./lane-model.js";
import { laneInfo, laneTitles } from "./lane-titles.js";
import { LaneWindow } from "./lane-window.js";

/** What servers do before anybody calls them. */
const LANES_BEFORE = ["socket", "option", "bind", "listen"];

/**
 * Lanes of the APIs, for the events that `choose` lets pass, up to the store's cursor. `empty` is shown while
 * nobody has called. They follow what comes until somebody scrolls up.
 */
export function createLanes(store, options) {
  return new Lanes(store, options);
}

class Lanes {
  #isShown = false;
  #geometry = null;
  #width = 0;
  #active = null;
  #titles = el("div");
  #step = el("div", { class: "lanes-step", "aria-hidden": "true", hidden: true });
  #draw = onFrame(() => this.#isShown && this.#keepFocus(() => this.#drawNow()));
  #window = new LaneWindow(this.#draw);
  #listeners = [];

  constructor(store, { apis, choose, empty }) {
    this.store = store;
    this.apis = apis;
    this.choose = choose;
    this.empty = empty ?? el("p", { class: "lanes-empty", text: "Nothing has happened yet." });
    const label = "Lanes: what happened, downwards in time";
    const parts = [this.#titles, this.#step, this.#window.element, this.empty, this.#window.button];
    this.element = el("section", { class: "lanes", "aria-label": label }, parts);
    this.#renew();
    this.#listen();
  }

  /** Begins with nothing: the events are of another run, or have not been seen for so long that some are gone. */
  #renew() {
    const { hello } = this.store;
    const how = this.model?.how;
    this.boot = hello?.boot;
    this.model = new LaneModel({ apis: this.apis, choose: this.choose });
    if (how) this.model.layOut({ ...how, focus: this.store.focus });
    this.field = new LaneField(
      this.model,
      this.apis.map((api) => laneInfo(hello, api).title),
    );
    this.#window.element.replaceChildren(this.field.element);
    const titles = laneTitles(hello, this.apis);
    this.#titles.replaceWith(titles);
    this.#titles = titles;
    this.#geometry = null;
    this.#window.isFollowing = true;
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
    if (this.model.how.focus === this.store.focus) this.#draw();
    else this.layOut({ focus: this.store.focus });
  }

  /** Does no work any more. */
  hide() {
    this.#isShown = false;
  }

  /** Calls `listener` after each change of the layout. */
  onLayout(listener) {
    this.#listeners.push(listener);
  }

  /** How many events are shown. */
  get count() {
    const { cursor } = this.store;
    return cursor === null ? this.model.entries.length : this.model.countTo(cursor);
  }

  /** The `seq` of the last event that may be shown. */
  get #end() {
    return this.store.cursor ?? this.model.last;
  }

  get #sizes() {
    return LANE_ZOOMS[this.model.how.zoom];
  }

  /** Lays out in another way: `{ layout, zoom, options, focus }`, as far as given. What is seen stays in sight. */
  layOut(how) {
    this.#takeIn();
    const anchor = this.field.anchor(this.#window.element, this.store.selected);
    this.model.layOut(how);
    this.#geometry = null;
    this.#keepFocus(() => {
      this.#drawNow();
      if (anchor && !this.#window.isFollowing) this.#scrollTo(anchor.seq, anchor.offset);
    });
    for (const listener of this.#listeners) listener();
  }

  #scrollTo(seq, offset) {
    const entry = this.model.entries[Math.max(0, this.model.countTo(seq) - 1)];
    if (!entry) return;
    this.#window.element.scrollTop = entry.y - this.field.origin - offset;
    this.#drawNow();
  }

  /** Brings an event into sight. */
  reveal(seq) {
    const entry = this.model.entry(seq);
    if (!entry) return;
    if (this.#window.sees(entry.y - this.field.origin, this.#sizes.boxHeight)) return;
    this.#window.stay(this.#end);
    this.#scrollTo(seq, Math.max(40, this.#window.element.clientHeight / 3));
  }

  /** Gives the focus of the keyboard to an event. */
  focusEvent(seq) {
    this.#active = seq;
    this.reveal(seq);
    this.#drawNow();
    this.field.box(seq)?.focus({ preventScroll: true });
  }

  /** A box that is drawn anew has the focus still. */
  #keepFocus(draw) {
    const seq = Number(document.activeElement?.dataset.seq);
    draw();
    if (document.activeElement === document.body) this.field.box(seq)?.focus({ preventScroll: true });
  }

  #select() {
    const { selected, cursor } = this.store;
    if (selected !== null) {
      this.#active = selected;
      if (cursor !== null && selected > cursor) this.store.set("cursor", selected);
      this.#window.stay(this.#end);
      if (this.#isShown) this.reveal(selected);
    }
    this.#draw();
  }

  #resized() {
    if (this.#window.element.clientWidth !== this.#width) this.#geometry = null;
    this.#draw();
    if (this.#isShown && this.store.selected !== null && !this.#window.isFollowing)
      this.reveal(this.store.selected);
  }

  /** Takes in what has come, and forgets what the store has. Returns how much is gone above, in pixels. */
  #takeIn() {
    const { store, field } = this;
    const isHole = this.model.last > 0 && store.items[0]?.seq > this.model.last + 1;
    if (this.boot !== store.hello?.boot || isHole) this.#renew();
    const before = field.origin;
    for (const item of store.items.slice(store.indexOf(this.model.last + 1))) this.model.add(item);
    if (store.items.length > 0) this.model.forget(store.items[0].seq);
    return field === this.field ? field.origin - before : 0;
  }

  #drawNow() {
    const gone = this.#takeIn();
    this.#geometry ??= this.#measure();
    const { count, store } = this;
    this.empty.hidden = lanesHaveBegun(this.model.entries);
    const end = this.field.end(count, this.#sizes.boxHeight + 24);
    const [top, bottom] = this.#window.place(end, gone);
    const isFollowing = this.#window.isFollowing;
    const { selected, cursor } = store;
    const geometry = this.#geometry;
    const drawn = this.field.draw({ top, bottom, count, geometry, selected, cursor, isFollowing });
    this.#drawEdges(drawn, top);
    this.#window.show(count, this.model);
  }

  #measure() {
    this.field.clear();
    this.#width = this.#window.element.clientWidth;
    this.#titles.style.paddingInlineEnd = `${this.#window.element.offsetWidth - this.#width}px`;
    return laneGeometry(this.field.element, this.#width, this.apis.length, {
      ...this.#sizes,
      isByTime: this.model.how.layout === "time",
    });
  }

  /** What depends on where the window is: the name of the step, and the stop of Tab. */
  #drawEdges(drawn, scrollTop) {
    const top = scrollTop + this.field.origin;
    const first = drawn.find((entry) => entry.y + 8 >= top);
    const step = scrollTop < 40 || this.model.hasHeadAt(top) ? undefined : first?.item.step;
    this.#step.hidden = step === undefined;
    this.#step.textContent = step ?? "";
    const wanted = this.store.selected ?? this.#active;
    const isDrawn = drawn.some((entry) => entry.item.seq === wanted);
    this.field.setTabStop(isDrawn ? wanted : first?.item.seq);
  }
}

/** Whether anybody has called. */
function lanesHaveBegun(entries) {
  return entries.length > 20 || entries.some(({ item }) => !LANES_BEFORE.includes(item.op));
}
