// The operations bar of the plain sockets: calls over UDP, with or without loss, and over TCP.

import { getPlain } from "../frame/actions.js";
import { createCallCountField } from "../frame/call-count-field.js";
import { el } from "../frame/dom.js";
import { countText, millisText } from "../recording/numbers.js";

const PLAIN_LOSS =
  "A relay drops these datagrams, as a network may. The client sends its request again after a timeout.";

/** Creates the bar with `legend` at its end: `{ element }`. */
export function createPlainBar(store, legend) {
  const calls = createCallCountField(store, { kind: "plain", value: 5 });
  const lossy = el("input", { type: "checkbox" });
  const results = el("div", { class: "plain-results" });
  const status = el("p", { class: "plain-status", role: "status" });
  status.textContent = "UDP and TCP carry the same request, get 1, and the same response. Only the transport differs.";
  let isBusy = false;

  async function get(over) {
    if (isBusy) return;
    isBusy = true;
    element.setAttribute("aria-busy", "true");
    // A paused playback would hide the new calls.
    if (store.cursor !== null) store.set("cursor", null);
    const name = over.toUpperCase();
    status.classList.remove("bad");
    status.textContent = `getting a book over ${name} …`;
    // This screen has no playback controls. Paused in the lanes, it would not show the new calls.
    if (store.cursor !== null) store.set("cursor", null);
    try {
      const { results: callResults } = await getPlain({
        over,
        calls: calls.read(),
        lossy: over === "udp" && lossy.checked,
      });
      status.textContent = plainSummary(name, callResults);
      results.replaceChildren(plainList(name, callResults));
    } catch (error) {
      status.classList.add("bad");
      status.textContent = `✗ ${error.message}`;
      results.replaceChildren();
    }
    isBusy = false;
    element.removeAttribute("aria-busy");
  }

  const button = (over, text) => el("button", { type: "button", onclick: () => get(over), text });
  const element = el(
    "section",
    { class: "do-bar plain-bar", "aria-label": "Run operations" },
    el(
      "div",
      { class: "do-line" },
      button("udp", "get over UDP"),
      button("tcp", "get over TCP"),
      calls.element,
      el("label", { class: "plain-lossy" }, lossy, "drop every third UDP datagram"),
      el("p", { class: "soft plain-hint", text: PLAIN_LOSS }),
      legend,
    ),
    el("div", { class: "do-line" }, status, results),
  );
  return { element };
}

function plainSummary(name, results) {
  const succeeded = results.filter(({ ok }) => ok).length;
  const attempts = results.reduce((sum, result) => sum + (result.attempts ?? 1), 0);
  const retries = attempts - results.length;
  return (
    `${name}: ${countText(results.length, "call")}, ${succeeded} successful` +
    (retries > 0 ? `; ${countText(retries, "request")} sent again after a timeout.` : ".")
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
