// The lanes: what client and server of each API do, side by side, on one clock. Time runs down.

import { el, onFrame } from "./dom.js";
import { LANE_GUTTER, laneColumns } from "./lane-columns.js";
import { LaneField } from "./lane-field.js";
import { LANE_ZOOMS, LaneModel, modelFind } from "./lane-model.js";
import { laneMove } from "./lane-moves.js";
import { laneInfo, laneTitles } from "./lane-titles.js";
import { laneCount } from "./lanes-text.js";

/**
 * Lanes of the APIs, for the events that `choose` lets pass, up to the store's cursor. `empty` is shown while there is
 * none. They follow what comes until somebody scrolls up.
 */
export function createLanes(store, options) {
  return new Lanes(store, options);
}

class Lanes {
  #isShown = false;
  #isFollowing = true;
  #leftAt = 0;
  #geometry = null;
  #width = 0;
  #active = null;
  #scroll = el("div", { class: "lanes-scroll" });
  #titles = el("div");
  #step = el("div", { class: "lanes-step", "aria-hidden": "true", hidden: true });
  #more = el("button", { type: "button", class: "lanes-more main", hidden: true, onclick: () => this.follow() });
  #draw = onFrame(() => this.#isShown && this.#drawNow());
  #listeners = [];

  constructor(store, { apis, choose, empty = null }) {
    this.store = store;
    this.apis = apis;
    this.choose = choose;
    this.empty = empty ?? el("p", { class: "lanes-empty", text: "Nothing has happened yet." });
    this.element = el(
      "section",
      { class: "lanes", "aria-label": "Lanes: what happened, downwards in time" },
      this.#titles,
      this.#step,
      this.#scroll,
      this.empty,
      this.#more,
    );
    this.#renew();
    this.#listen();
  }

