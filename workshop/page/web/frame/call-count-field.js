// How often something is done: a number, no more than the server takes at once.

import { el } from "./dom.js";

/** Makes the field, for the lanes of that `kind` of the server's `hello`: `{ element, read }`. */
export function createCallCount(store, { kind, value }) {
  const most = () => store.hello?.[kind]?.[0]?.calls ?? value;
  const input = el("input", { type: "number", min: 1, max: most(), value, class: "do-calls" });
  store.on("hello", () => (input.max = most()));
  return {
    element: el(
      "label",
      { class: "do-calls-label" },
      el("span", { class: "choice-label", text: "calls" }),
      input,
    ),
    /** What is out of bounds, or no number, becomes one that is in them. */
    read() {
      input.value = Math.min(most(), Math.max(1, Math.round(Number(input.value)) || 1));
      return Number(input.value);
    },
  };
}
