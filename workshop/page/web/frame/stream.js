// The server's event stream. After a lost connection the browser reconnects and sends the id of the last event.
// This module reconnects in the cases in which the browser does not.

import { responseError } from "./actions.js";

const STREAM_PATH = "api/stream";
/** A browser does not reconnect after an error response. Then this module does, after so many milliseconds. */
const STREAM_RETRY = 3_000;
/**
 * A page that was hidden for so many milliseconds closes its stream. A browser opens at most six connections to a
 * server for all of its tabs, and operations need one, too.
 */
const STREAM_HIDDEN = 10_000;

/** The stream, open while the page is visible. */
export class Stream {
  #handlers;
  #onState;
  #source = null;
  #last = "";
  #timer = 0;

  /** `handlers` has a function for each kind of event. `onState(state, error)` is called when the state changes. */
  constructor(handlers, onState) {
    this.#handlers = handlers;
    this.#onState = onState;
    document.addEventListener("visibilitychange", () => this.#update());
    this.#update();
  }

  /** Opens the stream of a visible page, and schedules the end of the stream of a hidden page. */
  #update() {
    clearTimeout(this.#timer);
    if (document.hidden) this.#timer = setTimeout(() => this.#close(), STREAM_HIDDEN);
    else if (this.#source === null) this.#open();
  }

  #open() {
    const after = this.#last === "" ? "" : `?after=${encodeURIComponent(this.#last)}`;
    const source = new EventSource(STREAM_PATH + after);
    this.#source = source;
    for (const [kind, handle] of Object.entries(this.#handlers))
      source.addEventListener(kind, (event) => this.#receive(event, handle));
    source.addEventListener("open", () => this.#onState("open"));
    source.addEventListener("error", () => this.#lost(source));
  }

  #receive({ data, lastEventId }, handle) {
    handle(JSON.parse(data));
    if (lastEventId !== "") this.#last = lastEventId;
  }

  #close() {
    if (this.#source === null) return;
    this.#source.close();
    this.#source = null;
    this.#onState("connecting");
  }

  async #lost(source) {
    if (source.readyState !== EventSource.CLOSED) return this.#onState("lost");
    this.#source = null;
    const error = await streamError();
    // Meanwhile the page may have become visible again.
    if (this.#source !== null) return;
    if (error === null) this.#onState("lost");
    else this.#onState("refused", error);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#update(), STREAM_RETRY);
  }
}

/** Fetches the server's error message, which EventSource does not expose. Returns `null` if there is none. */
async function streamError() {
  const controller = new AbortController();
  try {
    const response = await fetch(STREAM_PATH, { signal: controller.signal });
    return response.ok ? null : await responseError(response);
  } catch {
    return null;
  } finally {
    controller.abort();
  }
}
