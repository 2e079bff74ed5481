// The screen "Compare": the verdict, and the socket usage and bytes of a step, or of all calls of a kind.

import { createChoice } from "../frame/choice.js";
import { el, onFrame, throttled } from "../frame/dom.js";
import { morph } from "../frame/morph.js";
import { OptionList } from "../frame/option-list.js";
import { breakdownTable } from "./breakdown.js";
import { bytesOfCalls, bytesOfStep, latestStep, rowsOfKind, rowsOfStep, upstreamRows } from "./rows.js";
import { comparedKinds, comparedSide, comparedSteps, comparedStepTitles, comparedTraces } from "./rows.js";
import { samplesList, samplesOfKind, samplesOfStep } from "./samples.js";
import { stepSentences } from "./sentences.js";
import { kindTable, stepTable } from "./table.js";
import { verdictSection } from "./verdict.js";

const LATEST = "";

/** Minimum time between two drawings for new events, in milliseconds. */
const COMPARE_WAIT = 250;

/** Creates the screen, which is updated in place with each comparison. */
export function createCompareView(store) {
  const draw = onFrame(() => isShown && drawCompare());
  const scope = createChoice(
    "compare",
    [
      ["step", "a step"],
      ["kind", "all calls of a kind"],
    ],
    { onchange: (value) => store.set("kind", value === "kind" ? (store.kind ?? kind.value) : null) },
  );
  const step = el("select", { class: "compare-step", onchange: () => store.set("step", step.value || null) });
  const options = new OptionList(step);
  const kind = el("select", { onchange: () => store.set("kind", kind.value) });
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
  const choice = (text, select) => el("label", {}, el("span", { class: "choice-label", text }), select);
  const [stepChoice, kindChoice] = [choice("step ", step), choice("kind ", kind)];
  const verdict = el("div");
  const facts = el("div", { class: "compare-facts" });
  const controls = el(
    "div",
    { class: "compare-controls" },
    [scope.element, stepChoice, kindChoice, side.element, calls.element],
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
    const kinds = comparedKinds(traces);
    const isOfKind = kinds.includes(store.kind);
    controls.hidden = names.length === 0;
    side.value = chosenSide;
    scope.element.hidden = kinds.length === 0;
    scope.value = isOfKind ? "kind" : "step";
    stepChoice.hidden = calls.element.hidden = isOfKind;
    kindChoice.hidden = !isOfKind;
    morph(verdict, el("div", {}, store.comparison ? verdictSection(store) : comparedNothing()));
    const chosen = drawSteps(traces, names, latestStep(store, names));
    drawKinds(kinds);
    const shown = isOfKind ? kindFacts(traces, store.kind, chosenSide) : chosen && stepFacts(traces, chosen, chosenSide);
    morph(facts, el("div", { class: "compare-facts" }, shown));
  }

  /** Draws the list of steps and returns the step to show. */
  function drawSteps(traces, names, latest) {
    const wanted = names.includes(store.step) ? store.step : LATEST;
    const titles = comparedStepTitles(traces);
    const option = (key, value, text) => ({ key, label: text, value, text: () => text });
    const first = option(LATEST, LATEST, `latest: ${titles.get(latest)}`);
    options.draw([first, ...names.map((name) => option(name, name, titles.get(name)))]);
    if (step.value !== wanted) step.value = wanted;
    return wanted === LATEST ? latest : wanted;
  }

  function drawKinds(kinds) {
    morph(kind, el("select", {}, kinds.map((value) => el("option", { value, text: value, "data-key": value }))));
    if (store.kind !== null) kind.value = store.kind;
  }

  function stepFacts(traces, name, recordedBy) {
    const rows = rowsOfStep(traces, name);
    const title = comparedStepTitles(traces).get(name);
    const upstream = upstreamRows(traces, name);
    const isWhole = calls.value === "step";
    const hasPayload = rows.some(({ step }) => step.spent);
    const bytes = isWhole ? bytesOfStep(rows) : bytesOfCalls(rows);
    const extent = isWhole ? "complete step" : "average first and later call of a connection";
    return [
      stepTable(`${title}: socket usage, as recorded by the ${recordedBy}s`, rows, "counts"),
      samplesList(samplesOfStep(store, rows, name)),
      hasPayload
        ? breakdownTable(`${name}: byte breakdown, ${extent}`, bytes)
        : comparedWithoutPayload(),
      upstream.length > 0 && stepTable(`${name}: the servers' connections to the database`, upstream, "upstream"),
      comparedSentences(rows, recordedBy),
      hasPayload && !isWhole && rows.every(({ step }) => step.calls.later.count === 0)
        ? comparedWithoutLater()
        : null,
    ];
  }

  function kindFacts(traces, name, recordedBy) {
    const rows = rowsOfKind(traces, name);
    return [
      kindTable(`${name}: average of all calls, as recorded by the ${recordedBy}s`, rows),
      samplesList(samplesOfKind(store, rows, name)),
      breakdownTable(`${name}: byte breakdown, average first and later call of a connection`, bytesOfCalls(rows)),
    ];
  }

  // A chosen step replaces the kind of a call that was selected before.
  store.on("step", () => store.kind !== null && store.set("kind", null));
  store.on("items", throttled(draw, COMPARE_WAIT));
  for (const change of ["comparison", "hello", "step", "kind"]) store.on(change, draw);
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

function comparedSentences(rows, recordedBy) {
  return el(
    "ul",
    { class: "sentences", "data-key": "sentences", "aria-label": "Observations" },
    stepSentences(rows, recordedBy).map((sentence) => el("li", { text: sentence })),
  );
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
