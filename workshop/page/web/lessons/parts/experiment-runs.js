// Runs the experiments with plain sockets, and collects their events.

import { runExperiment } from "../../frame/actions.js";
import { sourceOf } from "../../recording/apis.js";
import { LESSON_NOTHING, lessonLast, lessonWaitUntil } from "./lesson-runs.js";

/**
 * Runs an experiment of the server, whose sockets are recorded as those of `api` ("udp" or "tcp"), and waits for its
 * events. Returns `{ items, notes, report }` with the server's report.
 */
export async function experimentRun(store, name, api) {
  const after = lessonLast(store);
  const report = await runExperiment(name);
  const ofApi = () => store.items.slice(store.indexOf(after + 1)).filter((item) => sourceOf(item).api === api);
  const isComplete = () => ["client", "server"].every((side) => hasStepEnded(ofApi(), side, report.step));
  const hasAll = await lessonWaitUntil(store, "items", isComplete);
  const items = eventsOfStep(ofApi(), report.step);
  if (items.length === 0) throw new Error(LESSON_NOTHING);
  return { items, report, notes: hasAll ? [] : ["Not all events of the experiment have arrived."] };
}

/** Returns `true` if the step has begun and ended in the recording of one side. */
function hasStepEnded(items, side, step) {
  const marks = items.filter((item) => item.op === "mark" && sourceOf(item).side === side);
  const begin = marks.findIndex((mark) => mark.label === step);
  return begin >= 0 && marks.length > begin + 1;
}

/** Returns the events of the last run of an experiment with this step. */
export function eventsOfStep(items, step) {
  const own = items.filter((item) => item.step === step && item.op !== "mark");
  const begin = items.findLast((item) => item.op === "mark" && item.label === step && sourceOf(item).side === "server");
  return begin && own.some((item) => item.seq > begin.seq) ? own.filter((item) => item.seq > begin.seq) : own;
}
