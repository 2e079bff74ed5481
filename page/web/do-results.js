// What came of it: shortly, for each API.

import { apiTitle } from "./apis.js";
import { el } from "./dom.js";
import { millisText } from "./numbers.js";

/** Makes the place where results are told, also to those who listen. */
export function createResults(store) {
  const hint = "Press a button: the calls are made now, and what they do to the sockets is recorded.";
  const element = el(
    "div",
    { class: "do-results", role: "status" },
    el("span", { class: "soft", text: hint }),
  );
  return {
    element,
    working(what) {
      element.replaceChildren(el("span", { class: "soft", text: `${what} …` }));
    },
    show(what, { results }) {
      const shown = results.map((result) => resultItem(apiTitle(store, result.api), result));
      element.replaceChildren(el("span", { class: "do-what", text: what }), el("ul", {}, shown));
    },
    fail(what, error) {
      element.replaceChildren(
        el("span", { class: "do-what", text: what }),
        el("span", { class: "bad", text: `✗ ${error.message}` }),
      );
    },
  };
}

function resultItem(title, { ok, says, ns }) {
  const [sign, heard] = ok ? ["✓", "done:"] : ["✗", "failed:"];
  return el(
    "li",
    { title: says },
    el("b", { class: ok ? "good" : "bad" }, sign, el("span", { class: "unseen", text: heard })),
    el("b", { text: title }),
    el("span", { class: "do-says", text: says ?? "" }),
    ns === undefined ? null : el("span", { class: "soft do-time", text: millisText(ns) }),
  );
}
