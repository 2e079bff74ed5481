// The splitter between the lanes and the inspector, for pointer and keyboard.

import { el } from "./dom.js";

const SPLIT_MIN = 15;
const SPLIT_MAX = 75;

/** Creates a splitter that sets the height of a `panel` below the lanes, or the width of one beside them. */
export function createSplitter(panel) {
  const isBeside = matchMedia("(min-width: 1500px)");
  const edge = el("div", {
    class: "splitter",
    role: "separator",
    tabindex: 0,
    "aria-label": "Size of the panel",
    "aria-valuemin": SPLIT_MIN,
    "aria-valuemax": SPLIT_MAX,
  });
  let size = 40;
  const set = (percent) => {
    size = Math.min(SPLIT_MAX, Math.max(SPLIT_MIN, percent));
    panel.style.setProperty("--size", `${size}%`);
    edge.setAttribute("aria-valuenow", Math.round(size));
  };
  const updateOrientation = () => edge.setAttribute("aria-orientation", isBeside.matches ? "vertical" : "horizontal");
  isBeside.addEventListener("change", updateOrientation);
  updateOrientation();
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
