// Lesson: common and different parts of the APIs, from the comparison of the recordings.

import { apiTitle, sourceOf } from "../../recording/apis.js";
import { averageBreakdown, breakdownTotal } from "../../recording/byte-breakdown.js";
import { byApi } from "../../recording/connections.js";
import { lessonBox, lessonDrawing } from "../parts/drawing.js";
import { lessonApis, lessonWaitUntil, lessonRun } from "../parts/lesson-runs.js";
import { segmentCount, segmentSentence } from "../parts/segments.js";

/** Descriptions of the sockets in the comparison, by their role. */
const LESSON_ROLES = {
  listener: "listening socket:",
  accepted: "server side of a connection:",
  connected: "client side of a connection:",
};

/** The common socket calls and the different bytes of the three APIs. */
export const LESSON_COMPARISON = {
  id: "comparison",
  title: "Same and different",
  idea: [
    "Three APIs have done the same work.",
    "Complete the three sentences. The comparison of the recordings contains the answers.",
  ],
  drawing: () =>
    lessonDrawing(
      "Three APIs on top of the same socket calls.",
      480,
      92,
      lessonBox(4, 56, 472, 32, "socket  bind  listen  connect  accept  read  write  close"),
      lessonBox(4, 6, 150, 46, "REST", "HTTP/1.1"),
      lessonBox(165, 6, 150, 46, "GraphQL", "HTTP/1.1"),
      lessonBox(326, 6, 150, 46, "gRPC", "HTTP/2"),
    ),
  action: "Gets a book ten times over each API, on one connection each, and evaluates the comparison.",
  questions: [
    {
      prompt: "The socket calls of REST, GraphQL and gRPC are …",
      choices: [
        { text: "the same", isTrue: ({ verdict }) => verdict === "same" },
        {
          text: "different",
          isTrue: ({ verdict }) => verdict === "different",
          whyWrong: "Only the bytes and the number of calls differ.",
        },
      ],
    },
    {
      prompt: "Besides the TCP handshake, a new connection costs bytes through the socket over …",
      choices: [
        {
          text: "all three",
          isTrue: lessonSetupCosts((withSetup, apis) => withSetup.length === apis.length),
          whyWrong:
            "HTTP/1.1 starts with the request. The TCP handshake is needed over all three, " +
            "but the kernels perform it, and its segments carry no byte of the programs.",
        },
        { text: "gRPC alone", isTrue: lessonSetupCosts((withSetup) => String(withSetup) === "grpc") },
        {
          text: "none of them",
          isTrue: lessonSetupCosts((withSetup) => withSetup.length === 0),
          whyWrong: "HTTP/2 sends a preface and SETTINGS.",
        },
      ],
    },
    {
      prompt: "Each further call on a connection needs the fewest bytes over …",
      choices: ["rest", "graphql", "grpc"].map((api) => ({
        text: apiTitle(api),
        isTrue: ({ apis }) =>
          apis.every((other) => lessonFewest(apis).later <= other.later) && lessonFewest(apis).api === api,
        whyWrong: "HTTP/1.1 repeats the headers as text with each call.",
      })),
    },
  ],
  run: lessonComparisonRun,
  facts: lessonComparisonFacts,
  explanation: ({ verdict, patterns, segments }) => [
    verdict === "same"
      ? `The same over all three: ${patterns.join("; ")}.`
      : "The comparison found different calls. The screen “Compare” shows them.",
    "The APIs differ in the bytes that they send through these calls.",
    segmentSentence(segments),
  ],
  table: ({ apis, side, step }) => ({
    caption: `Bytes through the socket in both directions, recorded by the ${side}s during "${step}"`,
    head: ["API", "management of the connection", "first call", "each further call"],
    rows: apis.map(({ title, connection, first, later }) => [title, connection, first, later]),
  }),
};

function lessonSetupCosts(predicate) {
  return ({ apis }) =>
    predicate(
      apis.filter(({ connection }) => connection > 0).map(({ api }) => api),
      apis,
    );
}

