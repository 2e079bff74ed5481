// The calls of the servers' listening sockets.

import { sourceOf } from "./apis.js";

const LISTENER_CALLS = ["socket", "bind", "listen", "accept"];
const LISTENER_OPENING = ["socket", "option", "bind", "listen"];

/** Returns `true` for a call with which a server opens a listening socket, or a socket that it connects later. */
export function isOpening(item) {
  return LISTENER_OPENING.includes(item.op) && item.connection === undefined && sourceOf(item)?.side === "server";
}

/** Returns the APIs by the call pattern of their listening sockets. */
export function listenersByPattern(store) {
  const byCalls = new Map();
  for (const lane of store.hello?.lanes ?? []) {
    const calls = listenerCalls([...store.openings, ...store.items], lane.api).join(" → ");
    if (calls !== "") byCalls.set(calls, [...(byCalls.get(calls) ?? []), lane.api]);
  }
  return byCalls;
}

function listenerCalls(items, api) {
  const isOf = ({ api: own, side }) => own === api && side === "server";
  const listening = items.find((item) => item.op === "listen" && isOf(sourceOf(item)));
  if (listening === undefined) return [];
  const { recording, sock } = listening;
  const isOn = (item) => item.recording === recording && (item.sock === sock || item.on === sock);
  const ops = items.filter(isOn).map((item) => item.op);
  return LISTENER_CALLS.filter((op) => ops.includes(op));
}
