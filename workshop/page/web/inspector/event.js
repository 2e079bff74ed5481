// The event as it was recorded, and what was added to it later.

import { el } from "../frame/dom.js";
import { numberText } from "../recording/numbers.js";

/** What is known only by all recordings together, and by the page. */
const EVENT_ADDED = ["recording", "at", "connection", "carried", "seq", "step", "says"];
/** A text as long as this is cut. */
const EVENT_LONGEST = 600;

/** The event as JSON: the fields in the trace file, and those that were added. */
export function inspectEvent(item) {
  const pick = (isAdded) =>
    Object.fromEntries(Object.entries(item).filter(([name]) => EVENT_ADDED.includes(name) === isAdded));
  const json = (value, label) =>
    el("pre", {
      class: "inspect-json",
      role: "region",
      tabindex: 0,
      "aria-label": label,
      text: eventJson(value),
    });
  return el(
    "details",
    { class: "inspect-event" },
    el("summary", { text: "The event as recorded" }),
    el("p", { class: "soft", text: "In the trace file:" }),
    json(pick(false), "As recorded"),
    el("p", { class: "soft", text: "Added by socket-trace, which has seen all recordings:" }),
    json(pick(true), "Added"),
  );
}

function eventJson(value) {
  const cut = (_, inner) =>
    typeof inner === "string" && inner.length > EVENT_LONGEST
      ? `${inner.slice(0, EVENT_LONGEST)}… (${numberText(inner.length)} characters)`
      : inner;
  return JSON.stringify(value, cut, 2);
}
