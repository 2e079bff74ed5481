// The screen "Lanes": the lanes themselves, how they are laid out, the clock, and the event that is looked at
// closely.

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
  { shown: "↑ ↓", says: "at an event: up and down its lane" },
  { shown: "← →", says: "at an event: to the column beside" },
];

const LANES_LISTEN = [
  "The servers listen. Nobody has called yet.",
  "Press “get a book” above: each API does it in its lane, and you see what its client and server do.",
];
const LANES_UNCALLED = [
  "Nobody has called yet.",
  "Let a client call while it is recorded, and make this report again: then you see what both of them do.",
];
const LANES_NONE = [
  "There is no lane in this recording.",
  "What was recorded over the bare sockets is on the screen “Datagrams”.",
];

/** The heart of the page: the APIs on one clock. */
export function createLanesView(store) {
  const onCompare = (step) => {
    store.set("step", step);
    location.hash = "compare";
  };
  const lanes = new Lanes(store, { kind: "lanes", empty: lanesEmpty(store), onCompare });
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

/** What to do while nobody has called. In a report it is late for that. */
function lanesEmpty({ live, hello }) {
  const [heading, words] = live ? LANES_LISTEN : hello.lanes.length > 0 ? LANES_UNCALLED : LANES_NONE;
  return el("div", { class: "lanes-empty" }, el("h2", { text: heading }), el("p", { text: words }));
}
