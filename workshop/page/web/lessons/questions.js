// A question with its choices.

import { el } from "../frame/dom.js";

/** Makes the `n`th question of a lesson; `onChoice` is told which choice is made. */
export function lessonQuestion({ id, questions }, n, onChoice) {
  const { ask, choices } = questions[n];
  const name = `lesson-${id}-${n}`;
  const made = choices.map((choice, k) => lessonChoice(name, choice, () => onChoice(k)));
  return el(
    "fieldset",
    { class: questions.length > 1 ? "lesson-question in-a-row" : "lesson-question" },
    el("legend", { text: ask }),
    el("div", { class: "lesson-choices" }, made),
  );
}

function lessonChoice(name, { text }, onchange) {
  const input = el("input", { type: "radio", name, onchange });
  return el("label", { class: "lesson-choice" }, input, el("span", { text }));
}

/** Locks the questions, and shows at each which answer it was. */
export function lessonMark(questions, verdicts) {
  verdicts.forEach(({ right, predicted }, n) => {
    [...questions[n].querySelectorAll(".lesson-choice")].forEach((choice, k) => {
      choice.querySelector("input").disabled = true;
      choice.classList.toggle("is-right", k === right);
      choice.classList.toggle("is-wrong", k === predicted && k !== right);
    });
  });
}

/** Opens a question again, without a choice. */
export function lessonUnlock(question) {
  for (const choice of question.querySelectorAll(".lesson-choice")) {
    Object.assign(choice.querySelector("input"), { disabled: false, checked: false });
    choice.classList.remove("is-right", "is-wrong");
  }
}
