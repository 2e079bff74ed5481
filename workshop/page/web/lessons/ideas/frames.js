// Lesson: the frames of HTTP/2 and gRPC.

import { apiTitle } from "../../recording/apis.js";
import { BYTE_CLASSES } from "../../recording/byte-breakdown.js";
import { byApi, connectionsIn, hasBothSides } from "../../recording/connections.js";
import { countText } from "../../recording/numbers.js";
import { lessonFrames, lessonBreakdown } from "../parts/byte-counts.js";
import { lessonBox, lessonDrawing } from "../parts/drawing.js";
import { lessonRun } from "../parts/lesson-runs.js";

/** Maximum number of listed frames. */
const LESSON_MAX_FRAMES = 40;

/** The frames of a gRPC call compared with the text of HTTP/1.1. */
export const LESSON_FRAMES = {
  id: "frames",
  title: "HTTP/2 frames",
  idea: [
    "A stream of bytes has no message boundaries. The receiver must find the end of each message.",
    "HTTP/1.1 describes the length of a message in text. HTTP/2 splits messages into frames. " +
      "Each frame has a header of 9 bytes with length, type and stream.",
    "gRPC sends its calls over HTTP/2.",
  ],
  drawing: () =>
    lessonDrawing(
      "A message in frames in a stream of bytes.",
      480,
      62,
      lessonBox(4, 6, 472, 50, ""),
      lessonBox(14, 14, 96, 34, "frame"),
      lessonBox(118, 14, 96, 34, "frame"),
      lessonBox(222, 14, 150, 34, "frame: message"),
      lessonBox(380, 14, 86, 34, "frame"),
    ),
  action: "Gets a book over each API and shows the bytes of the REST and gRPC connections.",
  questions: [
    {
      prompt: "A gRPC client gets one book. Which bytes does it send first?",
      choices: [
        {
          text: "A request line as text, such as GET /v1/books/1",
          isTrue: lessonStartsWith((first) => first.layer === "http1"),
          whyWrong: "An HTTP/1.1 client, such as the REST client, starts with a request line.",
        },
        {
          text: "The message, encoded with protobuf, because gRPC is binary",
          isTrue: lessonStartsWith((first) => first.class === "payload"),
          whyWrong:
            "The message follows after the setup of the connection and the headers of the call.",
        },
        {
          text: "A fixed preface and SETTINGS, which do not mention a book",
          isTrue: lessonStartsWith((first) => first.name === "preface"),
        },
        {
          text: "The headers of the call: its path and content type",
          isTrue: lessonStartsWith((first) => first.class === "headers"),
          whyWrong: "The headers follow soon, but HTTP/2 first sets up the connection, once for all calls.",
        },
      ],
    },
  ],
  run: (store) => lessonRun(store, { operation: "get", calls: 1, connection: "new" }),
  facts: lessonFramesFacts,
  explanation: ({ frames, first, status, goaway }) => [
    `The gRPC client first sent the ${first.name}, ${countText(first.bytes, "byte")}. ` +
      `The server sent its SETTINGS ${lessonServerWasFirst(frames, first) ? "even earlier" : "after that"}. ` +
      "In HTTP/2 either side may send first.",
    status && `The status of the call comes last, in HEADERS behind the message: ${status.text.split(",")[0]}. Such headers are called trailers.`,
    goaway && "At the end, this server answered the client's GOAWAY with its own. It does so only if it reads it before the FIN.",
  ],
  table: ({ apis, frames }) => [lessonSpentTable(apis), lessonFramesTable(frames)],
  evidence: ({ events }) => events,
};

function lessonSpentTable(apis) {
  const classes = BYTE_CLASSES.filter(([name]) => apis.some(({ spent }) => spent[name] > 0));
  return {
    caption: "Byte breakdown of one call with its connection",
    head: ["API", ...classes.map(([, title]) => title), "all"],
    rows: apis.map(({ title, spent }) => [title, ...classes.map(([name]) => spent[name]), spent.all]),
  };
}

function lessonFramesTable(frames) {
  return {
    caption: "Frames of the gRPC connection, with the content of a DATA frame below it",
    head: ["frame", "direction", "bytes", "content"],
    rows: frames.slice(0, LESSON_MAX_FRAMES).map(lessonFrameRow),
  };
}

function lessonFrameRow(frame) {
  const direction = frame.direction.replace(" ", "\u00a0");
  return [lessonFrameName(frame), direction, frame.bytes, lessonShort(frame.text)];
}

function lessonServerWasFirst(frames, first) {
  return frames.some((frame) => frame.direction === "to client" && frame.seq < first.seq);
}

/** Returns the name of a frame. A gRPC message is marked as the content of the DATA frame before it. */
function lessonFrameName({ layer, name }) {
  return layer === "http2" ? name : `↳ gRPC ${name}`;
}

function lessonShort(text) {
  return text.length > 56 ? `${text.slice(0, 55)}…` : text;
}

function lessonStartsWith(predicate) {
  return ({ first }) => predicate(first);
}

/** Returns the frames of a gRPC connection, and the byte breakdown of one connection of each API. */
function lessonFramesFacts({ items }) {
  const connections = connectionsIn(items).filter(hasBothSides);
  const chosen = byApi(connections).map(([, [first]]) => first);
  const grpc = chosen.find((made) => made.api === "grpc");
  const frames = grpc ? lessonFrames(grpc) : [];
  const first = frames.find((frame) => frame.direction === "to server");
  if (!first) return { missing: "This lesson needs a gRPC connection recorded with payload, which the recording does not contain." };
  const apis = chosen.map((made) => ({ title: apiTitle(made.api), spent: lessonBreakdown([made]) }));
  const status = frames.findLast((frame) => frame.text.includes("grpc-status"));
  const goaway = frames.find((frame) => frame.name === "GOAWAY" && frame.direction === "to client");
  return { apis, frames, first, status, goaway, events: chosen.flatMap((made) => made.items) };
}
