// What the listening sockets have done so far, from the events that are kept.

const LISTENER_CALLS = ["socket", "bind", "listen", "accept"];

/** For each order of calls: which APIs' listening sockets have made them so. */
export function listeningSoFar(store) {
  const byCalls = new Map();
  for (const lane of store.hello?.lanes ?? []) {
    const calls = listenerCalls(store.items, `${lane.api}-server`).join(" → ");
    if (calls !== "") byCalls.set(calls, [...(byCalls.get(calls) ?? []), lane.api]);
  }
  return byCalls;
}

function listenerCalls(items, recording) {
  const listening = items.find((item) => item.recording === recording && item.op === "listen");
  if (listening === undefined) return [];
  const isOn = ({ sock, on }) => sock === listening.sock || on === listening.sock;
  const ops = items.filter((item) => item.recording === recording && isOn(item)).map((item) => item.op);
  return LISTENER_CALLS.filter((op) => ops.includes(op));
}
