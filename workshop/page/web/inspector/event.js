// The event as JSON: the recorded fields and the added ones.

import { el } from "../frame/dom.js";
import { numberText } from "../recording/numbers.js";

/** The fields that are added when the recordings are merged. */
const EVENT_ADDED = ["recording", "at", "connection", "carried", "seq", "step", "says", "phase", "upstream", "client", "ended", "why"];
/** Maximum length of a shown string. */
const EVENT_MAX_TEXT = 600;

/** Draws the event as JSON. */
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
    el("p", { class: "soft", text: "Added by socket-trace when it merged the recordings:" }),
    json(pick(true), "Added"),
  );
}

function eventJson(value) {
  const shorten = (_, inner) =>
    typeof inner === "string" && inner.length > EVENT_MAX_TEXT
      ? `${inner.slice(0, EVENT_MAX_TEXT)}… (${numberText(inner.length)} characters)`
      : inner;
  return JSON.stringify(value, shorten, 2);
}
