// Calls in their order, drawn: `socket → connect → write`.

import { el } from "../frame/dom.js";
import { primitiveIcon } from "./primitives.js";

/** Draws the calls; what stands in brackets behind a call is not of its name, and `or` between some is no call. */
export function callOrder(calls, size = 20) {
  return el(
    "span",
    { class: "calls" },
    calls.map((call) => {
      if (call === "or") return el("span", { text: call });
      const op = call.split(/[ :(]/)[0];
      const icon = call === "…" ? null : primitiveIcon(op, size);
      return el("span", { class: "call" }, icon, el("code", { text: call }));
    }),
  );
}

/** The same in a line of text. */
export function orderText(calls) {
  return calls.join(" → ");
}
