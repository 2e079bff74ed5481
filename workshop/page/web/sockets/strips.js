// Charts of the number of sockets of each API and kind over the last minutes.

import { el, svg } from "../frame/dom.js";
import { apiOrder, apiTitle } from "../recording/apis.js";
import { numberText } from "../recording/numbers.js";
import { HISTORY_MS } from "./history.js";
import { SOCKET_KINDS } from "./states.js";

const STRIP_WIDTH = 180;
const STRIP_HEIGHT = 24;

/** Draws a card for each API. */
export function socketStrips(history, now) {
  const apis = history.apis().sort((a, b) => apiOrder(a) - apiOrder(b));
  return el(
    "div",
    { class: "strips" },
    apis.map((api) => socketCard(apiTitle(api), history.counts(api), now)),
  );
}

function socketCard(title, counts, now) {
  const max = Math.max(1, ...counts.flatMap((sample) => sample.counts));
  return el(
    "section",
    { class: "strip-card", "data-key": title, "aria-label": `${title}: number of sockets` },
    el(
      "h2",
      {},
      title,
      el("span", { class: "soft", text: `${HISTORY_MS / 60_000} min, at most ${numberText(max)}` }),
    ),
    socketKindsOf(counts).map(([kind, index]) => {
      const values = counts.map((sample) => ({ at: sample.at, value: sample.counts[index] }));
      return el(
        "div",
        { class: `strip-row strip-of-${index}`, "data-key": kind },
        el("span", { class: "strip-kind", text: kind }),
        stripDrawing(stripArea(values, max, now)),
        el("b", { class: "number", text: numberText(values.at(-1)?.value ?? 0) }),
      );
    }),
  );
}

/** Returns the kinds to draw with their index in the counts. UDP has no states of its own. */
function socketKindsOf(counts) {
  const kinds = SOCKET_KINDS.map(([kind], index) => [kind, index]);
  const hasStates = counts.some((sample) => sample.counts.slice(0, -1).some((count) => count > 0));
  return hasStates ? kinds : [["no state", kinds.length - 1]];
}

function stripDrawing(area) {
  const viewBox = `0 0 ${STRIP_WIDTH} ${STRIP_HEIGHT}`;
  return svg(
    "svg",
    { viewBox, preserveAspectRatio: "none", "aria-hidden": "true", class: "strip" },
    svg("path", { d: area, class: "strip-area" }),
  );
}

/** Returns the path of a step chart with the present at the right. */
function stripArea(values, max, now) {
  const x = (at) => Math.max(0, STRIP_WIDTH * (1 - (now - at) / HISTORY_MS)).toFixed(1);
  const y = (value) => (STRIP_HEIGHT - (value / max) * (STRIP_HEIGHT - 2)).toFixed(1);
  if (values.length === 0) return "";
  const steps = values.map(({ at, value }) => `H${x(at)}V${y(value)}`);
  return `M${x(values[0].at)} ${STRIP_HEIGHT}${steps.join("")}H${STRIP_WIDTH}V${STRIP_HEIGHT}Z`;
}
