// Lesson 8: what HTTP/2 and gRPC put on top of the socket.

import { apiTitle } from "../../recording/apis.js";
import { byApi, connectionsIn, isWholeConnection } from "../../recording/connections.js";
import { countText } from "../../recording/numbers.js";
import { SPENT_CLASSES } from "../../recording/byte-breakdown.js";
import { lessonFrames, lessonSpent } from "../byte-counts.js";
import { lessonBox, lessonDrawing } from "../drawing.js";
import { lessonRun } from "../lesson-runs.js";

/** More frames are not told one by one. */
const LESSON_MOST_FRAMES = 40;

/** The frames of a gRPC call beside the text of HTTP/1.1. */
export const LESSON_FRAMES = {
  id: "frames",
  title: "HTTP/2 frames",
  idea: [
    "A stream of bytes has no borders: whoever reads must know where a message ends.",
    "HTTP/1.1 says it in text. HTTP/2 cuts everything into frames, each with a head of 9 bytes that " +
      "tells its length, kind and stream.",
    "gRPC is calls over HTTP/2.",
  ],
  drawing: () =>
    lessonDrawing(
      "A message, in frames, in a stream of bytes, on a socket.",
      480,
      62,
      lessonBox(4, 6, 472, 50, ""),
      lessonBox(14, 14, 96, 34, "frame"),
      lessonBox(118, 14, 96, 34, "frame"),
      lessonBox(222, 14, 150, 34, "frame: message"),
      lessonBox(380, 14, 86, 34, "frame"),
    ),
  doing: "Gets a book over each API, and looks into the bytes of REST's and of gRPC's connection.",
  questions: [
    {
      ask: "A gRPC client wants one book. What are the first bytes that it sends?",
      choices: [
        {
          text: "A request line as text, like GET /v1/books/1",
          is: lessonBegins((first) => first.layer === "http1"),
          unless: "That is how HTTP/1.1 begins, and REST's client here.",
        },
        {
          text: "The message, packed by protobuf: gRPC is binary",
          is: lessonBegins((first) => first.class === "payload"),
          unless:
            "The message is a few bytes, deep inside: first the connection, then the headers, then the " +
            "message.",
        },
        {
          text: "A fixed preface and its SETTINGS, which say nothing of a book",
          is: lessonBegins((first) => first.name === "preface"),
        },
        {
          text: "The headers of the call: its path and content type",
          is: lessonBegins((first) => first.class === "headers"),
          unless: "They come soon, but HTTP/2 first opens its connection, once for all calls on it.",
        },
      ],
    },
  ],
  run: (store) => lessonRun(store, { operation: "get", calls: 1, connection: "new" }),
  facts: lessonFramesFacts,
  says: ({ frames, first }) => [
    `gRPC's client began with the ${first.name}, ${countText(first.bytes, "byte")}. ` +
      `The server's SETTINGS came ${lessonServerSpoke(frames, first) ? "even earlier" : "after that"}: ` +
      "in HTTP/2 either side may speak first.",
  ],
  table: ({ apis, frames }) => [lessonSpentTable(apis), lessonFramesTable(frames)],
  shown: ({ events }) => events,
};

function lessonSpentTable(apis) {
  const classes = SPENT_CLASSES.filter(([name]) => apis.some(({ spent }) => spent[name] > 0));
  return {
    caption: "What the bytes of one call with its connection are spent on",
    head: ["API", ...classes.map(([, title]) => title), "all"],
    rows: apis.map(({ title, spent }) => [title, ...classes.map(([name]) => spent[name]), spent.all]),
  };
}

function lessonFramesTable(frames) {
  return {
    caption: "gRPC's connection, frame by frame; what a DATA frame carries stands below its head",
    head: ["frame", "way", "bytes", "what it says"],
    rows: frames.slice(0, LESSON_MOST_FRAMES).map(lessonFrameRow),
  };
}

function lessonFrameRow(frame) {
  const way = frame.way.replace(" ", "\u00a0");
  return [lessonFrameName(frame), way, frame.bytes, lessonShort(frame.text)];
}

function lessonServerSpoke(frames, first) {
  return frames.some((frame) => frame.way === "to client" && frame.seq < first.seq);
}

/** What gRPC has inside of a DATA frame stands under it. */
function lessonFrameName({ layer, name }) {
  return layer === "http2" ? name : `↳ gRPC's ${name}`;
}

function lessonShort(text) {
  return text.length > 56 ? `${text.slice(0, 55)}…` : text;
}

function lessonBegins(judge) {
  return ({ first }) => judge(first);
}

/** The frames of the first gRPC connection, and what the bytes of one connection of each API are spent on. */
function lessonFramesFacts({ items }) {
  const connections = connectionsIn(items).filter(isWholeConnection);
  const chosen = byApi(connections).map(([, [first]]) => first);
  const grpc = chosen.find((made) => made.api === "grpc");
  const frames = grpc ? lessonFrames(grpc) : [];
  const first = frames.find((frame) => frame.way === "to server");
  if (!first) return { missing: "It takes a gRPC connection recorded with its bytes, and here is none." };
  const apis = chosen.map((made) => ({ title: apiTitle(made.api), spent: lessonSpent([made]) }));
  return { apis, frames, first, events: chosen.flatMap((made) => made.items) };
}
