// One event in its column, as a box.

import { el } from "../frame/dom.js";
import { primitiveIcon, primitiveOf } from "../recording/primitives.js";
import { eventAmount, eventDetail, eventSentence, isEndOfStream } from "../recording/event-text.js";
import { lanePlace } from "./columns.js";

/** The box of an event. The shape alone is left of it where there is no room for words. */
export function laneBox(entry, { title, connection }) {
  const { item } = entry;
  const chip =
    connection === undefined
      ? null
      : el("span", { class: "lane-chip", "data-connection": connection, text: `#${connection}` });
  const label = eventSentence(item, { title, connection, since: entry.since });
  return el(
    "button",
    {
      type: "button",
      class: boxClass(entry),
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
        item.bytes === undefined ? "" : ` ${eventAmount(item)}`,
      ),
      " ",
      el("span", { class: "lane-detail", text: eventDetail(item) }),
      " ",
      chip,
    ),
  );
}

function boxClass({ item, isTurned }) {
  const classes = ["lane-box", `tone-${primitiveOf(item.op).tone}`];
  if (item.error !== undefined) classes.push("failed");
  if (isEndOfStream(item)) classes.push("finished");
  if (isTurned) classes.push("turned");
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
