// Lesson: the benefit of persistent connections.

import { apiTitle } from "../../recording/apis.js";
import { byApi, callCount, connectionsIn, hasBothSides } from "../../recording/connections.js";
import { countText, listText, durationText } from "../../recording/numbers.js";
import { lessonBreakdown, lessonConnectTime, lessonMedian, lessonResponseTimes } from "../parts/byte-counts.js";
import { lessonBox, lessonDrawing, lessonText } from "../parts/drawing.js";
import { lessonRun } from "../parts/lesson-runs.js";
import { segmentCount } from "../parts/segments.js";

/** Relative tolerance for equal numbers of bytes, because a header may be one digit longer. */
const LESSON_NEARLY = 0.03;

/** Five calls on one connection compared with five connections. */
export const LESSON_KEEPALIVE = {
  id: "keepalive",
  title: "Keep-alive",
  idea: [
    "A new connection needs a handshake before its first byte.",
    "Keeping a connection open for the next call is called keep-alive.",
    "HTTP is stateless: every request is complete in itself.",
  ],
  drawing: () =>
    lessonDrawing(
      "Five calls on one connection, or each on its own.",
      480,
      84,
      lessonBox(10, 24, 216, 34, "1  2  3  4  5"),
      lessonText(118, 78, "one connection"),
      [0, 1, 2, 3, 4].map((n) => lessonBox(254 + n * 44, 24, 38, 34, `${n + 1}`)),
      lessonText(363, 78, "five connections"),
    ),
  action:
    "Gets the same book over each API, first five times on one connection, then over five new connections. " +
    "An earlier call, which is not counted, warms up the programs.",
  questions: [
    {
      prompt: "What do five calls on one connection save?",
      choices: [
        {
          text: "Only the handshakes; the bytes through the socket stay the same",
          isTrue: lessonSaves((fewer) => fewer.length === 0),
          whyWrong: "HTTP/1.1 repeats everything, but HTTP/2 stores headers that it has sent on the connection.",
        },
        {
          text: "The handshakes, and over gRPC also many bytes through the socket",
          isTrue: lessonSaves((fewer) => String(fewer) === "grpc"),
        },
        {
          text: "The handshakes, and many bytes through the socket over all three",
          isTrue: lessonSaves((fewer, apis) => fewer.length === apis.length),
          whyWrong:
            "HTTP/1.1 sends all headers with each request, also on an open connection.",
        },
        {
          text: "Nothing, because a stateless protocol needs a connection for each request",
          isTrue: ({ apis }) => apis.every((api) => api.kept.connections === api.fresh.connections),
          whyWrong:
            "Stateless means that requests do not depend on each other. They may still share a connection.",
        },
      ],
    },
  ],
  run: async (store) => {
    await lessonRun(store, { operation: "get", calls: 1, connection: "new" });
    const kept = await lessonRun(store, { operation: "get", calls: 5, connection: "one" });
    const fresh = await lessonRun(store, { operation: "get", calls: 5, connection: "new" });
    return {
      kept: kept.connections,
      fresh: fresh.connections,
      items: [...kept.items, ...fresh.items],
      notes: [...kept.notes, ...fresh.notes],
    };
  },
  facts: lessonKeepaliveFacts,
  explanation: ({ apis }) => [
    `Through the sockets, the persistent connection saved ${listText(apis.map(lessonSaved))}.`,
    lessonSavedSegments(apis),
    "Over gRPC, HTTP/2 sends its preface and SETTINGS once. It replaces repeated headers by an index (HPACK).",
    "A call on a new connection first waits for connect, here " +
      `${listText(apis.map(({ title, fresh }) => `${durationText(fresh.connect)} over ${title}`))}. ` +
      "Over a real network, connect takes a round trip.",
  ],
  table: ({ apis }) => ({
    caption: "One persistent connection and five new ones, with the median times of connect and from request to response",
    head: ["API", "connections", "bytes through the socket", "bytes per call", "segments", "connect", "response"],
    rows: apis.flatMap(({ title, kept, fresh }) => [
      lessonKeepaliveRow(`${title}, persistent`, kept),
      lessonKeepaliveRow(`${title}, new`, fresh),
    ]),
  }),
};

