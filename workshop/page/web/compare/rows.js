// What of the comparison stands beside each other: the traces of one side, and what each has of one step.

import { apiPlace, apiTitle } from "../recording/apis.js";
import { lastStep } from "../recording/connections.js";
import { averageSpent } from "../recording/byte-breakdown.js";

/** The traces of one side that have something to compare, in the order of the lanes. */
export function comparedTraces(store, side) {
  const traces = (store.comparison?.traces ?? []).filter((trace) => trace.side === side);
  return traces.sort((a, b) => apiPlace(a.name) - apiPlace(b.name));
}

/** The side to look at: the one that is wanted, or the other if that alone was recorded. */
export function comparedSide(store, wanted) {
  const other = wanted === "server" ? "client" : "server";
  const has = (side) => comparedTraces(store, side).length > 0;
  return !has(wanted) && has(other) ? other : wanted;
}

/** The name of a trace for the eye. Where two have the same name, it is what tells them apart. */
export function comparedTitle(trace) {
  return trace.label === trace.name ? apiTitle(trace.name) : trace.label;
}

/** The names of all steps, in the order in which they come first. */
export function comparedSteps(traces) {
  return [...new Set(traces.flatMap((trace) => trace.steps.map((step) => step.name)))];
}

/** The name of a step, and how often it was run when its numbers are those of several times together. */
export function comparedStepTitle(traces, name) {
  const steps = traces.flatMap((trace) => trace.steps.filter((step) => step.name === name));
  const times = Math.max(0, ...steps.map((step) => step.times));
  return times > 1 ? `${name}, ${times} times together` : name;
}

/** The step that was run last, as far as the comparison knows it. */
export function latestStep(store, names) {
  return lastStep(store.items, (step) => names.includes(step)) ?? names.at(-1);
}

/** What each trace has of a step; a trace that has none of it is left out. */
export function rowsOfStep(traces, name) {
  const rows = traces.map((trace) => {
    const step = trace.steps.find((step) => step.name === name);
    return { title: comparedTitle(trace), step };
  });
  return rows.filter(({ step }) => step !== undefined);
}

/** One row of bytes for each trace: `spent` is what they went for, `null` when no payload was recorded. */
export function bytesOfStep(rows) {
  return rows.map(({ title, step }) => ({ title, spent: step.spent }));
}

/** One row for the first call of a connection, and one for each later one, on average. */
export function bytesOfCalls(rows) {
  return rows.flatMap(({ title, step }) => [
    { title, call: "first call", spent: averageSpent(step.calls.first) },
    { title, call: "each later", spent: averageSpent(step.calls.later) },
  ]);
}
