// A line for a terminal, with a button that copies it.

import { copyText } from "./copy.js";
import { el } from "./dom.js";

/** Draws the line; what came of the copying is told in `said`. */
export function commandLine(title, command, said) {
  const code = el("code", { text: command });
  const copy = async () => (said.textContent = await copyText(code));
  return el(
    "div",
    { class: "command-line" },
    el("h3", { text: title }),
    code,
    el("button", { type: "button", "aria-label": `Copy: ${title}`, onclick: copy, text: "Copy" }),
  );
}
