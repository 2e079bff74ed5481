// A command line for a terminal, with a button that copies it.

import { copyText } from "./copy.js";
import { el } from "./dom.js";

/** Draws the command line. The result of copying appears in the element `status`. */
export function commandLine(title, command, status) {
  const code = el("code", {}, ...commandWords(command));
  const copy = async () => (status.textContent = await copyText(code));
  return el(
    "div",
    { class: "command-line" },
    el("h3", { text: title }),
    code,
    el("button", { type: "button", "aria-label": `Copy: ${title}`, onclick: copy, text: "Copy" }),
  );
}

/** Draws each word as a unit: a line breaks between words, and not after the hyphen of an option. */
function commandWords(command) {
  return command.split(/( )/).map((word) => (word === " " ? word : el("span", { class: "command-word", text: word })));
}
