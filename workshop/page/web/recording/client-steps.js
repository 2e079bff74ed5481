// The steps of connections from clients outside of the workshop, such as curl. Each connection is a step of its own.

import { sourceOf } from "./apis.js";

const CLIENT_STEP = /^from (?!a terminal$)/;

/** Returns `true` if the event belongs to a connection that is a step of its own. */
export function isClientStep(item) {
  return CLIENT_STEP.test(item.step ?? "") && item.op !== "mark" && sourceOf(item)?.side === "server";
}

/** Returns the title `curl/8.5.0 from 127.0.0.1:53214 · #49`. The client is known from its first request. */
export function clientStepTitle({ step, client, connection }, before = step) {
  if (client === undefined && before !== step) return before;
  return `${client ?? "a client"} ${step} · #${connection}`;
}
