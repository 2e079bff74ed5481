// The heading of the step that one is in, while it is scrolled out of sight: at the top of the window.

import { el } from "./dom.js";
import { laneHead } from "./lane-head.js";
import { modelFind } from "./lane-model.js";

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
    const isAbove = heading && heading.y < top - 1;
    this.element.hidden = !isAbove;
    if (!isAbove) return;
    if (heading !== this.#heading) this.#take(heading);
    this.#head.show(until);
    this.element.style.transform = `translateY(${stickyPush(entries, next, heading, top)}px)`;
  }

  #take(heading) {
    this.#heading = heading;
    this.#head = laneHead({ heading }, this.how);
    this.element.replaceChildren(this.#head.element);
  }
}

/** The next heading pushes this one out. */
function stickyPush(entries, next, heading, top) {
  for (let at = next; at < entries.length && entries[at].y < top + 3 * heading.height; at++) {
    const other = entries[at].heading;
    if (other !== heading) return Math.min(0, other.y - top - heading.height);
  }
  return 0;
}
