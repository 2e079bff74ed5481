// A question with its answers.

import { el } from "../frame/dom.js";

/** Creates the `n`th question of a lesson. `onChoice` receives the index of the selected answer. */
export function lessonQuestion({ id, questions }, n, onChoice) {
  const { prompt, choices } = questions[n];
  const name = `lesson-${id}-${n}`;
  const answers = choices.map((choice, k) => lessonChoice(name, choice, () => onChoice(k)));
  return el(
    "fieldset",
    { class: questions.length > 1 ? "lesson-question in-a-row" : "lesson-question" },
    el("legend", { text: prompt }),
    el("div", { class: "lesson-choices" }, answers),
  );
}

function lessonChoice(name, { text }, onchange) {
  const input = el("input", { type: "radio", name, onchange });
  return el("label", { class: "lesson-choice" }, input, el("span", { text }));
}

/** Locks the questions and marks the right and wrong answers. */
export function lessonMark(questions, verdicts) {
  verdicts.forEach(({ right, predicted }, n) => {
    [...questions[n].querySelectorAll(".lesson-choice")].forEach((choice, k) => {
      choice.querySelector("input").disabled = true;
      choice.classList.toggle("is-right", k === right);
      choice.classList.toggle("is-wrong", k === predicted && k !== right);
    });
  });
}

/** Unlocks a question and clears its answer. */
export function lessonUnlock(question) {
  for (const choice of question.querySelectorAll(".lesson-choice")) {
    Object.assign(choice.querySelector("input"), { disabled: false, checked: false });
    choice.classList.remove("is-right", "is-wrong");
  }
}
