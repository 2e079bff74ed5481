// How the lanes are laid out: order or time, zoom, options of sockets, one connection alone.

import { el, onFrame } from "../frame/dom.js";
import { apiTitle } from "../recording/apis.js";
import { numberText } from "../recording/numbers.js";
import { LANE_ZOOMS } from "./model.js";

/** So many connections can be chosen from: the newest. */
const TOOLS_CONNECTIONS = 100;

/** The controls of these lanes: `{ element, keys, show }`. They are drawn while `isShown`. */
export function createLaneTools(store, lanes, isShown) {
  const zoomBy = (step) => {
    const zoom = Math.min(LANE_ZOOMS.length - 1, Math.max(0, lanes.model.how.zoom + step));
    if (zoom !== lanes.model.how.zoom) lanes.layOut({ zoom });
  };
  const flipLayout = () => lanes.layOut({ layout: lanes.model.how.layout === "time" ? "order" : "time" });
  const flipOptions = () => lanes.layOut({ options: !lanes.model.how.options });
  const focusSelected = () => store.set("focus", store.focus === null ? toolsConnection(store, lanes) : null);

  const layouts = toolsLayouts(lanes);
  const zooms = toolsZooms(zoomBy);
  const options = toolsOptions(lanes, flipOptions);
  const connections = toolsConnections(store, lanes);
  const tools = [layouts, zooms, options, connections];
  const show = onFrame(() => isShown() && tools.forEach((tool) => tool.show(lanes.model)));
  lanes.onLayout(show);
  for (const kind of ["items", "hello", "focus"]) store.on(kind, show);
  show();
  return {
    element: el(
      "div",
      { class: "lane-tools", role: "group", "aria-label": "Layout of the lanes" },
      tools.map((tool) => tool.element),
    ),
    show,
    keys: [
      { keys: ["+", "="], shown: "+", says: "zoom in", run: () => zoomBy(1) },
      { keys: ["-"], shown: "-", says: "zoom out", run: () => zoomBy(-1) },
      { keys: ["t"], shown: "t", says: "lay out by time, or by order", run: flipLayout },
      { keys: ["o"], shown: "o", says: "show or hide socket options", run: flipOptions },
      { keys: ["f"], shown: "f", says: "the selected connection alone, or all", run: focusSelected },
    ],
  };
}

function toolsConnection(store, lanes) {
  const item = store.item(store.selected);
  return item === undefined ? null : (lanes.model.flow.connectionOf(item) ?? null);
}

function toolsLayouts(lanes) {
  const button = (layout, text, title) =>
    el("button", { type: "button", title, text, onclick: () => lanes.layOut({ layout }) });
  const order = button("order", "by order", "A row for each event: lower is later (t)");
  const time = button("time", "by time", "Down the lane, the same length is the same time (t)");
  const show = ({ how }) => {
    order.setAttribute("aria-pressed", how.layout === "order");
    time.setAttribute("aria-pressed", how.layout === "time");
  };
  return {
    element: el("div", { class: "joined", role: "group", "aria-label": "Layout" }, order, time),
    show,
  };
}

function toolsZooms(zoomBy) {
  const button = (text, label, step) =>
    el("button", {
      type: "button",
      "aria-label": label,
      title: `${label} (${text === "−" ? "-" : text})`,
      text,
      onclick: () => zoomBy(step),
    });
  const [less, more] = [button("−", "zoom out", -1), button("+", "zoom in", 1)];
  const show = ({ how }) => {
    less.disabled = how.zoom === 0;
    more.disabled = how.zoom === LANE_ZOOMS.length - 1;
  };
  return { element: el("div", { class: "joined", role: "group", "aria-label": "Zoom" }, less, more), show };
}

function toolsOptions(lanes, flip) {
  const box = el("input", { type: "checkbox", onchange: flip });
  const text = el("span");
  const element = el("label", { class: "lane-check" }, box, text);
  const show = ({ how, hiddenOptions }) => {
    box.checked = how.options;
    text.textContent = hiddenOptions > 0 ? `socket options (${numberText(hiddenOptions)})` : "socket options";
    element.title = hiddenOptions > 0 ? `${numberText(hiddenOptions)} are hidden (o)` : "Shown, too (o)";
  };
  return { element, show };
}

function toolsConnections(store, lanes) {
  const choose = el("select", {
    "aria-label": "Connection",
    onchange: () => store.set("focus", choose.value === "" ? null : Number(choose.value)),
  });
  let newest = null;
  const show = ({ flow }) => {
    const mine = flow.connections().filter(({ api }) => lanes.apis.includes(api));
    const state = `${mine.length} ${mine.at(-1)?.number} ${store.focus}`;
    if (state === newest || (document.activeElement === choose && choose.value === `${store.focus ?? ""}`))
      return;
    newest = state;
    const offered = mine.slice(-TOOLS_CONNECTIONS).reverse();
    const focused = mine.find(({ number }) => number === store.focus);
    if (focused && !offered.includes(focused)) offered.push(focused);
    const option = ({ number, api }) =>
      el("option", { value: number, text: `only #${number} ${apiTitle(api)}` });
    choose.replaceChildren(el("option", { value: "", text: "all connections" }), ...offered.map(option));
    choose.value = `${store.focus ?? ""}`;
    choose.classList.toggle("set", store.focus !== null);
  };
  return { element: choose, show };
}
