// The screen of a lesson: idea, prediction, run and result.

import { el } from "../frame/dom.js";
import { LessonVotes } from "./votes.js";
import { lessonMark, lessonQuestion, lessonUnlock } from "./questions.js";
import { lessonVerdicts, lessonResult } from "./result.js";

/** Matches if the result is below the question, as in `lessons.css`. */
const LESSON_ONE_COLUMN = "(max-width: 60rem)";

/**
 * The screen of a lesson. A lesson has:
 * - `id`, `title`, `idea` (sentences), `drawing()` and `action` (description of the run)
 * - `questions`: each has a `prompt` and `choices` with `text`, `isTrue(facts)` and `whyWrong`
 * - `unavailable(store)`: a message if the lesson cannot run
 * - `run(store)`: runs the operations and returns their events
 * - `facts(run, store)`: the data of the events, or `{ missing }` with a message
 * - `explanation(facts)`, `chart(facts)` (before the tables), `table(facts)`, `diagram(facts)` (after them),
 *   `evidence(facts)` (events to list) and `followUp` (a line that is updated with the store)
 */
export class LessonScreen {
  #predicted = [];
  #isRunning = false;
  #hasResult = false;
  /** `true` if there is a next lesson. */
  hasNext = false;
  /** Number of the current run. The result of an abandoned run is ignored. */
  #runNumber = 0;
  #hint = el("p", { class: "lesson-hint bad", role: "alert" });
  #status = el("p", { class: "soft", role: "status" });
  #outcome = el("div", { class: "lesson-outcome" });
  #announce = el("p", { class: "unseen", role: "status" });
  #button = el("button", { type: "button", class: "main", onclick: () => this.#perform() });
  #repeatButton = el("button", { type: "button", text: "Answer again", onclick: () => this.#answerAgain() });
  #votes;
  #next = el("button", { type: "button", text: "Next lesson ›", onclick: () => this.onNext() });

  /** `onDone(isRight)` is called with each result. `onNext` opens the next lesson. */
  constructor(store, lesson, { number, onDone, onNext }) {
    Object.assign(this, { store, lesson, onDone, onNext });
    this.heading = el("h2", { tabindex: "-1", text: `${number}. ${lesson.title}` });
    this.questions = lesson.questions.map((question, n) =>
      lessonQuestion(lesson, n, (choice) => {
        this.#predicted[n] = choice;
        this.#hint.textContent = "";
      }),
    );
    this.#votes = new LessonVotes(store, lesson, this.questions);
    this.element = el("article", { class: "lesson" }, this.#questionPart(), this.#resultPart());
    this.reset();
  }

  #questionPart() {
    const { lesson } = this;
    return el(
      "section",
      { class: "lesson-ask" },
      this.heading,
      el("p", { class: "lesson-idea", text: lesson.idea.join(" ") }),
      lesson.drawing?.(),
      ...this.questions,
      el("p", { class: "soft", text: lesson.action }),
      el(
        "div",
        { class: "lesson-foot" },
        this.#hint,
        this.#status,
        el("div", { class: "lesson-buttons" }, this.#button, this.#repeatButton, this.#next, this.#votes.element),
      ),
    );
  }

  #resultPart() {
    return el(
      "section",
      { class: "lesson-answer", "aria-label": "Result" },
      el("h3", { text: "Result" }),
      this.#announce,
      this.#outcome,
    );
  }

  /** Updates the controls to the state of the store and of the lesson. */
  refresh() {
    const { store, lesson } = this;
    const missing = store.live ? lesson.unavailable?.(store) : null;
    const [first, repeat] = store.live ? ["Run it", "Run it again"] : ["Check in this recording", "Check again"];
    this.#button.textContent = this.#hasResult ? repeat : first;
    this.#button.disabled = this.#isRunning || Boolean(missing);
    this.#repeatButton.hidden = !this.#hasResult;
    this.#next.hidden = !this.#hasResult || !this.hasNext;
    const running = this.#isRunning ? "Running and waiting for the events …" : null;
    this.#status.textContent = running ?? missing ?? "";
    this.drawVotes();
  }

  /** Draws how many participants have predicted which answer. */
  drawVotes() {
    this.#votes.draw(this.#hasResult);
  }

  /** Clears predictions and result. */
  reset() {
    this.#runNumber += 1;
    this.#predicted.length = 0;
    this.#hasResult = this.#isRunning = false;
    this.#outcome.replaceChildren(lessonPlaceholder());
    this.questions.forEach(lessonUnlock);
    this.refresh();
  }

  #answerAgain() {
    this.reset();
    this.questions[0].querySelector("input").focus();
  }

  async #perform() {
    const predicted = [...this.#predicted];
    const unanswered = this.questions.find((_, n) => predicted[n] === undefined);
    if (unanswered) {
      this.#hint.textContent = "First choose your prediction.";
      unanswered.querySelector("input").focus();
      return;
    }
    const runNumber = ++this.#runNumber;
    this.#isRunning = true;
    // The run's own calls are needed.
    this.store.showOnly(null);
    this.refresh();
    const show = await lessonPerform(this.store, this.lesson).then(
      (run) => () => this.#show(run, predicted),
      (error) => () => this.#fail(error.message),
    );
    if (runNumber !== this.#runNumber) return;
    this.#isRunning = false;
    show();
    this.refresh();
  }

  #show(run, predicted) {
    const { store, lesson } = this;
    const facts = lesson.facts(run, store);
    if (facts.missing) return this.#fail(facts.missing);
    const verdicts = lessonVerdicts(lesson, facts, predicted);
    this.#outcome.replaceChildren(...lessonResult(store, lesson, { run, facts, verdicts }));
    this.#outcome.parentElement.scrollTop = 0;
    if (matchMedia(LESSON_ONE_COLUMN).matches) this.#outcome.parentElement.scrollIntoView();
    lessonMark(this.questions, verdicts);
    const verdictTexts = [...this.#outcome.querySelectorAll(".lesson-verdict p")];
    this.#announce.textContent = verdictTexts.map((paragraph) => paragraph.textContent).join(" ");
    this.#hasResult = true;
    this.onDone(verdicts.every(({ isRight }) => isRight));
  }

  #fail(message) {
    this.#outcome.replaceChildren(el("p", { class: "bad", role: "alert", text: message }));
  }
}

/** Runs a lesson, or uses the complete recording in a report. */
function lessonPerform(store, lesson) {
  if (store.live) return lesson.run(store);
  const notes = ["Checked in this recording, without a new run."];
  return Promise.resolve({ items: store.items, recorded: true, notes });
}

function lessonPlaceholder() {
  const text = "Choose your prediction, then run the lesson. The answer comes from the recording of your run.";
  return el("p", { class: "lesson-empty soft", text });
}
