// A sequence of socket calls with icons: `socket → connect → write`.

import { el } from "../frame/dom.js";
import { primitiveIcon } from "./primitives.js";

/** Draws the calls. A call may have a suffix in parentheses, and `or` separates alternatives. */
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

/** Returns the calls as text. */
export function orderText(calls) {
  return calls.join(" → ");
}
