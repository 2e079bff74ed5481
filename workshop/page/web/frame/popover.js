// A button, and what it opens above the page until one clicks elsewhere or presses Escape.

import { el } from "./dom.js";

const POPOVER_MARGIN = 8;
let popoverCount = 0;

/** Makes the button and its popover; `onopen` is called before it is shown. */
export function createPopover(text, content, onopen = () => {}) {
  popoverCount += 1;
  const id = `popover-${popoverCount}`;
  const panel = el("div", { id, popover: "auto", class: "popover", tabindex: -1 }, content);
  const button = el("button", { type: "button", popovertarget: id, "aria-haspopup": "dialog", text });
  panel.addEventListener("beforetoggle", ({ newState }) => newState === "open" && onopen());
  panel.addEventListener("toggle", ({ newState }) => newState === "open" && popoverPlace(panel, button));
  const element = el("span", { class: "popover-holder" }, button, panel);
  // The page has uses of its own for Escape; this one comes first.
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !panel.matches(":popover-open")) return;
    event.preventDefault();
    event.stopPropagation();
    panel.hidePopover();
    button.focus();
  });
  return { element };
}

/** Below its button, and within the window. */
function popoverPlace(panel, button) {
  const at = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = panel;
  const within = (place, most) => `${Math.max(POPOVER_MARGIN, Math.min(place, most - POPOVER_MARGIN))}px`;
  panel.style.setProperty("left", within(at.left, innerWidth - width));
  panel.style.setProperty("top", within(at.bottom + POPOVER_MARGIN, innerHeight - height));
}
