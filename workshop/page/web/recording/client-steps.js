// The steps of connections from clients outside of the workshop, such as curl. Each connection is a step of its own.

import { sourceOf } from "./apis.js";

const CLIENT_STEP = /^from (?!a terminal$)/;

/** The version that a participant's name has in the `User-Agent`, as the servers of the room define it. */
const PARTICIPANT = /^([^ /]+)\/room(?: |$)/;

/** Returns the name of the participant in a `User-Agent`, or `null`. */
export function participantName(agent) {
  return agent.match(PARTICIPANT)?.[1] ?? null;
}

/** Returns `true` for the name of a step that is a client's connection. */
export function isClientStepName(step) {
  return CLIENT_STEP.test(step);
}

/** Returns `true` if the event belongs to a connection that is a step of its own. */
export function isClientStep(item) {
  return isClientStepName(item.step ?? "") && item.op !== "mark" && sourceOf(item)?.side === "server";
}

/** Returns the title `curl/8.5.0 from 127.0.0.1:53214 · #49`. The client is known from its first request. */
export function clientStepTitle({ step, client, connection }, before = step) {
  if (client === undefined && before !== step) return before;
  return `${client ?? "a client"} ${step} · #${connection}`;
}
