// The screen "Compare": the verdict, and the socket usage and bytes of each step.

import { createChoice } from "../frame/choice.js";
import { el, onFrame } from "../frame/dom.js";
import { morph } from "../frame/morph.js";
import { breakdownTable } from "./breakdown.js";
import { bytesOfCalls, bytesOfStep, latestStep, rowsOfStep, upstreamRows } from "./rows.js";
import { comparedSide, comparedSteps, comparedStepTitle, comparedTraces } from "./rows.js";
import { stepSentences } from "./sentences.js";
import { stepTable } from "./table.js";
import { verdictSection } from "./verdict.js";

const LATEST = "";

/** Creates the screen, which is updated in place with each comparison. */
export function createCompareView(store) {
  const draw = onFrame(() => isShown && drawCompare());
  const step = el("select", { onchange: () => store.set("step", step.value || null) });
  const side = createChoice(
    "as recorded by",
    [
      ["server", "the servers"],
      ["client", "the clients"],
    ],
    { onchange: draw },
  );
  const calls = createChoice(
    "bytes of",
    [
      ["step", "the whole step"],
      ["call", "first and later call"],
    ],
    { onchange: draw },
  );
  const verdict = el("div");
  const facts = el("div", { class: "compare-facts" });
  const controls = el(
    "div",
    { class: "compare-controls" },
    el("label", {}, el("span", { class: "choice-label", text: "step " }), step),
    side.element,
    calls.element,
  );
  const element = el(
    "section",
    { "aria-label": "Compare" },
    el("div", { class: "compare" }, verdict, controls, facts),
  );
  let isShown = false;

  function drawCompare() {
    const chosenSide = comparedSide(store, side.value);
    const traces = comparedTraces(store, chosenSide);
    const names = comparedSteps(traces);
    controls.hidden = names.length === 0;
    side.value = chosenSide;
    morph(verdict, el("div", {}, store.comparison ? verdictSection(store) : comparedNothing()));
    const latest = latestStep(store, names);
    const chosen = drawSteps(traces, names, latest);
    morph(
      facts,
      el("div", { class: "compare-facts" }, chosen && stepFacts(traces, chosen, chosenSide)),
    );
  }

  /** Draws the list of steps and returns the step to show. */
  function drawSteps(traces, names, latest) {
    const wanted = names.includes(store.step) ? store.step : LATEST;
    const title = (name) => comparedStepTitle(traces, name);
    const options = names.map((name) => el("option", { value: name, text: title(name), "data-key": name }));
    const first = el("option", { value: LATEST, text: `latest: ${title(latest)}` });
    morph(step, el("select", {}, first, options));
    step.value = wanted;
    return wanted === LATEST ? latest : wanted;
  }

  function stepFacts(traces, name, recordedBy) {
    const rows = rowsOfStep(traces, name);
    const title = comparedStepTitle(traces, name);
    const upstream = upstreamRows(traces, name);
    const isWhole = calls.value === "step";
    const hasPayload = rows.some(({ step }) => step.spent);
    const bytes = isWhole ? bytesOfStep(rows) : bytesOfCalls(rows);
    const scope = isWhole ? "complete step" : "average first and later call of a connection";
    return [
      stepTable(`${title}: socket usage, as recorded by the ${recordedBy}s`, rows, "counts"),
      hasPayload
        ? breakdownTable(`${name}: byte breakdown, ${scope}`, bytes)
        : comparedWithoutPayload(),
      upstream.length > 0 && stepTable(`${name}: the servers' connections to the database`, upstream, "upstream"),
      el(
        "ul",
        { class: "sentences", "data-key": "sentences", "aria-label": "Observations" },
        stepSentences(rows, recordedBy).map((sentence) => el("li", { text: sentence })),
      ),
      hasPayload && !isWhole && rows.every(({ step }) => step.calls.later.count === 0)
        ? comparedWithoutLater()
        : null,
    ];
  }

  for (const kind of ["comparison", "hello", "items", "step"]) store.on(kind, draw);
  return {
    id: "compare",
    title: "Compare",
    key: "2",
    hasDoBar: true,
    element,
    show() {
      isShown = true;
      draw();
    },
    hide() {
      isShown = false;
    },
  };
}

function comparedNothing() {
  return el("p", { class: "soft", text: "The comparison appears after the first calls." });
}

function comparedWithoutPayload() {
  return el("p", {
    class: "soft",
    "data-key": "bytes",
    text: "There is no byte breakdown, because the recording contains no payload.",
  });
}

function comparedWithoutLater() {
  return el("p", {
    class: "soft",
    "data-key": "hint",
    text: "No connection of this step had a second call. Make 10 calls on one connection to compare the cost.",
  });
}