  /** Begins with nothing: the events are of another run. */
  #renew() {
    const { how } = this.model ?? {};
    this.boot = this.store.hello?.boot;
    this.model = new LaneModel({ apis: this.apis, choose: this.choose });
    if (how) this.model.layOut({ ...how, focus: null });
    this.field = new LaneField(this.model, this.apis.map((api) => laneInfo(this.store.hello, api).title));
    this.#scroll.replaceChildren(this.field.element);
    const titles = laneTitles(this.store.hello, this.apis);
    this.#titles.replaceWith(titles);
    this.#titles = titles;
    this.#geometry = null;
    this.#isFollowing = true;
  }

  #listen() {
    const { store } = this;
    for (const kind of ["items", "hello"]) store.on(kind, this.#draw);
    store.on("cursor", () => this.#reachEnd());
    store.on("focus", () => this.#isShown && this.layOut({ focus: store.focus }));
    store.on("selection", () => this.#select());
    this.#scroll.addEventListener("scroll", () => this.#scrolled());
    this.#scroll.addEventListener("click", (event) => this.#clicked(event));
    this.#scroll.addEventListener("keydown", (event) => this.#moved(event));
    new ResizeObserver(() => this.#resized()).observe(this.#scroll);
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

  #resized() {
    if (this.#scroll.clientWidth !== this.#width) this.#geometry = null;
    this.#draw();
    if (this.#isShown && this.store.selected !== null && !this.#isFollowing) this.reveal(this.store.selected);
  }

  /** Calls `listener` after each change of what is laid out. */
  onLayout(listener) {
    this.#listeners.push(listener);
  }

  /** Lays out in another way: `{ layout, zoom, options, focus }`, as far as given. What is seen stays in sight. */
  layOut(how) {
    this.#takeIn();
    const anchor = this.#anchor();
    this.model.layOut(how);
    this.#geometry = null;
    this.#drawNow();
    if (anchor && !this.#isFollowing) this.#scrollTo(anchor.seq, anchor.offset);
    for (const listener of this.#listeners) listener();
  }

  /** The event that stays where it is: the selected one if it is seen, or else the first that is. */
  #anchor() {
    const { scrollTop, clientHeight } = this.#scroll;
    const selected = this.model.entry(this.store.selected);
    const top = scrollTop + this.field.origin;
    const isSeen = selected && selected.y >= top && selected.y < top + clientHeight;
    const entry = isSeen ? selected : this.model.entries.find((other) => other.y >= top);
    return entry && { seq: entry.item.seq, offset: entry.y - top };
  }

  #scrollTo(seq, offset) {
    const index = Math.max(0, this.model.countTo(seq) - 1);
    const entry = this.model.entries[index];
    if (!entry) return;
    this.#scroll.scrollTop = entry.y - this.field.origin - offset;
    this.#drawNow();
  }

  /** Goes to the newest event, and on with those that come. */
  follow() {
    this.#isFollowing = true;
    this.#draw();
  }

  /** Brings an event into sight. */
  reveal(seq) {
    const entry = this.model.entry(seq);
    if (!entry) return;
    const top = entry.y - this.field.origin;
    const { scrollTop, clientHeight } = this.#scroll;
    if (top >= scrollTop + 32 && top + this.#sizes.boxHeight <= scrollTop + clientHeight) return;
    this.#stay();
    this.#scrollTo(seq, Math.max(40, clientHeight / 3));
  }

  /** Gives the focus of the keyboard to an event. */
  focusEvent(seq) {
    this.#active = seq;
    this.reveal(seq);
    this.#drawNow();
    this.field.box(seq)?.focus({ preventScroll: true });
  }

  get #sizes() {
    return LANE_ZOOMS[this.model.how.zoom];
  }

  /** Takes in what has come, and forgets what the store has. */
  #takeIn() {
    const { store } = this;
    if (this.boot !== store.hello?.boot) this.#renew();
    const { items } = store;
    const before = this.field.origin;
    for (let at = store.indexOf(this.model.last + 1); at < items.length; at++) this.model.add(items[at]);
    if (items.length > 0) this.model.forget(items[0].seq);
    return this.field.origin - before;
  }

  #drawNow() {
    const gone = this.#takeIn();
    const focused = this.#geometry === null ? Number(document.activeElement?.dataset.seq) : NaN;
    this.#geometry ??= this.#measure();
    const { model, store } = this;
    const count = store.cursor === null ? model.entries.length : model.countTo(store.cursor);
    const bottom = this.field.bottom(count, this.#sizes.boxHeight + 24);
    this.field.element.style.height = `${bottom}px`;
    this.empty.hidden = lanesHaveBegun(model.entries);
    if (this.#isFollowing) this.#scroll.scrollTop = bottom;
    else if (gone > 0 && Number.isFinite(gone)) this.#scroll.scrollTop -= gone;
    const { scrollTop, clientHeight } = this.#scroll;
    const drawn = this.field.draw({
      top: scrollTop,
      bottom: scrollTop + clientHeight,
      count,
      geometry: this.#geometry,
      selected: store.selected,
      cursor: store.cursor,
      isFollowing: this.#isFollowing,
    });
    this.#drawEdges(drawn, count, scrollTop + this.field.origin);
    if (!Number.isNaN(focused)) this.field.box(focused)?.focus({ preventScroll: true });
  }

  #measure() {
    this.field.clear();
    this.#width = this.#scroll.clientWidth;
    const { detail, boxHeight } = this.#sizes;
    const { layout } = this.model.how;
    this.field.element.dataset.detail = detail;
    this.field.element.style.setProperty("--box-height", `${boxHeight}px`);
    this.field.element.style.setProperty("--lane-gutter", `${LANE_GUTTER}px`);
    this.field.element.style.setProperty("--lane-width", `${(this.#width - LANE_GUTTER) / this.apis.length}px`);
    this.#titles.style.paddingInlineEnd = `${this.#scroll.offsetWidth - this.#width}px`;
    const columns = laneColumns(this.#width, this.apis.length);
    return { columns, shapesOnly: detail === "shape", middle: layout === "time" ? 10 : boxHeight / 2 };
  }

  /** What depends on where the window is: the name of the step, the stop of Tab, the way to the newest. */
  #drawEdges(drawn, count, top) {
    const first = drawn.find((entry) => entry.y + 8 >= top);
    const step = first?.item.step;
    const isHeadNear = this.model.rules[modelFind(this.model.rules, top, (rule) => rule.y)]?.kind === "head";
    this.#step.hidden = step === undefined || isHeadNear || this.#scroll.scrollTop < 40;
    this.#step.textContent = step ?? "";
    const wanted = this.store.selected ?? this.#active;
    const isDrawn = drawn.some((entry) => entry.item.seq === wanted);
    this.field.setTabStop(isDrawn ? wanted : first?.item.seq);
    const fresh = count - this.model.countTo(this.#leftAt);
    this.#more.hidden = this.#isFollowing || count === 0;
    this.#more.textContent = fresh > 0 ? `${laneCount(fresh)} new ↓` : "to the end ↓";
  }

  #scrolled() {
    const { scrollTop, clientHeight, scrollHeight } = this.#scroll;
    const isAtEnd = scrollTop + clientHeight >= scrollHeight - 6;
    if (isAtEnd) this.#isFollowing = true;
    else if (this.#isFollowing) this.#stay();
    this.#draw();
  }

  /** Stays where it is, whatever comes. */
  #stay() {
    if (!this.#isFollowing) return;
    this.#isFollowing = false;
    this.#leftAt = this.store.cursor ?? this.model.last;
  }

  #reachEnd() {
    this.#isFollowing = true;
    this.#draw();
  }

  #select() {
    const { selected, cursor } = this.store;
    if (selected !== null) {
      this.#active = selected;
      if (cursor !== null && selected > cursor) this.store.set("cursor", selected);
      this.#stay();
      if (this.#isShown) this.reveal(selected);
    }
    this.#draw();
  }

  #clicked(event) {
    const box = event.target.closest("[data-seq]");
    if (box === null) return;
    const chip = event.target.closest("[data-connection]");
    if (chip !== null && event.detail > 0) return this.store.set("focus", Number(chip.dataset.connection));
    const seq = Number(box.dataset.seq);
    this.store.set("selected", this.store.selected === seq ? null : seq);
  }

  #moved(event) {
    const entry = this.model.entry(Number(event.target.dataset?.seq));
    if (!entry || event.ctrlKey || event.metaKey || event.altKey) return;
    const { cursor, selected } = this.store;
    const count = cursor === null ? this.model.entries.length : this.model.countTo(cursor);
    const next = laneMove(this.model, entry, event.key, count);
    if (!next) return;
    event.preventDefault();
    this.focusEvent(next.item.seq);
    if (selected !== null) this.store.set("selected", next.item.seq);
  }
}

/** What servers do before anybody calls them. */
const LANES_BEFORE = ["socket", "option", "bind", "listen"];

/** Whether anything else than that has happened. */
function lanesHaveBegun(entries) {
  return entries.length > 20 || entries.some(({ item }) => !LANES_BEFORE.includes(item.op));
}
