// One lesson: an idea, a prediction, a run, and what was recorded.

import { el } from "./dom.js";
import { lessonJudge, lessonResult } from "./lesson-result.js";

/**
 * Makes the screen of a lesson. A lesson has `id`, `title`, `idea` (sentences), `drawing()`, `doing` (what
 * the button does), `questions` (`ask` and `choices`: each with `text`, `is(facts)` that tells from the facts
 * whether it is so, and `unless`, what speaks against it), `run(store)`, and `facts(run, store)`, which
 * answers `{ missing }` when the recording does not have them. From the facts come `says(facts)`,
 * `table(facts)`, `shown(facts)` (the events to list), and `later` (a line that changes with what the store
 * has). `needs(store)` is what is missing before it can be run.
 */
export function createLessonScreen(store, lesson, number, onDone) {
  const predicted = [];
  const heading = el("h2", { tabindex: "-1", text: `${number}. ${lesson.title}` });
  const hint = el("p", { class: "lesson-hint bad", role: "alert" });
  const status = el("p", { class: "soft", role: "status" });
  const outcome = el("div", { class: "lesson-outcome" });
  const announce = el("p", { class: "unseen", role: "status" });
  const button = el("button", { type: "button", class: "main", onclick: perform });
  const again = el("button", { type: "button", text: "Choose again", onclick: chooseAgain });
  const questions = lesson.questions.map((question, n) =>
    lessonQuestion(lesson, question, n, (choice) => {
      predicted[n] = choice;
      hint.textContent = "";
    }),
  );

  async function perform() {
    const unanswered = questions.find((_, n) => predicted[n] === undefined);
    if (unanswered) {
      hint.textContent = "First choose what you think will happen.";
      unanswered.querySelector("input").focus();
      return;
    }
    button.disabled = true;
    status.textContent = store.live ? "Running, and waiting for the recording …" : "";
    await lessonPerform(store, lesson).then(show, fail);
    button.disabled = false;
    status.textContent = "";
  }

  function show(run) {
    const facts = lesson.facts(run, store);
    if (facts.missing) return fail(new Error(facts.missing));
    const verdicts = lessonJudge(lesson, facts, predicted);
    outcome.replaceChildren(...lessonResult(store, lesson, { run, facts, verdicts }).filter(Boolean));
    outcome.scrollTop = 0;
    lessonMark(questions, verdicts);
    announce.textContent = [...outcome.querySelectorAll(".lesson-verdict p")]
      .map((p) => p.textContent)
      .join(" ");
    again.hidden = false;
    button.textContent = store.live ? "Run it again" : "Look again";
    onDone(verdicts.every(({ isRight }) => isRight));
  }

  function fail(error) {
    outcome.replaceChildren(el("p", { class: "bad", role: "alert", text: error.message }));
  }

  function forget() {
    predicted.length = 0;
    outcome.replaceChildren(lessonEmpty());
    for (const question of questions) lessonUnlock(question);
    ready();
  }

  function chooseAgain() {
    forget();
    questions[0].querySelector("input").focus();
  }

  function ready() {
    again.hidden = true;
    button.textContent = store.live ? "Run it" : "Look in this recording";
  }

  function needs() {
    const missing = store.live ? lesson.needs?.(store) : null;
    button.disabled = Boolean(missing);
    status.textContent = missing ?? "";
  }

  forget();
  const element = el(
    "article",
    { class: "lesson" },
    el(
      "section",
      { class: "lesson-ask" },
      heading,
      el("p", { class: "lesson-idea", text: lesson.idea.join(" ") }),
      lesson.drawing?.(),
      ...questions,
      el("p", { class: "soft", text: lesson.doing }),
      el("div", { class: "lesson-buttons" }, button, again),
      hint,
      status,
    ),
    el(
      "section",
      { class: "lesson-answer", "aria-label": "What happened" },
      el("h3", { text: "What happened" }),
      announce,
      outcome,
    ),
  );
  return {
    element,
    focus: () => heading.focus(),
    refresh: () => {
      if (again.hidden) ready();
      needs();
    },
    forget,
  };
}

/** Does it, or takes the whole recording where there is no server to do it. */
function lessonPerform(store, lesson) {
  return store.live
    ? lesson.run(store)
    : Promise.resolve({
        items: store.items,
        recorded: true,
        notes: ["In this recording; nothing was run for it."],
      });
}

function lessonEmpty() {
  return el("p", {
    class: "lesson-empty soft",
    text: "Predict, then run it: the answer is read from the recording that you make.",
  });
}

function lessonQuestion(lesson, question, n, onChoice) {
  return el(
    "fieldset",
    { class: "lesson-question" },
    el("legend", { text: question.ask }),
    ...question.choices.map((choice, k) =>
      el(
        "label",
        { class: "lesson-choice" },
        el("input", { type: "radio", name: `lesson-${lesson.id}-${n}`, onchange: () => onChoice(k) }),
        el("span", { text: choice.text }),
      ),
    ),
  );
}

/** Locks the questions, and shows at each which answer it was. */
function lessonMark(questions, verdicts) {
  verdicts.forEach(({ right, predicted }, n) => {
    for (const [k, choice] of [...questions[n].querySelectorAll(".lesson-choice")].entries()) {
      choice.querySelector("input").disabled = true;
      choice.classList.toggle("is-right", k === right);
      choice.classList.toggle("is-wrong", k === predicted && k !== right);
    }
  });
}

function lessonUnlock(question) {
  for (const choice of question.querySelectorAll(".lesson-choice")) {
    const input = choice.querySelector("input");
    Object.assign(input, { disabled: false, checked: false });
    choice.classList.remove("is-right", "is-wrong");
  }
}
