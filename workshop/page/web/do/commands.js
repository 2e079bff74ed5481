// The popover with curl and grpcurl command lines for an operation.

import { commandLine } from "../frame/command-line.js";
import { el } from "../frame/dom.js";
import { createPopover } from "../frame/popover.js";

/** Creates the button with its popover: `{ element, choose }`. `choose(id)` selects the operation. */
export function createCommands(store) {
  const operation = el("select", { onchange: drawLines });
  const lines = el("div", { class: "command-lines" });
  const status = el("p", { role: "status", class: "soft" });
  const hint = "A call from a terminal appears in the lanes, too. Only its server side is recorded.";
  const popover = createPopover(
    "Command lines",
    el(
      "div",
      { class: "commands" },
      el("h2", { text: "The same call from a terminal" }),
      el("label", {}, el("span", { text: "Operation " }), operation),
      lines,
      status,
      el("p", { class: "soft", text: hint }),
    ),
    drawOptions,
  );
  let chosen = null;

  function drawOptions() {
    const operations = store.hello?.operations ?? [];
    operation.replaceChildren(...operations.map(({ id, title }) => el("option", { value: id, text: title })));
    operation.value = chosen ?? operations[0]?.id;
    drawLines();
  }

  function drawLines() {
    chosen = operation.value;
    status.textContent = "";
    const { commands = {}, title } = store.hello?.operations.find(({ id }) => id === chosen) ?? {};
    const lanes = (store.hello?.lanes ?? []).filter(({ api }) => commands[api]);
    lines.replaceChildren(
      ...lanes.map((lane) => commandLine(`${title}, ${lane.title}`, commands[lane.api], status)),
    );
  }

  // The popover may be open before the server's message arrives.
  store.on("hello", drawOptions);
  return { element: popover.element, choose: (id) => (chosen = id) };
}
