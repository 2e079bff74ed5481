// Do it over the bare sockets: over UDP, with or without loss, and over TCP.

import { getPlain } from "../frame/actions.js";
import { createCallCount } from "../frame/call-count-field.js";
import { el } from "../frame/dom.js";
import { countText, millisText } from "../recording/numbers.js";

const PLAIN_LOSS =
  "A relay throws it away: on one machine none is lost. The client asks again after a timeout.";

/** Makes the bar, with `legend` at its end. Returns its `element`. */
export function createPlainBar(store, legend) {
  const calls = createCallCount(store, { kind: "plain", value: 5 });
  const lossy = el("input", { type: "checkbox" });
  const results = el("div", { class: "plain-results" });
  const said = el("p", { class: "plain-said", role: "status" });
  said.textContent = "Both ask the same, get 1, and get the same book. What differs is how it travels.";
  let isBusy = false;

  async function get(over) {
    if (isBusy) return;
    isBusy = true;
    element.setAttribute("aria-busy", "true");
    const name = over.toUpperCase();
    said.classList.remove("bad");
    said.textContent = `get over ${name} …`;
    try {
      const { results: got } = await getPlain({
        over,
        calls: calls.read(),
        lossy: over === "udp" && lossy.checked,
      });
      said.textContent = plainSummary(name, got);
      results.replaceChildren(plainList(name, got));
    } catch (error) {
      said.classList.add("bad");
      said.textContent = `✗ ${error.message}`;
      results.replaceChildren();
    }
    isBusy = false;
    element.removeAttribute("aria-busy");
  }

  const button = (over, text) => el("button", { type: "button", onclick: () => get(over), text });
  const element = el(
    "section",
    { class: "do-bar plain-bar", "aria-label": "Do it" },
    el(
      "div",
      { class: "do-line" },
      button("udp", "get over UDP"),
      button("tcp", "get over TCP"),
      calls.element,
      el("label", { class: "plain-lossy" }, lossy, "lose every third datagram of UDP"),
      el("p", { class: "soft plain-hint", text: PLAIN_LOSS }),
      legend,
    ),
    el("div", { class: "do-line" }, said, results),
  );
  return { element };
}

function plainSummary(name, results) {
  const answered = results.filter(({ ok }) => ok).length;
  const attempts = results.reduce((sum, result) => sum + (result.attempts ?? 1), 0);
  const again = attempts - results.length;
  return (
    `${name}: ${countText(results.length, "call")}, ${answered} answered` +
    (again > 0 ? `; ${countText(again, "question")} asked again after a timeout.` : ".")
  );
}

function plainList(name, results) {
  return el(
    "ol",
    { tabindex: 0, "aria-label": `Results over ${name}` },
    results.map((result) => {
      const { call, ok, attempts = 1, says, ns } = result;
      return el(
        "li",
        { title: says, class: attempts > 1 ? "again" : null },
        el("b", { class: ok ? "good" : "bad", text: ok ? "✓" : "✗" }),
        ` ${call}: ${ok ? "" : `${says}, `}${countText(attempts, "attempt")}, ${millisText(ns)}`,
      );
    }),
  );
}
