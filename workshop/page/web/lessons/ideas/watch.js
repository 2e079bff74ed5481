// Lesson 7: streaming. A watcher's connection stays open while others write.

import { apiTitle, sourceOf } from "../../recording/apis.js";
import { byApi, connectionsIn } from "../../recording/connections.js";
import { countText, listText, spanText, timesText } from "../../recording/numbers.js";
import { lessonArrow, lessonBox, lessonDrawing, lessonText } from "../drawing.js";
import { lessonTold, lessonWatchRun } from "../lesson-runs.js";
import { togetherText } from "../sentences.js";

const LESSON_NO_WATCHER = "No one watches the changes in this recording.";
const LESSON_NO_NEWS = "No news came to the watchers. Try it again.";

/** How news reach a client that waits for them. */
export const LESSON_WATCH = {
  id: "watch",
  title: "Streaming",
  idea: [
    "One client wants to know of every change. Another one creates a book.",
    "All three APIs have something for it: REST server-sent events, GraphQL a subscription over " +
      "WebSocket, gRPC a server stream.",
  ],
  drawing: () =>
    lessonDrawing(
      "A writer tells the server of a book; how does the watcher hear of it?",
      480,
      60,
      lessonBox(4, 8, 110, 44, "writer"),
      lessonArrow(114, 30, 184, 30),
      lessonBox(186, 8, 110, 44, "server"),
      lessonArrow(296, 30, 366, 30),
      lessonText(331, 22, "how?"),
      lessonBox(368, 8, 108, 44, "watcher"),
    ),
  doing: "Starts to watch over each API, creates a book over each, and stops to watch.",
  questions: [
    {
      ask: "How does the news of the book get to the watcher?",
      choices: [
        {
          text: "The watcher asks again and again",
          is: ({ watchers }) => watchers.every((watcher) => watcher.asked > 0),
          unless: "That is polling. It works, but most of its questions are in vain.",
        },
        {
          text: "The server connects to the watcher",
          is: ({ connects }) => connects > 0,
          unless:
            "A watcher does not listen at any port. The server can only use a connection that the " +
            "client made.",
        },
        {
          text: "The server writes on the connection that the watcher opened before",
          is: ({ watchers, connects }) =>
            connects === 0 && watchers.every((watcher) => watcher.asked === 0 && watcher.news.length > 0),
        },
        {
          text: "The writer sends it to the watcher",
          unless: "The two have no connection, and do not even know of each other.",
        },
      ],
    },
  ],
  run: lessonWatchRun,
  facts: lessonWatchFacts,
  says: ({ watchers, connects }) => [
    ...togetherText(
      watchers,
      ({ asked, news }) =>
        `on the connection from before, the server wrote ${timesText(news.length)}; ` +
        `the watcher had asked ${asked === 0 ? "nothing more" : timesText(asked)}.`,
    ),
    "From the writer's request to the news it took " +
      `${listText(watchers.map(({ title, after }) => `${spanText(after)} (${title})`))}.`,
    `Calls of connect by a server: ${connects}. An answer need not end: over ` +
      `${listText(watchers.map(({ title }) => title))} it goes on for as long as the connection is open.`,
  ],
  table: ({ watchers }) => ({
    caption: "The watchers' connections, since the book",
    head: ["API", "connection", "asked", "news", "as"],
    rows: watchers.map(({ title, number, asked, bytes, as }) => [
      title,
      `${number}`,
      asked,
      countText(bytes, "byte"),
      as,
    ]),
  }),
  shown: ({ events }) => events,
};

/** What passed on the watchers' connections since the book was asked for. */
function lessonWatchFacts(run) {
  const { watchers: told, writers, before, items } = run.recorded ? lessonWatchIn(run.items) : run;
  if (told.length === 0) return { missing: run.recorded ? LESSON_NO_WATCHER : LESSON_NO_NEWS };
  const watchers = byApi(told).map(([api, [made]]) => {
    const since = (events) =>
      events.filter((item) => item.seq > before[api] && item.op === "write" && item.carried);
    const has = (wanted) => (item) => item.carried.some((part) => wanted.includes(part.class));
    const news = since(made.server).filter(has(["payload"]));
    const asked = since(made.client)
      .filter((item) => news[0].seq > item.seq)
      .filter(has(["headers", "payload"]));
    const request = writers
      .find((writer) => writer.api === api)
      ?.client.find((item) => item.op === "write" && item.carried?.some((part) => part.call === 0));
    return {
      api,
      title: apiTitle(api),
      number: made.number,
      asked: asked.length,
      news,
      bytes: news.reduce((sum, item) => sum + item.bytes, 0),
      after: request ? news[0].at - request.at : null,
      as: lessonNewsAs(news[0]),
    };
  });
  const connects = items.filter((item) => item.op === "connect" && sourceOf(item).side === "server").length;
  return {
    watchers,
    connects,
    events: [...told, ...writers].flatMap((made) => made.items).sort((a, b) => a.seq - b.seq),
  };
}

/** In which form the news came. */
function lessonNewsAs(item) {
  const part = item.carried.find(({ class: spent }) => spent === "payload");
  const forms = { sse: "server-sent event", websocket: "WebSocket message", grpc: "gRPC message" };
  return forms[part.layer] ?? part.name;
}

/**
 * In a recording that is there: the first connection of each API that had been answered when another one of
 * its step asked for something, and on which the server told more after that.
 */
function lessonWatchIn(items) {
  const apis = byApi(connectionsIn(items));
  const found = apis.flatMap(([, connections]) => lessonWatchOf(connections) ?? []);
  return {
    watchers: found.map(({ watcher }) => watcher),
    writers: found.map(({ writer }) => writer),
    before: Object.fromEntries(found.map(({ writer, asked }) => [writer.api, asked])),
    items,
  };
}

function lessonWatchOf(connections) {
  const hasHead = (item) => item.op === "write" && item.carried?.some((part) => part.class === "headers");
  for (const writer of connections) {
    const asked = writer.client.find(hasHead)?.seq;
    const isBeside = (made) => made !== writer && made.items[0].step === writer.items[0].step;
    const beside = connections.filter(isBeside).flatMap((made) => made.items);
    const told = asked ? lessonTold(beside, asked) : [];
    const watcher = told.find(({ server }) => server.find(hasHead)?.seq < asked);
    if (watcher) return { writer, watcher, asked };
  }
  return null;
}
