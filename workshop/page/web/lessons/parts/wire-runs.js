// Runs a scenario on the lossy network for a lesson.

import { recordedWire, runWire } from "../../frame/actions.js";
import { registerRecordings } from "../../recording/apis.js";
import { wireColumns } from "../../wire/model.js";

/** Round-trip time in milliseconds. It is long against the pauses of a busy machine. */
const WIRE_LESSON_RTT = 100;

const WIRE_LESSON_UNUSED = "This workshop has no network for packets.";

/** Returns a message if the lesson can use neither the network nor a recording of it. */
export function wireLessonUnavailable(store) {
  return store.hello && !store.hello.wire ? WIRE_LESSON_UNUSED : null;
}

/** Runs a scenario, or gets its recording if this machine cannot run the network. Returns `{ wire, items, notes }`. */
export async function wireLessonRun(store, scenario) {
  const { missing } = store.hello.wire;
  if (!missing) return { wire: await runWire({ scenario, rtt: WIRE_LESSON_RTT }), items: [], notes: [] };
  const note = `Recorded elsewhere, because this machine cannot run the network: ${missing.error}.`;
  return { wire: await recordedWire(scenario), items: [], notes: [note] };
}

/**
 * Returns the recording of a scenario: `{ wire, columns }`, see `wire/model.js` for the columns, or `{ missing }`. A
 * report contains at most one recording of the network. `step` selects a step.
 */
export function wireLessonRecording(run, store, scenario, step = null) {
  const isWanted = store.wire?.request?.scenario === scenario;
  const wire = run.wire ?? (isWanted ? store.wire : null);
  if (!wire) return { missing: "This recording does not contain the packets that this lesson needs." };
  if (wire.recordings) registerRecordings(wire.recordings);
  return { wire, columns: wireColumns(wire, step) };
}

/** Returns a column's successful calls of an operation and side, in order. */
export function wireCallsOf({ calls }, side, op) {
  return calls.filter((call) => call.side === side && call.item.op === op && call.item.error === undefined);
}

/** Returns `true` if the packet has all of these TCP flags and no other. */
export function wireHasFlags({ item }, ...flags) {
  return (item.flags ?? "").split(" ").sort().join(" ") === flags.sort().join(" ");
}

/** Returns `true` if the TCP flag is set. */
export function wireHasFlag({ item }, flag) {
  return (item.flags ?? "").split(" ").includes(flag);
}
