// The part of the lanes that is seen. It stays at their end until somebody scrolls up.

import { el } from "../frame/dom.js";
import { numberText } from "../recording/numbers.js";

/** The window over the lanes, and the way back to their end. `draw` is called when it has moved. */
export class LaneWindow {
  /** Whether it stays at the end. */
  isFollowing = true;
  /** What scrolls. */
  element = el("div", { class: "lanes-scroll" });
  /** The way back to the end. */
  button = el("button", { type: "button", class: "lanes-more main", hidden: true });
  #leftAt = 0;
  #gone = 0;

  constructor(draw) {
    this.draw = draw;
    this.button.addEventListener("click", () => this.follow());
  }

  /** Goes to the end, and stays there. */
  follow() {
    this.isFollowing = true;
    this.draw();
  }

  /** Stays where it is. `seq` is the last event that is shown. */
  stay(seq) {
    if (this.isFollowing) this.#leftAt = seq;
    this.isFollowing = false;
  }

  /** Somebody scrolled: to the end, or away from it. */
  scrolled(seq) {
    const { scrollTop, clientHeight, scrollHeight } = this.element;
    if (scrollTop + clientHeight >= scrollHeight - 6) this.isFollowing = true;
    else this.stay(seq);
    this.draw();
  }

  /** The field loses that many pixels at its top. */
  lose(gone) {
    this.#gone += gone;
  }

  /** The field ends at `bottom`. Returns from where to where one sees. */
  place(bottom) {
    const { element } = this;
    if (this.isFollowing) element.scrollTop = bottom;
    else if (this.#gone > 0) element.scrollTop -= this.#gone;
    this.#gone = 0;
    const { scrollTop, clientHeight } = element;
    return [scrollTop, scrollTop + clientHeight];
  }

  /** Whether all is seen of what is that high, at that place; at the top, `covered` pixels are covered. */
  sees(top, height, covered) {
    const { scrollTop, clientHeight } = this.element;
    return top >= scrollTop + covered && top + height <= scrollTop + clientHeight;
  }

  /** Says on the button how many of the `count` events came since the end was left. */
  show(count, model) {
    const fresh = count - model.countTo(this.#leftAt);
    this.button.hidden = this.isFollowing || count === 0;
    this.button.textContent = fresh > 0 ? `${numberText(fresh)} new ↓` : "to the end ↓";
  }
}
