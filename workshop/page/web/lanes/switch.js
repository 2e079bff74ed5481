// The switch between the APIs in a window that is too narrow for several lanes.

import { createChoice } from "../frame/choice.js";

/** A window that is narrower shows one lane. */
const SWITCH_WIDTH = matchMedia("(max-width: 36rem)");
/** A window that is narrower shows one of three lanes: otherwise the boxes would cut the numbers of bytes. */
const SWITCH_THREE = matchMedia("(max-width: 48rem)");

/** The switch. `onChange` is called when other lanes are to be shown. */
export class LaneSwitch {
  #choice;
  #offered = "";

  constructor(onChange) {
    this.#choice = createChoice("API", [], { onchange: onChange });
    this.element = this.#choice.element;
    this.element.classList.add("lanes-switch");
    for (const query of [SWITCH_WIDTH, SWITCH_THREE]) query.addEventListener("change", onChange);
  }

  /** Returns the lanes to show, and offers a choice if these are not all. */
  lanes(all) {
    const isNarrow = all.length > 1 && (SWITCH_WIDTH.matches || (all.length > 2 && SWITCH_THREE.matches));
    this.element.hidden = !isNarrow;
    const offered = all.map(({ api }) => api).join();
    if (offered !== this.#offered) this.#choice.setOptions(all.map(({ api, title }) => [api, title]));
    this.#offered = offered;
    return isNarrow ? all.filter(({ api }) => api === this.#choice.value) : all;
  }
}
