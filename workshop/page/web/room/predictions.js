// The screen "Lessons": what the presenter explains, and a prediction before the presenter runs the calls.

import { el } from "../frame/dom.js";
import { LESSON_SHORT_PATH, LESSONS } from "../lessons/list.js";

/** Creates the screen. Only the presenter can run a lesson, so the answer comes from the presenter's screen. */
export function createRoomLessons() {
  const element = el(
    "section",
    { class: "room-screen" },
    el("h2", { text: "Lessons" }),
    el("p", { class: "soft", text: "Choose your prediction before the presenter runs the lesson. ★ marks the short path." }),
    ...LESSONS.map(roomLesson),
  );
  return { id: "lessons", title: "Lessons", element, show: () => {} };
}

function roomLesson(lesson, index) {
  const star = LESSON_SHORT_PATH.includes(lesson) ? " ★" : "";
  return el(
    "details",
    { class: "room-lesson" },
    el("summary", { text: `${index + 1}. ${lesson.title}${star}` }),
    ...lesson.idea.map((text) => el("p", { text })),
    ...lesson.questions.map((question, number) => roomQuestion(question, `${lesson.id}-${number}`)),
  );
}

function roomQuestion({ prompt, choices }, id) {
  const says = el("p", { role: "status", class: "soft" });
  const choose = (text) => (says.textContent = `Your prediction: ${text}`);
  return el(
    "fieldset",
    { class: "room-question" },
    el("legend", { text: prompt }),
    ...choices.map(({ text }) =>
      el("label", {}, el("input", { type: "radio", name: id, onchange: () => choose(text) }), el("span", { text })),
    ),
    says,
  );
}
