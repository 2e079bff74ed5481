// What of the comparison stands beside each other: the traces of one side, and what each has of one step.

import { apiPlace, apiTitle } from "./apis.js";

/** What bytes are spent on: the class's name in the comparison, what it is called, and what it is. */
export const SPENT_CLASSES = [
  ["connection", "connection", "On the connection itself and no call: preface, settings, pings, goodbyes"],
  ["framing", "framing", "On saying where things begin and end: frame heads, length prefixes, chunk sizes"],
  ["headers", "headers", "On saying what messages are about: request line, status, header fields"],
  ["payload", "payload", "On the messages themselves"],
  ["unknown", "not known", "Bytes that the dissection has no name for, or of which no payload was recorded"],
];

/** The ways that bytes go. */
export const SPENT_WAYS = [
  ["to_server", "to the server"],
  ["to_client", "to the client"],
];

/** The traces of one side that have something to compare, in the order of the lanes. */
export function comparedTraces(store, side) {
  const traces = (store.comparison?.traces ?? []).filter((trace) => trace.side === side);
  return traces.sort((a, b) => apiPlace(store, a.name) - apiPlace(store, b.name));
}

/** The name of a trace for the eye. Where two have the same name, it is what tells them apart. */
export function comparedTitle(store, trace) {
  return trace.label === trace.name ? apiTitle(store, trace.name) : trace.label;
}

/** The names of all steps, in the order in which they come first. */
export function comparedSteps(traces) {
  return [...new Set(traces.flatMap((trace) => trace.steps.map((step) => step.name)))];
}

/** The step that was run last, as far as the comparison knows it. */
export function latestStep(store, names) {
  // A mark is not yet anything that was done: behind each step one says that calls come by hand again.
  const last = store.items.findLast((item) => item.op !== "mark" && names.includes(item.step));
  return last?.step ?? names.at(-1);
}

/** What each trace has of a step; a trace that has none of it is left out. */
export function rowsOfStep(store, traces, name) {
  const rows = traces.map((trace) => {
    const step = trace.steps.find((step) => step.name === name);
    return { title: comparedTitle(store, trace), step };
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

/** What one call is spent on, on average; `null` when there was none. */
export function averageSpent(calls) {
  if (calls.count === 0) return null;
  const average = (bytes) =>
    Object.fromEntries(Object.entries(bytes).map(([name, sum]) => [name, sum / calls.count]));
  return { to_server: average(calls.to_server), to_client: average(calls.to_client) };
}

/** All bytes, whatever they went for. */
export function spentTotal(bytes) {
  return Object.values(bytes).reduce((sum, count) => sum + count, 0);
}
