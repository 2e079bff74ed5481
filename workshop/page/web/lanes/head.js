// The heading of a step, across the lanes: its name, whether the calls were the same in all of them, and
// below that what it took in each.

import { el, seldom } from "../frame/dom.js";
import { apiTitle } from "../recording/apis.js";
import { callOrder } from "../recording/call-order.js";
import { byteCountText, countText, listText, spanText } from "../recording/numbers.js";
import { stepSameness, stepSums } from "../recording/step-summary.js";

/** While a step goes on, it is summed up this often at most, in milliseconds. */
const HEAD_WAIT = 150;

/** All lanes, in words. */
const HEAD_ALL = { 2: "both", 3: "all three", 4: "all four" };

/** The height of a heading, for steps that are summed up and for others. */
export function laneHeadHeight({ isByHand }, isSummed) {
  return isSummed && !isByHand ? 57 : 31;
}

/**
 * Draws the heading over the lanes of `apis`. `onCompare` opens the comparison of a step; without it
 * steps are not summed up. `show(until)` draws what was done up to that event.
 */
export function laneHead({ heading }, { apis, onCompare }) {
  const { label, items } = heading;
  const later = `${spanText(heading.pause)} later`;
  const pause = heading.pause > 0 && el("span", { class: "soft lane-pause", text: later });
  const line = el("div", { class: "lane-head-line" }, el("span", { class: "lane-time", text: "0" }));
  line.append(...[el("h3", { text: label }), pause].filter(Boolean));
  const element = el("div", { class: "lane-head-rule" }, line);
  if (!onCompare || heading.isByHand) return { element, show() {} };
  const same = el("span", { class: "lane-same" });
  const compare = el("button", {
    type: "button",
    "aria-label": `Compare “${label}”`,
    text: "Compare",
    hidden: true,
    onclick: () => onCompare(label),
  });
  const sums = apis.map(() => el("span", { class: "lane-sum" }));
  line.append(same, compare);
  const differ = el("b", { class: "lane-time", title: "What differs" });
  element.append(el("div", { class: "lane-head-sums" }, differ, sums));
  let [shown, until] = [-1, 0];
  const draw = () => {
    const done = items.filter(({ seq }) => seq <= until);
    if (done.length === shown) return;
    shown = done.length;
    const sameness = stepSameness(done);
    compare.hidden = sameness === null;
    same.replaceChildren(...headSame(sameness, apis.length));
    const all = stepSums(done);
    const words = apis.map((api) => headSum(all[api]));
    differ.textContent = new Set(words.filter(Boolean)).size > 1 ? "≠" : "";
    sums.forEach((sum, index) => (sum.textContent = sum.title = words[index]));
  };
  const drawSoon = seldom(draw, HEAD_WAIT);
  const show = (seq) => {
    until = seq;
    if (shown < 0) draw();
    else drawSoon();
  };
  return { element, show };
}

/** What is said while it goes on may be wrong a moment later: that the calls differ is said at the end. */
function headSame(sameness, lanes) {
  if (sameness === null || (!sameness.isSame && !sameness.isOver)) return [];
  const { isSame, isOver, orders } = sameness;
  if (isSame) {
    const [{ calls, apis }] = orders;
    const all = apis.length < lanes ? listText(apis.map(apiTitle)) : (HEAD_ALL[lanes] ?? `all ${lanes}`);
    const words = isOver ? `Same calls in ${all}:` : `So far the same calls in ${all}:`;
    return [el("b", { class: "good", text: "= " }), el("b", { text: words }), " ", callOrder(calls, 16)];
  }
  const each = orders.flatMap(({ calls, apis }) => [
    ` ${listText(apis.map(apiTitle))}: `,
    callOrder(calls, 16),
  ]);
  return [el("b", { class: "bad", text: "≠ " }), el("b", { text: "Not the same calls." }), ...each];
}

function headSum(sum) {
  if (sum === undefined) return "";
  const { side, bytes, reads, writes } = sum;
  return `${byteCountText(bytes)} · ${side}: ${countText(reads, "read")}, ${countText(writes, "write")}`;
}
