// The rows of the comparison: the traces of one side, with their data of one step.

import { apiOrder, apiTitle } from "../recording/apis.js";
import { lastStep } from "../recording/connections.js";
import { averageBreakdown } from "../recording/byte-breakdown.js";

/** Returns the traces of one side, in the order of the lanes. */
export function comparedTraces(store, side) {
  const traces = (store.comparison?.traces ?? []).filter((trace) => trace.side === side);
  return traces.sort((a, b) => apiOrder(a.name) - apiOrder(b.name));
}

/** Returns the wanted side, or the other side if only that was recorded. */
export function comparedSide(store, wanted) {
  const other = wanted === "server" ? "client" : "server";
  const has = (side) => comparedTraces(store, side).length > 0;
  return !has(wanted) && has(other) ? other : wanted;
}

/** Returns the title of a trace. If two traces have the same name, it is the label that distinguishes them. */
export function comparedTitle(trace) {
  return trace.label === trace.name ? apiTitle(trace.name) : trace.label;
}

/** Returns the names of all steps in order of first occurrence. */
export function comparedSteps(traces) {
  return [...new Set(traces.flatMap((trace) => trace.steps.map((step) => step.name)))];
}

/** Returns the title of a step, with its client if known, and the number of runs if its numbers are totals of several. */
export function comparedStepTitle(traces, name) {
  const steps = traces.flatMap((trace) => trace.steps.filter((step) => step.name === name));
  const times = Math.max(0, ...steps.map((step) => step.times));
  const client = steps.find((step) => step.client !== undefined)?.client;
  const title = client === undefined ? name : `${client} ${name}`;
  return times > 1 ? `${title}, total of ${times} runs` : title;
}

/** Returns the latest step that the comparison contains. */
export function latestStep(store, names) {
  return lastStep(store.items, (step) => names.includes(step)) ?? names.at(-1);
}

/** Returns a row for each trace with the step: `{ title, step }`. */
export function rowsOfStep(traces, name) {
  const rows = traces.map((trace) => {
    const step = trace.steps.find((step) => step.name === name);
    return { title: comparedTitle(trace), step };
  });
  return rows.filter(({ step }) => step !== undefined);
}

/** Returns a row for each trace whose server connected to another server, such as a database, in the step. */
export function upstreamRows(traces, name) {
  return rowsOfStep(
    traces.map((trace) => ({ ...trace, steps: trace.upstream?.steps ?? [] })),
    name,
  );
}

/** Returns a row of bytes for each trace. `spent` is its breakdown, or `null` if no payload was recorded. */
export function bytesOfStep(rows) {
  return rows.map(({ title, step }) => ({ title, spent: step.spent }));
}

/** Returns two rows of bytes for each trace: the average first call of a connection, and the average later call. */
export function bytesOfCalls(rows) {
  return rows.flatMap(({ title, step }) => [
    { title, call: "first call", spent: averageBreakdown(step.calls.first) },
    { title, call: "later call", spent: averageBreakdown(step.calls.later) },
  ]);
}
