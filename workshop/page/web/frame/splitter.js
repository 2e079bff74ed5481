// The edge between the lanes and the inspector: it can be moved, by pointer and by keys.

import { el } from "./dom.js";

const SPLIT_LEAST = 15;
const SPLIT_MOST = 75;

/** An edge that sizes `panel`: its height below the lanes, its width beside them. */
export function createSplitter(panel) {
  const isBeside = matchMedia("(min-width: 1500px)");
  const edge = el("div", {
    class: "splitter",
    role: "separator",
    tabindex: 0,
    "aria-label": "Size of the panel",
    "aria-valuemin": SPLIT_LEAST,
    "aria-valuemax": SPLIT_MOST,
  });
  let size = 40;
  const set = (percent) => {
    size = Math.min(SPLIT_MOST, Math.max(SPLIT_LEAST, percent));
    panel.style.setProperty("--size", `${size}%`);
    edge.setAttribute("aria-valuenow", Math.round(size));
  };
  const turn = () => edge.setAttribute("aria-orientation", isBeside.matches ? "vertical" : "horizontal");
  isBeside.addEventListener("change", turn);
  turn();
  set(size);
  edge.addEventListener("pointerdown", (event) => edge.setPointerCapture(event.pointerId));
  edge.addEventListener("pointermove", (event) => {
    if (!edge.hasPointerCapture(event.pointerId)) return;
    const { left, top, width, height } = panel.parentElement.getBoundingClientRect();
    set(100 * (isBeside.matches ? 1 - (event.clientX - left) / width : 1 - (event.clientY - top) / height));
  });
  edge.addEventListener("keydown", (event) => {
    const step = { ArrowUp: 4, ArrowLeft: 4, ArrowDown: -4, ArrowRight: -4 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    set(size + step);
  });
  return edge;
}
