// A holder for a table that may be wider than the window.

import { el } from "./dom.js";

/** Returns a holder in which a wide table scrolls, also with the keyboard. `key` distinguishes it from its neighbours. */
export function tableHolder(name, table, key) {
  const attributes = { class: "table-holder", tabindex: 0, role: "group", "aria-label": name, "data-key": key };
  return el("div", attributes, table);
}
