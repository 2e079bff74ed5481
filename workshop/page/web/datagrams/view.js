// The screen "Datagrams": the same request over plain UDP and TCP sockets, without an API.

import { el, onFrame } from "../frame/dom.js";
import { morph } from "../frame/morph.js";
import { Lanes } from "../lanes/lanes.js";
import { createLegend } from "../lanes/legend.js";
import { sourceOf } from "../recording/apis.js";
import { createPlainBar } from "./bar.js";
import { PLAIN_CALLS, plainCounts, plainDatagrams } from "./counts.js";
import { datagramTable, plainCallsTable } from "./table.js";
import { plainCommands, plainDifferences } from "./explanations.js";

/** Creates the screen. */
export function createPlainView(store) {
  const nothing = el("p", {
    class: "soft lanes-empty",
    text: "No calls yet. Get a book over UDP, then over TCP.",
  });
  const lanes = new Lanes(store, { kind: "plain", empty: nothing });
  const legend = createLegend(PLAIN_CALLS, { hasLoss: true });
  const bar = createPlainBar(store, legend.details);
  const counts = el("div");
  const commands = el("div");
  const missing = el("p", { class: "plain-missing" });
  const body = el(
    "div",
    { class: "plain-columns" },
    lanes.element,
    el(
      "div",
      { class: "plain-aside", tabindex: 0, role: "group", "aria-label": "Differences and numbers" },
      counts,
      plainDifferences(),
      commands,
    ),
  );
  const element = el(
    "section",
    { "aria-label": "Datagrams" },
    el("div", { class: "plain-screen" }, bar.element, missing, body),
  );
  let isShown = false;
  const draw = onFrame(() => isShown && drawPlain());

  function drawPlain() {
    const shown = store.items.slice(0, store.shownCount());
    const counted = plainCounts(shown);
    morph(
      counts,
      el(
        "div",
        { class: "plain-counts" },
        plainCallsTable(counted),
        datagramTable(plainDatagrams(shown)),
        el("p", { class: "soft", text: plainCountedText(store) }),
      ),
    );
  }

  function drawHello() {
    const plain = store.hello?.plain ?? [];
    const isPlain = (item) => plain.some(({ api }) => api === sourceOf(item).api);
    const isThere = store.live ? plain.length > 0 : store.items.some(isPlain);
    bar.element.hidden = !store.live || plain.length === 0;
    body.hidden = !isThere;
    missing.hidden = isThere;
    missing.textContent = store.live
      ? "The plain server for UDP and TCP is not running."
      : "This recording contains no calls over the plain sockets.";
    commands.replaceChildren(...(store.live && plain.length > 0 ? [plainCommands(plain)] : []));
    draw();
  }

  for (const kind of ["items", "cursor"]) store.on(kind, draw);
  store.on("hello", drawHello);
  return {
    id: "datagrams",
    title: "Datagrams",
    key: "4",
    keys: legend.keys,
    element,
    show() {
      isShown = true;
      lanes.show();
      drawHello();
    },
    hide() {
      isShown = false;
      lanes.hide();
    },
  };
}

function plainCountedText(store) {
  const upTo = store.cursor === null ? "" : ", up to the current position of the lanes";
  const kept = store.dropped > 0 ? `, only the newest ${store.items.length} events` : "";
  return `Counted from the recordings${kept}${upTo}. A datagram counts as lost until it is received.`;
}
