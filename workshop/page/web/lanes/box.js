// The box of an event.

import { el } from "../frame/dom.js";
import { primitiveIcon, primitiveOf } from "../primitives/primitives.js";
import { eventAmount, eventDetail, eventLabel, isEndOfStream } from "../recording/event-text.js";
import { lanePosition } from "./columns.js";

/** Creates the box of an event. Without space for text only its shape is shown. */
export function laneBox(entry, { title, connection }) {
  const { item } = entry;
  const chip =
    connection === undefined
      ? null
      : el("span", { class: "lane-chip", "data-connection": connection, text: `#${connection}` });
  const label = eventLabel(item, { title, connection, since: entry.since });
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

function boxClass({ item, isOtherConnection }) {
  const classes = ["lane-box", `tone-${primitiveOf(item.op).tone}`];
  if (item.error !== undefined) classes.push("failed");
  if (isEndOfStream(item)) classes.push("finished");
  if (item.upstream) classes.push("upstream");
  if (isOtherConnection) classes.push("other-connection");
  return classes.join(" ");
}

/** Moves a box to the position of its event. */
export function placeLaneBox(box, entry, geometry) {
  const { x, width } = lanePosition(entry, geometry);
  const position = `${x} ${entry.y} ${width} ${entry.isTight}`;
  if (box.drawnAt === position) return;
  box.drawnAt = position;
  box.style.transform = `translate(${x}px, ${entry.y}px)`;
  box.style.width = `${width}px`;
  box.classList.toggle("tight", entry.isTight || geometry.shapesOnly);
}
