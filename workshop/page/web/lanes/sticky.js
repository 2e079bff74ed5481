// A copy of the current step's heading at the top of the window, while the heading itself is scrolled out.

import { el } from "../frame/dom.js";
import { laneHead } from "./head.js";
import { modelFind } from "./model.js";

/** The copy of the heading. `headOptions` are the options of `laneHead`. */
export class LaneSticky {
  element = el("div", { class: "lanes-sticky", hidden: true });
  #heading = null;
  #head = null;

  constructor(headOptions) {
    this.headOptions = headOptions;
  }

  /** Draws the heading at position `top` for the events up to `until`. */
  draw({ entries }, top, until) {
    const next = modelFind(entries, top + 1, ({ y }) => y);
    const heading = entries[next - 1]?.heading;
    const visible = heading && heading.y < top - 1 ? stickyHeight(entries, next, heading, top) : 0;
    this.element.hidden = visible <= 0;
    if (visible <= 0) return;
    if (heading !== this.#heading) this.#copy(heading);
    this.#head.show(until);
    const hidden = heading.height - visible;
    this.element.style.transform = `translateY(${-hidden}px)`;
    this.element.style.clipPath = `inset(${hidden}px 0 0)`;
  }

  #copy(heading) {
    this.#heading = heading;
    this.#head = laneHead({ heading }, this.headOptions);
    this.element.replaceChildren(this.#head.element);
  }
}

/** Returns the visible height of the heading, which the next heading pushes out. */
function stickyHeight(entries, next, heading, top) {
  for (let at = next; at < entries.length && entries[at].y < top + 3 * heading.height; at++) {
    const other = entries[at].heading;
    if (other !== heading) return Math.min(heading.height, other.y - top);
  }
  return heading.height;
}
