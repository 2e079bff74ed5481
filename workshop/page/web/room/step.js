// The screen "Now": the last step that the presenter has run, API by API.

import { createChoice } from "../frame/choice.js";
import { el, throttled } from "../frame/dom.js";
import { apiOrder, apiTitle, sourceOf } from "../recording/apis.js";
import { eventAmount, eventDetail } from "../recording/event-text.js";
import { byteCountText, countText } from "../recording/numbers.js";
import { primitiveIcon } from "../recording/primitives.js";

/** Minimum time between two drawings, in milliseconds. */
const ROOM_STEP_WAIT = 250;
/** Calls that a step has before its first call, and settings of sockets. */
const ROOM_HIDDEN_CALLS = ["mark", "option", "tcp_info", "gap"];

/** Creates the screen. */
export function createRoomStep(room) {
  const title = el("h2", { class: "room-step-title" });
  const body = el("div", { class: "room-calls", "aria-live": "off" });
  const choice = createChoice("API", [["rest", "REST"]], { onchange: () => draw() });
  const totals = el("p", { class: "room-totals" });
  const home = el("a", { class: "room-home", href: "api/room/report.html", download: true, text: "Take it home: this workshop as one file" });
  const element = el("section", { class: "room-screen" }, title, totals, choice.element, body, home);

  function draw() {
    if (!element.isConnected) return;
    const step = roomLastStep(room.items);
    title.textContent = step?.name ?? "The presenter has not run anything yet.";
    const apis = step ? roomStepApis(step.items) : [];
    choice.element.hidden = apis.length < 2;
    const options = apis.map(({ api }) => [api, apiTitle(api)]);
    if (JSON.stringify(options) !== choice.drawn) choice.setOptions(options);
    choice.drawn = JSON.stringify(options);
    totals.textContent = apis.map(({ api, bytes }) => `${apiTitle(api)} ${byteCountText(bytes)}`).join(" · ");
    const shown = apis.find(({ api }) => api === choice.value) ?? apis[0];
    body.replaceChildren(...(shown ? roomFolded(shown.items).map(roomCallRow) : []));
  }

  room.on("items", throttled(draw, ROOM_STEP_WAIT));
  return { id: "now", title: "Now", element, show: draw };
}

/** Returns the last named step of the workshop with calls: `{ name, items }`. */
export function roomLastStep(items) {
  const isNamed = ({ step, op, connection }) =>
    step !== undefined && !step.startsWith("from ") && connection !== undefined && !ROOM_HIDDEN_CALLS.includes(op);
  const name = items.findLast(isNamed)?.step;
  if (name === undefined) return null;
  // The same step may have been run before.
  const begin = items.findLastIndex(({ op, label }) => op === "mark" && label !== name);
  const end = items.slice(begin + 1).some(({ step }) => step === name) ? begin + 1 : 0;
  return { name, items: items.slice(end).filter(({ step, op }) => step === name && !ROOM_HIDDEN_CALLS.includes(op)) };
}

/** Returns the calls of the first connection of each API: `{ api, bytes, items }`. */
function roomStepApis(items) {
  const apis = new Map();
  for (const item of items) {
    const { api } = sourceOf(item);
    if (!apis.has(api)) apis.set(api, []);
    apis.get(api).push(item);
  }
  const described = [...apis].map(([api, ofApi]) => {
    const number = ofApi.find(({ op, connection }) => op === "connect" && connection !== undefined)?.connection;
    const socket = ofApi.find(({ op, connection }) => op === "connect" && connection === number)?.sock;
    const isClients = (item) => sourceOf(item).side === "client";
    const isFirst = (item) => item.connection === number || (item.op === "socket" && isClients(item) && item.sock === socket);
    const shown = ofApi.filter(isFirst);
    const writes = shown.filter(({ op, bytes }) => op === "write" && bytes > 0);
    return { api, items: shown, bytes: writes.reduce((sum, { bytes }) => sum + bytes, 0) };
  });
  return described.filter(({ items }) => items.length > 0).sort((one, other) => apiOrder(one.api) - apiOrder(other.api));
}

/** Folds consecutive reads or writes of a side into one row: `{ side, op, count, bytes, text }`. */
function roomFolded(items) {
  const rows = [];
  for (const item of items) {
    const { side } = sourceOf(item);
    const last = rows.at(-1);
    const folds = (item.op === "read" || item.op === "write") && item.bytes > 0;
    if (folds && last?.folds && last.op === item.op && last.side === side) {
      last.count += 1;
      last.bytes += item.bytes;
      continue;
    }
    rows.push({ side, op: item.op, folds, count: 1, bytes: item.bytes ?? 0, text: [eventAmount(item), eventDetail(item)] });
  }
  return rows;
}

function roomCallRow({ side, op, count, bytes, text }) {
  const details = count > 1 ? [`${countText(count, op)}, ${byteCountText(bytes)}`] : [op, ...text];
  return el(
    "p",
    { class: `room-call of-${side}` },
    primitiveIcon(op),
    el("span", {}, el("b", { text: details[0] }), ` ${details.slice(1).filter(Boolean).join(" ")}`),
    el("span", { class: "room-side soft", text: side }),
  );
}
