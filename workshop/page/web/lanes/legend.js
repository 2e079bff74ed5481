// What one sees: how to read the lanes, and each primitive's shape, colour and call.

import { el, svg } from "../frame/dom.js";
import { primitiveIcon, PRIMITIVES } from "../recording/primitives.js";
import { laneArrow } from "./arrows.js";

const LEGEND_READING = [
  ["A lane", "is one API: its client at the left, its server at the right."],
  [
    "A box",
    "is one call that a program made at its socket, and what it carried. What sends, and a connect, stands where the call " +
      "was made; what receives, and an accept, where it had returned.",
  ],
  [
    "Lower",
    "is later, in every lane: they have one clock. Side by side is about the same time; the row tells the first.",
  ],
  [
    "An arrow",
    "goes from the call that sent to the one that got it, and never up: what is read was written before.",
  ],
  [
    "#3",
    "is the number of the connection, the same at both ends. A box without one goes on with the one above " +
      "it. Click the number to see that connection alone.",
  ],
  ["A dashed line", "is an end that nobody recorded: a curl in a terminal, say."],
];

/** A panel with how to read the lanes, and the shapes: `ops` may come, and datagrams may be lost. */
export function createLegend(ops, { hasLoss = false } = {}) {
  const panel = el(
    "div",
    { class: "legend-panel", role: "region", "aria-label": "Legend", tabindex: 0 },
    el(
      "dl",
      { class: "legend-reading" },
      LEGEND_READING.flatMap(([term, text]) => [el("dt", { text: term }), el("dd", { text })]),
    ),
    el("ul", { class: "legend-shapes" }, hasLoss && legendLoss(), ops.map(legendShape)),
  );
  const details = el("details", { class: "legend" }, el("summary", { text: "Legend" }), panel);
  details.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !details.open) return;
    details.open = false;
    details.querySelector("summary").focus();
    event.stopPropagation();
  });
  document.addEventListener("pointerdown", (event) => {
    if (!details.contains(event.target)) details.open = false;
  });
  return {
    details,
    keys: [{ keys: ["k"], shown: "k", says: "legend", run: () => (details.open = !details.open) }],
  };
}

function legendShape(op) {
  const { call, what, tone } = PRIMITIVES[op];
  return legendItem({ icon: primitiveIcon(op, 20), name: op, tone, call, what });
}

/** An arrow that ends in a cross, as in the lanes. */
function legendLoss() {
  const arrow = laneArrow({ from: { x: 0, y: 9 }, to: { x: 76, y: 9 }, op: "sendto", isLost: true });
  const icon = svg("svg", { viewBox: "0 0 46 18", width: 46, height: 18, "aria-hidden": "true" }, arrow);
  const what = "A datagram that was sent and never received.";
  return legendItem({ icon, name: "lost", tone: "end", call: "no call", what });
}

function legendItem({ icon, name, tone, call, what }) {
  return el(
    "li",
    {},
    el("span", { class: `legend-name tone-${tone}` }, icon, el("b", { text: name })),
    el("code", { class: "soft", text: call }),
    el("span", { text: what }),
  );
}
