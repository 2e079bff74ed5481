// The playback controls: pause, step, slow replay.

import { el, onFrame, svg } from "../frame/dom.js";
import { numberText, durationText } from "../recording/numbers.js";
import { createTimeline } from "./timeline.js";
import { Player } from "./player.js";

/** Durations of the replay of a step in seconds; 0 for the original speed. */
const PLAYBACK_DURATIONS = [
  [0, "at original speed"],
  [5, "in about 5 s"],
  [20, "in about 20 s"],
  [60, "in about a minute"],
  [180, "in about 3 minutes"],
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

/** Creates the controls: `{ element, keys, show }`, drawn while `isShown()`. For `isStop` and `stepOf` see `Player`. */
export function createPlayback(store, { isStop, stepOf, isShown }) {
  const show = onFrame(() => isShown() && drawNow());
  const player = new Player(store, { isStop, stepOf, onChange: show });
  const timeline = createTimeline(store, player, isShown);
  const button = (shape, label, key, run) => playbackButton(shape, label, key, run);
  const toggle = button("pause", "Pause", "Space", () => player.toggle());
  const end = button("end", "To the end", "End", () => player.follow());
  const status = el("span", { class: "play-status", role: "status" });
  const drawNow = () => {
    const isRunning = player.isPlaying || store.cursor === null;
    playbackLabel(toggle, isRunning ? "pause" : "play", isRunning ? "Pause" : "Play", "Space");
    playbackLabel(end, "end", store.live ? "To the newest event, and follow new ones" : "To the end", "End");
    const text = playbackStatus(store, player);
    if (status.textContent !== text) status.textContent = text;
  };
  for (const kind of ["items", "cursor", "hello"]) store.on(kind, show);
  const element = el(
    "div",
    { class: "playback", role: "group", "aria-label": "Playback" },
    el(
      "div",
      { class: "joined" },
      button("begin", "To the start", "Home", () => player.begin()),
      button("backStep", "Back to the start of the step", "[", () => player.stepMark(-1)),
      button("back", "Previous event", "←", () => player.step(-1)),
      toggle,
      button("on", "Next event", "→", () => player.step(1)),
      button("onStep", "To the next step", "]", () => player.stepMark(1)),
      end,
    ),
    button("again", "Replay the step slowly", "r", () => player.replay()),
    playbackSpeed(player),
    timeline.element,
    status,
  );
  return { element, keys: playbackKeys(player), show: () => [show, timeline.draw].forEach((draw) => draw()) };
}

function playbackKeys(player) {
  return [
    { keys: [" "], label: "Space", description: "pause or continue, while no button or event has the focus", run: () => player.toggle() },
    { keys: ["ArrowLeft", ","], label: "← or ,", description: "previous event", run: () => player.step(-1) },
    { keys: ["ArrowRight", "."], label: "→ or .", description: "next event", run: () => player.step(1) },
    {
      keys: ["["],
      label: "[",
      description: "back to the start of the step",
      run: () => player.stepMark(-1),
    },
    { keys: ["]"], label: "]", description: "to the next step", run: () => player.stepMark(1) },
    { keys: ["Home"], label: "Home", description: "to the first event", run: () => player.begin() },
    {
      keys: ["End"],
      label: "End",
      description: "to the newest event, and follow new ones",
      run: () => player.follow(),
    },
    { keys: ["r"], label: "r", description: "replay the step slowly", run: () => player.replay() },
  ];
}

function playbackSpeed(player) {
  const options = PLAYBACK_DURATIONS.map(([seconds, text]) =>
    el("option", { value: seconds, text, selected: seconds === player.seconds }),
  );
  const choose = el(
    "select",
    { "aria-label": "Duration of the replay of a step", onchange: () => player.setDuration(Number(choose.value)) },
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

function playbackStatus(store, player) {
  if (store.items.length === 0) return "";
  const position = `event ${numberText(player.index + 1)} of ${numberText(store.items.length)}`;
  if (player.pause > 0) return `${position} · shortened pause of ${durationText(player.pause)}`;
  if (player.isPlaying) return `${position} · replaying`;
  if (store.cursor !== null) return `${position} · paused`;
  return store.live ? "live" : `all ${numberText(store.items.length)} events`;
}
