// The samples behind the numbers: the runs, calls and connections.

import { el } from "../frame/dom.js";
import { callKind } from "../recording/call-kinds.js";
import { connectionNumbers, distinct, socketName } from "../recording/connections.js";
import { countText, numberText } from "../recording/numbers.js";

/** Maximum number of connections and operations that are named. */
const SAMPLES_NAMED = 6;

/** Draws the samples: a line for each row of `samplesOfStep` or `samplesOfKind`. */
export function samplesList(samples) {
  return el(
    "dl",
    { class: "samples", "data-key": "samples", "aria-label": "The samples behind the numbers" },
    samples.flatMap(({ title, text }) => [el("dt", { text: title }), el("dd", { text })]),
  );
}

/** Returns for each row from `rowsOfStep` its runs, calls and connections. */
export function samplesOfStep(store, rows, name) {
  const items = store.items.filter((item) => item.step === name && !item.upstream);
  return rows.map(({ title, trace, step }) => {
    const own = items.filter((item) => item.recording === sampleLabel(store, trace));
    const numbers = sampleConnections(store, own);
    const runs = step.times > 1 ? `average of ${countText(step.times, "run")}; ` : "";
    const calls = Object.entries(step.operations ?? {}).map(([operation, count]) => `${numberText(count)} × ${operation}`);
    const made = calls.length === 0 ? "" : `${sampleSome(calls)}; `;
    return { title, text: `${runs}${made}${sampleOn(numbers, (step.sums ?? step).connections)}` };
  });
}

/** Returns for each row from `rowsOfKind` its calls and connections. */
export function samplesOfKind(store, rows, kind) {
  return rows.map(({ title, trace, step, operations }) => {
    const label = sampleLabel(store, trace);
    const own = store.items.filter(
      (item) => item.recording === label && item.ended?.some((call) => callKind(call.kind) === kind),
    );
    const count = step.calls.first.count + step.calls.later.count;
    const text = `${countText(count, "call")} of ${sampleSome(operations)}; ${sampleOn(sampleConnections(store, own), step.calls.first.count)}`;
    return { title, text };
  });
}

/** Returns the label of the events of a compared trace. */
function sampleLabel(store, { name, side }) {
  const recordings = store.hello?.recordings ?? [];
  return recordings.find((recording) => recording.name === name && recording.side === side)?.label;
}

function sampleConnections(store, items) {
  const numbers = connectionNumbers(items);
  return distinct(items.map((item) => numbers.get(socketName(item))).filter((number) => number !== undefined));
}

/** Names the connections on this page. Older ones are only in the trace files. */
function sampleOn(numbers, opened) {
  if (numbers.length === 0) return `${countText(opened, "connection")} opened, no longer on this page`;
  const more = opened > numbers.length ? ` of ${numberText(opened)}` : "";
  return `${numbers.length === 1 ? "connection" : "connections"} ${sampleSome(numbers.map((number) => `#${number}`))}${more}`;
}

function sampleSome(texts) {
  const more = texts.length - SAMPLES_NAMED;
  return more > 0 ? `${texts.slice(0, SAMPLES_NAMED).join(", ")} and ${numberText(more)} more` : texts.join(", ");
}
