// Lesson 6: what it saves to keep a connection.

import { apiTitle } from "../../recording/apis.js";
import { byApi, callCount, connectionsIn, isWholeConnection } from "../../recording/connections.js";
import { countText, listText, spanText } from "../../recording/numbers.js";
import { lessonFirstBytes, lessonMedian, lessonSpent } from "../byte-counts.js";
import { lessonBox, lessonDrawing, lessonText } from "../drawing.js";
import { lessonRun } from "../lesson-runs.js";

/** Bytes that differ by less, as a share, are called equal: a header may be a digit longer. */
const LESSON_NEARLY = 0.03;

/** Five calls on one connection against five connections. */
export const LESSON_KEEPALIVE = {
  id: "keepalive",
  title: "Keep-alive",
  idea: [
    "A new connection costs a handshake before its first byte.",
    "To keep it for the next call is called keep-alive.",
    "Yet HTTP is stateless: every request is complete, as if there had been none before it.",
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
  doing: "Gets the same book over each API: five times on one connection, then five times on a new one each.",
  questions: [
    {
      ask: "What does it save to make the five calls on one connection?",
      choices: [
        {
          text: "Only the handshakes: the bytes that are sent stay the same",
          is: lessonSaves((fewer) => fewer.length === 0),
          unless: "HTTP/1.1 does repeat everything, but HTTP/2 remembers on a connection what it has sent.",
        },
        {
          text: "The handshakes, and over gRPC many bytes as well",
          is: lessonSaves((fewer) => String(fewer) === "grpc"),
        },
        {
          text: "The handshakes, and many bytes over all three",
          is: lessonSaves((fewer, apis) => fewer.length === apis.length),
          unless:
            "A request of HTTP/1.1 comes with all of its headers each time, whether the connection is " +
            "new or not.",
        },
        {
          text: "Nothing: a stateless protocol makes a connection for each request",
          is: ({ apis }) => apis.every((api) => api.kept.connections === api.fresh.connections),
          unless:
            "Stateless means that requests do not depend on each other. The connection below may well stay.",
        },
      ],
    },
  ],
  run: async (store) => {
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
  says: ({ apis }) => [
    `The kept connection saved ${listText(apis.map(lessonSaved))}.`,
    "Until the first byte of an answer, on a connection that is there and with a new one: " +
      `${apis.map(lessonSooner).join(", ")}. Over a real network the handshake takes a whole round trip ` +
      "more.",
    "Over gRPC, HTTP/2 sends its preface and SETTINGS once, and names headers that it has sent before " +
      "by a number (HPACK).",
  ],
  table: ({ apis }) => ({
    caption: "Kept, and new each time. The last two: time until the answer's first byte",
    head: ["API", "connections", "bytes", "bytes a call", "first call", "later call"],
    rows: apis.flatMap(({ title, kept, fresh }) => [
      lessonKeepaliveRow(`${title}, kept`, kept),
      lessonKeepaliveRow(`${title}, new`, fresh),
    ]),
  }),
};

/** How much less its calls took on the kept connection than as many on new ones. */
function lessonSaved({ title, kept, fresh }) {
  const saved = Math.round((fresh.bytes / fresh.calls) * kept.calls - kept.bytes);
  return `${countText(saved, "byte")} over ${title}`;
}

function lessonSooner({ title, kept, fresh }) {
  return `${title} ${spanText(kept.later)} and ${spanText(fresh.first)}`;
}

function lessonKeepaliveRow(title, { connections, bytes, calls, first, later }) {
  return [title, connections, bytes, Math.round(bytes / calls), spanText(first), spanText(later)];
}

/** Judges by the APIs over which a call on the kept connection took fewer bytes. */
function lessonSaves(judge) {
  return ({ apis }) => {
    const isFewer = ({ kept, fresh }) =>
      kept.bytes / kept.calls < (fresh.bytes / fresh.calls) * (1 - LESSON_NEARLY);
    const fewer = apis.filter(isFewer).map(({ api }) => api);
    return apis.every(({ kept, fresh }) => kept.connections < fresh.connections) && judge(fewer, apis);
  };
}

/** Of each API: the connections that were kept, and those that were not. */
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
    "It takes the same call several times on one connection, and on several. Here are " + "none such.";
  return apis.length === 0 ? { missing } : { apis };
}

function lessonSums(connections) {
  const times = connections.map(lessonFirstBytes);
  return {
    connections: connections.length,
    calls: connections.reduce((sum, made) => sum + callCount(made), 0),
    bytes: lessonSpent(connections).all,
    first: lessonMedian(times.flatMap(([first]) => first ?? [])),
    later: lessonMedian(times.flatMap(([, ...later]) => later)),
  };
}

/**
 * In a recording that is there: of each API the connection with most calls, and those with one call that asks
 * the same.
 */
function lessonKeptIn(items) {
  const whole = connectionsIn(items).filter(isWholeConnection);
  const kept = byApi(whole)
    .map(([, connections]) =>
      connections.reduce((most, made) => (callCount(made) > callCount(most) ? made : most)),
    )
    .filter((made) => callCount(made) > 2);
  const asks = (made) => `${made.api} ${lessonAsked(made)}`;
  const wanted = new Set(kept.map(asks));
  return { kept, fresh: whole.filter((made) => callCount(made) === 1 && wanted.has(asks(made))) };
}

/** What a connection's first request says. */
function lessonAsked({ client }) {
  const parts = client.filter((item) => item.op === "write").flatMap((item) => item.carried ?? []);
  const texts = parts.filter((part) => part.call === 0).map((part) => part.text);
  return texts.filter(Boolean).join(" ");
}
