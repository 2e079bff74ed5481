// The rules across the lanes: headings, times and breaks.

import { el } from "../frame/dom.js";
import { durationText } from "../recording/numbers.js";
import { laneHead } from "./head.js";

/**
 * Draws a rule at its position: `{ element, remove, show }`. `show(until)` updates it for the events up to `until`.
 * `headOptions` are the options of `laneHead`.
 */
export function laneRule(rule, headOptions) {
  const { element, show } = RULES[rule.kind](rule, headOptions);
  element.style.transform = `translateY(${rule.y}px)`;
  return { element, show, remove: () => element.remove() };
}

/** Returns the time in the step, or after a break the time since its end, which has more significant digits. */
function ruleTime(since, burst) {
  return burst > 0 && since > burst ? `+${durationText(since - burst)}` : durationText(since);
}

function ruleLine(name, child) {
  return { element: el("div", { class: name }, child), show() {} };
}

const RULES = {
  head: laneHead,
  time: ({ since, burst }) =>
    ruleLine("lane-time-rule", el("span", { class: "lane-time", text: ruleTime(since, burst) })),
  idle: ({ ns }) => ruleLine("lane-idle-rule", el("span", { text: `${durationText(ns)} without an event` })),
};
