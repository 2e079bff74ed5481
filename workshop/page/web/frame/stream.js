// The server's stream of events. After a lost connection the browser comes back by itself, and names the last
// event that it got; this does the same where the browser does not.

import { refusalOf } from "./actions.js";

const STREAM_PATH = "api/stream";
/** A browser gives up when it is refused. Then it is tried again after so long, in milliseconds. */
const STREAM_AGAIN = 3_000;
/**
 * A page that nobody has seen for so long ends its stream: a browser has six connections to a server, for all
 * of its tabs together, and what is done needs one, too.
 */
const STREAM_UNSEEN = 10_000;

/** The stream, while the page can be seen. */
export class Stream {
  #takers;
  #tell;
  #source = null;
  #last = "";
  #timer = 0;

  /** `takers` take what comes, by kind; `tell(link, refusal)` is told how it stands, in the store's words. */
  constructor(takers, tell) {
    this.#takers = takers;
    this.#tell = tell;
    document.addEventListener("visibilitychange", () => this.#look());
    this.#look();
  }

  /** Begins when the page is seen, and ends when it has not been for a while. */
  #look() {
    clearTimeout(this.#timer);
    if (document.hidden) this.#timer = setTimeout(() => this.#close(), STREAM_UNSEEN);
    else if (this.#source === null) this.#open();
  }

  #open() {
    const after = this.#last === "" ? "" : `?after=${encodeURIComponent(this.#last)}`;
    const source = new EventSource(STREAM_PATH + after);
    this.#source = source;
    for (const [kind, take] of Object.entries(this.#takers))
      source.addEventListener(kind, (event) => this.#take(event, take));
    source.addEventListener("open", () => this.#tell("open"));
    source.addEventListener("error", () => this.#lost(source));
  }

  #take({ data, lastEventId }, take) {
    take(JSON.parse(data));
    if (lastEventId !== "") this.#last = lastEventId;
  }

  #close() {
    if (this.#source === null) return;
    this.#source.close();
    this.#source = null;
    this.#tell("connecting");
  }

  async #lost(source) {
    if (source.readyState !== EventSource.CLOSED) return this.#tell("lost");
    this.#source = null;
    const refusal = await streamRefusal();
    // Meanwhile the page may have been looked at again.
    if (this.#source !== null) return;
    if (refusal === null) this.#tell("lost");
    else this.#tell("refused", refusal);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), STREAM_AGAIN);
  }
}

/** Why the server sends no events: the browser keeps that to itself. `null` when it would, or is gone. */
async function streamRefusal() {
  const asked = new AbortController();
  try {
    const response = await fetch(STREAM_PATH, { signal: asked.signal });
    return response.ok ? null : await refusalOf(response);
  } catch {
    return null;
  } finally {
    asked.abort();
  }
}
