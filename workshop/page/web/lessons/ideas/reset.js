// Lesson: connections that end with a reset.

import { connectionsIn, firstEvent } from "../../recording/connections.js";
import { lessonArrow, lessonBox, lessonDrawing, lessonText } from "../parts/drawing.js";
import { errorName } from "../parts/error-names.js";
import { eventsOfStep, experimentRun } from "../parts/experiment-runs.js";

const RESET_STEP = "reset a connection";

/** A reset compared with a regular end. */
export const LESSON_RESET = {
  id: "reset",
  title: "Reset (RST)",
  idea: [
    "A FIN says: no more bytes from this side. All bytes before it arrive.",
    "A RST says: this connection does not exist, or no longer. Both sides forget it at once, and unread bytes are lost.",
  ],
  drawing: () =>
    lessonDrawing(
      "A server closes a connection with unread bytes.",
      480,
      74,
      lessonBox(4, 10, 110, 54, "client"),
      lessonArrow(114, 26, 344, 26),
      lessonText(230, 20, "request"),
      lessonArrow(346, 50, 116, 50),
      lessonText(230, 69, "?"),
      lessonBox(346, 10, 130, 54, "server", "close, unread"),
    ),
  action:
    "A server accepts two connections with a request each. It closes the first without reading, and the second after " +
    "reading. Then a client connects to a port on which nobody listens.",
  questions: [
    {
      prompt: "The server has closed the connection without reading the request. What does the client's read do?",
      choices: [
        {
          text: "It returns 0 bytes, as after every close",
          isTrue: ({ unread }) => unread.read?.eof === true,
          whyWrong: "That would mean: the server has received everything. Here bytes were lost, and TCP reports it.",
        },
        { text: "It fails, because the connection was reset", isTrue: ({ unread }) => errorName(unread.read ?? {}) === "ECONNRESET" },
        {
          text: "It waits until a timeout expires",
          isTrue: ({ unread }) => !unread.read,
          whyWrong: "The kernel of the server tells the client at once.",
        },
        {
          text: "It returns the request itself",
          whyWrong: "TCP never returns bytes to their sender. Unread bytes are lost.",
        },
      ],
    },
  ],
  run: (store) => experimentRun(store, "reset", "tcp"),
  facts: resetFacts,
  explanation: ({ unread, whole, refused }) => [
    unread.read?.error &&
      `Unread: the server's kernel sent a RST instead of a FIN. The client's read failed with ${errorName(unread.read)}` +
        `${unread.write?.error ? `, and its next write with ${errorName(unread.write)}: there is no connection to write to` : ""}.`,
    whole.read?.eof && "Read: the server's close sent a FIN, and the client's read returned 0 bytes.",
    refused && `No listener: the kernel answered the SYN with a RST, and connect failed with ${errorName(refused)}.`,
    "A server that responds before it has read the whole request must not close at once: the RST could destroy its response. " +
      "It calls shutdown, and reads until the client has finished.",
  ],
  table: ({ unread, whole, refused }) => ({
    caption: "The three attempts",
    head: ["server", "client's call", "result", "end of the server's socket"],
    rows: [
      ["closes with unread bytes", "read", resetResult(unread.read), resetEnd(unread.close)],
      ["closes after reading", "read", resetResult(whole.read), resetEnd(whole.close)],
      ["does not listen", "connect", resetResult(refused), "–"],
    ],
  }),
};

function resetResult(event) {
  if (!event) return "–";
  if (event.error) return errorName(event);
  return event.eof ? "0 bytes" : "success";
}

function resetEnd(close) {
  if (!close) return "–";
  return close.aborted ? "RST" : "FIN";
}

/** Returns the ends of the two connections, and the refused `connect`. */
function resetFacts({ items }) {
  const events = eventsOfStep(items, RESET_STEP);
  const [unread, whole] = connectionsIn(events)
    .filter(({ server }) => firstEvent(server, "accept"))
    .map(resetConnection);
  if (!unread || !whole)
    return { missing: "This lesson needs a connection that was reset and one that was not, which the recording does not contain." };
  return { unread, whole, refused: events.find(({ op, error }) => op === "connect" && error), events };
}

function resetConnection({ client, server }) {
  const read = client.find(({ op }) => op === "read");
  return {
    read,
    write: client.find(({ op, seq }) => op === "write" && read && seq > read.seq),
    close: firstEvent(server, "close"),
  };
}
