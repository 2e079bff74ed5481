// What a hand does in the lanes: choosing an event, going from one to the next.

import { laneMove } from "./moves.js";

/** Lets events be chosen by click and Enter, and be gone through with the arrow keys. */
export function handleLanes(lanes, scroller) {
  scroller.addEventListener("click", (event) => handClick(lanes.store, event));
  scroller.addEventListener("keydown", (event) => handKey(lanes, event));
}

/** Of a box, the number of the connection looks at that one alone. With the keyboard, `c` does. */
function handClick(store, { target, detail }) {
  const box = target.closest("[data-seq]");
  if (box === null) return;
  const chip = target.closest("[data-connection]");
  if (chip !== null && detail > 0) return void store.set("focus", Number(chip.dataset.connection));
  const seq = Number(box.dataset.seq);
  store.set("selected", store.selected === seq ? null : seq);
}

function handKey(lanes, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { model, store } = lanes;
  const entry = model.entry(Number(event.target.dataset?.seq));
  const next = entry && laneMove(model, entry, event.key, lanes.count);
  if (!next) return;
  event.preventDefault();
  lanes.focusEvent(next.item.seq);
  if (store.selected !== null) store.set("selected", next.item.seq);
}
