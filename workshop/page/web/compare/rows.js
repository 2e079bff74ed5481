// The rows of the comparison: the traces of one side, with their data of one step.

import { apiOrder, apiTitle } from "../recording/apis.js";
import { groupBy, lastStep } from "../recording/connections.js";
import { averageBreakdown } from "../recording/byte-breakdown.js";
import { callKind, callKinds } from "../recording/call-kinds.js";
import { isClientStepName } from "../recording/client-steps.js";

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

/** Returns the titles of all steps by name. */
export function comparedStepTitles(traces) {
  const steps = groupBy(traces.flatMap((trace) => trace.steps), ({ name }) => name);
  return new Map(steps.map(([name, own]) => [name, comparedStepTitle(name, own)]));
}

/** Returns the title of a step, with its client if known, and the number of runs if its numbers are averages of several. */
function comparedStepTitle(name, steps) {
  const times = Math.max(0, ...steps.map((step) => step.times));
  const client = steps.find((step) => step.client !== undefined)?.client;
  const title = client === undefined ? name : `${client} ${name}`;
  return times > 1 ? `${title}, average of ${times} runs` : title;
}

/** Returns the latest step that the comparison contains. In a room, those of participants come too fast to be followed. */
export function latestStep(store, names) {
  const known = new Set(names);
  const isFollowed = (step) => known.has(step) && (store.room === null || !isClientStepName(step));
  return lastStep(store.items, isFollowed) ?? names.at(-1);
}

/**
 * Returns a row for each trace with the step: `{ title, trace, step }`. The numbers of a step that ran several times are
 * averages of its runs.
 */
export function rowsOfStep(traces, name) {
  const rows = traces.map((trace) => {
    const step = trace.steps.find((step) => step.name === name);
    return { title: comparedTitle(trace), trace, step: step && averageOfRuns(step) };
  });
  return rows.filter(({ step }) => step !== undefined);
}

/** The numbers of a step that are sums over its runs. */
const SUMMED = ["connections", "reads", "writes", "to_server", "to_client"];

function averageOfRuns(step) {
  const { times, spent } = step;
  if (times < 2) return step;
  const each = (numbers) => Object.fromEntries(Object.entries(numbers).map(([name, sum]) => [name, sum / times]));
  const bytes = spent && { to_server: each(spent.to_server), to_client: each(spent.to_client) };
  const sums = Object.fromEntries(SUMMED.map((name) => [name, step[name]]));
  return { ...step, ...each(sums), spent: bytes, sums: { connections: step.connections, operations: step.operations } };
}

/** Returns the kinds of the calls in the traces, in order of first occurrence. */
export function comparedKinds(traces) {
  const operations = traces.flatMap((trace) => trace.operations.map(({ name }) => name));
  const calls = operations.filter((operation) => callKinds(operation).length > 0);
  return [...new Set(calls.map(callKind))];
}

/** Returns a row for each trace with calls of the kind: `{ title, trace, step: { calls }, operations }`. */
export function rowsOfKind(traces, kind) {
  const rows = traces.map((trace) => {
    const own = trace.operations.filter(({ name }) => callKinds(name).length > 0 && callKind(name) === kind);
    const calls = { first: callsSum(own.map((one) => one.calls.first)), later: callsSum(own.map((one) => one.calls.later)) };
    return { title: comparedTitle(trace), trace, step: { calls }, operations: own.map(({ name }) => name) };
  });
  return rows.filter(({ operations }) => operations.length > 0);
}

/** Returns the sum of several totals of calls. */
export function callsSum(totals) {
  const sum = { count: 0, reads: 0, writes: 0, to_server: {}, to_client: {} };
  for (const one of totals) {
    for (const name of ["count", "reads", "writes"]) sum[name] += one[name];
    for (const direction of ["to_server", "to_client"])
      for (const [name, bytes] of Object.entries(one[direction]))
        sum[direction][name] = (sum[direction][name] ?? 0) + bytes;
  }
  return sum;
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
