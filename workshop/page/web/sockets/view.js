// The screen "Sockets": the live socket table, as netstat prints it.

import { el, onFrame } from "../frame/dom.js";
import { morph } from "../frame/morph.js";
import { tableHolder } from "../frame/table-holder.js";
import { SocketHistory } from "./history.js";
import { socketLegend } from "./legend.js";
import { socketStrips } from "./strips.js";
import { socketTable } from "./table.js";

const SOCKETS_TICK_MS = 1_000;

/** Creates the screen. It follows the table while hidden, too, to know the age of each row. */
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
      // Updates countdowns and fading marks between two tables.
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
    return socketsMessage(
      "A recording contains no socket table, because the table shows the current state of the kernel. " +
        "Start the workshop to see it live, or run socket-trace sockets.",
    );
  }
  if (store.sockets?.error) return socketsMessage(`The socket table is not available: ${store.sockets.error}`);
  if (!store.sockets?.rows) return socketsMessage("Waiting for the socket table …");
  const rows = history.rows(now);
  return [
    socketStrips(history, now),
    el(
      "div",
      { class: "sockets-columns" },
      tableHolder("The sockets", socketTable(rows, now), "sockets"),
      socketLegend(rows),
    ),
  ];
}

function socketsMessage(text) {
  return el("p", { class: "sockets-message", text });
}
