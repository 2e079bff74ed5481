// The elements of the lanes. Only the visible part and a margin around it are in the document.

import { el, svg } from "../frame/dom.js";
import { apiTitle } from "../recording/apis.js";
import { laneArrow, laneGhost, laneGhostLabel } from "./arrows.js";
import { laneBox, placeLaneBox } from "./box.js";
import { laneGeometry } from "./columns.js";
import { laneLinks } from "./links.js";
import { modelFind } from "./model.js";
import { laneRule } from "./rules.js";

/** Height of the drawn margin above and below the visible part, in pixels. */
const FIELD_MARGIN = 200;

/** The scrolled field with all events. */
export class LaneField {
  #boxes = new Map();
  #rules = new Map();
  #arrows = new Map();
  #ghosts = new Map();
  #plane = el("div", { class: "lane-plane" });
  #svg = svg("svg", { class: "lane-arrows", "aria-hidden": "true" });
  #newest = Infinity;
  #geometry = null;

  /** `headOptions` are the options of `laneHead`. */
  constructor(model, headOptions) {
    this.model = model;
    this.headOptions = headOptions;
    this.#plane.append(this.#svg);
    this.element = el("div", { class: "lane-field" }, this.#plane);
  }

  /** Sets the width of the field and discards all elements, which `draw` then creates again. */
  measure(width) {
    const sizes = { ...this.model.sizes, isByTime: this.model.settings.layout === "time" };
    // Avoids a division by zero without lanes.
    const lanes = Math.max(1, this.model.columns / 2);
    this.#geometry = laneGeometry(this.element, width, lanes, sizes);
    for (const drawn of [this.#boxes, this.#rules, this.#arrows, this.#ghosts])
      fieldUpdate(drawn, new Map(), () => {});
    this.#newest = Infinity;
  }

  /** The position of the first kept event or rule. */
  get origin() {
    const positions = [this.model.entries[0], this.model.rules[0]].filter(Boolean).map(({ y }) => y);
    return positions.length === 0 ? 0 : Math.min(...positions);
  }

  /** Returns the event whose position a new layout should keep: the selected one if visible, else the first visible. */
  anchor({ scrollTop, clientHeight }, selected) {
    const { model } = this;
    const top = scrollTop + this.origin;
    const chosen = model.entry(selected);
    const isVisible = chosen && chosen.y >= top && chosen.y < top + clientHeight;
    const entry = isVisible ? chosen : model.entries[modelFind(model.entries, top, ({ y }) => y)];
    return entry && { seq: entry.item.seq, offset: entry.y - top };
  }

  /**
   * Returns the height of the field with the first `count` events, the start of the last step, and the `seq` of its first
   * event: `[bottom, begin, first]`. If the last step fits into the window of height `windowHeight`, the field is long enough to
   * show the step at the top.
   */
  end(count, height, windowHeight) {
    const last = this.model.entries[count - 1];
    const end = last === undefined ? 0 : last.y + height - this.origin;
    const begin = last?.heading ? last.heading.y - this.origin : 0;
    const bottom = Math.max(end, begin + windowHeight);
    this.element.style.height = `${bottom}px`;
    return [bottom, begin, last?.heading?.first ?? 0];
  }

  /** Draws the part of the first `count` events between `top` and `bottom`. */
  draw({ top, bottom, count, selected, cursor, isFollowing }) {
    const { origin } = this;
    const [from, to] = [top + origin - FIELD_MARGIN, bottom + origin + FIELD_MARGIN];
    this.#plane.style.transform = `translateY(${-origin}px)`;
    const entries = this.#visible(from, to, count);
    this.#drawBoxes(entries, { selected, cursor, isFollowing });
    const until = this.model.entries[count - 1]?.item.seq ?? 0;
    this.#drawRules(from, to, until);
    this.#drawLinks(entries, until);
    return entries;
  }

  #visible(from, to, count) {
    const { entries } = this.model;
    const start = modelFind(entries, from, (entry) => entry.y);
    const end = Math.min(
      count,
      modelFind(entries, to, (entry) => entry.y),
    );
    const visible = entries.slice(start, end);
    const focused = this.model.entry(Number(document.activeElement?.dataset?.seq));
    if (focused && this.#boxes.has(focused.item.seq) && !visible.includes(focused)) visible.push(focused);
    return visible;
  }

  #drawBoxes(entries, { selected, cursor, isFollowing }) {
    const wanted = new Map(entries.map((entry) => [entry.item.seq, entry]));
    fieldUpdate(this.#boxes, wanted, (entry) => {
      const box = laneBox(entry, {
        title: apiTitle(this.headOptions.apis[entry.column >> 1]),
        connection: this.model.flow.connectionOf(entry.item),
      });
      if (isFollowing && entry.item.seq > this.#newest) box.classList.add("new");
      this.#plane.append(box);
      return box;
    });
    for (const [seq, entry] of wanted) {
      const box = this.#boxes.get(seq);
      placeLaneBox(box, entry, this.#geometry);
      box.classList.toggle("here", seq === cursor);
      if (box.hasAttribute("aria-current") !== (seq === selected))
        box.toggleAttribute("aria-current", seq === selected);
    }
    this.#newest = this.model.last;
  }

  #drawRules(from, to, until) {
    const { rules } = this.model;
    const wanted = new Map();
    for (let index = modelFind(rules, from, (rule) => rule.y); index < rules.length; index++) {
      const rule = rules[index];
      if (rule.y > to || rule.seq > until) break;
      wanted.set(rule, rule);
    }
    fieldUpdate(this.#rules, wanted, (rule) => {
      const drawn = laneRule(rule, this.headOptions);
      this.#plane.prepend(drawn.element);
      return drawn;
    });
    for (const drawn of this.#rules.values()) drawn.show(until);
  }

  #drawLinks(entries, until) {
    const { arrows, ghosts } = laneLinks(this.model, entries, this.#geometry, until);
    fieldUpdate(this.#arrows, arrows, (arrow) => {
      const element = laneArrow(arrow);
      this.#svg.append(element);
      return element;
    });
    const lifetimes = new Map(
      [...ghosts.values()].map((ghost) => [`${ghost.number} ${ghost.from} ${ghost.to}`, ghost]),
    );
    fieldUpdate(this.#ghosts, lifetimes, (ghost) => this.#drawGhost(ghost));
  }

  #drawGhost(ghost) {
    const [line, label] = [laneGhost(ghost), laneGhostLabel(ghost)];
    this.#svg.append(line);
    this.#plane.append(label);
    return { remove: () => [line, label].forEach((element) => element.remove()) };
  }

  /** Returns the box of an event, if it is drawn. */
  box(seq) {
    return this.#boxes.get(seq);
  }

  /** Makes one box reachable by Tab. The arrow keys move from it to the others. */
  setTabStop(seq) {
    for (const [other, box] of this.#boxes) {
      const index = other === seq ? 0 : -1;
      if (box.tabIndex !== index) box.tabIndex = index;
    }
  }
}

/** Removes elements without an entry in `wanted` and creates the missing ones. */
function fieldUpdate(drawn, wanted, make) {
  for (const [key, element] of drawn) {
    if (wanted.has(key)) continue;
    element.remove();
    drawn.delete(key);
  }
  for (const [key, value] of wanted) if (!drawn.has(key)) drawn.set(key, make(value));
}
