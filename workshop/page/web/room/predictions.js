// The screen "Lessons": what the presenter explains, and a prediction before the presenter runs the calls.

import { predict } from "../frame/actions.js";
import { el } from "../frame/dom.js";
import { LESSON_SHORT_PATH, LESSONS } from "../lessons/list.js";

/** Creates the screen. Only the presenter can run a lesson, so the answer comes from the presenter's screen. */
export function createRoomLessons(room) {
  const lessons = LESSONS.map((lesson, index) => roomLesson(room, lesson, index));
  const now = el("p", { class: "room-now", role: "status" });
  const element = el(
    "section",
    { class: "room-screen" },
    el("h2", { text: "Lessons" }),
    el("p", { class: "soft", text: "Choose your prediction before the presenter runs the lesson. The presenter sees how many chose each answer. ★ marks the short path." }),
    now,
    ...lessons.map((lesson) => lesson.element),
  );
  let current = null;

  /** Opens the presenter's lesson when it changes. Afterwards the participant may open others. */
  function follow() {
    const shown = room.shown?.lesson ?? null;
    const lesson = lessons.find(({ id }) => id === shown);
    now.textContent = lesson ? `Now: ${lesson.title}` : "";
    for (const one of lessons) one.element.classList.toggle("is-now", one === lesson);
    if (lesson === undefined || current === lesson) return;
    current = lesson;
    for (const one of lessons) one.element.open = one === lesson;
    if (element.isConnected) lesson.element.scrollIntoView({ block: "start" });
  }

  room.on("shown", follow);
  room.on("predictions", () => lessons.forEach((lesson) => lesson.draw(room.predictions)));
  const show = () => current?.element.scrollIntoView({ block: "start" });
  return { id: "lessons", title: "Lessons", element, show };
}

function roomLesson(room, lesson, index) {
  const star = LESSON_SHORT_PATH.includes(lesson) ? " ★" : "";
  const title = `${index + 1}. ${lesson.title}`;
  const questions = lesson.questions.map((question, number) => roomQuestion(question, lesson.id, number));
  const element = el(
    "details",
    { class: "room-lesson" },
    el("summary", { text: title + star }),
    ...lesson.idea.map((text) => el("p", { text })),
    ...questions.map((question) => question.element),
  );
  const draw = (predictions) => {
    const own = predictions.filter((one) => one.lesson === lesson.id);
    questions.forEach((question, number) => question.draw(own.find((one) => one.question === number)?.choice));
  };
  return { id: lesson.id, title, element, draw };
}

function roomQuestion({ prompt, choices }, lesson, number) {
  const says = el("p", { role: "status", class: "soft" });
  const choose = async (choice) => {
    try {
      await predict(lesson, number, choice);
      says.textContent = "Your prediction is sent. You can change it.";
    } catch (error) {
      says.textContent = `Your prediction was not sent: ${error.message}`;
    }
  };
  const inputs = choices.map((_, choice) =>
    el("input", { type: "radio", name: `${lesson}-${number}`, onchange: () => choose(choice) }),
  );
  const element = el(
    "fieldset",
    { class: "room-question" },
    el("legend", { text: prompt }),
    ...choices.map(({ text }, choice) => el("label", {}, inputs[choice], el("span", { text }))),
    says,
  );
  /** Shows the stored prediction, also after a reload; `undefined` after the presenter has started clean. */
  const draw = (stored) => {
    inputs.forEach((input, choice) => (input.checked = choice === stored));
    says.textContent = stored === undefined ? "" : "Your prediction is sent. You can change it.";
  };
  return { element, draw };
}