/** Returns the bytes that the persistent connection saved. */
function lessonSaved({ title, kept, fresh }) {
  const saved = Math.round((fresh.bytes / fresh.calls) * kept.calls - kept.bytes);
  return `${countText(saved, "byte")} over ${title}`;
}

/** Returns a sentence about the segments that the persistent connection saved, if they were counted. */
function lessonSavedSegments(apis) {
  const counted = apis.filter(({ kept, fresh }) => kept.segments !== null && fresh.segments !== null);
  if (counted.length === 0) return null;
  const saved = counted.map(({ title, kept, fresh }) => {
    const segments = Math.round((fresh.segments / fresh.calls) * kept.calls - kept.segments);
    return `${countText(segments, "segment")} over ${title}`;
  });
  return (
    `The kernels also sent fewer segments: ${listText(saved)} were saved. Those of a handshake and of a FIN carry no ` +
    "byte of the programs, but at least 40 bytes of IP and TCP headers each."
  );
}

function lessonKeepaliveRow(title, { connections, bytes, calls, segments, connect, response }) {
  const times = [connect, response].map((time) => durationText(time));
  return [title, connections, bytes, Math.round(bytes / calls), segments ?? "–", ...times];
}

/** Returns a predicate on the APIs with fewer bytes per call on the persistent connection. */
function lessonSaves(predicate) {
  return ({ apis }) => {
    const isFewer = ({ kept, fresh }) =>
      kept.bytes / kept.calls < (fresh.bytes / fresh.calls) * (1 - LESSON_NEARLY);
    const fewer = apis.filter(isFewer).map(({ api }) => api);
    return apis.every(({ kept, fresh }) => kept.connections < fresh.connections) && predicate(fewer, apis);
  };
}

/** Returns for each API the totals of the persistent connection and of the new ones. */
function lessonKeepaliveFacts(run) {
  const { kept, fresh } = run.recorded ? lessonKeptIn(run.items) : run;
  const apis = byApi(kept)
    .map(([api, connections]) => ({
      api,
      title: apiTitle(api),
      kept: lessonSums(connections),
      fresh: lessonSums(fresh.filter((made) => made.api === api)),
    }))
    .filter(({ kept: one, fresh: many }) => one.calls > 0 && many.calls > 0);
  const missing =
    "This lesson needs the same call on one and on several connections, which the recording does not contain.";
  return apis.length === 0 ? { missing } : { apis };
}

/** Returns the totals of connections. The first call of several on a connection is not timed: the others are warm. */
function lessonSums(connections) {
  const times = connections.map(lessonResponseTimes);
  return {
    connections: connections.length,
    calls: connections.reduce((sum, made) => sum + callCount(made), 0),
    bytes: lessonBreakdown(connections).all,
    segments: segmentCount(connections),
    connect: lessonMedian(connections.map(lessonConnectTime).filter((time) => time !== null)),
    response: lessonMedian(times.flatMap((each) => (each.length > 1 ? each.slice(1) : each))),
  };
}

/** Finds in a finished recording the connection of each API with most calls, and those with one equal call. */
function lessonKeptIn(items) {
  const whole = connectionsIn(items).filter(hasBothSides);
  const kept = byApi(whole)
    .map(([, connections]) =>
      connections.reduce((max, made) => (callCount(made) > callCount(max) ? made : max)),
    )
    .filter((made) => callCount(made) > 2);
  const request = (made) => `${made.api} ${lessonFirstRequest(made)}`;
  const wanted = new Set(kept.map(request));
  return { kept, fresh: whole.filter((made) => callCount(made) === 1 && wanted.has(request(made))) };
}

/** Returns the text of a connection's first request. */
function lessonFirstRequest({ client }) {
  const parts = client.filter((item) => item.op === "write").flatMap((item) => item.carried ?? []);
  const texts = parts.filter((part) => part.call === 0).map((part) => part.text);
  return texts.filter(Boolean).join(" ");
}
