// The arrows between the columns, from a sending call to the receiving one.

import { el, svg } from "../frame/dom.js";
import { primitiveOf } from "../primitives/primitives.js";

const ARROW_HEAD = 7;

/** Draws an arrow in the colour of the sending call. The arrow of a lost datagram ends half-way in a cross. */
export function laneArrow({ from, to, op, isLost, label }) {
  const end = isLost ? arrowMiddle(from, to) : to;
  const sign = Math.sign(to.x - from.x) || 1;
  const stop = isLost ? end : { x: end.x - sign * 2, y: end.y };
  return svg(
    "g",
    { class: `lane-arrow tone-${primitiveOf(op).tone}${isLost ? " lost" : ""}` },
    svg("path", { d: arrowLine(from, stop, sign) }),
    svg("path", { d: isLost ? arrowCross(end) : arrowTip(stop, sign), class: isLost ? "" : "tip" }),
    label && svg("title", { text: label }),
  );
}

/** Returns a curve with horizontal ends, so that crossing arrows can be followed. */
function arrowLine(from, to, sign) {
  if (from.y === to.y) return `M${from.x} ${from.y}H${to.x - sign * ARROW_HEAD}`;
  const reach = sign * Math.min(24, Math.abs(to.x - from.x) / 2);
  const tip = to.x - sign * ARROW_HEAD;
  return `M${from.x} ${from.y}C${from.x + reach} ${from.y} ${tip - reach} ${to.y} ${tip} ${to.y}`;
}

function arrowTip({ x, y }, sign) {
  const back = x - sign * ARROW_HEAD;
  return `M${x} ${y}L${back} ${y - 4.5}V${y + 4.5}Z`;
}

function arrowCross({ x, y }) {
  return `M${x - 6} ${y - 6}l12 12M${x + 6} ${y - 6}l-12 12`;
}

function arrowMiddle(from, to) {
  return { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 };
}

/** Draws the lifetime of an unrecorded side as a dashed line. */
export function laneGhost({ x, from, to }) {
  return svg("path", { class: "lane-ghost", d: `M${x} ${from}V${Math.max(to, from + 12)}` });
}

/** Draws the label of an unrecorded side at the start of its line, on the side without arrows. */
export function laneGhostLabel({ x, column, from, number }) {
  const label = el("span", { class: "lane-ghost-label", text: `#${number} not recorded` });
  const isAtRight = x > column.x + column.width / 2;
  label.style.transform = isAtRight
    ? `translate(${x - ARROW_HEAD}px, ${from}px) translate(-100%, -50%)`
    : `translate(${x + ARROW_HEAD}px, ${from}px) translateY(-50%)`;
  label.style.maxWidth = `${(isAtRight ? x - column.x : column.x + column.width - x) - ARROW_HEAD}px`;
  return label;
}
