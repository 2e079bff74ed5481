// The note that a recording was made elsewhere, and what this machine needs to run the network.

import { el } from "../frame/dom.js";

/** Creates the note for the missing requirement of the server's `hello.wire.missing`. */
export function wireMissing({ error, remedies }) {
  return el(
    "div",
    { class: "wire-banner", role: "note", "aria-label": "Recorded elsewhere" },
    el("p", {}, el("b", { text: "Recorded elsewhere. " }), `This machine cannot run the network: ${error}.`),
    remedies.length > 0 && el("p", { text: "To run it here, then start the workshop again:" }),
    remedies.length > 0 && el("ul", {}, remedies.map(wireRemedy)),
  );
}

/** Draws a remedy: the systems that it is for, and a command. */
function wireRemedy(remedy) {
  const [, systems, command] = /^([^:]*): (.*)$/.exec(remedy) ?? [null, "", remedy];
  return el("li", {}, systems !== "" && `${systems}: `, el("code", { text: command }));
}
