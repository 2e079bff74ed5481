// The number of kept, dropped and lost events, in the page's header.

import { numberText } from "../recording/numbers.js";
import { eventsLost } from "../recording/event-text.js";
import { el, onFrame } from "./dom.js";

/** Creates the line with the numbers. */
export function createStatus(store) {
  const kept = el("span");
  const dropped = el("span", { class: "older", title: "This page keeps only the newest events." });
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
    dropped.textContent = store.dropped > 0 ? `${numberText(store.dropped)} older events are only in the trace files` : "";
    lost.textContent = missing > 0 ? `${numberText(missing)} lost` : "";
    lost.title = "The recorder's buffer was full. The lanes show the gaps.";
  });
  for (const kind of ["items", "hello"]) store.on(kind, show);
  show();
  return el("span", { class: "page-status soft" }, kept, lost, dropped);
}
