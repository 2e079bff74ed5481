// One event in its column, as a box; and what is drawn across the lanes.

import { el } from "./dom.js";
import { lanePlace } from "./lane-columns.js";
import { isEndOfStream, laneAmount, laneDetail, laneSentence, laneSpan } from "./lanes-text.js";
import { primitiveIcon, primitiveOf } from "./primitives.js";

/** The box of an event. The shape alone is left of it where there is no room for words. */
export function laneBox(entry, { title, connection }) {
  const { item } = entry;
  const chip =
    connection === undefined
      ? null
      : el("span", { class: "lane-chip", "data-connection": connection, text: `#${connection}` });
  const label = laneSentence(item, { title, connection, since: entry.since });
  return el(
    "button",
    {
      type: "button",
      class: boxClass(item),
      "data-seq": item.seq,
      "aria-label": label,
      title: label,
      tabindex: -1,
    },
    primitiveIcon(item.op, 17),
    el(
      "span",
      { class: "lane-words" },
      el(
        "span",
        { class: "lane-name" },
        el("b", { text: item.op }),
        item.bytes === undefined ? "" : ` ${laneAmount(item)}`,
      ),
      " ",
      chip,
      " ",
      el("span", { class: "lane-detail", text: laneDetail(item) }),
    ),
  );
}

function boxClass(item) {
  const classes = ["lane-box", `tone-${primitiveOf(item.op).tone}`];
  if (item.error !== undefined) classes.push("failed");
  if (isEndOfStream(item)) classes.push("finished");
  return classes.join(" ");
}

/** Puts a box where its event stands. */
export function placeLaneBox(box, entry, geometry) {
  const { x, width } = lanePlace(entry, geometry);
  const place = `${x} ${entry.y} ${width} ${entry.isTight}`;
  if (box.place === place) return;
  box.place = place;
  box.style.transform = `translate(${x}px, ${entry.y}px)`;
  box.style.width = `${width}px`;
  box.classList.toggle("tight", entry.isTight || geometry.shapesOnly);
}

/** What is drawn across the lanes: a heading, a time, a break. */
export function laneRule(rule) {
  const element = RULES[rule.kind](rule);
  element.style.transform = `translateY(${rule.y}px)`;
  return element;
}

/** The time in the step; after a break, the time since its end, so that short times can be told apart. */
function ruleTime(since, burst) {
  return burst > 0 && since > burst ? `+${laneSpan(since - burst)}` : laneSpan(since);
}

const RULES = {
  head: ({ heading, ns }) =>
    el(
      "div",
      { class: "lane-head-rule" },
      el("span", { class: "lane-time", text: "0" }),
      el("h3", { text: heading.label }),
      ns > 0 && el("span", { class: "soft", text: `after a pause of ${laneSpan(ns)}` }),
    ),
  time: ({ since, burst }) =>
    el("div", { class: "lane-time-rule" }, el("span", { class: "lane-time", text: ruleTime(since, burst) })),
  idle: ({ ns }) =>
    el("div", { class: "lane-idle-rule" }, el("span", { text: `${laneSpan(ns)} without an event` })),
};
