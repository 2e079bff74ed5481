// Summary of a step: totals for each API, and the comparison of the call patterns.

import { sourceOf } from "./apis.js";
import { byApi, connectionsIn, distinct, groupBy, isClosedConnection, callPattern } from "./connections.js";

/**
 * Returns by API the bytes of both directions, reads and writes: of the server if it was recorded, else the client.
 * The servers' connections to a database are not included.
 */
export function stepTotals(items) {
  // Without the members of every object, because a recording may contain any name.
  const totals = Object.create(null);
  const ends = groupBy(items, (item) => Object.values(sourceOf(item)).join(" "));
  for (const [, events] of ends) {
    const { api, side } = sourceOf(events[0]);
    if (side === "client" && totals[api]) continue;
    const of = (op) => events.filter((item) => item.op === op && item.bytes > 0 && !item.upstream);
    const [reads, writes] = [of("read"), of("write")];
    if (reads.length + writes.length === 0) continue;
    const bytes = [...reads, ...writes].reduce((sum, item) => sum + item.bytes, 0);
    totals[api] = { side, bytes, reads: reads.length, writes: writes.length };
  }
  return totals;
}

/**
 * Compares the call patterns of the APIs: `{ isSame, isOver, orders }`, or `null` if there is nothing to compare.
 * `orders` contains each pattern with its APIs: those of the clients, or of the servers if only these differ.
 */
export function comparePatterns(items) {
  const connections = connectionsIn(items);
  const sides = ["client", "server"].map((side) => stepOrders(connections, side));
  const comparable = sides.filter((orders) => orders.flatMap(({ apis }) => apis).length > 1);
  if (comparable.length === 0) return null;
  const different = comparable.find((orders) => orders.length > 1);
  return {
    isSame: different === undefined,
    isOver: connections.every(isClosedConnection),
    orders: different ?? comparable[0],
  };
}

/** Returns the call patterns of one side, each with its APIs. */
function stepOrders(connections, side) {
  const apis = byApi(connections.filter((one) => one[side].length > 0));
  const calls = ([, ofApi]) => distinct(ofApi.map((one) => callPattern(one[side]).join(" "))).join(" or ");
  return groupBy(apis, calls).map(([order, alike]) => ({
    calls: order.split(" ").filter(Boolean),
    apis: alike.map(([api]) => api),
  }));
}
