// Lesson: the end of a stream, and TIME_WAIT.

import { apiTitle } from "../../recording/apis.js";
import { byApi, connectionsIn, firstEvent, isClosedConnection } from "../../recording/connections.js";
import { hasBothSides } from "../../recording/connections.js";
import { durationText } from "../../recording/numbers.js";
import { lessonEnd } from "../parts/connection-end.js";
import { lessonArrow, lessonBox, lessonDrawing, lessonText } from "../parts/drawing.js";
import { lessonRun } from "../parts/lesson-runs.js";

const LESSON_NO_END = "This lesson needs a connection that was recorded to its end on both sides, which the recording does not contain.";

/** The end of a connection, seen from both sides. */
export const LESSON_END = {
  id: "end",
  title: "End of stream",
  idea: [
    "A connection has two streams, one in each direction. Each stream ends separately.",
    "A side that has finished sending calls shutdown or close. TCP then sends a FIN.",
    "The connection ends when both sides have sent a FIN.",
  ],
  drawing: () =>
    lessonDrawing(
      "Two streams between client and server, one in each direction.",
      480,
      74,
      lessonBox(4, 10, 110, 54, "client"),
      lessonArrow(114, 26, 364, 26),
      lessonArrow(366, 50, 116, 50),
      lessonText(240, 20, "one stream"),
      lessonText(240, 69, "the other"),
      lessonBox(366, 10, 110, 54, "server"),
    ),
  action: "Gets a book over each API. Each client closes its connection after the response.",
  questions: [
    {
      prompt:
        "The client has its response and finishes first. How does the server program notice?",
      choices: [
        {
          text: "The server's read fails with an error",
          isTrue: ({ ends }) => ends.some((end) => end.errors.length > 0),
          whyWrong:
            "An error means that the connection was reset (RST). A FIN is a regular end.",
        },
        {
          text: "The server's read returns 0 bytes",
          isTrue: ({ ends }) => ends.some((end) => end.eof) && ends.every((end) => end.errors.length === 0),
        },
        {
          text: "The server does not notice until a timeout expires",
          isTrue: ({ ends }) => ends.every((end) => !end.eof && end.errors.length === 0),
          whyWrong: "A timeout is for a peer that disappears silently. A close sends a FIN.",
        },
        {
          text: "The kernel closes the server's socket, too",
          whyWrong:
            "The kernel only marks the end of one stream. The server can still send, and must close its socket itself.",
        },
      ],
    },
  ],
  run: (store) => lessonRun(store, { operation: "get", calls: 1, connection: "new" }),
  facts: lessonEndFacts,
  explanation: ({ ends }) => [
    ...ends.map(lessonEndText),
    "TIME_WAIT is the state of the side that closed first. Its kernel reserves the 4-tuple for a while. " +
      "So the kernel can acknowledge a retransmitted FIN, and no late packet reaches a new connection.",
  ],
  followUp: {
    kind: "sockets",
    text: lessonWaitingText,
    isComplete: (facts, store) => lessonWaiting(facts, store).length >= facts.ends.length,
  },
  table: ({ ends }) => ({
    caption: "End of each connection",
    head: ["API", "finished first", "other side's read", "other side finished", "TCP state of the first side"],
    rows: ends.map((end) => {
      const { title, first, otherFin, fin, state } = end;
      return [title, first, lessonReadResult(end), lessonLater(otherFin, fin), state ?? "–"];
    }),
  }),
  evidence: ({ events }) => events,
};

function lessonEndText({ title, first, other, eof, errors, fin, last }) {
  const start = `${title}: the ${first} finished first`;
  if (eof) return `${start}. The ${other} read 0 bytes ${lessonLater(eof, fin)}.`;
  if (errors.length > 0) return `${start}. A read of the ${other} failed: ${errors[0].error}.`;
  const received = last ? `. It last received ${last}` : "";
  return `${start}. The ${other} finished without reading to the end${received}.`;
}

function lessonReadResult({ eof, errors }) {
  if (eof) return "0 bytes";
  return errors.length > 0 ? "error" : "none";
}

/** Formats the time between two events, which may be equal for events in quick succession. */
function lessonLater(event, earlier) {
  return event.at > earlier.at ? `${durationText(event.at - earlier.at)} later` : "at the same time";
}

/** Returns the rows of the socket table for these connections in TIME_WAIT. */
function lessonWaiting({ addresses }, store) {
  const isOfLesson = (row) => addresses.has(row.local) || addresses.has(row.foreign);
  return (store.sockets?.rows ?? []).filter((row) => row.state === "TIME_WAIT" && isOfLesson(row));
}

function lessonWaitingText(facts, store) {
  if (store.sockets?.error) return `The socket table is not available: ${store.sockets.error}`;
  const rows = lessonWaiting(facts, store).map(
    ({ api, side, local }) => `${apiTitle(api)} ${side} ${local}`,
  );
  if (rows.length > 0) return `The socket table now shows in TIME_WAIT: ${rows.join(", ")}.`;
  const onTheWay = facts.ends.filter((end) => end.showsFirst);
  const shown = onTheWay.map(({ title, first, state }) => `${title} ${first} in ${state}`);
  return shown.length > 0
    ? `When they were closed, these sockets were about to enter TIME_WAIT: ${shown.join(", ")}.`
    : "The socket table currently shows none of these connections in TIME_WAIT.";
}

/** Returns the end of one connection of each API. */
function lessonEndFacts({ items }) {
  const connections = connectionsIn(items).filter(
    (made) => hasBothSides(made) && isClosedConnection(made),
  );
  const chosen = byApi(connections).map(([, [first]]) => first);
  if (chosen.length === 0) return { missing: LESSON_NO_END };
  const ends = chosen.map((made) => ({ title: apiTitle(made.api), ...lessonEnd(made) }));
  return {
    ends,
    addresses: new Set(chosen.map(({ client }) => firstEvent(client, "connect").local)),
    events: chosen.flatMap((made, n) => lessonTail(made.items, ends[n])),
  };
}

/** Returns the events from shortly before the first end. */
function lessonTail(items, { fin }) {
  return items.slice(Math.max(0, items.indexOf(fin) - 2));
}
