// The predictions of the room's participants, beside the answers of a lesson.

import { el } from "../frame/dom.js";
import { numberText } from "../recording/numbers.js";

/** The predictions for one lesson. They are hidden until the presenter shows them, because the room sees this page, too. */
export class LessonVotes {
  #store;
  #lesson;
  #counts;
  #isShown = false;
  #hasResult = false;
  #text = el("span", { role: "status" });
  #button = el("button", { type: "button", onclick: () => this.#toggle() });
  /** The number of predictions, and the button that shows them. */
  element = el("span", { class: "lesson-votes", hidden: true }, this.#text, this.#button);

  /** `questions` are the elements of the questions, whose answers get the counts. */
  constructor(store, lesson, questions) {
    [this.#store, this.#lesson] = [store, lesson];
    this.#counts = questions.map((question) =>
      [...question.querySelectorAll(".lesson-choice")].map((choice) => {
        const count = el("span", { class: "lesson-count", hidden: true });
        choice.append(count);
        return count;
      }),
    );
  }

  #toggle() {
    this.#isShown = !this.#isShown;
    this.draw(this.#hasResult);
  }

  /** Updates the counts. Those of a lesson with a result are shown. */
  draw(hasResult) {
    this.#hasResult = hasResult;
    const { room } = this.#store;
    const tally = room?.predictions?.lesson === this.#lesson.id ? room.predictions.questions : {};
    const sums = this.#counts.map((_, question) => voteSum(tally[question]));
    const all = Math.max(0, ...sums);
    // The result leaves no space for the line, and shows the counts anyway.
    this.element.hidden = room === null || hasResult;
    if (room === null) return;
    const text = `${numberText(all)} of ${numberText(room.participants.length)} predicted`;
    if (this.#text.textContent !== text) this.#text.textContent = text;
    const isShown = this.#isShown || hasResult;
    this.#button.hidden = all === 0;
    this.#button.textContent = this.#isShown ? "Hide" : "Show";
    this.#button.setAttribute("aria-label", `${this.#button.textContent} predictions`);
    this.#counts.forEach((counts, question) =>
      counts.forEach((count, choice) => {
        const votes = tally[question]?.[choice] ?? 0;
        count.hidden = !isShown || sums[question] === 0;
        count.textContent = numberText(votes);
        count.setAttribute("aria-label", `, predicted by ${votes}`);
        count.style.setProperty("--share", sums[question] === 0 ? 0 : votes / sums[question]);
      }),
    );
  }
}

function voteSum(counts = {}) {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
