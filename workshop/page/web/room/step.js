// The screen "Now": the step that the presenter shows, as a story.

import { createChoice } from "../frame/choice.js";
import { el, throttled } from "../frame/dom.js";
import { morph } from "../frame/morph.js";
import { storyGrid } from "../story/grid.js";
import { StoryModel } from "../story/model.js";
import { storyThesis } from "../story/thesis.js";

/** Minimum time between two drawings, in milliseconds. */
const ROOM_STEP_WAIT = 250;

/** Creates the screen. */
export function createRoomStep(room) {
  const model = new StoryModel(room);
  const title = el("h2", { class: "room-step-title" });
  const note = el("p", { class: "soft" });
  const body = el("div");
  const api = createChoice("API", [], { onchange: (value) => ((chosen = value), draw()) });
  const element = el("section", { class: "room-screen" }, title, note, api.element, body);
  let [chosen, opened] = ["rest", null];

  function draw() {
    if (!element.isConnected) return;
    model.update();
    const { step } = model;
    title.textContent = step?.heading.label ?? "The presenter has not run anything yet.";
    note.textContent = roomHasStep(room) ? "" : "The presenter shows a call that is not on this page: an old one, or one of a participant.";
    note.hidden = note.textContent === "";
    if (step === undefined) {
      api.element.hidden = true;
      return void morph(body, el("div"));
    }
    const phases = model.orderedPhases();
    drawChoice([...phases.keys()]);
    const grid = storyGrid(phases, { step, opened, chosen: api.value, selected: null });
    morph(body, el("div", {}, storyThesis(step, phases), grid));
  }

  function drawChoice(apis) {
    const lanes = model.lanes.filter((lane) => apis.includes(lane.api));
    const options = lanes.map((lane) => [lane.api, lane.title]);
    if (JSON.stringify(options) !== api.drawn) api.setOptions(options);
    api.drawn = JSON.stringify(options);
    // A step may be without the chosen API. Later steps show it again.
    if (apis.includes(chosen)) api.value = chosen;
    api.element.hidden = lanes.length < 2;
  }

  body.addEventListener("click", ({ target }) => {
    const phase = target.closest("[data-open]")?.dataset.open;
    if (phase === undefined) return;
    opened = opened === phase ? null : phase;
    draw();
  });
  for (const kind of ["items", "hello", "place"]) room.on(kind, throttled(draw, ROOM_STEP_WAIT));
  return { id: "now", title: "Now", element, show: draw };
}

/** Returns `true` unless the presenter shows a step that this page does not have. */
function roomHasStep({ shown, items }) {
  return (shown?.step ?? null) === null || items.length === 0 || items.some(({ seq }) => seq === shown.step);
}
