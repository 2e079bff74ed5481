// The speaker notes in a second window: what to say, what to ask, what is next, and the time.

import { el } from "../frame/dom.js";
import { PRESENT_NOTES } from "./captions.js";

/** The window with the notes. `onKey` receives the keys that are pressed in it. */
export class NotesWindow {
  #window = null;
  #onKey;
  #began = Date.now();
  #timer = null;
  #clock = el("p", { class: "notes-clock", role: "timer" });

  constructor(onKey) {
    this.#onKey = onKey;
  }

  /** Opens the window, or brings it to the front. Browsers allow it after a key or a click. */
  open() {
    if (this.#window !== null && !this.#window.closed) return this.#window.focus();
    // The bundle has a function `open` of its own.
    this.#window = window.open("", "workshop-notes", "popup,width=640,height=520");
    if (this.#window === null) return;
    const { document: notes } = this.#window;
    notes.title = "Speaker notes";
    notes.documentElement.lang = "en";
    // The page's own style sheet: the content security policy allows no other.
    const sheets = document.querySelectorAll("link[rel=stylesheet], head style");
    for (const sheet of sheets) {
      const copy = notes.importNode(sheet, true);
      if (sheet.href) copy.href = sheet.href;
      notes.head.append(copy);
    }
    this.#window.addEventListener("keydown", this.#onKey);
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#tick(), 1000);
  }

  /** Shows the notes of a slide, if the window is open. `position` is such as `get a book, 2 of 7`. */
  show({ id, title, caption }, { position, next }) {
    if (this.#window === null || this.#window.closed) return;
    const [say, ask, answer] = PRESENT_NOTES[id];
    const body = el(
      "main",
      { class: "notes" },
      el("p", { class: "soft", text: position }),
      el("h1", { text: title }),
      caption && el("p", { class: "notes-caption", text: caption }),
      el("h2", { text: "Say" }),
      el("p", { text: say }),
      el("h2", { text: "Ask" }),
      el("p", { text: ask }),
      el("p", { class: "soft", text: answer }),
      el("p", { class: "soft", text: next === null ? "This is the end." : `Next: ${next}` }),
      this.#clock,
    );
    this.#window.document.body.replaceChildren(body);
    this.#tick();
  }

  /** Starts the time at 0. */
  restart() {
    this.#began = Date.now();
  }

  /** Closes the window. */
  close() {
    clearInterval(this.#timer);
    this.#window?.close();
    this.#window = null;
  }

  #tick() {
    const seconds = Math.floor((Date.now() - this.#began) / 1000);
    this.#clock.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }
}
