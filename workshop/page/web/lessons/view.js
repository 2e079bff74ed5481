// The screen "Lessons": ideas about sockets, each with a prediction and a run.

import { el } from "../frame/dom.js";
import { LESSON_SHORT_PATH, LESSONS } from "./list.js";
import { createLessonMenu } from "./menu.js";
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
  const menu = createLessonMenu(go);
  const previous = lessonButton("‹ Previous", "Previous lesson (p)", () => move(-1));
  const next = lessonButton("Next ›", "Next lesson (n)", () => move(1));
  const resetButton = lessonButton("Reset", "Delete the results of all lessons", reset);
  const shortTitle = `Previous and Next move through these ${LESSON_SHORT_PATH.length} lessons only`;
  const short = lessonButton("★ Short path", shortTitle, toggleShort);
  const element = el(
    "div",
    { class: "lessons" },
    el("nav", { class: "lesson-steps", "aria-label": "Lessons" }, menu.element, previous, next, short, tally, resetButton),
    place,
  );
  let current = LESSONS.find((lesson) => lesson.id === progress.at) ?? LESSONS[0];
  let end = [];

  function screen() {
    if (!screens.has(current)) screens.set(current, makeScreen(current));
    return screens.get(current);
  }

  function makeScreen(lesson) {
    const onDone = (isRight) => {
      progress.record(lesson.id, isRight);
      drawSteps();
    };
    return new LessonScreen(store, lesson, { number: LESSONS.indexOf(lesson) + 1, onDone, onNext: () => move(1) });
  }

  /** Returns the lessons through which Previous and Next move. */
  function path() {
    return progress.isShort ? LESSON_SHORT_PATH : LESSONS;
  }

  /** Returns the lesson before (-1) or after (1) the current one, which need not be on the path itself. */
  function neighbour(by) {
    const at = LESSONS.indexOf(current);
    if (by > 0) return path().find((lesson) => LESSONS.indexOf(lesson) > at);
    return path().findLast((lesson) => LESSONS.indexOf(lesson) < at);
  }

  function go(lesson) {
    current = lesson;
    progress.at = lesson.id;
    draw();
    screen().heading.focus();
  }

  function move(by) {
    const lesson = neighbour(by);
    if (lesson) go(lesson);
  }

  function toggleShort() {
    progress.isShort = !progress.isShort;
    draw();
  }

  function reset() {
    progress.reset();
    for (const created of screens.values()) created.reset();
    go(path()[0]);
  }

  function draw() {
    const shown = screen();
    if (place.firstChild !== shown.element) place.replaceChildren(shown.element);
    store.show({ lesson: current.id });
    shown.hasNext = neighbour(1) !== undefined;
    shown.refresh();
    drawSteps();
  }

  function drawSteps() {
    previous.disabled = !neighbour(-1);
    next.disabled = !neighbour(1);
    short.setAttribute("aria-pressed", String(progress.isShort));
    menu.draw(current, progress);
    const results = path().map((lesson) => progress.of(lesson.id)).filter(Boolean);
    const right = results.filter((result) => result === "right").length;
    tally.textContent =
      results.length === 0 ? "" : `${results.length} of ${path().length} done, ${right} predicted correctly`;
    resetButton.hidden = LESSONS.every((lesson) => !progress.of(lesson.id));
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
      end = ["hello", "streamState"].map((kind) => store.on(kind, draw));
      end.push(store.on("room", () => screen().drawVotes()));
      addEventListener("keydown", onKey);
      draw();
    },
    hide() {
      store.show({ lesson: null });
      for (const stop of end) stop();
      removeEventListener("keydown", onKey);
    },
  };
}

function lessonButton(text, title, onclick) {
  return el("button", { type: "button", text, title, onclick });
}
