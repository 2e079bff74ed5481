// Whether the page is told what happens: in its head.

import { el } from "./dom.js";

const LINK_WORDS = {
  connecting: "connecting …",
  open: "● live",
  lost: "○ connection lost, trying again",
  file: "a recording",
};

/** A line that says so. Where the server says what is wrong, it has the server's words. */
export function createLink(store) {
  const element = el("span", { role: "status", class: "page-link" });
  const draw = () => {
    const isFailed = store.link === "open" && store.failed !== null;
    const wrong = isFailed ? `Nothing new is shown any more: ${store.failed}` : store.refusal;
    const words = wrong === null ? LINK_WORDS[store.link] : `✗ ${wrong}`;
    element.classList.toggle("bad", wrong !== null);
    element.classList.toggle("soft", wrong === null);
    // The same words again would be read out again.
    if (element.textContent !== words) element.textContent = element.title = words;
  };
  for (const kind of ["link", "failed"]) store.on(kind, draw);
  draw();
  return element;
}
