// A step in short: what it took over each API, and whether the calls were the same.

import { sourceOf } from "./apis.js";
import { byApi, connectionsIn, distinct, groupsOf, isClosedConnection, skeletonOf } from "./connections.js";

/** By API: the bytes of both ways, and in how many reads and writes; the server's, if it was recorded. */
export function stepSums(items) {
  const sums = {};
  const ends = groupsOf(items, (item) => Object.values(sourceOf(item)).join(" "));
  for (const [, events] of ends) {
    const { api, side } = sourceOf(events[0]);
    if (side === "client" && sums[api]) continue;
    const of = (op) => events.filter((item) => item.op === op && item.bytes > 0);
    const [reads, writes] = [of("read"), of("write")];
    if (reads.length + writes.length === 0) continue;
    const bytes = [...reads, ...writes].reduce((sum, item) => sum + item.bytes, 0);
    sums[api] = { side, bytes, reads: reads.length, writes: writes.length };
  }
  return sums;
}

/**
 * Whether the APIs made the same calls: `{ isSame, isOver, orders }`, and `null` when there is nothing to
 * compare. `orders` has the calls in their order, each with the APIs that made them so: the clients', or the
 * servers' if only those differ.
 */
export function stepSameness(items) {
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

/** The orders of the calls at one side, of the APIs at which that side was recorded. */
function stepOrders(connections, side) {
  const apis = byApi(connections.filter((one) => one[side].length > 0));
  const calls = ([, made]) => distinct(made.map((one) => skeletonOf(one[side]).join(" "))).join(" or ");
  return groupsOf(apis, calls).map(([order, alike]) => ({
    calls: order.split(" ").filter(Boolean),
    apis: alike.map(([api]) => api),
  }));
}
