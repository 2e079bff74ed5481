// Lesson 4: the end of a stream, who closes, and TIME_WAIT.

import { apiTitle } from "../../recording/apis.js";
import { byApi, connectionsIn, firstOf, isClosedConnection } from "../../recording/connections.js";
import { isWholeConnection } from "../../recording/connections.js";
import { spanText } from "../../recording/numbers.js";
import { lessonArrow, lessonBox, lessonDrawing, lessonText } from "../drawing.js";
import { lessonEnd } from "../connection-end.js";
import { lessonRun } from "../lesson-runs.js";

const LESSON_NO_END = "It takes a connection that was recorded to its end on both sides, and here is none.";

/** Who closes, and what the other one sees. */
export const LESSON_END = {
  id: "end",
  title: "End of stream",
  idea: [
    "A connection is two streams, one in each direction, and each ends by itself.",
    "Who has no more to send says so with shutdown or close: TCP then sends a FIN.",
    "Only when both have said it, the connection is over.",
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
  doing: "Gets a book over each API; each client closes as soon as it has its answer.",
  questions: [
    {
      ask:
        "The client has its answer and is the first to finish. How does the program on the other " +
        "side learn of it?",
      choices: [
        {
          text: "Its read fails with an error",
          is: ({ ends }) => ends.some((end) => end.errors.length > 0),
          unless:
            "An error means that a connection was torn down (RST). A FIN is an orderly end, and no error.",
        },
        {
          text: "Its read returns 0 bytes",
          is: ({ ends }) => ends.some((end) => end.eof) && ends.every((end) => end.errors.length === 0),
        },
        {
          text: "Not at all; it gives up after a timeout",
          is: ({ ends }) => ends.every((end) => !end.eof && end.errors.length === 0),
          unless: "A timeout is for a peer that vanished without a word. Who closes does say so.",
        },
        {
          text: "The kernel closes its socket, too",
          unless:
            "The kernel only marks the end of that one stream. The server could still send, and must " +
            "close its socket itself.",
        },
      ],
    },
  ],
  run: (store) => lessonRun(store, { operation: "get", calls: 1, connection: "new" }),
  facts: lessonEndFacts,
  says: ({ ends }) => [
    ...ends.map(lessonEndSays),
    "TIME_WAIT is the state of the side that closed first: its kernel keeps the 4-tuple for a while, to " +
      "acknowledge a FIN that comes again, and so that no late packet is taken for one of a new connection.",
  ],
  later: {
    kind: "sockets",
    says: lessonWaitingSays,
    isComplete: (facts, store) => lessonWaiting(facts, store).length >= facts.ends.length,
  },
  table: ({ ends }) => ({
    caption: "The end of each connection",
    head: ["API", "finished first", "the other saw", "the other finished", "TCP at the first one's close"],
    rows: ends.map((end) => {
      const { title, first, answer, fin, state } = end;
      return [title, first, lessonSaw(end), lessonLater(answer, fin), state ?? "–"];
    }),
  }),
  shown: ({ events }) => events,
};

function lessonEndSays({ title, first, other, eof, errors, fin, last }) {
  const begins = `${title}: the ${first} finished first`;
  if (eof) return `${begins}; the ${other}'s read of 0 bytes came ${lessonLater(eof, fin)}.`;
  if (errors.length > 0) return `${begins}, and a read of the ${other} failed: ${errors[0].error}.`;
  const got = last ? `: the last that it had got was ${last}` : "";
  return `${begins}, and the ${other} finished without having read to the end${got}.`;
}

function lessonSaw({ eof, errors }) {
  if (eof) return "read of 0 bytes";
  return errors.length > 0 ? "an error" : "finished by itself";
}

/** Two that follow each other closely may have the same time. */
function lessonLater(event, earlier) {
  return event.at > earlier.at ? `${spanText(event.at - earlier.at)} later` : "at the same time";
}

/** The rows of the socket table that have one of these connections in TIME_WAIT. */
function lessonWaiting({ addresses }, store) {
  const isOurs = (row) => addresses.has(row.local) || addresses.has(row.foreign);
  return (store.sockets?.rows ?? []).filter((row) => row.state === "TIME_WAIT" && isOurs(row));
}

function lessonWaitingSays(facts, store) {
  if (store.sockets?.error) return `This system does not tell its socket table: ${store.sockets.error}`;
  const rows = lessonWaiting(facts, store).map(
    ({ api, side, local }) => `${apiTitle(api)}'s ${side} ` + `${local}`,
  );
  if (rows.length > 0) return `The socket table shows it now: ${rows.join(", ")}.`;
  const onTheWay = facts.ends.filter((end) => end.showsFirst);
  const shown = onTheWay.map(({ title, first, state }) => `${title}'s ${first} in ${state}`);
  return shown.length > 0
    ? `At its close TCP was on the way there: ${shown.join(", ")}.`
    : "The socket table shows none of these connections in TIME_WAIT at this moment.";
}

/** How one connection of each API ended. */
function lessonEndFacts({ items }) {
  const connections = connectionsIn(items).filter(
    (made) => isWholeConnection(made) && isClosedConnection(made),
  );
  const chosen = byApi(connections).map(([, [first]]) => first);
  if (chosen.length === 0) return { missing: LESSON_NO_END };
  const ends = chosen.map((made) => ({ title: apiTitle(made.api), ...lessonEnd(made) }));
  return {
    ends,
    addresses: new Set(chosen.map(({ client }) => firstOf(client, "connect").local)),
    events: chosen.flatMap((made, n) => lessonTail(made.items, ends[n])),
  };
}

/** What happened from shortly before the first end on. */
function lessonTail(items, { fin }) {
  return items.slice(Math.max(0, items.indexOf(fin) - 2));
}
