// The popover with the recordings as files for download.

import { startClean } from "../frame/actions.js";
import { el } from "../frame/dom.js";
import { createPopover } from "../frame/popover.js";

/** Creates the button and its list of files, which is updated whenever it opens. A report has no downloads. */
export function createDownloads(store) {
  const list = el("div", { class: "downloads" });
  const { element } = createPopover("Downloads", list, () =>
    list.replaceChildren(...downloadsList(store)),
  );
  const drawHello = () => (element.hidden = !store.live);
  store.on("hello", drawHello);
  drawHello();
  return element;
}

function downloadsList(store) {
  // A sequence diagram needs a connection from its start.
  const opens = ({ op, step }) => (op === "connect" || op === "accept") && step !== undefined;
  const step = store.items.slice(0, store.shownCount()).findLast(opens)?.step;
  const recordings = store.hello?.recordings ?? [];
  return [
    el("h2", { text: "Downloads" }),
    downloadsItem(
      "api/report.html",
      "This page with the recording",
      "a single HTML file that opens from disk, without a network",
    ),
    downloadsItem("api/capture.pcapng", "A capture for Wireshark", "all recordings as packets (pcapng)"),
    step &&
      downloadsItem(
        downloadsDiagram(step),
        `A sequence diagram of “${step}”`,
        "the last step with a new connection (SVG)",
      ),
    el(
      "p",
      {},
      el("button", { type: "button", text: "Start clean", onclick: startClean }),
      el("br"),
      el("span", { class: "soft", text: "hides the tour and all calls so far from the pages; the traces keep them" }),
    ),
    el("h3", { text: "The traces" }),
    el("p", {
      class: "soft",
      text: "The recordings with one event per line, for socket-trace, jq and other tools.",
    }),
    el(
      "ul",
      { class: "download-traces" },
      recordings.map(({ label }) => el("li", {}, downloadsTrace(label))),
    ),
  ].filter(Boolean);
}

function downloadsDiagram(step) {
  return `api/sequence.svg?step=${encodeURIComponent(step)}`;
}

function downloadsItem(href, title, description) {
  return el(
    "p",
    {},
    el("a", { href, download: true, text: title }),
    el("br"),
    el("span", { class: "soft", text: description }),
  );
}

function downloadsTrace(label) {
  const href = `api/traces/${encodeURIComponent(label)}.jsonl`;
  return el("a", { href, download: true, text: `${label}.jsonl` });
}
