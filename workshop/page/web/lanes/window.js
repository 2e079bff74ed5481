// The scrolled window over the lanes. It follows new events until the user scrolls up.

import { el } from "../frame/dom.js";
import { numberText } from "../recording/numbers.js";

/** The window over the lanes, with a button that scrolls to the end. `draw` is called after scrolling. */
export class LaneWindow {
  /** `true` while the window follows new events. */
  isFollowing = true;
  /** The scrolled element. */
  element = el("div", { class: "lanes-scroll" });
  /** The button that scrolls to the end. */
  button = el("button", { type: "button", class: "lanes-more main", hidden: true });
  #lastSeen = 0;
  #removed = 0;

  constructor(draw) {
    this.draw = draw;
    this.button.addEventListener("click", () => this.follow());
  }

  /** Scrolls to the end and follows new events. */
  follow() {
    this.isFollowing = true;
    this.draw();
  }

  /** Stops following. `seq` is the last shown event. */
  stay(seq) {
    if (this.isFollowing) this.#lastSeen = seq;
    this.isFollowing = false;
  }

  /** Handles scrolling: starts following at the end, else stops. */
  scrolled(seq) {
    const { scrollTop, clientHeight, scrollHeight } = this.element;
    if (scrollTop + clientHeight >= scrollHeight - 6) this.isFollowing = true;
    else this.stay(seq);
    this.draw();
  }

  /** Handles the removal of so many pixels at the top of the field. */
  removeTop(height) {
    this.#removed += height;
  }

  /** Scrolls for a field of height `bottom`, and returns the visible range. */
  scrollFor(bottom) {
    const { element } = this;
    if (this.isFollowing) element.scrollTop = bottom;
    else if (this.#removed > 0) element.scrollTop -= this.#removed;
    this.#removed = 0;
    const { scrollTop, clientHeight } = element;
    return [scrollTop, scrollTop + clientHeight];
  }

  /** Returns `true` if the range is completely visible below the `covered` pixels at the top. */
  contains(top, height, covered) {
    const { scrollTop, clientHeight } = this.element;
    return top >= scrollTop + covered && top + height <= scrollTop + clientHeight;
  }

  /** Shows the number of new events since the window stopped following on the button. */
  show(count, model) {
    const fresh = count - model.countTo(this.#lastSeen);
    this.button.hidden = this.isFollowing || count === 0;
    this.button.textContent = fresh > 0 ? `${numberText(fresh)} new ↓` : "to the end ↓";
  }
}
