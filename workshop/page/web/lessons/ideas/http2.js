// Lesson: which part of gRPC's small calls is due to HTTP/2.

import { apiTitle } from "../../recording/apis.js";
import { BYTE_CLASSES } from "../../recording/byte-breakdown.js";
import { callCount, connectionsIn, groupBy, hasBothSides } from "../../recording/connections.js";
import { countText, numberText } from "../../recording/numbers.js";
import { lessonLaterCalls } from "../parts/byte-counts.js";
import { lessonBox, lessonDrawing } from "../parts/drawing.js";
import { lessonRun } from "../parts/lesson-runs.js";

/** Number of calls on each connection. */
const HTTP2_CALLS = 10;

const HTTP2_MISSING =
  "This lesson needs several calls on one connection over REST with HTTP/1.1, over REST with HTTP/2, and over gRPC. " +
  "The recording does not contain all of them.";

/** REST over both versions of HTTP compared with gRPC. */
export const LESSON_HTTP2 = {
  id: "http2",
  title: "Is it gRPC, or HTTP/2, that saves bytes?",
  idea: [
    "A later call over gRPC needs fewer bytes than one over REST. Two things differ:",
    "the message, protobuf instead of JSON, and the version of HTTP, HTTP/2 instead of HTTP/1.1.",
    "REST can use HTTP/2, too. That separates the two.",
  ],
  drawing: () =>
    lessonDrawing(
      "REST over HTTP/1.1, REST over HTTP/2, and gRPC over HTTP/2.",
      480,
      76,
      lessonBox(4, 6, 150, 30, "JSON"),
      lessonBox(4, 40, 150, 30, "HTTP/1.1"),
      lessonBox(165, 6, 150, 30, "JSON"),
      lessonBox(165, 40, 150, 30, "HTTP/2"),
      lessonBox(326, 6, 150, 30, "protobuf"),
      lessonBox(326, 40, 150, 30, "HTTP/2"),
    ),
  action: `Gets the same book ${HTTP2_CALLS} times on one connection: over REST with HTTP/1.1, over REST with HTTP/2, and over gRPC.`,
  questions: [
    {
      prompt: "Over gRPC, a later call needs fewer bytes than over REST with HTTP/1.1. How many of the saved bytes does HTTP/2 alone save?",
      choices: [
        {
          text: "Almost none: protobuf is smaller than JSON, which explains the difference",
          isTrue: ({ share }) => share >= 0 && share < 0.2,
          whyWrong: "The message is smaller, but the headers of HTTP/1.1 are larger than the message.",
        },
        {
          text: "About half of them",
          isTrue: ({ share }) => share >= 0.2 && share < 0.8,
          whyWrong: "Look at the headers: HTTP/2 sends an index for those that it has sent before.",
        },
        {
          text: "About all of them: with HTTP/2, REST needs about as many bytes as gRPC",
          isTrue: ({ share }) => share >= 0.8,
          whyWrong: "gRPC's message is smaller, but gRPC sends more headers and frames.",
        },
        {
          text: "None: HTTP/2 needs more bytes, because each frame has a header",
          isTrue: ({ share }) => share < 0,
          whyWrong: "A frame's header has 9 bytes. The headers of HTTP/1.1 have far more.",
        },
      ],
    },
  ],
  run: http2Run,
  facts: http2Facts,
  explanation: ({ kinds, saved }) => {
    const [text, framed, grpc] = kinds;
    return [
      `A later call needs ${countText(text.all, "byte")} over ${text.title}, ${numberText(framed.all)} over ${framed.title}, ` +
        `and ${numberText(grpc.all)} over ${grpc.title}. ` +
        `REST with HTTP/2 alone saves ${numberText(text.all - framed.all)} bytes, and gRPC ${numberText(saved)}.`,
      `Headers: ${numberText(text.headers)} bytes with HTTP/1.1, ${numberText(framed.headers)} with HTTP/2 and the same API. ` +
        "Both sides store earlier headers and send an index (HPACK).",
      `Messages: ${numberText(framed.payload)} bytes as JSON, ${numberText(grpc.payload)} as protobuf. But gRPC adds a prefix to ` +
        "each message, and trailers with its status (grpc-status) after the response: " +
        `${numberText(grpc.framing)} bytes of framing against ${numberText(framed.framing)}, ` +
        `${numberText(grpc.headers)} of headers against ${numberText(framed.headers)}.`,
      "These are the numbers of one small book. The larger a message is, the more protobuf saves.",
    ];
  },
  table: ({ kinds }) => {
    const classes = BYTE_CLASSES.filter(([name]) => kinds.some((kind) => kind[name] > 0));
    return {
      caption: "Bytes through the socket of a later call, in both directions, average",
      head: ["API", ...classes.map(([, title]) => title), "all"],
      rows: kinds.map((kind) => [kind.title, ...classes.map(([name]) => kind[name]), kind.all]),
    };
  },
};

async function http2Run(store) {
  const run = (apis, http2) => lessonRun(store, { operation: "get", calls: HTTP2_CALLS, connection: "one", apis, http2 });
  const [both, framed] = [await run(["rest", "grpc"], false), await run(["rest"], true)];
  return {
    connections: [...both.connections, ...framed.connections],
    items: [...both.items, ...framed.items],
    notes: [...both.notes, ...framed.notes],
  };
}

/** Returns the bytes of a later call over each kind, and the share of the difference that HTTP/2 explains. */
function http2Facts({ connections, items, recorded }) {
  const made = (recorded ? connectionsIn(items) : connections).filter((each) => hasBothSides(each) && callCount(each) > 2);
  const kinds = groupBy(made, http2Title).map(([title, [first]]) => ({ title, ...lessonLaterCalls(first) }));
  const wanted = [`${apiTitle("rest")}, HTTP/1.1`, `${apiTitle("rest")}, HTTP/2`, `${apiTitle("grpc")}, HTTP/2`];
  const [text, framed, grpc] = wanted.map((title) => kinds.find((kind) => kind.title === title));
  if (!text || !framed || !grpc) return { missing: HTTP2_MISSING };
  const saved = text.all - grpc.all;
  return { kinds: [text, framed, grpc], saved, share: saved > 0 ? (text.all - framed.all) / saved : 0 };
}

/** Returns the API and the version of HTTP of a connection. */
function http2Title({ api, client }) {
  const isFramed = client.some((item) => item.carried?.some(({ layer }) => layer === "http2"));
  return `${apiTitle(api)}, ${isFramed ? "HTTP/2" : "HTTP/1.1"}`;
}
