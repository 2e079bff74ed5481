// The completed lessons and the chosen path, in the browser's storage. Storage may be unavailable, for example for a page from disk.

const LESSON_KEY = "lessons";

/** The stored progress: `right` or `wrong` by lesson, the lesson that was open last, and the chosen path. */
export class LessonProgress {
  #kept = lessonKept();

  /** Returns `right`, `wrong` or `undefined` for a lesson. */
  of(id) {
    return this.#kept.done[id];
  }

  /** Stores the result of a prediction. */
  record(id, isRight) {
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

  /** `true` to move only through the short path. */
  get isShort() {
    return this.#kept.isShort === true;
  }

  set isShort(isShort) {
    this.#kept.isShort = isShort;
    this.#keep();
  }

  /** Deletes the results. */
  reset() {
    this.#kept.done = {};
    this.#keep();
  }

  #keep() {
    try {
      localStorage.setItem(LESSON_KEY, JSON.stringify(this.#kept));
    } catch {
      // Without storage the progress lasts until the page is closed.
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
