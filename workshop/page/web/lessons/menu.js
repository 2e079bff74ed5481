// The menu of lessons: all of them by subject, with their results.

import { el } from "../frame/dom.js";
import { createPopover } from "../frame/popover.js";
import { LESSON_SHORT_PATH, LESSON_SUBJECTS, LESSONS } from "./list.js";

const LESSON_SIGNS = { right: "✓", wrong: "✗" };
const LESSON_RESULTS = { right: ", done, predicted correctly", wrong: ", done, predicted incorrectly" };

/** Creates the menu: `{ element, draw }`. `draw(current, progress)` updates it. `go(lesson)` is called with a choice. */
export function createLessonMenu(go) {
  const entries = new Map(LESSONS.map((lesson, n) => [lesson, lessonEntry(lesson, n, () => choose(lesson))]));
  const content = el(
    "div",
    { class: "lesson-menu" },
    LESSON_SUBJECTS.map(([title, lessons]) =>
      el(
        "section",
        {},
        el("h2", { text: title }),
        el("ol", {}, lessons.map((lesson) => el("li", {}, entries.get(lesson).button))),
      ),
    ),
    el("p", { class: "soft", text: `★ the short path: ${LESSON_SHORT_PATH.length} lessons to take first` }),
  );
  const { element } = createPopover("", content);
  const opener = element.querySelector("button");
  opener.classList.add("lesson-opener");

  function choose(lesson) {
    content.closest("[popover]").hidePopover();
    go(lesson);
  }

  return {
    element,
    draw(current, progress) {
      const text = `Lesson ${LESSONS.indexOf(current) + 1} of ${LESSONS.length}`;
      opener.replaceChildren(text, el("span", { "aria-hidden": "true", text: " ▾" }));
      for (const [lesson, entry] of entries) entry.draw(progress.of(lesson.id), lesson === current);
    },
  };
}

/** Creates the entry of a lesson: `{ button, draw }`. */
function lessonEntry(lesson, n, onclick) {
  const isFirst = LESSON_SHORT_PATH.includes(lesson);
  const name = `Lesson ${n + 1}: ${lesson.title}${isFirst ? ", short path" : ""}`;
  const spoken = el("span", { class: "unseen" });
  const mark = lessonVisible("lesson-mark", "");
  const button = el(
    "button",
    { type: "button", onclick },
    spoken,
    lessonVisible("lesson-number", `${n + 1}`),
    lessonVisible(null, lesson.title),
    isFirst && lessonVisible("lesson-star", "★"),
    mark,
  );
  return {
    button,
    draw(result, isCurrent) {
      mark.className = `lesson-mark is-${result}`;
      mark.textContent = LESSON_SIGNS[result] ?? "";
      spoken.textContent = `${name}${LESSON_RESULTS[result] ?? ""}`;
      if (isCurrent) button.setAttribute("aria-current", "page");
      else button.removeAttribute("aria-current");
    },
  };
}

/** Creates text that screen readers skip, because the button's name contains it. */
function lessonVisible(name, text) {
  return el("span", { class: name, "aria-hidden": "true", text });
}
