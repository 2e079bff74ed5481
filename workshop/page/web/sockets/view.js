// The screen with the socket table: what netstat shows, live.

import { el, onFrame } from "../frame/dom.js";
import { morph } from "../frame/morph.js";
import { SocketHistory } from "./history.js";
import { socketLegend } from "./legend.js";
import { socketStrips } from "./strips.js";
import { socketTable } from "./table.js";

const SOCKETS_TICK_MS = 1_000;

/** Makes the screen. The table is remembered also while it is hidden, to know since when a row is there. */
export function createSocketsView(store) {
  const history = new SocketHistory();
  const drawn = el("div");
  const element = el(
    "section",
    { "aria-label": "Sockets", tabindex: 0 },
    el("div", { class: "sockets-screen" }, drawn),
  );
  const draw = onFrame(() => isShown && drawSockets());
  let isShown = false;
  let ticking = null;

  function drawSockets() {
    const now = performance.now();
    morph(drawn, el("div", { class: "sockets-body" }, socketsContent(store, history, now)));
  }

  store.on("sockets", () => {
    if (store.sockets?.rows) history.observe(store.sockets.rows, performance.now());
    draw();
  });
  store.on("hello", draw);
  return {
    id: "sockets",
    title: "Sockets",
    key: "3",
    hasDoBar: true,
    element,
    show() {
      isShown = true;
      // Counting down and fading out, while nothing new comes.
      ticking ??= setInterval(draw, SOCKETS_TICK_MS);
      draw();
    },
    hide() {
      isShown = false;
      clearInterval(ticking);
      ticking = null;
    },
  };
}

function socketsContent(store, history, now) {
  if (!store.live) {
    return socketsWords(
      "The socket table is of the present: it is what the kernel has now, and is not in a recording. " +
        "Start the workshop to see it, or look at your own machine with socket-trace.",
    );
  }
  if (store.sockets?.error) return socketsWords(`There is no socket table: ${store.sockets.error}`);
  if (!store.sockets?.rows) return socketsWords("Waiting for the socket table …");
  const rows = history.rows(now);
  return [
    socketStrips(history, now),
    el(
      "div",
      { class: "sockets-columns" },
      el("div", { class: "table-holder" }, socketTable(rows, now)),
      socketLegend(rows),
    ),
  ];
}

function socketsWords(text) {
  return el("p", { class: "sockets-words", text });
}
