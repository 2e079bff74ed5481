// The events over time, small: where much happened, where the steps began, and where we are. It is a slider.

import { el, onFrame, seldom, svg } from "../frame/dom.js";
import { numberText } from "../recording/numbers.js";

const MAP_WIDTH = 600;
const MAP_HEIGHT = 30;
/** A pause counts no longer than this, in nanoseconds: else there would be nothing but pauses. */
const MAP_PAUSE = 1e6;
/** It is drawn this often at most while events come, in milliseconds. */
const MAP_WAIT = 200;

/** The map of the store's events: `{ element, draw }`, drawn while `isShown`. The player moves. */
export function createPlayMap(store, player, isShown) {
  const bars = svg("path", { class: "map-bars" });
  const steps = svg("path", { class: "map-steps" });
  const here = el("div", { class: "map-here" });
  const picture = svg(
    "svg",
    { viewBox: `0 0 ${MAP_WIDTH} ${MAP_HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    bars,
    steps,
  );
  const element = el(
    "div",
    {
      class: "play-map",
      role: "slider",
      tabindex: 0,
      "aria-label": "Position in the recording",
      "aria-valuemin": 0,
      title: "Events over time; pauses are shortened",
    },
    picture,
    here,
  );
  let places = [];

  const draw = onFrame(() => {
    if (!isShown()) return;
    places = mapPlaces(store.items);
    const { d, marks } = mapPaths(store.items, places);
    bars.setAttribute("d", d);
    steps.setAttribute("d", marks);
    point();
  });
  const point = onFrame(() => {
    const index = Math.min(player.index, places.length - 1);
    here.style.left = `${((places[index] ?? MAP_WIDTH) / MAP_WIDTH) * 100}%`;
    element.setAttribute("aria-valuemax", store.items.length);
    element.setAttribute("aria-valuenow", index + 1);
    element.setAttribute("aria-valuetext", mapWords(store, index));
  });
  store.on("items", seldom(draw, MAP_WAIT));
  store.on("cursor", point);
  mapPointer(element, (part) => mapGo(store, player, places, part));
  element.addEventListener("keydown", (event) => mapKey(event, player));
  return { element, draw };
}

function mapWords(store, index) {
  const step = store.items[index]?.step;
  const words = `event ${numberText(index + 1)} of ${numberText(store.items.length)}`;
  return step === undefined ? words : `${words}, ${step}`;
}

/** Where each event is, from 0 to the width. One that was told of late may be earlier than the one before it. */
function mapPlaces(items) {
  let sum = 0;
  const sums = items.map((item, index) => {
    const pause = index === 0 ? 0 : item.at - items[index - 1].at;
    return (sum += Math.min(MAP_PAUSE, Math.max(0, pause)));
  });
  return sums.map((place) => (sum === 0 ? MAP_WIDTH : (place / sum) * MAP_WIDTH));
}

function mapPaths(items, places) {
  const counts = new Array(MAP_WIDTH / 3 + 1).fill(0);
  const begins = new Set();
  items.forEach((item, index) => {
    if (item.op === "mark") begins.add(Math.round(places[index]));
    else counts[Math.floor(places[index] / 3)] += 1;
  });
  const most = Math.log1p(Math.max(1, ...counts));
  const height = (count) => (MAP_HEIGHT - 8) * (Math.log1p(count) / most);
  const bars = counts.map((count, index) =>
    count === 0 ? "" : `M${index * 3} ${MAP_HEIGHT}v${-height(count).toFixed(1)}h2.4V${MAP_HEIGHT}z`,
  );
  return { d: bars.join(""), marks: [...begins].map((x) => `M${x} 0v6`).join("") };
}

/** Calls `go` with where the pointer is, from 0 to 1, while it is down. */
function mapPointer(element, go) {
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

function mapGo(store, player, places, part) {
  if (part >= 0.998 || places.length === 0) return player.follow();
  player.halt();
  const index = places.findLastIndex((place) => place <= part * MAP_WIDTH);
  store.set("cursor", store.items[Math.max(0, index)].seq);
}

const MAP_KEYS = {
  ArrowLeft: (player) => player.step(-1),
  ArrowDown: (player) => player.step(-1),
  ArrowRight: (player) => player.step(1),
  ArrowUp: (player) => player.step(1),
  PageDown: (player) => player.stepMark(-1),
  PageUp: (player) => player.stepMark(1),
  Home: (player) => player.begin(),
  End: (player) => player.follow(),
};

function mapKey(event, player) {
  const act = MAP_KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act(player);
}
