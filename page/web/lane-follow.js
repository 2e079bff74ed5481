// Following what comes: the lanes stay at their end, until somebody scrolls up; then a button leads back.

import { el } from "./dom.js";
import { laneCount } from "./lanes-text.js";

/** Whether the lanes follow, and the way back to the end. `draw` is called when that has changed. */
export class LaneFollow {
  /** Whether they stay at the end. */
  isOn = true;
  #leftAt = 0;

  constructor(draw) {
    this.draw = draw;
    this.button = el("button", {
      type: "button",
      class: "lanes-more main",
      hidden: true,
      onclick: () => this.on(),
    });
  }

  /** Goes to the end, and stays there. */
  on() {
    this.isOn = true;
    this.draw();
  }

  /** Stays where it is. `seq` is the last event that is shown. */
  off(seq) {
    if (this.isOn) this.#leftAt = seq;
    this.isOn = false;
  }

  /** Somebody scrolled: to the end, or away from it. */
  scrolled({ scrollTop, clientHeight, scrollHeight }, seq) {
    if (scrollTop + clientHeight >= scrollHeight - 6) this.isOn = true;
    else this.off(seq);
    this.draw();
  }

  /** Says on the button how many of the `count` events came since the end was left. */
  show(count, model) {
    const fresh = count - model.countTo(this.#leftAt);
    this.button.hidden = this.isOn || count === 0;
    this.button.textContent = fresh > 0 ? `${laneCount(fresh)} new ↓` : "to the end ↓";
  }
}
