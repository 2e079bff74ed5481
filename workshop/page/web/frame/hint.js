// A line with the basics for new users, which can be dismissed permanently.

import { el } from "./dom.js";

const HINT_KEY = "hint dismissed";

/** Creates the line. It reappears on the next visit if the browser stores nothing for the page. */
export function createHint() {
  const dismiss = () => {
    element.hidden = true;
    hintStoreDismissal();
  };
  const element = el(
    "p",
    { class: "hint", hidden: hintIsDismissed() },
    el("b", { text: "One lane, one API." }),
    " A box is a socket call. Time runs downwards. ",
    el("button", {
      type: "button",
      "aria-label": "Dismiss this hint",
      title: "Dismiss",
      text: "✕",
      onclick: dismiss,
    }),
  );
  return element;
}

function hintIsDismissed() {
  try {
    return localStorage.getItem(HINT_KEY) !== null;
  } catch {
    return false;
  }
}

function hintStoreDismissal() {
  try {
    localStorage.setItem(HINT_KEY, "yes");
  } catch {
    // The browser does not allow storage for this page.
  }
}
