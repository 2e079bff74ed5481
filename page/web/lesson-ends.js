// How a connection ended: who finished first, and what the other side saw of it.

import { lessonFirst } from "./lesson-facts.js";

/** What the other side is called. */
const LESSON_OTHER = { client: "server", server: "client" };

/** The states of TCP that only the side which finished first goes through (RFC 9293, 3.3.2). */
const LESSON_FIRST_STATES = ["FIN_WAIT1", "FIN_WAIT2", "CLOSING", "TIME_WAIT"];

/**
 * How it ended: `first` the side whose FIN was sent first, `other` the other one, `eof` the read of 0 bytes
 * by which that one learned of it (absent when it finished by itself, or was not recorded), `errors` its
 * reads that failed, `state` in which TCP was on the first side at its close, `after` how many nanoseconds
 * later the other side finished. `null` when no end is recorded.
 */
export function lessonEnd(connection) {
  const ends = ["client", "server"].map((side) => ({
    side,
    end: lessonFirst(connection[side], "shutdown", "close"),
  }));
  const recorded = ends.filter(({ end }) => end).sort((a, b) => a.end.seq - b.end.seq);
  if (recorded.length === 0) return null;
  const first = recorded.length === 2 ? recorded[0].side : lessonEndedBy(connection, recorded[0].side);
  const other = LESSON_OTHER[first];
  const reads = connection[other].filter((item) => item.op === "read");
  const close = lessonFirst(connection[first], "close");
  return {
    first,
    other,
    eof: reads.find((item) => item.eof),
    errors: reads.filter((item) => item.error),
    state: close?.tcp?.state,
    showsFirst: LESSON_FIRST_STATES.includes(close?.tcp?.state),
    after: recorded.length === 2 ? recorded[1].end.at - recorded[0].end.at : null,
  };
}

/** Who finished first, as the one side says that was recorded. */
function lessonEndedBy(connection, side) {
  const close = lessonFirst(connection[side], "close");
  return close?.ended_by === "peer" || close?.ended_by === "reset" ? LESSON_OTHER[side] : side;
}
