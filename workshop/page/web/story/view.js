// The screen "Story": one step over all APIs, whole, in phases that line up.

import { createChoice } from "../frame/choice.js";
import { el, onFrame, throttled } from "../frame/dom.js";
import { morph } from "../frame/morph.js";
import { createInspector } from "../inspector/inspector.js";
import { createStepChooser } from "./chooser.js";
import { storyGrid } from "./grid.js";
import { StoryModel } from "./model.js";
import { createPresenter } from "./present.js";
import { storyThesis } from "./thesis.js";

/** Minimum time between two drawings for new events, in milliseconds. */
const STORY_WAIT = 100;

/** Creates the first screen of the page. */
export function createStoryView(store) {
  const model = new StoryModel(store);
  const main = el("div", { class: "story-main", tabindex: -1 });
  const body = el("div", { class: "story-body" });
  const draw = onFrame(() => isShown && drawNow());
  const focus = (seq) => main.querySelector(`[data-seq="${seq}"]`)?.focus();
  const inspector = createInspector(store, { model, focusEvent: focus });
  const chooser = createStepChooser(store, model);
  const api = createChoice("API", [], { onchange: draw });
  const presenter = createPresenter(store, model, chooser.move);
  const present = el("button", { type: "button", text: "Present", title: "Present one phase at a time (p)", onclick: () => presenter.open() });
  const element = el(
    "section",
    { class: "story", "aria-label": "Story" },
    el("div", { class: "lanes-split" }, main, inspector.element),
  );
  chooser.element.lastElementChild.append(present);
  element.append(presenter.element);
  main.append(chooser.element, api.element, body);
  api.element.classList.add("story-switch");
  // `drawn` is what the drawn grid depends on. Events of other steps leave it as it is.
  let [isShown, opened, drawn] = [false, null, []];

  function open(phase) {
    opened = opened === phase ? null : phase;
    if (opened === null) store.set("selected", null);
    draw();
  }

  function drawNow() {
    model.update();
    chooser.draw();
    const { step } = model;
    store.show({ step: step?.first ?? null });
    // A phase stays opened in its step only.
    if (step !== drawn[0] && !isSelected(step)) opened = null;
    const state = [step, step?.items.length, step?.heading.label, opened, api.value, store.selected, store.hello];
    if (step !== undefined && state.every((part, index) => part === drawn[index])) return;
    drawn = state;
    if (step === undefined) return void morph(body, el("div", {}, storyNothing(store)));
    const ordered = model.orderedPhases();
    const lanes = model.lanes.filter((lane) => ordered.has(lane.api));
    storySwitch(api, lanes);
    const grid = storyGrid(ordered, { step, opened, chosen: api.value, selected: store.selected });
    morph(body, el("div", { class: "story-body" }, storyThesis(step, ordered), grid));
    fit();
  }

  /** Returns `true` if the selected event is in the step. */
  function isSelected(step) {
    const item = store.item(store.selected);
    return step !== undefined && item !== undefined && model.contains(item);
  }

  /** Shortens the texts if the step is higher than the window. */
  function fit() {
    main.classList.remove("tight");
    main.classList.toggle("tight", main.scrollHeight > main.clientHeight);
  }

  body.addEventListener("click", ({ target }) => {
    const call = target.closest("[data-seq]");
    const phase = target.closest("[data-open]");
    if (call) store.set("selected", Number(call.dataset.seq));
    else if (phase) open(phase.dataset.open);
  });
  store.on("items", throttled(draw, STORY_WAIT));
  for (const kind of ["hello", "place"]) store.on(kind, draw);
  new ResizeObserver(fit).observe(main);
  store.on("selection", () => {
    // Other screens select an event, too. Its step is then shown, with its phase opened.
    const item = store.item(store.selected);
    if (item?.phase !== undefined) {
      opened = item.phase;
      if (!model.contains(item)) store.set("place", { at: item.seq });
    }
    draw();
  });
  return {
    id: "story",
    title: "Story",
    key: "0",
    hasDoBar: true,
    element,
    keys: [
      ...chooser.keys,
      { keys: ["p", "P"], label: "p", description: "present one phase at a time; n opens the speaker notes", run: () => presenter.open() },
      ...inspector.keys,
    ],
    show() {
      isShown = true;
      draw();
      inspector.show();
    },
    hide() {
      isShown = false;
      store.show({ step: null });
      inspector.hide();
    },
  };
}

/** Updates the switch of a narrow window between the APIs. */
function storySwitch(choice, lanes) {
  const drawn = [...choice.element.querySelectorAll("input")].map(({ value }) => value);
  const wanted = lanes.map((lane) => lane.api);
  if (drawn.join() !== wanted.join()) choice.setOptions(lanes.map((lane) => [lane.api, lane.title]));
  choice.element.hidden = lanes.length < 2;
}

function storyNothing({ live }) {
  const text = live
    ? "The servers are listening. Press g, or “get a book” under “Make calls”, or call one of them from a terminal."
    : "There are no calls in this recording.";
  return el("p", { class: "story-nothing", "data-key": "nothing", text });
}
