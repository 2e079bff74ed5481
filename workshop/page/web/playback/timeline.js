// The timeline: a slider with the number of events over time, the starts of the steps and the current position.

import { el, onFrame, throttled, svg } from "../frame/dom.js";
import { numberText } from "../recording/numbers.js";

const TIMELINE_WIDTH = 600;
const TIMELINE_HEIGHT = 30;
/** Maximum length of a pause on the timeline, in nanoseconds. Longer pauses would leave no space for the events. */
const TIMELINE_MAX_PAUSE = 1e6;
/** Minimum time between two updates while events arrive, in milliseconds. */
const TIMELINE_WAIT = 200;

/** Creates the timeline of the store's events: `{ element, draw }`, drawn while `isShown()`. It controls `player`. */
export function createTimeline(store, player, isShown) {
  const bars = svg("path", { class: "timeline-bars" });
  const steps = svg("path", { class: "timeline-steps" });
  const here = el("div", { class: "timeline-here" });
  const picture = svg(
    "svg",
    { viewBox: `0 0 ${TIMELINE_WIDTH} ${TIMELINE_HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    bars,
    steps,
  );
  const element = el(
    "div",
    {
      class: "timeline",
      role: "slider",
      tabindex: 0,
      "aria-label": "Position in the recording",
      "aria-valuemin": 0,
      title: "Events over time, with shortened pauses",
    },
    picture,
    here,
  );
  let positions = [];

  const draw = onFrame(() => {
    if (!isShown()) return;
    positions = timelinePositions(store.items);
    const { d, marks } = timelinePaths(store.items, positions);
    bars.setAttribute("d", d);
    steps.setAttribute("d", marks);
    point();
  });
  const point = onFrame(() => {
    const index = Math.min(player.index, positions.length - 1);
    here.style.left = `${((positions[index] ?? TIMELINE_WIDTH) / TIMELINE_WIDTH) * 100}%`;
    element.setAttribute("aria-valuemax", store.items.length);
    element.setAttribute("aria-valuenow", index + 1);
    element.setAttribute("aria-valuetext", timelineText(store, index));
  });
  store.on("items", throttled(draw, TIMELINE_WAIT));
  store.on("cursor", point);
  timelinePointer(element, (part) => timelineGo(store, player, positions, part));
  element.addEventListener("keydown", (event) => timelineKey(event, player));
  return { element, draw };
}

function timelineText(store, index) {
  const step = store.items[index]?.step;
  const text = `event ${numberText(index + 1)} of ${numberText(store.items.length)}`;
  return step === undefined ? text : `${text}, ${step}`;
}

/** Returns the position of each event, from 0 to the width. A late event may be older than the one before it. */
function timelinePositions(items) {
  let sum = 0;
  const sums = items.map((item, index) => {
    const pause = index === 0 ? 0 : item.at - items[index - 1].at;
    return (sum += Math.min(TIMELINE_MAX_PAUSE, Math.max(0, pause)));
  });
  return sums.map((position) => (sum === 0 ? TIMELINE_WIDTH : (position / sum) * TIMELINE_WIDTH));
}

function timelinePaths(items, positions) {
  const counts = new Array(TIMELINE_WIDTH / 3 + 1).fill(0);
  const begins = new Set();
  items.forEach((item, index) => {
    if (item.op === "mark") begins.add(Math.round(positions[index]));
    else counts[Math.floor(positions[index] / 3)] += 1;
  });
  const max = Math.log1p(Math.max(1, ...counts));
  const height = (count) => (TIMELINE_HEIGHT - 8) * (Math.log1p(count) / max);
  const bars = counts.map((count, index) =>
    count === 0 ? "" : `M${index * 3} ${TIMELINE_HEIGHT}v${-height(count).toFixed(1)}h2.4V${TIMELINE_HEIGHT}z`,
  );
  return { d: bars.join(""), marks: [...begins].map((x) => `M${x} 0v6`).join("") };
}

/** Calls `go` with the pointer's position from 0 to 1, while it is pressed. */
function timelinePointer(element, go) {
  const move = (event) => {
    const { left, width } = element.getBoundingClientRect();
    go(Math.min(1, Math.max(0, (event.clientX - left) / width)));
  };
  element.addEventListener("pointerdown", (event) => {
    element.setPointerCapture(event.pointerId);
    move(event);
  });
  element.addEventListener(
    "pointermove",
    (event) => element.hasPointerCapture(event.pointerId) && move(event),
  );
}

function timelineGo(store, player, positions, part) {
  if (part >= 0.998 || positions.length === 0) return player.follow();
  player.halt();
  const index = positions.findLastIndex((position) => position <= part * TIMELINE_WIDTH);
  store.set("cursor", store.items[Math.max(0, index)].seq);
}

const TIMELINE_KEYS = {
  ArrowLeft: (player) => player.step(-1),
  ArrowDown: (player) => player.step(-1),
  ArrowRight: (player) => player.step(1),
  ArrowUp: (player) => player.step(1),
  PageDown: (player) => player.stepMark(-1),
  PageUp: (player) => player.stepMark(1),
  Home: (player) => player.begin(),
  End: (player) => player.follow(),
};

function timelineKey(event, player) {
  const act = TIMELINE_KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act(player);
}
