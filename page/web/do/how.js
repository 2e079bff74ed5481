// How an operation is done: over which APIs, how often, and on which connection.

import { createChoice } from "../frame/choice.js";
import { el } from "../frame/dom.js";

const MOST_CALLS = 100;

/** Makes the controls: `{ elements, draw, apis, read }`. `draw` takes in which APIs there are. */
export function createHow(store) {
  const target = createChoice("over", [["all", "all three"]]);
  const calls = el("input", { type: "number", min: 1, max: MOST_CALLS, value: 1, class: "do-calls" });
  const connection = createChoice("on", [
    ["one", "one connection"],
    ["new", "a new one for each"],
  ]);
  const lanes = () => store.hello?.lanes ?? [];
  const apis = () => (target.value === "all" ? lanes().map(({ api }) => api) : [target.value]);
  return {
    elements: [
      target.element,
      el("label", { class: "do-calls-label" }, el("span", { class: "choice-label", text: "calls" }), calls),
      connection.element,
    ],
    draw: () => target.setOptions([["all", "all three"], ...lanes().map(({ api, title }) => [api, title])]),
    apis,
    read: () => ({ apis: apis(), calls: howCount(calls), connection: connection.value }),
  };
}

/** How many calls are asked for; what is out of bounds, or no number, becomes one that is. */
function howCount(input) {
  const count = Math.min(MOST_CALLS, Math.max(1, Math.round(Number(input.value)) || 1));
  input.value = count;
  return count;
}
