// Calls in their order, drawn: `socket → connect → write`.

import { el } from "../frame/dom.js";
import { primitiveIcon } from "./primitives.js";

/** Draws the calls; what stands in brackets behind a call is not of its name. */
export function callOrder(calls, size = 20) {
  return el(
    "span",
    { class: "calls" },
    calls.map((call) => {
      const op = call.split(/[ :(]/)[0];
      const icon = call === "…" || call === "or" ? null : primitiveIcon(op, size);
      return el("span", { class: "call" }, icon, el("code", { text: call }));
    }),
  );
}

/** The same in a line of text. */
export function orderText(calls) {
  return calls.join(" → ");
}
