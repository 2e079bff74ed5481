// The scrolled window over the lanes. It follows new events until the user scrolls.

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
  /** `true` if the window follows the last event, `false` if it shows the start of the newest step. */
  isAtEnd = false;
  /** `true` if the window shows the start of a step, and follows the next new one. */
  isWaiting = false;
  #lastSeen = 0;
  /** The position that this class has set. */
  #position = null;
  #removed = 0;
  /** `true` if a step has begun since the window stopped following. */
  #hasNewStep = false;
  /** `true` if the newest step is another client's, which the window does not follow. */
  #isForeign = false;
  /** `true` if the user has asked for the newest step, whoever made its calls. */
  #isWanted = false;

  constructor(draw) {
    this.draw = draw;
    this.button.addEventListener("click", () => {
      this.isFollowing = true;
      this.isAtEnd = !this.#hasNewStep && !this.#isForeign;
      this.#isWanted = true;
      this.draw();
    });
  }

  /** Scrolls to the start of the newest step and follows new steps. */
  follow() {
    this.isFollowing = true;
    this.isAtEnd = false;
    this.draw();
  }

  /** Stops following. `seq` is the last shown event. */
  stay(seq) {
    if (this.isFollowing) this.#lastSeen = seq;
    this.isFollowing = this.isWaiting = false;
  }

  /** Handles scrolling by the user: starts following at the end, else stops. */
  scrolled(seq) {
    const { scrollTop, clientHeight, scrollHeight } = this.element;
    const isByUser = this.#position === null || Math.abs(scrollTop - this.#position) > 1;
    if (isByUser && scrollTop + clientHeight >= scrollHeight - 6) this.isFollowing = this.isAtEnd = true;
    else if (isByUser) this.stay(seq);
    this.draw();
  }

  /** Handles the removal of so many pixels at the top of the field. */
  removeTop(height) {
    this.#removed += height;
  }

  /** Shows the part that starts at `top`, until the next step begins if `isWaiting`. `seq` is the last shown event. */
  showFrom(top, seq, isWaiting) {
    this.isFollowing = false;
    this.isWaiting = isWaiting;
    this.#lastSeen = seq;
    this.element.scrollTop = top;
    this.#position = this.element.scrollTop;
  }

  /**
   * Scrolls for a field of height `bottom` whose newest step starts at `begin` with the event `first`, and returns the visible
   * range. A step that is `isForeign` is not followed.
   */
  scrollFor(bottom, begin, first, isForeign) {
    const { element } = this;
    this.#hasNewStep = first > this.#lastSeen;
    this.#isForeign = isForeign;
    if (this.isWaiting && this.#hasNewStep && !isForeign) {
      this.isFollowing = true;
      this.isWaiting = this.isAtEnd = false;
    }
    if (this.isFollowing && (this.isAtEnd || !isForeign || this.#isWanted)) {
      element.scrollTop = this.isAtEnd ? bottom : begin;
      this.#position = element.scrollTop;
      this.#lastSeen = first;
      this.#isWanted = false;
    } else if (this.#removed > 0) element.scrollTop -= this.#removed;
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
    const isBelow = this.#isForeign && this.#hasNewStep && !this.isAtEnd;
    this.button.hidden = (this.isFollowing && !isBelow) || count === 0;
    this.button.textContent = fresh > 0 ? `${numberText(fresh)} new ↓` : "↓";
    this.button.ariaLabel = fresh > 0 ? `${numberText(fresh)} new` : "to the end";
    this.button.title = fresh > 0 ? "Show the new events" : "To the end";
  }
}
