// The input field for the number of calls, limited to the server's maximum.

import { el } from "./dom.js";

/** Creates the field: `{ element, read }`. `kind` is the list of lanes in the `hello` message that has the maximum. */
export function createCallCountField(store, { kind, value }) {
  const max = () => store.hello?.[kind]?.[0]?.calls ?? value;
  const input = el("input", { type: "number", min: 1, max: max(), value, class: "do-calls" });
  store.on("hello", () => (input.max = max()));
  return {
    element: el(
      "label",
      { class: "do-calls-label" },
      el("span", { class: "choice-label", text: "calls" }),
      input,
    ),
    /** Returns the number of calls. Replaces an invalid value by the nearest valid one. */
    read() {
      input.value = Math.min(max(), Math.max(1, Math.round(Number(input.value)) || 1));
      return Number(input.value);
    },
  };
}
