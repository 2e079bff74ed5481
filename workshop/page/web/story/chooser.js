// The controls that choose the step of the story: previous, next, and a list.

import { el } from "../frame/dom.js";
import { OptionList } from "../frame/option-list.js";
import { numberText } from "../recording/numbers.js";

/** Creates the title of the step with the controls: `{ element, keys, draw, move }`. */
export function createStepChooser(store, model) {
  const title = el("h2", { class: "story-title" });
  const about = el("span", { class: "soft story-about" });
  const list = el("select", { "aria-label": "Step", onchange: () => store.set("place", { at: Number(list.value) }) });
  const options = new OptionList(list);
  const before = el("button", { type: "button", text: "←", "aria-label": "Previous step", title: "Previous step (←)", onclick: () => move(-1) });
  const next = el("button", { type: "button", text: "→", "aria-label": "Next step", title: "Next step (→)", onclick: () => move(1) });

  function go(index) {
    const step = model.steps[index];
    if (step) store.set("place", { at: step.first });
  }

  function move(by) {
    model.update();
    const { index, steps } = model;
    go(Math.min(steps.length - 1, Math.max(0, index + by)));
  }

  function draw() {
    const { index, steps, step } = model;
    title.textContent = step ? step.heading.label : "";
    about.textContent = step ? storyAbout(store, step) : "";
    before.disabled = index <= 0;
    next.disabled = index < 0 || index >= steps.length - 1;
    options.draw(steps.map(stepOption));
    if (step && Number(list.value) !== step.first) list.value = step.first;
    list.hidden = steps.length < 2;
  }

  const element = el("div", { class: "story-chooser" }, title, about, el("div", { class: "story-moves" }, before, list, next));
  const keys = [
    { keys: ["ArrowLeft", "["], label: "←", description: "previous step", run: () => move(-1) },
    { keys: ["ArrowRight", "]"], label: "→", description: "next step", run: () => move(1) },
    { keys: ["Home"], label: "Home", description: "first step", run: () => go(0) },
    { keys: ["End"], label: "End", description: "newest step", run: () => go(model.steps.length - 1) },
  ];
  return { element, keys, draw, move };
}

function stepOption(step) {
  const { first, number, heading } = step;
  return { key: step, label: heading.label, value: first, text: () => `${numberText(number)}. ${heading.label}` };
}

/** Returns when the step was recorded. */
function storyAbout(store, { items }) {
  const item = items.find(({ phase }) => phase !== undefined) ?? items[0];
  const { started } = store.hello.recordings.find(({ label }) => label === item.recording) ?? {};
  const time = started === undefined ? Number.NaN : Date.parse(started) + item.t / 1e6;
  return Number.isNaN(time) ? "" : `recorded ${new Date(time).toLocaleTimeString("en-GB")}`;
}
