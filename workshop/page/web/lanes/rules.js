// What is drawn across the lanes: headings, times, breaks.

import { el } from "../frame/dom.js";
import { spanText } from "../recording/numbers.js";
import { laneHead } from "./head.js";

/**
 * Draws it, and puts it in its place. Returns `{ element, remove, show }`; `show` draws what of it changes,
 * up to an event. `how` is for headings: see `laneHead`.
 */
export function laneRule(rule, how) {
  const { element, show } = RULES[rule.kind](rule, how);
  element.style.transform = `translateY(${rule.y}px)`;
  return { element, show, remove: () => element.remove() };
}

/** The time in the step; after a break, the time since its end, so that short times can be told apart. */
function ruleTime(since, burst) {
  return burst > 0 && since > burst ? `+${spanText(since - burst)}` : spanText(since);
}

function ruleLine(name, child) {
  return { element: el("div", { class: name }, child), show() {} };
}

const RULES = {
  head: laneHead,
  time: ({ since, burst }) =>
    ruleLine("lane-time-rule", el("span", { class: "lane-time", text: ruleTime(since, burst) })),
  idle: ({ ns }) => ruleLine("lane-idle-rule", el("span", { text: `${spanText(ns)} without an event` })),
};
