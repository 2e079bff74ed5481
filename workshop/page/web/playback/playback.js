// The controls of time, as on a player: pause, step, replay slower.

import { el, onFrame, svg } from "../frame/dom.js";
import { numberText, spanText } from "../recording/numbers.js";
import { createPlayMap } from "./timeline.js";
import { Player } from "./player.js";

const PLAYBACK_SPEEDS = [
  [1, "as it was"],
  [10, "10 × slower"],
  [100, "100 × slower"],
  [1000, "1,000 × slower"],
  [10000, "10,000 × slower"],
];

const PLAYBACK_SHAPES = {
  begin: "M3 3v10M13 3L5 8l8 5z",
  backStep: "M8 3L2 8l6 5zM14 3L8 8l6 5z",
  back: "M11 3L4 8l7 5z",
  pause: "M5 3v10M11 3v10",
  play: "M4 2.5l9 5.5-9 5.5z",
  on: "M5 3l7 5-7 5z",
  onStep: "M2 3l6 5-6 5zM8 3l6 5-6 5z",
  end: "M13 3v10M3 3l8 5-8 5z",
  again: "M13 8a5 5 0 1 1-1.6-3.7M13 1.5v3.6H9.4",
};

/**
 * The controls, `{ element, keys, show }`, drawn while `isShown`. `isStop` and `stepOf` are as for `Player`.
 */
export function createPlayback(store, { isStop, stepOf, isShown }) {
  const show = onFrame(() => isShown() && drawNow());
  const player = new Player(store, { isStop, stepOf, onChange: show });
  const map = createPlayMap(store, player, isShown);
  const button = (shape, label, key, run) => playbackButton(shape, label, key, run);
  const toggle = button("pause", "Pause", "Space", () => player.toggle());
  const end = button("end", "To the end", "End", () => player.follow());
  const status = el("span", { class: "play-status", role: "status" });
  const drawNow = () => {
    const isGoing = player.isPlaying || store.cursor === null;
    playbackLabel(toggle, isGoing ? "pause" : "play", isGoing ? "Pause" : "Play", "Space");
    playbackLabel(end, "end", store.live ? "To the newest, and on with what comes" : "To the end", "End");
    const words = playbackWords(store, player);
    if (status.textContent !== words) status.textContent = words;
  };
  for (const kind of ["items", "cursor", "hello"]) store.on(kind, show);
  const element = el(
    "div",
    { class: "playback", role: "group", "aria-label": "Time" },
    el(
      "div",
      { class: "joined" },
      button("begin", "To the beginning", "Home", () => player.begin()),
      button("backStep", "Back to the beginning of the step", "[", () => player.stepMark(-1)),
      button("back", "One event back", "←", () => player.step(-1)),
      toggle,
      button("on", "One event on", "→", () => player.step(1)),
      button("onStep", "To the next step", "]", () => player.stepMark(1)),
      end,
    ),
    button("again", "Replay the step slowly", "r", () => player.replay()),
    playbackSpeed(player),
    map.element,
    status,
  );
  return { element, keys: playbackKeys(player), show: () => [show, map.draw].forEach((draw) => draw()) };
}

function playbackKeys(player) {
  return [
    { keys: [" "], shown: "Space", says: "pause, or go on, while no button or call has the focus", run: () => player.toggle() },
    { keys: ["ArrowLeft", ","], shown: "← or ,", says: "one event back", run: () => player.step(-1) },
    { keys: ["ArrowRight", "."], shown: "→ or .", says: "one event on", run: () => player.step(1) },
    {
      keys: ["["],
      shown: "[",
      says: "back to the beginning of the step",
      run: () => player.stepMark(-1),
    },
    { keys: ["]"], shown: "]", says: "to the next step", run: () => player.stepMark(1) },
    { keys: ["Home"], shown: "Home", says: "to the first event", run: () => player.begin() },
    {
      keys: ["End"],
      shown: "End",
      says: "to the newest event, and on",
      run: () => player.follow(),
    },
    { keys: ["r"], shown: "r", says: "replay the step slowly", run: () => player.replay() },
  ];
}

function playbackSpeed(player) {
  const options = PLAYBACK_SPEEDS.map(([slowness, text]) =>
    el("option", { value: slowness, text, selected: slowness === player.slowness }),
  );
  const choose = el(
    "select",
    { "aria-label": "Speed of the replay", onchange: () => (player.slowness = Number(choose.value)) },
    options,
  );
  return choose;
}

function playbackButton(shape, label, key, run) {
  const button = el(
    "button",
    { type: "button", class: "play-button", onclick: run },
    svg("svg", { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" }, svg("path")),
  );
  playbackLabel(button, shape, label, key);
  return button;
}

function playbackLabel(button, shape, label, key) {
  if (button.dataset.shape === shape && button.getAttribute("aria-label") === label) return;
  button.dataset.shape = shape;
  button.setAttribute("aria-label", label);
  button.title = `${label} (${key})`;
  button.querySelector("path").setAttribute("d", PLAYBACK_SHAPES[shape]);
}

function playbackWords(store, player) {
  if (store.items.length === 0) return "";
  const place = `event ${numberText(player.index + 1)} of ${numberText(store.items.length)}`;
  if (player.pause > 0) return `${place} · a pause of ${spanText(player.pause)}, shortened`;
  if (player.isPlaying) return `${place} · replaying`;
  if (store.cursor !== null) return `${place} · paused`;
  return store.live ? "live" : `all ${numberText(store.items.length)} events`;
}
