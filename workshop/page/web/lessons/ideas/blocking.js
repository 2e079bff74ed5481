// Lesson: head-of-line blocking, over three connections and over three streams of one.

import { countText } from "../../recording/numbers.js";
import { lessonBox, lessonDrawing, lessonText } from "../parts/drawing.js";
import { wireLessonChart } from "../parts/wire-chart.js";
import { wireCallsOf, wireLessonRecording, wireLessonRun, wireLessonUnavailable } from "../parts/wire-runs.js";

const BLOCKING = "blocking";

/** Name of the step in which a segment is lost. */
const BLOCKING_STEP = "one lost segment";

/** One lost segment, and the responses that wait for it. */
export const LESSON_BLOCKING = {
  id: "blocking",
  title: "Head-of-line blocking",
  idea: [
    "Three responses are on their way at the same time. HTTP/1.1 needs three connections for it, and HTTP/2 three streams of one connection.",
    "The network drops one segment. TCP delivers the bytes of a connection in order only.",
  ],
  drawing: () =>
    lessonDrawing(
      "Three connections with a response each, and one connection with all three.",
      480,
      104,
      [0, 1, 2].map((n) => lessonBox(4, 4 + n * 26, 200, 22, `response ${n + 1}`)),
      lessonText(104, 100, "HTTP/1.1"),
      lessonBox(250, 18, 226, 46, "1  2  3  1  2  3  1  2  3"),
      lessonText(363, 100, "HTTP/2"),
    ),
  action: "Lists books three times at once, over REST with HTTP/1.1 and over gRPC with HTTP/2, on a network inside this machine that drops one segment of the responses.",
  questions: [
    {
      prompt: "Over three HTTP/1.1 connections, the lost segment delays …",
      choices: [
        { text: "one response", isTrue: ({ http1 }) => http1.blocked === 1 },
        {
          text: "all three",
          isTrue: ({ http1 }) => http1.blocked === 3,
          whyWrong: "Each connection has its own sequence numbers. The others do not know of the loss.",
        },
        { text: "none", isTrue: ({ http1 }) => http1.blocked === 0, whyWrong: "The bytes behind the gap wait for it." },
      ],
    },
    {
      prompt: "Over one HTTP/2 connection, it delays …",
      choices: [
        {
          text: "one response",
          isTrue: ({ http2 }) => http2.blocked === 1,
          whyWrong: "TCP does not know the streams of HTTP/2. It has one stream of bytes, with a gap in it.",
        },
        { text: "all three", isTrue: ({ http2 }) => http2.blocked === 3 },
        { text: "none", isTrue: ({ http2 }) => http2.blocked === 0, whyWrong: "The bytes behind the gap wait for it." },
      ],
    },
  ],
  unavailable: wireLessonUnavailable,
  run: (store) => wireLessonRun(store, BLOCKING),
  facts: blockingFacts,
  explanation: ({ http1, http2 }) => [
    `HTTP/1.1: ${countText(3 - http1.blocked, "response")} arrived without the lost segment, and ${blockingWaited(http1.blocked)} for its repetition.`,
    `HTTP/2: ${countText(http2.arrivedBehind, "segment")} arrived behind the gap, but the client could read nothing of them before the repetition. ` +
      `${http2.blocked === 3 ? "So all three responses waited" : `${blockingWaited(http2.blocked)}`}.`,
    "This is head-of-line blocking. HTTP/2 removed it between requests, and TCP brings it back when packets are lost. " +
      "QUIC, under HTTP/3, numbers each stream for itself. HTTP/1.1 pays with a handshake for each connection.",
  ],
  diagram: (facts) => wireLessonChart(facts.store, facts),
  table: ({ http1, http2 }) => ({
    caption: "Responses and the repeated segment",
    head: ["", "HTTP/1.1, three connections", "HTTP/2, one connection"],
    rows: [
      ["lost segments", `${http1.lost}`, `${http2.lost}`],
      ["segments that arrived behind the gap", `${http1.arrivedBehind}`, `${http2.arrivedBehind}`],
      ["responses that waited for the repetition", `${http1.blocked} of 3`, `${http2.blocked} of 3`],
    ],
  }),
};

function blockingWaited(count) {
  return `${countText(count, "response")} waited`;
}

/** Returns the responses that a lost segment delayed over each protocol. */
function blockingFacts(run, store) {
  const { missing, wire, columns } = wireLessonRecording(run, store, BLOCKING, BLOCKING_STEP);
  if (missing) return { missing };
  const [rest, grpc] = ["rest", "grpc"].map((api) => columns.find((column) => column.api === api));
  const [http1, http2] = [rest, grpc].map((column) => column && blockingCounts(column));
  if (!http1 || !http2) return { missing: "The recording does not contain a lost segment over HTTP/1.1 and over HTTP/2." };
  return { store, wire, columns: [rest, grpc], http1, http2 };
}

/**
 * Counts the responses of which the client could read something behind the gap only after the repeated segment had
 * arrived, or `null` without a lost segment.
 */
function blockingCounts(column) {
  const lost = column.packets.filter(({ isLost, toServer, item }) => isLost && !toServer && item.bytes > 0);
  const [gap] = lost;
  const repeated = gap?.pair?.other;
  if (!gap || !repeated || repeated.arrived === null) return null;
  const behind = column.packets.filter(
    ({ item, toServer, sequence, arrived, sent }) =>
      !toServer && item.connection === gap.item.connection && item.bytes > 0 && sent >= gap.sent && sequence > gap.sequence && arrived !== null && arrived < repeated.arrived,
  );
  const reads = wireCallsOf(column, "client", "read").filter(({ item }) => item.bytes > 0);
  // Each response is read behind the gap, if at all on its connection.
  const late = reads.filter(({ item, at }) => item.connection === gap.item.connection && at >= repeated.arrived);
  return { lost: lost.length, arrivedBehind: behind.length, blocked: blockingCalls(late).size };
}

/** Returns the numbers of the calls whose responses these reads contain. */
function blockingCalls(reads) {
  const calls = reads.flatMap(({ item }) => (item.carried ?? []).map(({ call }) => `${item.connection} ${call}`));
  return new Set(calls.filter((call) => !call.endsWith("null") && !call.endsWith("undefined")));
}
