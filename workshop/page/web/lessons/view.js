// The screen "Lessons": twelve ideas about sockets, each with a prediction and a run.

import { el } from "../frame/dom.js";
import { LESSONS } from "./list.js";
import { LessonProgress } from "./progress.js";
import { LessonScreen } from "./screen.js";

/** The keyboard shortcuts of this screen, for the list. They also work while an answer has the focus. */
export const LESSON_KEYS = [
  { keys: ["n"], label: "n", description: "next lesson" },
  { keys: ["p"], label: "p", description: "previous lesson" },
];

/** Creates the screen. */
export function createLessonsView(store) {
  const progress = new LessonProgress();
  const screens = new Map();
  const place = el("div", { class: "lesson-place" });
  const tally = el("span", { class: "soft lesson-tally", role: "status" });
  const previous = el("button", {
    type: "button",
    text: "‹ Previous",
    title: "Previous lesson (p)",
    onclick: () => move(-1),
  });
  const next = el("button", {
    type: "button",
    text: "Next ›",
    title: "Next lesson (n)",
    onclick: () => move(1),
  });
  const resetButton = el("button", {
    type: "button",
    text: "Reset",
    title: "Delete the results of all lessons",
    onclick: reset,
  });
  const steps = LESSONS.map((lesson, n) =>
    el("button", { type: "button", class: "lesson-step", text: `${n + 1}`, onclick: () => go(n) }),
  );
  const element = el(
    "div",
    { class: "lessons" },
    el(
      "nav",
      { class: "lesson-steps", "aria-label": "Lessons" },
      previous,
      el(
        "ol",
        {},
        steps.map((step) => el("li", {}, step)),
      ),
      next,
      tally,
      resetButton,
    ),
    place,
  );
  let at = Math.max(
    0,
    LESSONS.findIndex((lesson) => lesson.id === progress.at),
  );
  let end = [];

  function screen(n) {
    if (!screens.has(n)) screens.set(n, makeScreen(n));
    return screens.get(n);
  }

  function makeScreen(n) {
    const lesson = LESSONS[n];
    const onDone = (isRight) => done(lesson, isRight);
    const onNext = n < LESSONS.length - 1 ? () => go(n + 1) : null;
    return new LessonScreen(store, lesson, { number: n + 1, onDone, onNext });
  }

  function go(n) {
    at = n;
    progress.at = LESSONS[n].id;
    draw();
    screen(n).heading.focus();
  }

  function move(by) {
    const n = at + by;
    if (n >= 0 && n < LESSONS.length) go(n);
  }

  function done(lesson, isRight) {
    progress.record(lesson.id, isRight);
    drawSteps();
  }

  function reset() {
    progress.reset();
    for (const created of screens.values()) created.reset();
    go(0);
  }

  function draw() {
    const shown = screen(at);
    if (place.firstChild !== shown.element) place.replaceChildren(shown.element);
    shown.refresh();
    drawSteps();
  }

  function drawSteps() {
    previous.disabled = at === 0;
    next.disabled = at === LESSONS.length - 1;
    steps.forEach((step, n) => lessonDrawStep(step, LESSONS[n], n, progress.of(LESSONS[n].id), n === at));
    const results = LESSONS.map((lesson) => progress.of(lesson.id)).filter(Boolean);
    const right = results.filter((result) => result === "right").length;
    tally.textContent =
      results.length === 0 ? "" : `${results.length} of ${LESSONS.length} done, ${right} predicted correctly`;
    resetButton.hidden = results.length === 0;
  }

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.key === "n") move(1);
    if (event.key === "p") move(-1);
  }

  return {
    id: "lessons",
    title: "Lessons",
    key: "5",
    keys: LESSON_KEYS,
    element,
    show() {
      end = [store.on("hello", draw), store.on("streamState", draw)];
      addEventListener("keydown", onKey);
      draw();
    },
    hide() {
      for (const stop of end) stop();
      removeEventListener("keydown", onKey);
    },
  };
}

/** Draws a numbered button with the result of its lesson. */
function lessonDrawStep(step, lesson, n, result, isCurrent) {
  const signs = { right: "✓", wrong: "✗" };
  const words = { right: ", done, predicted correctly", wrong: ", done, predicted incorrectly" };
  step.replaceChildren(
    `${n + 1}`,
    el("span", { class: `lesson-mark is-${result}`, text: signs[result] ?? "" }),
  );
  step.title = lesson.title;
  step.setAttribute("aria-label", `Lesson ${n + 1}: ${lesson.title}${words[result] ?? ""}`);
  if (isCurrent) step.setAttribute("aria-current", "page");
  else step.removeAttribute("aria-current");
}
