// The controls of the network: the scenario, round-trip time, loss, and the packet to drop.

import { el } from "../frame/dom.js";

/** Milliseconds between two positions of the control for the round-trip time. */
const WIRE_RTT_STEP = 10;

/** Creates the controls: `{ element, draw, request, setBusy }`. `onrun` is called when the user starts a scenario. */
export function createWireBar(onrun) {
  const scenario = el("select", { onchange: update });
  const rtt = el("input", { type: "range", title: "Round-trip time", min: 0, max: 500, step: WIRE_RTT_STEP, value: 40, oninput: update });
  const rttText = el("output");
  const loss = el("input", { type: "number", min: 0, max: 30, step: 1, value: 0, oninput: update });
  const seed = el("input", { type: "number", min: 0, max: 9999, step: 1, value: 1, title: "Runs with the same seed lose the packets with the same numbers." });
  const drop = el(
    "select",
    {},
    [["", "nothing"], ["client", "client’s next data packet"], ["server", "server’s next data packet"]].map(
      ([value, text]) => el("option", { value, text }),
    ),
  );
  const run = el("button", { type: "button", class: "main", text: "Run", title: "Run (r)", onclick: onrun });
  const field = (text, ...controls) => el("label", {}, el("span", { text }), controls);
  const dropField = field("drop ", drop);
  const seedField = field("seed ", seed);
  const element = el(
    "section",
    { class: "do-bar wire-bar", "aria-label": "Run operations", hidden: true },
    el(
      "div",
      { class: "do-line" },
      field("scenario ", scenario),
      field("RTT ", rtt, rttText),
      field("loss ", loss, el("span", { text: "%" })),
      seedField,
      dropField,
      run,
    ),
  );
  let scenarios = [];

  function update() {
    rttText.textContent = `${rtt.value} ms`;
    scenario.title = scenarios.find(({ id }) => id === scenario.value)?.what ?? "";
    dropField.hidden = scenario.value !== "call";
    seedField.hidden = !(Number(loss.value) > 0);
  }

  return {
    element,
    /** Shows the scenarios and limits of the server's `hello.wire`. */
    draw(wire) {
      const before = scenario.value;
      scenarios = wire.scenarios;
      scenario.replaceChildren(...scenarios.map(({ id, title }) => el("option", { value: id, text: title })));
      if (scenarios.some(({ id }) => id === before)) scenario.value = before;
      rtt.max = wire.max_rtt;
      loss.max = wire.max_loss;
      update();
    },
    /** Returns the body of the request. */
    request() {
      const number = (input) => Math.min(Number(input.max), Math.max(Number(input.min), Number(input.value) || 0));
      const body = { scenario: scenario.value, rtt: number(rtt), loss: number(loss), seed: Math.floor(number(seed)) };
      return drop.value !== "" && scenario.value === "call" ? { ...body, drop: drop.value } : body;
    },
    setBusy(isBusy) {
      if (isBusy) element.setAttribute("aria-busy", "true");
      else element.removeAttribute("aria-busy");
    },
    onscenario: (listener) => scenario.addEventListener("change", listener),
    scenario: () => scenario.value,
    /** Allows only the choice of a scenario, on a machine that cannot run the network. */
    setMissing(isMissing) {
      for (const control of [rtt, loss, seed, drop, run]) control.disabled = isMissing;
    },
  };
}
