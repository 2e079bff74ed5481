// The end of a connection: the side that finished first, and the other side's view of it.

import { firstEvent } from "../../recording/connections.js";

/** The other side of each side. */
const LESSON_OTHER = { client: "server", server: "client" };

/** The TCP states that occur only on the side that finished first (RFC 9293, 3.3.2). */
const LESSON_FIRST_STATES = ["FIN_WAIT1", "FIN_WAIT2", "CLOSING", "TIME_WAIT"];

/**
 * Returns the end of a connection, or `null` if none was recorded:
 * - `first` and `other`: the side that finished sending first, and the other side
 * - `fin` and `otherFin`: the events that ended their streams
 * - `eof`: the other side's read of 0 bytes, if it read to the end
 * - `errors`: the other side's failed reads
 * - `last`: the name of the last part that the other side received
 * - `state`: the TCP state of the first side at its close
 */
export function lessonEnd(connection) {
  const fins = { client: lessonFin(connection.client), server: lessonFin(connection.server) };
  if (!fins.client && !fins.server) return null;
  const first = lessonFirstToEnd(connection, fins);
  const other = LESSON_OTHER[first];
  const reads = connection[other].filter((item) => item.op === "read");
  const state = firstEvent(connection[first], "close")?.tcp?.state;
  return {
    first,
    other,
    fin: fins[first],
    otherFin: fins[other],
    eof: reads.find((item) => item.eof),
    errors: reads.filter((item) => item.error),
    last: reads.findLast((item) => item.carried?.length > 0)?.carried.at(-1).name,
    state,
    showsFirst: LESSON_FIRST_STATES.includes(state),
  };
}

/** Returns the event that ended a side's stream. */
function lessonFin(events) {
  return firstEvent(events, "shutdown", "close");
}

/** Returns the side that finished first: a side that read the other's end before its own was second. */
function lessonFirstToEnd(connection, fins) {
  const [side] = ["client", "server"].filter((name) => fins[name]);
  if (!fins[LESSON_OTHER[side]]) return lessonEndedBy(connection, side);
  const isSecond = (name) => connection[name].some((item) => item.eof && item.seq < fins[name].seq);
  if (isSecond("server")) return "client";
  if (isSecond("client")) return "server";
  return fins.client.seq < fins.server.seq ? "client" : "server";
}

/** Returns the side that finished first, according to the only recorded side. */
function lessonEndedBy(connection, side) {
  const close = firstEvent(connection[side], "close");
  return close?.ended_by === "peer" || close?.ended_by === "reset" ? LESSON_OTHER[side] : side;
}
