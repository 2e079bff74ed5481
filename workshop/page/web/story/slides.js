// The slides of a step: its name, one for each phase, and what is the same and what differs.

import { el } from "../frame/dom.js";
import { apiTitle } from "../recording/apis.js";
import { PHASES } from "../recording/phases.js";
import { storyRow } from "./box.js";
import { phaseCaption } from "./captions.js";
import { storyThesis } from "./thesis.js";

/** The parts of the presentation of a step in order: `[id, title]`. */
export const SLIDES = [["intro", "The call"], ...PHASES.map(([phase, title]) => [phase, title]), ["summary", "What differs"]];

/** Returns the slide `index` of a step as `{ id, title, caption, content }`. `phases` are those of each API. */
export function slideOf(index, step, phases) {
  const [id, title] = SLIDES[index];
  const apis = [...phases.keys()];
  const names = apis.map(apiTitle).join(", ");
  if (id === "intro") return { id, title, caption: `One call over ${names}: what do the programs do with their sockets?`, content: slideNames(step, apis) };
  if (id === "summary") return { id, title, caption: "", content: storyThesis(step, phases) };
  const cells = apis.map((api) => [api, phases.get(api).find(({ phase }) => phase === id)]);
  return { id, title, caption: phaseCaption(id, cells), content: slidePhase(id, cells) };
}

function slideNames({ heading }, apis) {
  return el(
    "div",
    { class: "present-intro" },
    el("p", { class: "present-step", text: heading.label }),
    el("p", { text: apis.map(apiTitle).join(" · ") }),
  );
}

/** Draws a phase of all APIs. Those that do nothing in it are dimmed. */
function slidePhase(phase, cells) {
  return el(
    "div",
    { class: "present-cells" },
    cells.map(([api, { rows, note }]) =>
      el(
        "section",
        { class: `present-cell story-cell${rows.length === 0 ? " dimmed" : ""}`, "aria-label": apiTitle(api) },
        el("div", { class: "present-api" }, el("span", { text: "client" }), el("h3", { text: apiTitle(api) }), el("span", { text: "server" })),
        rows.length === 0
          ? el("p", { class: "story-note", text: note })
          : rows.map((row) => slideRow(row, api, phase)),
      ),
    ),
  );
}

/** Draws a row without a control. */
function slideRow(row, api, phase) {
  const button = storyRow(row, { api, phase, isOpen: false });
  return el("div", { class: button.className }, ...button.childNodes);
}
