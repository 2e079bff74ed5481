// The screen "Lanes": the lanes, their layout controls, the inspector and the playback controls.

import { el } from "../frame/dom.js";
import { createHint } from "../frame/hint.js";
import { createInspector } from "../inspector/inspector.js";
import { createPlayback } from "../playback/playback.js";
import { Lanes } from "./lanes.js";
import { createLegend } from "./legend.js";
import { createLaneTools } from "./tools.js";

const LANES_OPS = [
  "socket",
  "bind",
  "listen",
  "connect",
  "accept",
  "write",
  "read",
  "shutdown",
  "close",
  "option",
  "adopt",
  "release",
  "gap",
];
const LANES_MOVES = [
  { label: "↑ ↓", description: "select the event above or below in the same lane" },
  { label: "← →", description: "select an event in the next column" },
];

const LANES_BEFORE_CALLS = [
  "The servers are listening. There are no calls yet.",
  "Press g, or “get a book” under “Make calls”. Each lane then shows the socket calls of one API's client and server.",
];
const LANES_WITHOUT_CALLS = [
  "There are no calls in this recording.",
  "Call the server while it is recorded, and create the report again.",
];
const LANES_NONE = [
  "There is no API in this recording.",
  "The screen “Datagrams” shows the recording of the plain sockets.",
];

/** Creates the main screen of the page. */
export function createLanesView(store) {
  const onCompare = (step) => {
    store.set("step", step);
    location.hash = "compare";
  };
  const lanes = new Lanes(store, { kind: "lanes", empty: lanesEmpty(store), onCompare, hasPlace: true });
  const isShown = () => !element.hidden;
  const tools = createLaneTools(store, lanes, isShown);
  const legend = createLegend(LANES_OPS);
  const inspector = createInspector(store, lanes);
  const playback = createPlayback(store, {
    isStop: ({ seq }) => lanes.model.entry(seq) !== undefined,
    stepOf: ({ seq }) => lanes.model.entry(seq)?.heading,
    isShown,
  });
  const element = el(
    "div",
    { class: "lanes-view" },
    el("div", { class: "lanes-bar" }, createHint(), tools.element, legend.details),
    el("div", { class: "lanes-split" }, lanes.element, inspector.element),
    playback.element,
  );
  return {
    id: "lanes",
    title: "Lanes",
    key: "1",
    hasDoBar: true,
    element,
    keys: [
      ...playback.keys,
      ...LANES_MOVES.map((move) => ({ keys: [], ...move })),
      ...inspector.keys,
      ...tools.keys,
      ...legend.keys,
    ],
    show: () => [lanes, inspector, tools, playback].forEach((part) => part.show()),
    hide: () => [lanes, inspector].forEach((part) => part.hide()),
  };
}

/** Draws a message for lanes without calls. */
function lanesEmpty({ live, hello }) {
  const withoutServer = hello?.lanes.length > 0 ? LANES_WITHOUT_CALLS : LANES_NONE;
  const [heading, text] = live ? LANES_BEFORE_CALLS : withoutServer;
  return el("div", { class: "lanes-empty" }, el("h2", { text: heading }), el("p", { text }));
}
