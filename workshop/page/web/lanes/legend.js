// The legend of the lanes: how to read them, and the shape and colour of each socket call.

import { el, svg } from "../frame/dom.js";
import { primitiveIcon, PRIMITIVES } from "../primitives/primitives.js";
import { laneArrow } from "./arrows.js";

const LEGEND_READING = [
  ["Lanes", "Each lane shows one API, with its client at the left and its server at the right."],
  [
    "Boxes",
    "Each box is one socket call of a program. " +
      "Calls that send, and connect, are placed at their start. Calls that receive, and accept, are placed at their end.",
  ],
  [
    "Time",
    "Later calls are lower, in all lanes alike. Calls in one row happened at about the same time.",
  ],
  [
    "Arrows",
    "An arrow leads from the call that sends to the call that receives. It never leads upwards, because bytes are read after they are written.",
  ],
  [
    "#3",
    "The number of a connection, the same on both sides. Click a number to show only that connection. " +
      "A box without a number belongs to the same connection as the box above it.",
  ],
  [
    "Dotted edge",
    "A box with a dotted edge belongs to a connection that the server opened to its database. There the server is a client.",
  ],
  ["Dashed line", "A dashed line stands for a side that was not recorded, for example curl in a terminal."],
];

/** Creates the legend for the socket calls `ops`; with `hasLoss` it explains lost datagrams. */
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
    keys: [{ keys: ["k"], label: "k", description: "legend", run: () => (details.open = !details.open) }],
  };
}

function legendShape(op) {
  const { call, description, tone } = PRIMITIVES[op];
  return legendItem({ icon: primitiveIcon(op, 20), name: op, tone, call, description });
}

/** Draws an arrow that ends in a cross, as in the lanes. */
function legendLoss() {
  const arrow = laneArrow({ from: { x: 0, y: 9 }, to: { x: 76, y: 9 }, op: "sendto", isLost: true });
  const icon = svg("svg", { viewBox: "0 0 46 18", width: 46, height: 18, "aria-hidden": "true" }, arrow);
  const description = "A datagram that was sent but never received.";
  return legendItem({ icon, name: "lost", tone: "end", call: "no call", description });
}

function legendItem({ icon, name, tone, call, description }) {
  return el(
    "li",
    {},
    el("span", { class: `legend-name tone-${tone}` }, icon, el("b", { text: name })),
    el("code", { class: "soft", text: call }),
    el("span", { text: description }),
  );
}
