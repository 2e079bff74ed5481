// The results of an operation, one for each API.

import { el } from "../frame/dom.js";
import { apiTitle } from "../recording/apis.js";
import { millisText } from "../recording/numbers.js";

/** Creates the element for the results, which screen readers announce. */
export function createResults() {
  const hint = "Press a button to make calls. They are recorded.";
  const element = el("div", { class: "do-results", role: "status" }, resultTitle(hint));
  return {
    element,
    showRunning(title) {
      element.replaceChildren(resultTitle(`${title} …`));
    },
    show(title, { results }) {
      const isSame = results.every(({ ok, says }) => ok && says === results[0].says);
      const items = results.map((result) => resultItem(apiTitle(result.api), result, !isSame));
      element.replaceChildren(
        resultTitle(isSame ? `${title}: ${results[0].says}` : title),
        el("ul", {}, items),
      );
    },
    showError(title, error) {
      element.replaceChildren(resultTitle(title), el("span", { class: "bad", text: `✗ ${error.message}` }));
    },
  };
}

function resultTitle(text) {
  return el("span", { class: "do-title soft", title: text, text });
}

function resultItem(title, { ok, says, ns }, hasText) {
  const [sign, spoken] = ok ? ["✓", "done:"] : ["✗", "failed:"];
  return el(
    "li",
    { title: says },
    el("b", { class: ok ? "good" : "bad" }, sign, el("span", { class: "unseen", text: spoken })),
    el("b", { text: title }),
    hasText && says !== undefined && el("span", { class: "do-says", text: says }),
    ns === undefined ? null : el("span", { class: "soft do-time", text: millisText(ns) }),
  );
}
