// The state of the event stream, in the page's header.

import { el } from "./dom.js";

const STREAM_STATE_TEXTS = {
  connecting: "connecting …",
  open: "● live",
  lost: "○ connection lost, reconnecting",
  file: "a recording",
};

/** Creates the status line. It shows the server's error message if there is one. */
export function createStreamStatus(store) {
  const element = el("span", { role: "status", class: "stream-status" });
  const draw = () => {
    const hasFeedError = store.streamState === "open" && store.feedError !== null;
    const error = hasFeedError ? store.feedError : store.streamError;
    const text = error === null ? STREAM_STATE_TEXTS[store.streamState] : `✗ ${error}`;
    element.classList.toggle("bad", error !== null);
    element.classList.toggle("soft", error === null);
    // Screen readers would announce unchanged text again.
    if (element.textContent !== text) element.textContent = element.title = text;
  };
  for (const kind of ["streamState", "feedError"]) store.on(kind, draw);
  draw();
  return element;
}
