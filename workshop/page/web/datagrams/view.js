// The screen with datagrams beside streams: the same question over UDP and over TCP, with no API on top.

import { el, onFrame } from "../frame/dom.js";
import { morph } from "../frame/morph.js";
import { Lanes } from "../lanes/lanes.js";
import { createLegend } from "../lanes/legend.js";
import { sourceOf } from "../recording/apis.js";
import { createPlainBar } from "./bar.js";
import { PLAIN_CALLS, plainCounts, plainDatagrams } from "./counts.js";
import { datagramTable, plainCallsTable } from "./table.js";
import { plainCommands, plainDifferences } from "./explanations.js";

/** Makes the screen. */
export function createPlainView(store) {
  const nothing = el("p", {
    class: "soft lanes-empty",
    text: "Nothing yet: get a book over UDP, then over TCP.",
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
      { class: "plain-aside", tabindex: 0, role: "group", "aria-label": "What differs, and numbers" },
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
      ? "There are no bare sockets in this run: the server that answers over UDP and TCP was not started."
      : "There are no datagrams in this recording: nobody asked over the bare sockets while it was made.";
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
  const upTo = store.cursor === null ? "" : ", up to where the lanes stand";
  const kept = store.dropped > 0 ? ` of the ${store.items.length} events that are kept` : "";
  return `Counted from the recordings${kept}${upTo}. What is on its way counts as lost until it is received.`;
}
