// Navigation from an event to related events: those of the same API call, and the linked ones of the other side.

import { el } from "../frame/dom.js";
import { primitiveIcon } from "../primitives/primitives.js";
import { sourceOf } from "../recording/apis.js";
import { eventAmount } from "../recording/event-text.js";

/** Maximum number of buttons for events of the other side. */
const CALL_LINKS = 4;

/** Draws the buttons that select related events. */
export function inspectCall(store, flow, item) {
  const go = (seq) => store.set("selected", seq);
  const [call, events] = callEvents(store, item);
  const at = events.findIndex(({ seq }) => seq === item.seq);
  const rows = [];
  if (events.length > 1) rows.push(callSteps(call, events, at, go));
  const links = flow.linksOf(item.seq).slice(0, CALL_LINKS);
  const ends = links.map((link) => callEnd(store, item, link, go)).filter(Boolean);
  if (ends.length > 0) rows.push(el("div", { class: "call-row" }, ends));
  if (flow.isLost(item))
    rows.push(
      el("p", { class: "bad", text: "This datagram was lost: the other side did not receive it." }),
    );
  return el("div", { class: "inspect-call" }, rows);
}

/** Returns the first API call in the event, with the call's events of both sides. */
function callEvents(store, item) {
  const call = item.carried?.find((part) => part.call !== null && part.call !== undefined)?.call;
  if (call === undefined) return [undefined, []];
  const isOfCall = (other) =>
    other.connection === item.connection && other.carried?.some((part) => part.call === call);
  return [call, store.items.filter(isOfCall)];
}

function callSteps(call, events, at, go) {
  const button = (text, label, target) =>
    el("button", {
      type: "button",
      "aria-label": label,
      title: label,
      text,
      disabled: target === undefined,
      onclick: () => go(target.seq),
    });
  return el(
    "div",
    { class: "call-row" },
    button("‹", "Previous event of this call (b)", events[at - 1]),
    el("span", {
      text: `call ${call + 1}, event ${at + 1} of ${events.length}`,
      title: "Number of the call on this connection",
    }),
    button("›", "Next event of this call (n)", events[at + 1]),
  );
}

function callEnd(store, item, link, go) {
  const isFrom = link.from === item.seq;
  const other = store.item(isFrom ? link.to : link.from);
  if (other === undefined) return null;
  const { side } = sourceOf(other);
  const text = ` ${isFrom ? "to" : "from"} the ${side}'s ${other.op} ${eventAmount(other)}`;
  const bytes = link.kind === "bytes" && link.bytes !== other.bytes ? ` (${link.bytes} of them)` : "";
  return el(
    "button",
    { type: "button", onclick: () => go(other.seq) },
    isFrom ? "→ " : "← ",
    primitiveIcon(other.op),
    `${text}${bytes}`,
  );
}

/** Returns the next or previous event of the same call, or `undefined` if there is none. */
export function callNeighbour(store, item, step) {
  const [, events] = callEvents(store, item);
  return events[events.findIndex(({ seq }) => seq === item.seq) + step];
}
