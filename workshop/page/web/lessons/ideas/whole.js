// Lesson 10: the whole picture, as the comparison of the recordings has it.

import { apiTitle, sourceOf } from "../../recording/apis.js";
import { byApi } from "../../recording/connections.js";
import { averageSpent, spentTotal } from "../../recording/byte-breakdown.js";
import { lessonBox, lessonDrawing } from "../drawing.js";
import { lessonArrived, lessonRun } from "../lesson-runs.js";

/** The sockets whose calls the comparison has, as it names them. */
const LESSON_ROLES = {
  listener: "a listening socket did",
  accepted: "the server's end of a connection",
  connected: "the client's end",
};

/** What all three have in common, and what each puts on top. */
export const LESSON_WHOLE = {
  id: "whole",
  title: "Same and different",
  idea: [
    "You have seen three APIs do the same work.",
    "Complete the three sentences to take home; the comparison of all that was recorded judges them.",
  ],
  drawing: () =>
    lessonDrawing(
      "Three APIs on one base: the socket's calls.",
      480,
      92,
      lessonBox(4, 56, 472, 32, "socket  bind  listen  connect  accept  read  write  close"),
      lessonBox(4, 6, 150, 46, "REST", "HTTP/1.1"),
      lessonBox(165, 6, 150, 46, "GraphQL", "HTTP/1.1"),
      lessonBox(326, 6, 150, 46, "gRPC", "HTTP/2"),
    ),
  doing: "Gets a book ten times over each API, each on one connection, and reads the comparison.",
  questions: [
    {
      ask: "Below, the socket calls of REST, GraphQL and gRPC are …",
      choices: [
        { text: "the same", is: ({ verdict }) => verdict === "same" },
        {
          text: "different",
          is: ({ verdict }) => verdict === "different",
          unless: "Different are the bytes in them, and how often they are made.",
        },
      ],
    },
    {
      ask: "Before its first call, a connection itself costs bytes over …",
      choices: [
        {
          text: "all three",
          is: lessonOpensWith((opening, apis) => opening.length === apis.length),
          unless: "HTTP/1.1 begins with the request at once.",
        },
        { text: "gRPC alone", is: lessonOpensWith((opening) => String(opening) === "grpc") },
        {
          text: "none of them",
          is: lessonOpensWith((opening) => opening.length === 0),
          unless: "HTTP/2 sends a preface and SETTINGS.",
        },
      ],
    },
    {
      ask: "Each further call on a connection takes the fewest bytes over …",
      choices: ["rest", "graphql", "grpc"].map((api) => ({
        text: apiTitle(api),
        is: ({ apis }) =>
          apis.every((other) => lessonFewest(apis).later <= other.later) && lessonFewest(apis).api === api,
        unless: "It repeats its headers as text with every call.",
      })),
    },
  ],
  run: lessonWholeRun,
  facts: (run, store) => lessonWholeFacts(run, store.comparison),
  says: ({ verdict, skeletons }) => [
    verdict === "same"
      ? `Over all three: ${skeletons.join("; ")}.`
      : "The comparison found a difference in the calls: its screen says which.",
    "What differs is what each puts on top of them, and that costs bytes.",
  ],
  table: ({ apis, step }) => ({
    caption: `Bytes both ways, as the servers recorded "${step}"`,
    head: ["API", "for the connection", "first call", "each further call"],
    rows: apis.map(({ title, connection, first, later }) => [title, connection, first, later]),
  }),
};

function lessonOpensWith(judge) {
  return ({ apis }) =>
    judge(
      apis.filter(({ connection }) => connection > 0).map(({ api }) => api),
      apis,
    );
}

function lessonFewest(apis) {
  return apis.reduce((fewest, api) => (api.later < fewest.later ? api : fewest));
}

/** Runs it, and waits for a comparison that has it: one may be on its way that was made before. */
async function lessonWholeRun(store) {
  const run = await lessonRun(store, { operation: "get", calls: 10, connection: "one" });
  const { step } = run.items[0];
  await lessonArrived(store, "comparison", () => lessonIsCompared(store, step));
  return { ...run, step };
}

/** Whether the comparison has all connections of the step that are known here. */
function lessonIsCompared({ items, comparison }, step) {
  const accepts = items.filter((item) => item.op === "accept" && item.step === step);
  const servers = lessonServers(comparison);
  const isIn = ({ name, steps }) => {
    const known = accepts.filter((item) => sourceOf(item).api === name).length;
    return steps.some((compared) => compared.name === step && compared.connections >= known);
  };
  return servers.length > 0 && servers.every(isIn);
}

/** The comparison's traces of the servers, one for each API. */
function lessonServers(comparison) {
  const traces = (comparison?.traces ?? []).filter((trace) => trace.side === "server");
  return byApi(traces, (trace) => trace.name).map(([, [server]]) => server);
}

/**
 * From the comparison: its verdict, and what a call costs in the step that was run, or else in the last step in
 * which every server had a connection with several calls.
 */
function lessonWholeFacts({ step: run }, comparison) {
  const servers = lessonServers(comparison);
  const names = servers[0]?.steps.map((step) => step.name) ?? [];
  const stepOf = (server, name) =>
    server.steps.find((step) => step.name === name && step.calls?.later.count > 0);
  const has = (name) => servers.every((server) => stepOf(server, name));
  const step = names.find((name) => name === run && has(name)) ?? names.findLast(has);
  if (step === undefined)
    return {
      missing: "The comparison has no call yet that was made several times on one connection over all APIs.",
    };
  return {
    step,
    verdict: comparison.verdict,
    skeletons: Object.entries(LESSON_ROLES).flatMap(([role, says]) =>
      (comparison.skeletons[role] ?? []).map((calls) => `${says} ${calls}`),
    ),
    apis: servers.map((server) => lessonCost(server, stepOf(server, step))),
  };
}

function lessonCost({ name }, { calls: { first, later } }) {
  const [once, again] = [averageSpent(first), averageSpent(later)];
  const both = ({ to_server: up, to_client: down }) => Math.round(spentTotal(up) + spentTotal(down));
  return {
    api: name,
    title: apiTitle(name),
    connection: Math.round(once.to_server.connection + once.to_client.connection),
    first: both(once),
    later: both(again),
  };
}
