// The heading of the step that one is in, while it is scrolled out of sight: at the top of the window.

import { el } from "../frame/dom.js";
import { laneHead } from "./head.js";
import { modelFind } from "./model.js";

/** Holds a copy of the heading. `how` is as for `laneHead`. */
export class LaneSticky {
  element = el("div", { class: "lanes-sticky", hidden: true });
  #heading = null;
  #head = null;

  constructor(how) {
    this.how = how;
  }

  /** Draws what is at `top` of the field, of what there is up to the event `until`. */
  draw({ entries }, top, until) {
    const next = modelFind(entries, top + 1, ({ y }) => y);
    const heading = entries[next - 1]?.heading;
    const room = heading && heading.y < top - 1 ? stickyRoom(entries, next, heading, top) : 0;
    this.element.hidden = room <= 0;
    if (room <= 0) return;
    if (heading !== this.#heading) this.#take(heading);
    this.#head.show(until);
    const out = heading.height - room;
    this.element.style.transform = `translateY(${-out}px)`;
    this.element.style.clipPath = `inset(${out}px 0 0)`;
  }

  #take(heading) {
    this.#heading = heading;
    this.#head = laneHead({ heading }, this.how);
    this.element.replaceChildren(this.#head.element);
  }
}

/** How much of the heading there is room for: the next one pushes it out. */
function stickyRoom(entries, next, heading, top) {
  for (let at = next; at < entries.length && entries[at].y < top + 3 * heading.height; at++) {
    const other = entries[at].heading;
    if (other !== heading) return Math.min(heading.height, other.y - top);
  }
  return heading.height;
}
