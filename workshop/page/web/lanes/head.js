// The heading of a step across the lanes: its name, the comparison of its calls, and the totals of each lane.

import { el, throttled } from "../frame/dom.js";
import { callOrder } from "../primitives/call-order.js";
import { apiTitle } from "../recording/apis.js";
import { byteCountText, countText, listText, durationText } from "../recording/numbers.js";
import { hasParts } from "../recording/step-headings.js";
import { comparePatterns, stepTotals } from "../recording/step-summary.js";

/** Minimum time between two updates of a heading, in milliseconds. */
const HEAD_WAIT = 150;

/** Words for all lanes, by their number. */
const HEAD_ALL = { 2: "both", 3: "all three", 4: "all four" };

/** Returns the height of a heading with or without totals. */
export function laneHeadHeight(heading, hasTotals) {
  return hasTotals && !headIsBare(heading) ? 57 : 31;
}

/** Returns `true` if the heading is one line, without totals. */
function headIsBare({ isFromTerminal, continues }) {
  return isFromTerminal || continues !== undefined;
}

/**
 * Draws the heading over the lanes of `apis`. `onCompare` opens the comparison of a step; without it the heading
 * has no totals. `show(until)` updates the heading for the events up to `until`.
 */
export function laneHead({ heading }, { apis, onCompare }) {
  const { label, items } = heading;
  const later = `${durationText(heading.pause)} later`;
  const pause = heading.pause > 0 && el("span", { class: "soft lane-pause", text: later });
  const line = el("div", { class: "lane-head-line" }, el("span", { class: "lane-time", text: "0" }));
  const title = el("h3", { text: label });
  line.append(...[title, pause].filter(Boolean));
  const element = el("div", { class: "lane-head-rule" }, line);
  if (!onCompare || headIsBare(heading)) return { element, show: () => headTitle(title, heading.label) };
  const same = el("span", { class: "lane-same" });
  const compare = el("button", {
    type: "button",
    "aria-label": `Compare “${label}”`,
    text: "Compare",
    hidden: true,
    onclick: () => onCompare(label),
  });
  const cells = apis.map(() => el("span", { class: "lane-sum" }));
  line.append(same, compare);
  const differ = el("b", { class: "lane-time", title: "Difference" });
  element.append(el("div", { class: "lane-head-sums" }, differ, cells));
  let [shown, until] = [-1, 0];
  const draw = () => {
    const done = items.filter(({ seq }) => seq <= until);
    if (done.length === shown) return;
    shown = done.length;
    title.textContent = heading.label;
    const isDivided = hasParts(heading);
    const comparison = isDivided ? null : comparePatterns(done);
    compare.hidden = comparison === null;
    same.replaceChildren(...headComparison(comparison, apis.length));
    const totals = stepTotals(done);
    const texts = apis.map((api) => headTotals(totals[api], isDivided && heading.parts.get(api)));
    differ.textContent = !isDivided && new Set(texts.filter(Boolean)).size > 1 ? "≠" : "";
    cells.forEach((cell, index) => (cell.textContent = cell.title = texts[index]));
  };
  const drawSoon = throttled(draw, HEAD_WAIT);
  const show = (seq) => {
    until = seq;
    if (shown < 0) draw();
    else drawSoon();
  };
  return { element, show };
}

/** Sets the title, which changes when the client of a connection becomes known. */
function headTitle(title, label) {
  if (title.textContent !== label) title.textContent = label;
}

/** Draws the comparison. A difference is shown only at the end of the step, because it may be temporary before. */
function headComparison(comparison, lanes) {
  if (comparison === null || (!comparison.isSame && !comparison.isOver)) return [];
  const { isSame, isOver, orders } = comparison;
  if (isSame) {
    const [{ calls, apis }] = orders;
    const all = apis.length < lanes ? listText(apis.map(apiTitle)) : (HEAD_ALL[lanes] ?? `all ${lanes}`);
    const text = isOver ? `Same calls in ${all}:` : `So far the same calls in ${all}:`;
    return [el("b", { class: "good", text: "= " }), el("b", { text }), " ", callOrder(calls, 16)];
  }
  const each = orders.flatMap(({ calls, apis }) => [
    ` ${listText(apis.map(apiTitle))}: `,
    callOrder(calls, 16),
  ]);
  return [el("b", { class: "bad", text: "≠ " }), el("b", { text: "Different calls." }), ...each];
}

/** Returns the totals of an API. If the APIs made different calls, these are named first. */
function headTotals(totals, part) {
  if (totals === undefined) return "";
  const { side, bytes, reads, writes } = totals;
  return `${part ? `${part} · ` : ""}${byteCountText(bytes)} · ${side}: ${countText(reads, "read")}, ${countText(writes, "write")}`;
}
