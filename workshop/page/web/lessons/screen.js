// One lesson: an idea, a prediction, a run, and what was recorded.

import { el } from "../frame/dom.js";
import { lessonMark, lessonQuestion, lessonUnlock } from "./questions.js";
import { lessonJudge, lessonResult } from "./result.js";

/**
 * The screen of a lesson. A lesson has `id`, `title`, `idea` (sentences), `drawing()`, `doing` (what
 * the button does), `questions` (`ask` and `choices`: each with `text`, `is(facts)` that tells from the facts
 * whether it is so, and `unless`, what speaks against it), `run(store)`, and `facts(run, store)`, which
 * answers `{ missing }` when the recording does not have them. From the facts come `says(facts)`,
 * `table(facts)`, `shown(facts)` (the events to list), and `later` (a line that changes with what the store
 * has). `needs(store)` is what is missing before it can be run.
 */
export class LessonScreen {
  #predicted = [];
  #isRunning = false;
  #hasResult = false;
  /** Counts what was begun: a run that was given up must not be shown. */
  #turn = 0;
  #hint = el("p", { class: "lesson-hint bad", role: "alert" });
  #status = el("p", { class: "soft", role: "status" });
  #outcome = el("div", { class: "lesson-outcome" });
  #announce = el("p", { class: "unseen", role: "status" });
  #button = el("button", { type: "button", class: "main", onclick: () => this.#perform() });
  #again = el("button", { type: "button", text: "Choose again", onclick: () => this.#chooseAgain() });
  #next = el("button", { type: "button", text: "Next lesson ›", onclick: () => this.onNext?.() });

  /** `onDone(isRight)` is told of each result; `onNext` goes to the next lesson, where there is one. */
  constructor(store, lesson, { number, onDone, onNext }) {
    Object.assign(this, { store, lesson, onDone, onNext });
    this.heading = el("h2", { tabindex: "-1", text: `${number}. ${lesson.title}` });
    this.questions = lesson.questions.map((question, n) =>
      lessonQuestion(lesson, n, (choice) => {
        this.#predicted[n] = choice;
        this.#hint.textContent = "";
      }),
    );
    this.element = el("article", { class: "lesson" }, this.#ask(), this.#answer());
    this.forget();
  }

  #ask() {
    const { lesson } = this;
    return el(
      "section",
      { class: "lesson-ask" },
      this.heading,
      el("p", { class: "lesson-idea", text: lesson.idea.join(" ") }),
      lesson.drawing?.(),
      ...this.questions,
      el("p", { class: "soft", text: lesson.doing }),
      el("div", { class: "lesson-buttons" }, this.#button, this.#again, this.#next),
      this.#hint,
      this.#status,
    );
  }

  #answer() {
    return el(
      "section",
      { class: "lesson-answer", "aria-label": "What happened" },
      el("h3", { text: "What happened" }),
      this.#announce,
      this.#outcome,
    );
  }

  /** Draws what depends on the store and on how far the learner is. */
  refresh() {
    const { store, lesson } = this;
    const missing = store.live ? lesson.needs?.(store) : null;
    const [first, again] = store.live ? ["Run it", "Run it again"] : ["Look in this recording", "Look again"];
    this.#button.textContent = this.#hasResult ? again : first;
    this.#button.disabled = this.#isRunning || Boolean(missing);
    this.#again.hidden = !this.#hasResult;
    this.#next.hidden = !this.#hasResult || !this.onNext;
    const running = this.#isRunning ? "Running, and waiting for the recording …" : null;
    this.#status.textContent = running ?? missing ?? "";
  }

  /** Begins anew, without a prediction. */
  forget() {
    this.#turn += 1;
    this.#predicted.length = 0;
    this.#hasResult = this.#isRunning = false;
    this.#outcome.replaceChildren(lessonEmpty());
    this.questions.forEach(lessonUnlock);
    this.refresh();
  }

  #chooseAgain() {
    this.forget();
    this.questions[0].querySelector("input").focus();
  }

  async #perform() {
    const predicted = [...this.#predicted];
    const unanswered = this.questions.find((_, n) => predicted[n] === undefined);
    if (unanswered) {
      this.#hint.textContent = "First choose what you think will happen.";
      unanswered.querySelector("input").focus();
      return;
    }
    const turn = ++this.#turn;
    this.#isRunning = true;
    this.refresh();
    const show = await lessonPerform(this.store, this.lesson).then(
      (run) => () => this.#show(run, predicted),
      (error) => () => this.#fail(error.message),
    );
    if (turn !== this.#turn) return;
    this.#isRunning = false;
    show();
    this.refresh();
  }

  #show(run, predicted) {
    const { store, lesson } = this;
    const facts = lesson.facts(run, store);
    if (facts.missing) return this.#fail(facts.missing);
    const verdicts = lessonJudge(lesson, facts, predicted);
    this.#outcome.replaceChildren(...lessonResult(store, lesson, { run, facts, verdicts }));
    this.#outcome.parentElement.scrollTop = 0;
    lessonMark(this.questions, verdicts);
    const told = [...this.#outcome.querySelectorAll(".lesson-verdict p")];
    this.#announce.textContent = told.map((paragraph) => paragraph.textContent).join(" ");
    this.#hasResult = true;
    this.onDone(verdicts.every(({ isRight }) => isRight));
  }

  #fail(message) {
    this.#outcome.replaceChildren(el("p", { class: "bad", role: "alert", text: message }));
  }
}

/** Does it, or takes the whole recording where there is no server to do it. */
function lessonPerform(store, lesson) {
  if (store.live) return lesson.run(store);
  const notes = ["In this recording; nothing was run for it."];
  return Promise.resolve({ items: store.items, recorded: true, notes });
}

function lessonEmpty() {
  const text = "Predict, then run it: the answer is read from the recording that you make.";
  return el("p", { class: "lesson-empty soft", text });
}
