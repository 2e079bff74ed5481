// Presenter mode: one phase at a time in big type, without controls. A clicker's keys move between the phases.

import { el, onFrame } from "../frame/dom.js";
import { NotesWindow } from "./notes-window.js";
import { SLIDES, slideOf } from "./slides.js";

const PRESENT_NEXT = [" ", "PageDown", "ArrowRight", "ArrowDown", "Enter"];
const PRESENT_BEFORE = ["PageUp", "ArrowLeft", "ArrowUp", "Backspace"];

/** Creates the mode for the steps of `model`: `{ element, open }`. `move(by)` shows another step. */
export function createPresenter(store, model, move) {
  const way = el("ol", { class: "present-way", "aria-label": "Phases" });
  const stage = el("div", { class: "present-stage" });
  const caption = el("p", { class: "present-caption", role: "status" });
  const title = el("h2", { class: "present-title" });
  const element = el("dialog", { class: "present", "aria-label": "Presentation" }, el("header", {}, title, way), stage, caption);
  const notes = new NotesWindow(onKey);
  const draw = onFrame(drawNow);
  let index = 0;

  function go(to) {
    const { length } = model.steps;
    if (to >= SLIDES.length) {
      if (model.index >= length - 1) return;
      move(1);
      to = 0;
    }
    if (to < 0) {
      if (model.index <= 0) return;
      move(-1);
      to = SLIDES.length - 1;
    }
    index = to;
    draw();
  }

  function drawNow() {
    model.update();
    const { step } = model;
    if (!element.open || step === undefined) return;
    const slide = slideOf(index, step, model.orderedPhases());
    const { label } = step.heading;
    title.textContent = index === 0 ? "" : label;
    way.hidden = index === 0;
    way.replaceChildren(
      ...SLIDES.slice(1).map(([id, name]) => el("li", { "aria-current": id === slide.id ? "step" : null, text: name })),
    );
    stage.replaceChildren(slide.content);
    caption.textContent = slide.caption;
    const following = SLIDES[index + 1]?.[1] ?? model.steps[model.index + 1]?.heading.label ?? null;
    notes.show(slide, { position: `${label}, ${index + 1} of ${SLIDES.length}`, next: following });
  }

  function onKey(event) {
    // A closed dialog keeps the focus until the next frame, and its keys are the page's.
    if (!element.open || event.ctrlKey || event.metaKey || event.altKey) return;
    const { key } = event;
    const act = PRESENT_NEXT.includes(key)
      ? () => go(index + 1)
      : PRESENT_BEFORE.includes(key)
        ? () => go(index - 1)
        : { Home: () => go(0), End: () => go(SLIDES.length - 1), n: openNotes, N: openNotes, p: close, P: close, Escape: close }[key];
    // The page's other shortcuts do not apply.
    event.stopPropagation();
    if (!act) return;
    event.preventDefault();
    act();
  }

  function openNotes() {
    notes.open();
    draw();
  }

  function close() {
    element.close();
  }

  element.addEventListener("keydown", onKey);
  element.addEventListener("click", () => go(index + 1));
  element.addEventListener("close", () => notes.close());
  for (const kind of ["items", "place"]) store.on(kind, draw);
  return {
    element,
    /** Starts with the shown step, if there is one. */
    open() {
      model.update();
      if (model.step === undefined) return;
      index = 0;
      notes.restart();
      if (!element.open) element.showModal();
      draw();
    },
  };
}
