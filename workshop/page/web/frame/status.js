// How much is kept, and what is missing: in the head of the page.

import { numberText } from "../recording/numbers.js";
import { eventsLost } from "../recording/event-text.js";
import { el, onFrame } from "./dom.js";

/** A line that says how many events there are, and how many are not here. */
export function createStatus(store) {
  const kept = el("span");
  const dropped = el("span", { class: "older", title: "This page keeps the newest events only." });
  const lost = el("span", { class: "bad" });
  let [counted, missing, boot] = [0, 0, undefined];
  const show = onFrame(() => {
    if (boot !== store.hello?.boot) [counted, missing, boot] = [0, 0, store.hello?.boot];
    for (let at = store.indexOf(counted + 1); at < store.items.length; at++) {
      const item = store.items[at];
      if (item.op === "gap") missing += eventsLost(item);
      counted = item.seq;
    }
    kept.textContent = `${numberText(store.items.length)} events`;
    dropped.textContent = store.dropped > 0 ? `${numberText(store.dropped)} older in the trace files` : "";
    lost.textContent = missing > 0 ? `${numberText(missing)} lost` : "";
    lost.title = "The recorder had no room for them: see the gaps in the lanes.";
  });
  for (const kind of ["items", "hello"]) store.on(kind, show);
  show();
  return el("span", { class: "page-status soft" }, kept, lost, dropped);
}
