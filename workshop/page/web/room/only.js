// The line that says that only the calls of one participant are shown.

import { el } from "../frame/dom.js";

/** Creates the line, which is hidden while all calls are shown. */
export function createOnlyLine(store) {
  const name = el("b");
  const all = el("button", { type: "button", text: "Show all calls", onclick: () => store.showOnly(null) });
  const element = el(
    "p",
    { class: "only-line", role: "status" },
    el("span", {}, "Only ", name, " is shown on Story, Lanes and Calls. Compare counts all clients."),
    all,
  );
  const draw = () => {
    element.hidden = store.only === null;
    name.textContent = store.only ?? "";
  };
  store.on("only", draw);
  draw();
  return element;
}
