// What of the lanes is in the document: the part that can be seen, and a little around it.

import { el, svg } from "../frame/dom.js";
import { apiTitle } from "../recording/apis.js";
import { laneArrow, laneGhost, laneGhostLabel } from "./arrows.js";
import { laneBox, placeLaneBox } from "./box.js";
import { laneGeometry } from "./columns.js";
import { laneLinks } from "./links.js";
import { LANE_ZOOMS, modelFind } from "./model.js";
import { laneRule } from "./rules.js";

/** So much more than can be seen is drawn, in pixels. */
const FIELD_MARGIN = 200;

/** The long field on which the events stand. */
export class LaneField {
  #boxes = new Map();
  #rules = new Map();
  #arrows = new Map();
  #ghosts = new Map();
  #plane = el("div", { class: "lane-plane" });
  #svg = svg("svg", { class: "lane-arrows", "aria-hidden": "true" });
  #newest = Infinity;
  #geometry = null;

  /** `how` says what stands in the headings: see `laneHead`. */
  constructor(model, how) {
    this.model = model;
    this.how = how;
    this.#plane.append(this.#svg);
    this.element = el("div", { class: "lane-field" }, this.#plane);
  }

  /** The field is that wide from now on, or the layout is another: all is to be drawn anew. */
  measure(width) {
    const { zoom, layout } = this.model.how;
    const sizes = { ...LANE_ZOOMS[zoom], isByTime: layout === "time" };
    // Where there is no lane, nothing is drawn, and nothing may be divided by their number.
    const lanes = Math.max(1, this.model.columns / 2);
    this.#geometry = laneGeometry(this.element, width, lanes, sizes);
    for (const drawn of [this.#boxes, this.#rules, this.#arrows, this.#ghosts])
      fieldKeep(drawn, new Map(), () => {});
    this.#newest = Infinity;
  }

  /** Where the field begins: what was before is forgotten. */
  get origin() {
    const places = [this.model.entries[0], this.model.rules[0]].filter(Boolean).map(({ y }) => y);
    return places.length === 0 ? 0 : Math.min(...places);
  }

  /** The event that is to stay where it is: the selected one if it is seen, or else the first that is. */
  anchor({ scrollTop, clientHeight }, selected) {
    const { model } = this;
    const top = scrollTop + this.origin;
    const chosen = model.entry(selected);
    const isSeen = chosen && chosen.y >= top && chosen.y < top + clientHeight;
    const entry = isSeen ? chosen : model.entries[modelFind(model.entries, top, ({ y }) => y)];
    return entry && { seq: entry.item.seq, offset: entry.y - top };
  }

  /**
   * Where it ends, when the first `count` events are shown in a window as high as `room`. As long as the last
   * step fits into the window it is at its top, with room below for what comes.
   */
  end(count, height, room) {
    const last = this.model.entries[count - 1];
    const end = last === undefined ? 0 : last.y + height - this.origin;
    const begin = last?.heading ? last.heading.y - this.origin : 0;
    const bottom = Math.max(end, begin + room);
    this.element.style.height = `${bottom}px`;
    return bottom;
  }

  /** Draws what lies between `top` and `bottom` of the first `count` events. */
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
    fieldKeep(this.#boxes, wanted, (entry) => {
      const box = laneBox(entry, {
        title: apiTitle(this.how.apis[entry.column >> 1]),
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
    fieldKeep(this.#rules, wanted, (rule) => {
      const drawn = laneRule(rule, this.how);
      this.#plane.prepend(drawn.element);
      return drawn;
    });
    for (const drawn of this.#rules.values()) drawn.show(until);
  }

  #drawLinks(entries, until) {
    const { arrows, ghosts } = laneLinks(this.model, entries, this.#geometry, until);
    fieldKeep(this.#arrows, arrows, (arrow) => {
      const element = laneArrow(arrow);
      this.#svg.append(element);
      return element;
    });
    const lives = new Map(
      [...ghosts.values()].map((ghost) => [`${ghost.number} ${ghost.from} ${ghost.to}`, ghost]),
    );
    fieldKeep(this.#ghosts, lives, (ghost) => this.#drawGhost(ghost));
  }

  #drawGhost(ghost) {
    const [line, label] = [laneGhost(ghost), laneGhostLabel(ghost)];
    this.#svg.append(line);
    this.#plane.append(label);
    return { remove: () => [line, label].forEach((element) => element.remove()) };
  }

  /** The box of an event, if it is drawn. */
  box(seq) {
    return this.#boxes.get(seq);
  }

  /** Tab comes to the one box; the arrow keys go on from there. */
  setTabStop(seq) {
    for (const [other, box] of this.#boxes) {
      const index = other === seq ? 0 : -1;
      if (box.tabIndex !== index) box.tabIndex = index;
    }
  }
}

/** Removes what is not wanted, makes what is missing, and leaves all else as it is. */
function fieldKeep(drawn, wanted, make) {
  for (const [key, element] of drawn) {
    if (wanted.has(key)) continue;
    element.remove();
    drawn.delete(key);
  }
  for (const [key, value] of wanted) if (!drawn.has(key)) drawn.set(key, make(value));
}
