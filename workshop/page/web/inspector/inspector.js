// The inspector: the details of the selected event.

import { el, onFrame } from "../frame/dom.js";
import { createSplitter } from "../frame/splitter.js";
import { primitiveIcon, primitiveOf } from "../primitives/primitives.js";
import { apiTitle, sourceOf } from "../recording/apis.js";
import { eventAmount } from "../recording/event-text.js";
import { inspectBytes } from "./bytes.js";
import { callNeighbour, inspectCall } from "./call.js";
import { inspectEvent } from "./event.js";
import { inspectParts } from "./parts.js";
import { inspectProperties } from "./properties.js";

/** Creates the panel for the selected event of the lanes: `{ element, keys, show, hide }`. */
export function createInspector(store, lanes) {
  const close = () => {
    const { selected } = store;
    store.set("selected", null);
    if (selected !== null) lanes.focusEvent(selected);
  };
  const panel = inspectorPanel(close);
  let [isShown, drawn, drawnWhy] = [false, null];
  const draw = onFrame(() => {
    if (!isShown) return;
    const item = store.item(store.selected);
    panel.element.hidden = panel.splitter.hidden = item === undefined;
    const { flow } = lanes.model;
    // The connection may end while one of its events is shown.
    const why = item && flow.connection(flow.connectionOf(item))?.why;
    if (item !== undefined && (item !== drawn || why !== drawnWhy)) inspectorDraw(panel, store, lanes, item);
    [drawn, drawnWhy] = [item ?? null, why];
  });
  for (const kind of ["selection", "items"]) store.on(kind, draw);
  return {
    element: panel.element,
    show: () => ((isShown = true), draw()),
    hide: () => (isShown = false),
    keys: [
      { keys: ["Enter"], label: "Enter", description: "inspect the selected event" },
      { keys: ["Escape"], label: "Esc", description: "close the panel", run: close },
      ...inspectorMoves(store, lanes),
    ],
  };
}

/** Creates the empty panel. */
function inspectorPanel(close) {
  const title = el("h2", { class: "inspect-title" });
  const calls = el("div");
  const body = el("div", { class: "inspect-body" });
  const head = el(
    "header",
    { class: "inspect-head" },
    title,
    calls,
    el("button", { type: "button", "aria-label": "Close", title: "Close (Esc)", text: "✕", onclick: close }),
  );
  const element = el(
    "section",
    { class: "inspector", "aria-label": "The selected event", hidden: true },
    head,
    body,
  );
  const splitter = createSplitter(element);
  splitter.hidden = true;
  element.prepend(splitter);
  inspectorHighlight(body);
  return { element, splitter, title, calls, body };
}

function inspectorDraw({ title, calls, body }, store, lanes, item) {
  title.replaceChildren(...inspectorTitle(lanes, item));
  calls.replaceChildren(inspectCall(store, lanes.model.flow, item));
  body.replaceChildren(...inspectorParts(lanes, item));
  body.scrollTop = 0;
}

/** Returns the keyboard shortcuts that select related events. */
function inspectorMoves(store, lanes) {
  const neighbour = (step) => {
    const item = store.item(store.selected);
    const next = item && callNeighbour(store, item, step);
    if (next) store.set("selected", next.seq);
  };
  const other = () => {
    const [link] = lanes.model.flow.linksOf(store.selected);
    if (link) store.set("selected", link.from === store.selected ? link.to : link.from);
  };
  return [
    { keys: ["b"], label: "b", description: "select the previous event of the same API call", run: () => neighbour(-1) },
    { keys: ["n"], label: "n", description: "select the next event of the same API call", run: () => neighbour(1) },
    { keys: ["x"], label: "x", description: "select the event at the other end of the arrow", run: other },
  ];
}

function inspectorTitle(lanes, item) {
  const { api, side } = sourceOf(item);
  const number = lanes.model.flow.connectionOf(item);
  const connection = number === undefined ? "" : ` · connection #${number}`;
  const where = `${apiTitle(api)} ${side}${connection}`;
  return [
    el(
      "span",
      { class: `tone-${primitiveOf(item.op).tone}` },
      primitiveIcon(item.op, 22),
      ` ${item.op} ${eventAmount(item)}`,
    ),
    el("span", { class: "soft", text: where }),
  ];
}

/** Draws two columns: the properties, and the bytes or else the recorded event. */
function inspectorParts(lanes, item) {
  const properties = inspectProperties(item, { flow: lanes.model.flow, since: lanes.model.entry(item.seq)?.since });
  const event = inspectEvent(item);
  const hasBytes = (item.bytes ?? 0) > 0;
  event.open = !hasBytes;
  const column = (label, ...parts) =>
    el("div", { class: "inspect-column", role: "region", tabindex: 0, "aria-label": label }, parts);
  if (!hasBytes) return [column("Properties", properties), column("As recorded", event)];
  return [column("Properties", inspectParts(item), properties, event), column("Bytes", inspectBytes(item))];
}

/** Highlights the part under the pointer or focus together with its bytes. */
function inspectorHighlight(body) {
  const mark = (event) => {
    const part = event.target.closest?.("[data-part]")?.dataset.part;
    for (const element of body.querySelectorAll("[data-part]"))
      element.classList.toggle("lit", element.dataset.part === part);
  };
  for (const kind of ["pointerover", "focusin"]) body.addEventListener(kind, mark);
  body.addEventListener("pointerleave", mark);
}
