// Mouse and keyboard input in the lanes.

import { laneMove } from "./moves.js";

/** Selects events by click and Enter, and moves between events with the arrow keys. */
export function attachLaneInput(lanes, scroller) {
  scroller.addEventListener("click", (event) => inputClick(lanes.store, event));
  scroller.addEventListener("keydown", (event) => inputKey(lanes, event));
}

/** Selects the event of a box. A click on a connection number shows only that connection; on the keyboard, `f` does. */
function inputClick(store, { target, detail }) {
  const box = target.closest("[data-seq]");
  if (box === null) return;
  const chip = target.closest("[data-connection]");
  if (chip !== null && detail > 0) return void store.set("focus", Number(chip.dataset.connection));
  const seq = Number(box.dataset.seq);
  store.set("selected", store.selected === seq ? null : seq);
}

function inputKey(lanes, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { model, store } = lanes;
  const entry = model.entry(Number(event.target.dataset?.seq));
  const next = entry && laneMove(model, entry, event.key, lanes.count);
  if (!next) return;
  event.preventDefault();
  lanes.focusEvent(next.item.seq);
  if (store.selected !== null) store.set("selected", next.item.seq);
}
