// The input field for the number of calls, which states the numbers that it accepts.

import { el } from "./dom.js";

/** Creates the field: `{ element, read }`. `kind` is the list of lanes in the `hello` message that has the maximum. */
export function createCallCountField(store, { kind, value }) {
  const max = () => store.hello?.[kind]?.[0]?.calls ?? value;
  const validate = () => {
    input.max = max();
    range.textContent = `1 to ${max()}`;
    const isValid = input.checkValidity() && input.value !== "";
    input.setAttribute("aria-invalid", String(!isValid));
    range.classList.toggle("bad", !isValid);
    return isValid;
  };
  const range = el("span", { class: "soft do-calls-range" });
  const input = el("input", { type: "number", min: 1, max: max(), step: 1, value, class: "do-calls", oninput: validate });
  store.on("hello", validate);
  validate();
  return {
    element: el(
      "label",
      { class: "do-calls-label" },
      el("span", { class: "choice-label", text: "calls" }),
      input,
      range,
    ),
    /** Returns the number of calls. Throws an `Error` with a message for the user if the field has no valid number. */
    read() {
      if (validate()) return Number(input.value);
      input.focus();
      const entered = input.value === "" ? "an empty field" : input.value;
      throw new Error(`“calls” accepts a whole number from 1 to ${max()}, not ${entered}. Nothing was called.`);
    },
  };
}
