// A button with a popover, which a click elsewhere or Escape closes.

import { el } from "./dom.js";

const POPOVER_MARGIN = 8;
let popoverCount = 0;

/** Creates the button and its popover: `{ element, isOpen }`. `onopen` is called before the popover opens. */
export function createPopover(text, content, onopen = () => {}) {
  popoverCount += 1;
  const id = `popover-${popoverCount}`;
  const panel = el("div", { id, popover: "auto", class: "popover", tabindex: -1 }, content);
  const button = el("button", { type: "button", popovertarget: id, "aria-haspopup": "dialog", text });
  panel.addEventListener("beforetoggle", ({ newState }) => newState === "open" && onopen());
  panel.addEventListener("toggle", ({ newState }) => newState === "open" && popoverPlace(panel, button));
  const element = el("span", { class: "popover-holder" }, button, panel);
  // Other parts of the page also handle Escape. An open popover takes precedence.
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !panel.matches(":popover-open")) return;
    event.preventDefault();
    event.stopPropagation();
    panel.hidePopover();
    button.focus();
  });
  return { element, isOpen: () => panel.matches(":popover-open") };
}

/** Closes an open popover, so that it does not cover what a shortcut shows. */
export function closePopovers() {
  for (const panel of document.querySelectorAll(".popover:popover-open")) panel.hidePopover();
}

/** Places the popover below its button and within the window. */
function popoverPlace(panel, button) {
  const at = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = panel;
  const within = (position, max) =>
    `${Math.max(POPOVER_MARGIN, Math.min(position, max - POPOVER_MARGIN))}px`;
  panel.style.setProperty("left", within(at.left, innerWidth - width));
  panel.style.setProperty("top", within(at.bottom + POPOVER_MARGIN, innerHeight - height));
}
