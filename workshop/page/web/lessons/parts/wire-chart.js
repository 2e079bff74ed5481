// The calls and packets of a scenario in the result of a lesson.

import { el } from "../../frame/dom.js";
import { wireDiagram } from "../../wire/diagram.js";

/** Least width of a column in pixels. With less, the columns are below each other. */
const WIRE_CHART_COLUMN = 280;

/** Draws the columns of a recording, with a button that opens them on the screen "Wire". */
export function wireLessonChart(store, { wire, columns }) {
  const button = el("button", {
    type: "button",
    text: "Show on the screen Wire",
    onclick: () => {
      store.set("wire", wire);
      location.hash = "wire";
    },
  });
  const place = el("div", { class: "lesson-wire", tabindex: 0, role: "group", "aria-label": "Calls and packets" });
  const draw = () => {
    if (place.clientWidth === 0) return;
    const isBeside = place.clientWidth / columns.length >= WIRE_CHART_COLUMN;
    const groups = isBeside ? [columns] : columns.map((column) => [column]);
    place.replaceChildren(...groups.flatMap((group) => wireChartParts(group, place.clientWidth)));
  };
  new ResizeObserver(draw).observe(place);
  return el("section", { class: "lesson-evidence" }, el("div", { class: "lesson-evidence-head" }, el("h3", { text: "Recorded calls and packets" }), button), place);
}

function wireChartParts(columns, width) {
  const { heads, body } = wireDiagram(columns, width, () => {});
  return [heads, body];
}
