// How a connection ended: who finished first, and what the other side saw of it.

import { firstOf } from "../recording/connections.js";

/** What the other side is called. */
const LESSON_OTHER = { client: "server", server: "client" };

/** The states of TCP that only the side which finished first goes through (RFC 9293, 3.3.2). */
const LESSON_FIRST_STATES = ["FIN_WAIT1", "FIN_WAIT2", "CLOSING", "TIME_WAIT"];

/**
 * How it ended: `first` the side that finished sending first, `other` the other one, `fin` the event of the
 * one and `answer` that of the other, `eof` the read of 0 bytes by which the other learned of it (absent when
 * it finished by itself, or was not recorded), `errors` its reads that failed, `last` the last that it got,
 * `state` in which TCP was on the first side at its close. `null` when no end is recorded.
 */
export function lessonEnd(connection) {
  const fins = { client: lessonFin(connection.client), server: lessonFin(connection.server) };
  if (!fins.client && !fins.server) return null;
  const first = lessonFirstToEnd(connection, fins);
  const other = LESSON_OTHER[first];
  const reads = connection[other].filter((item) => item.op === "read");
  const state = firstOf(connection[first], "close")?.tcp?.state;
  return {
    first,
    other,
    fin: fins[first],
    answer: fins[other],
    eof: reads.find((item) => item.eof),
    errors: reads.filter((item) => item.error),
    last: reads.findLast((item) => item.carried?.length > 0)?.carried.at(-1).name,
    state,
    showsFirst: LESSON_FIRST_STATES.includes(state),
  };
}

/** The event by which a side finished sending. */
function lessonFin(events) {
  return firstOf(events, "shutdown", "close");
}

/** Who has seen the other's end before its own was second; when nobody has, the time tells. */
function lessonFirstToEnd(connection, fins) {
  const [side] = ["client", "server"].filter((name) => fins[name]);
  if (!fins[LESSON_OTHER[side]]) return lessonEndedBy(connection, side);
  const isSecond = (name) => connection[name].some((item) => item.eof && item.seq < fins[name].seq);
  if (isSecond("server")) return "client";
  if (isSecond("client")) return "server";
  return fins.client.seq < fins.server.seq ? "client" : "server";
}

/** Who finished first, as the one side says that was recorded. */
function lessonEndedBy(connection, side) {
  const close = firstOf(connection[side], "close");
  return close?.ended_by === "peer" || close?.ended_by === "reset" ? LESSON_OTHER[side] : side;
}
