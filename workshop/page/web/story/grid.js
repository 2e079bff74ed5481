// The phases of a step in rows, and the APIs in columns.

import { el } from "../frame/dom.js";
import { apiTitle } from "../recording/apis.js";
import { PHASES } from "../recording/phases.js";
import { storyRow } from "./box.js";
import { storyCalls } from "./calls.js";

/**
 * Draws the grid of the step. `phases` are those of each API, `opened` the name of the phase that shows its single calls, and
 * `chosen` the API that a narrow window shows.
 */
export function storyGrid(phases, { step, opened, chosen, selected }) {
  const apis = [...phases.keys()];
  const isChosen = (api) => (api === chosen || !apis.includes(chosen) ? " chosen" : "");
  const head = apis.map((api) =>
    el(
      "div",
      { class: `story-head${isChosen(api)}`, "data-key": `head ${api}` },
      el("h3", { text: apiTitle(api) }),
      el("span", { class: "soft", text: "client" }),
      el("span", { class: "soft", text: "server" }),
    ),
  );
  const rows = PHASES.flatMap(([phase, title, what], index) => [
    storyPhase(phase, title, what, opened === phase),
    ...apis.map((api) =>
      el(
        "div",
        { class: `story-cell${isChosen(api)}`, "data-key": `${phase} ${api}`, "data-phase": phase, role: "group", "aria-label": `${title}, ${apiTitle(api)}` },
        storyCell(phases.get(api)[index], { api, step, isOpen: opened === phase, selected }),
      ),
    ),
  ]);
  const grid = el("div", { class: "story-grid", "data-key": "grid" }, el("div", { class: "story-corner" }), head, rows);
  grid.style.setProperty("--lanes", apis.length);
  return grid;
}

function storyPhase(phase, title, what, isOpen) {
  return el(
    "button",
    {
      type: "button",
      class: "story-phase",
      "data-open": phase,
      "data-key": `phase ${phase}`,
      "aria-expanded": String(isOpen),
      title: isOpen ? "Show groups of calls" : "Show the single calls",
    },
    el("b", { text: title }),
    el("span", { class: "soft", text: what }),
  );
}

function storyCell({ phase, rows, note }, { api, step, isOpen, selected }) {
  if (rows.length === 0) return el("p", { class: "story-note soft", text: note });
  if (isOpen) return storyCalls(rows, { title: apiTitle(api), from: step.heading.at, selected });
  return rows.map((row) => storyRow(row, { api, phase, isOpen }));
}
