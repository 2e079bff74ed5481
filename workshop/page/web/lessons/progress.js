// Which lessons are done, kept by the browser where it may keep something: from a file it may not, and then
// nothing is lost but that.

const LESSON_KEY = "lessons";

/** Reads what is kept: by lesson `right` or `wrong`, and in `at` the lesson that was open. */
export class LessonProgress {
  #kept = lessonKept();

  /** `right`, `wrong`, or nothing. */
  of(id) {
    return this.#kept.done[id];
  }

  /** Notes how the prediction was. */
  note(id, isRight) {
    this.#kept.done[id] = isRight ? "right" : "wrong";
    this.#keep();
  }

  /** The lesson that was open last. */
  get at() {
    return this.#kept.at;
  }

  set at(id) {
    this.#kept.at = id;
    this.#keep();
  }

  /** Forgets what is done. */
  reset() {
    this.#kept.done = {};
    this.#keep();
  }

  #keep() {
    try {
      localStorage.setItem(LESSON_KEY, JSON.stringify(this.#kept));
    } catch {
      // Not allowed here: it is known until the page is closed.
    }
  }
}

function lessonKept() {
  const nothing = { done: {}, at: null };
  try {
    const kept = JSON.parse(localStorage.getItem(LESSON_KEY));
    return typeof kept?.done === "object" && kept.done !== null ? { ...nothing, ...kept } : nothing;
  } catch {
    return nothing;
  }
}
