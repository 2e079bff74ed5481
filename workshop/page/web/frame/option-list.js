// The options of a list that grows: the calls of a room are thousands of steps.

import { el } from "./dom.js";

/** Keeps the options of the `select` element `list`, and draws only those that are new or have changed. */
export class OptionList {
  #list;
  #drawn = [];

  constructor(list) {
    this.#list = list;
  }

  /** Draws `entries`: `[{ key, label, value, text }]`. An entry keeps its option while its `key` is the same; `text()` is called if its `label` has changed. */
  draw(entries) {
    const first = this.#drawn.findIndex(({ key }) => key === entries[0]?.key);
    // Old entries are dropped from the front.
    for (const { option } of this.#drawn.splice(0, first < 0 ? this.#drawn.length : first)) option.remove();
    for (const { option } of this.#drawn.splice(entries.length)) option.remove();
    entries.forEach(({ key, label, value, text }, index) => {
      const known = this.#drawn[index];
      if (known?.key === key && known.label === label) return;
      const option = known?.option ?? this.#list.appendChild(el("option"));
      option.value = value;
      option.textContent = text();
      this.#drawn[index] = { key, label, option };
    });
  }
}
