// The controls of the lanes' layout: order or time, zoom, socket options and a single connection.

import { el, onFrame } from "../frame/dom.js";
import { apiTitle } from "../recording/apis.js";
import { numberText } from "../recording/numbers.js";
import { LANE_ZOOMS } from "./model.js";

/** Maximum number of connections to choose from, the newest first. */
const TOOLS_CONNECTIONS = 100;

/** Creates the controls of the lanes: `{ element, keys, show }`. They are drawn while `isShown()` is true. */
export function createLaneTools(store, lanes, isShown) {
  const zoomBy = (step) => {
    const zoom = Math.min(LANE_ZOOMS.length - 1, Math.max(0, lanes.model.settings.zoom + step));
    const isOther = zoom !== lanes.model.settings.zoom || lanes.model.settings.rowHeight !== null;
    if (isOther) lanes.layOut({ zoom, rowHeight: null });
  };
  const flipLayout = () => lanes.layOut({ layout: lanes.model.settings.layout === "time" ? "order" : "time" });
  const flipOptions = () => lanes.layOut({ options: !lanes.model.settings.options });
  const focusSelected = () => store.set("focus", store.focus === null ? toolsConnection(store, lanes) : null);

  const layouts = toolsLayouts(lanes);
  const zooms = toolsZooms(zoomBy, () => lanes.fit());
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
      { keys: ["+", "="], label: "+", description: "zoom in", run: () => zoomBy(1) },
      { keys: ["-"], label: "-", description: "zoom out", run: () => zoomBy(-1) },
      { keys: ["z"], label: "z", description: "fit the visible step into the window", run: () => lanes.fit() },
      { keys: ["t"], label: "t", description: "switch the layout between time and order", run: flipLayout },
      { keys: ["o"], label: "o", description: "show or hide socket options", run: flipOptions },
      { keys: ["f"], label: "f", description: "show only the selected connection, or all", run: focusSelected },
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
  const order = button("order", "by order", "Events in rows, later events lower (t)");
  const time = button("time", "by time", "Vertical distance is proportional to time (t)");
  const show = ({ settings }) => {
    order.setAttribute("aria-pressed", settings.layout === "order");
    time.setAttribute("aria-pressed", settings.layout === "time");
  };
  return {
    element: el("div", { class: "joined", role: "group", "aria-label": "Layout" }, order, time),
    show,
  };
}

function toolsZooms(zoomBy, fit) {
  const button = (text, label, step) =>
    el("button", {
      type: "button",
      "aria-label": label,
      title: `${label} (${text === "−" ? "-" : text})`,
      text,
      onclick: () => zoomBy(step),
    });
  const [less, more] = [button("−", "zoom out", -1), button("+", "zoom in", 1)];
  const show = ({ settings }) => {
    less.disabled = settings.zoom === 0 && settings.rowHeight === null;
    more.disabled = settings.zoom === LANE_ZOOMS.length - 1;
  };
  const whole = el("button", { type: "button", text: "fit this step", title: "Fit the visible step into the window (z)", onclick: fit });
  return { element: el("div", { class: "joined", role: "group", "aria-label": "Zoom" }, less, more, whole), show };
}

function toolsOptions(lanes, flip) {
  const box = el("input", { type: "checkbox", onchange: flip });
  const text = el("span");
  const element = el("label", { class: "lane-check" }, box, text);
  const show = ({ settings, hiddenOptions }) => {
    box.checked = settings.options;
    text.textContent = hiddenOptions > 0 ? `socket options (${numberText(hiddenOptions)})` : "socket options";
    element.title = hiddenOptions > 0 ? `${numberText(hiddenOptions)} hidden (o)` : "Shown (o)";
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
    const connections = flow.connections().filter(({ api }) => lanes.apis.includes(api));
    const state = `${connections.length} ${connections.at(-1)?.number} ${store.focus}`;
    if (state === newest || (document.activeElement === choose && choose.value === `${store.focus ?? ""}`))
      return;
    newest = state;
    const offered = connections.slice(-TOOLS_CONNECTIONS).reverse();
    const focused = connections.find(({ number }) => number === store.focus);
    if (focused && !offered.includes(focused)) offered.push(focused);
    const option = ({ number, api }) =>
      el("option", { value: number, text: `only #${number} ${apiTitle(api)}` });
    choose.replaceChildren(el("option", { value: "", text: "all connections" }), ...offered.map(option));
    choose.value = `${store.focus ?? ""}`;
    choose.classList.toggle("set", store.focus !== null);
  };
  return { element: choose, show };
}