function lessonFewest(apis) {
  return apis.reduce((fewest, api) => (api.later < fewest.later ? api : fewest));
}

/** Runs the calls and waits for a comparison that contains them. The next one may have started earlier. */
async function lessonComparisonRun(store) {
  const run = await lessonRun(store, { operation: "get", calls: 10, connection: "one" });
  const { step } = run.items[0];
  await lessonWaitUntil(store, "comparison", () => lessonIsCompared(store, step));
  return { ...run, step };
}

/**
 * Returns `true` if the comparison contains all bytes of the step that the page has received. It is made every few
 * seconds, also while calls are in flight.
 */
function lessonIsCompared(store, step) {
  const traces = lessonTraces(store);
  const isCompared = ({ name, side, steps }) => {
    const own = store.items.filter((item) => item.step === step && sourceOf(item).api === name && sourceOf(item).side === side);
    const bytes = (op) => own.filter((item) => item.op === op && item.bytes > 0).reduce((sum, item) => sum + item.bytes, 0);
    const [up, down] = side === "client" ? [bytes("write"), bytes("read")] : [bytes("read"), bytes("write")];
    return steps.some((compared) => compared.name === step && compared.to_server >= up && compared.to_client >= down);
  };
  return traces.length > 0 && traces.every(isCompared);
}

/**
 * Returns the traces of the comparison that contain the bytes, one for each API: those of the clients, if there are any.
 * A server may write a GOAWAY that its client does not read, which depends on timing.
 */
function lessonTraces(store) {
  const apis = lessonApis(store);
  const own = (store.comparison?.traces ?? []).filter(({ name }) => apis.includes(name));
  const of = (side) => byApi(own.filter((trace) => trace.side === side), (trace) => trace.name);
  const clients = of("client");
  return (clients.length > 0 ? clients : of("server")).map(([, [trace]]) => trace);
}

/**
 * Returns the verdict of the comparison, and the cost of a call in the given step. Without that step, it uses the
 * last one in which every API had a connection with several calls.
 */
function lessonComparisonFacts({ step: run, connections }, store) {
  const { comparison } = store;
  const traces = lessonTraces(store);
  const names = traces[0]?.steps.map((step) => step.name) ?? [];
  const stepOf = (trace, name) =>
    trace.steps.find((step) => step.name === name && step.spent && step.calls?.later.count > 0);
  const has = (name) => traces.every((trace) => stepOf(trace, name));
  const step = names.find((name) => name === run && has(name)) ?? names.findLast(has);
  if (step === undefined)
    return {
      missing: "The comparison does not contain several calls on one connection over all APIs yet.",
    };
  return {
    step,
    verdict: comparison.verdict,
    side: traces[0].side,
    patterns: Object.entries(LESSON_ROLES).flatMap(([role, description]) =>
      (comparison.skeletons[role] ?? []).map((calls) => `${description} ${calls}`),
    ),
    apis: traces.map((trace) => lessonCost(trace, stepOf(trace, step))),
    segments: byApi(connections ?? []).map(([api, made]) => ({ title: apiTitle(api), segments: segmentCount(made) })),
  };
}

/**
 * Returns the bytes of an API in a step: `connection` per connection, and those of a first and a later call without
 * them. When a byte of the connection arrives depends on timing, so it is not counted for the call that it precedes.
 */
function lessonCost({ name }, { spent, connections, calls: { first, later } }) {
  const both = ({ to_server: up, to_client: down }, count) => count(up) + count(down);
  const ofCall = (calls) =>
    Math.round(both(averageBreakdown(calls), (bytes) => breakdownTotal(bytes) - bytes.connection));
  return {
    api: name,
    title: apiTitle(name),
    connection: Math.round(both(spent, (bytes) => bytes.connection) / connections),
    first: ofCall(first),
    later: ofCall(later),
  };
}
