// Take it home: what was recorded, as files.

import { el } from "../frame/dom.js";
import { createPopover } from "../frame/popover.js";

/** Makes the button and its list of files, drawn anew each time it is opened. There is none in a report. */
export function createDownloads(store) {
  const list = el("div", { class: "downloads" });
  const { element } = createPopover("Take it home", list, () =>
    list.replaceChildren(...downloadsList(store)),
  );
  const drawHello = () => (element.hidden = !store.live);
  store.on("hello", drawHello);
  drawHello();
  return element;
}

function downloadsList(store) {
  // The drawing is of a connection from its beginning.
  const opens = ({ op, step }) => (op === "connect" || op === "accept") && step !== undefined;
  const step = store.items.slice(0, store.shownCount()).findLast(opens)?.step;
  const recordings = store.hello?.recordings ?? [];
  return [
    el("h2", { text: "Take it home" }),
    downloadsItem(
      "api/report.html",
      "This page with the recording",
      "one HTML file; opens from disk, without a network",
    ),
    downloadsItem("api/capture.pcapng", "A capture for Wireshark", "all recordings as packets (pcapng)"),
    step &&
      downloadsItem(
        downloadsDrawing(step),
        `A drawing of “${step}”`,
        "the last step with a new connection, as a sequence diagram (SVG)",
      ),
    el("h3", { text: "The traces" }),
    el("p", {
      class: "soft",
      text: "Each recording as it was written, an event a line: for socket-trace, jq and others.",
    }),
    el(
      "ul",
      { class: "download-traces" },
      recordings.map(({ label }) => el("li", {}, downloadsTrace(label))),
    ),
  ].filter(Boolean);
}

function downloadsDrawing(step) {
  return `api/sequence.svg?step=${encodeURIComponent(step)}`;
}

function downloadsItem(href, title, what) {
  return el(
    "p",
    {},
    el("a", { href, download: true, text: title }),
    el("br"),
    el("span", { class: "soft", text: what }),
  );
}

function downloadsTrace(label) {
  const href = `api/traces/${encodeURIComponent(label)}.jsonl`;
  return el("a", { href, download: true, text: `${label}.jsonl` });
}
