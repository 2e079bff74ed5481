// What came of it: shortly, for each API.

import { el } from "../frame/dom.js";
import { apiTitle } from "../recording/apis.js";
import { millisText } from "../recording/numbers.js";

/** Makes the place where results are told, also to those who listen. */
export function createResults() {
  const hint = "Press a button: the calls are made now, and recorded.";
  const element = el("div", { class: "do-results", role: "status" }, resultWords(hint));
  return {
    element,
    working(what) {
      element.replaceChildren(resultWords(`${what} …`));
    },
    show(what, { results }) {
      const isSame = results.every(({ ok, says }) => ok && says === results[0].says);
      const items = results.map((result) => resultItem(apiTitle(result.api), result, !isSame));
      element.replaceChildren(
        resultWords(isSame ? `${what}: ${results[0].says}` : what),
        el("ul", {}, items),
      );
    },
    fail(what, error) {
      element.replaceChildren(resultWords(what), el("span", { class: "bad", text: `✗ ${error.message}` }));
    },
  };
}

function resultWords(text) {
  return el("span", { class: "do-what soft", title: text, text });
}

function resultItem(title, { ok, says, ns }, hasWords) {
  const [sign, heard] = ok ? ["✓", "done:"] : ["✗", "failed:"];
  return el(
    "li",
    { title: says },
    el("b", { class: ok ? "good" : "bad" }, sign, el("span", { class: "unseen", text: heard })),
    el("b", { text: title }),
    hasWords && says !== undefined && el("span", { class: "do-says", text: says }),
    ns === undefined ? null : el("span", { class: "soft do-time", text: millisText(ns) }),
  );
}
