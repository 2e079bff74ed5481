// What one needs to know to begin with, in a line that can be put away for good.

import { el } from "./dom.js";

const HINT_AWAY = "hint put away";

/** Makes the line. Where nothing can be kept, it is there again the next time. */
export function createHint() {
  const away = () => {
    element.hidden = true;
    hintKeep();
  };
  const element = el(
    "p",
    { class: "hint", hidden: hintIsAway() },
    el("b", { text: "One lane, one API." }),
    " A box is a call at a socket; lower is later. ",
    el("button", {
      type: "button",
      "aria-label": "Put this hint away",
      title: "Put away",
      text: "✕",
      onclick: away,
    }),
  );
  return element;
}

function hintIsAway() {
  try {
    return localStorage.getItem(HINT_AWAY) !== null;
  } catch {
    return false;
  }
}

function hintKeep() {
  try {
    localStorage.setItem(HINT_AWAY, "yes");
  } catch {
    // This browser keeps nothing for the page.
  }
}
