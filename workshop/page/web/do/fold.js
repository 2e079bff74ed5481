// The button that folds the operations bar away. In a window that is low or narrow, the bar starts folded.

import { el } from "../frame/dom.js";

/** In a smaller window the recording needs the space of the bar. */
const FOLD_SIZE = matchMedia("(max-height: 45rem), (max-width: 48rem)");

/** Creates the button: `{ button, show }`. `show(isWanted)` shows the bar, unless it is folded, and the button. */
export function createFold(bar) {
  let [isWanted, isFolded] = [false, FOLD_SIZE.matches];
  const draw = () => {
    bar.hidden = !isWanted || isFolded;
    button.hidden = !isWanted;
    button.setAttribute("aria-expanded", String(!isFolded));
    button.title = isFolded ? "Show the buttons that make calls" : "Hide the buttons that make calls";
  };
  const fold = (folded) => {
    isFolded = folded;
    draw();
  };
  const button = el("button", { type: "button", class: "do-fold", text: "Make calls", onclick: () => fold(!isFolded) });
  FOLD_SIZE.addEventListener("change", ({ matches }) => fold(matches));
  return {
    button,
    show(wanted) {
      isWanted = wanted;
      draw();
    },
  };
}
