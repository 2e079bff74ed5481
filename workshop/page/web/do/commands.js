// The same call by hand: the line for curl or grpcurl, to be copied.

import { commandLine } from "../frame/command-line.js";
import { el } from "../frame/dom.js";
import { createPopover } from "../frame/popover.js";

/** Makes the button and what it opens. `choose` says of which operation the lines are. */
export function createCommands(store) {
  const operation = el("select", { onchange: drawLines });
  const lines = el("div", { class: "command-lines" });
  const said = el("p", { role: "status", class: "soft" });
  const hint = "A call from a terminal appears in the lanes like any other, with the server's side of it.";
  const popover = createPopover(
    "Copy command",
    el(
      "div",
      { class: "commands" },
      el("h2", { text: "The same call from a terminal" }),
      el("label", {}, el("span", { text: "Operation " }), operation),
      lines,
      said,
      el("p", { class: "soft", text: hint }),
    ),
    drawOptions,
  );
  let chosen = null;

  function drawOptions() {
    const known = store.hello?.operations ?? [];
    operation.replaceChildren(...known.map(({ id, title }) => el("option", { value: id, text: title })));
    operation.value = chosen ?? known[0]?.id;
    drawLines();
  }

  function drawLines() {
    chosen = operation.value;
    said.textContent = "";
    const { commands = {}, title } = store.hello?.operations.find(({ id }) => id === chosen) ?? {};
    const lanes = (store.hello?.lanes ?? []).filter(({ api }) => commands[api]);
    lines.replaceChildren(
      ...lanes.map((lane) => commandLine(`${title}, ${lane.title}`, commands[lane.api], said)),
    );
  }

  return { element: popover.element, choose: (id) => (chosen = id) };
}
