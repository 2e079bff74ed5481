// Lesson: streaming over a connection that stays open.

import { apiTitle, sourceOf } from "../../recording/apis.js";
import { byApi, connectionsIn } from "../../recording/connections.js";
import { countText, listText, durationText, timesText } from "../../recording/numbers.js";
import { lessonArrow, lessonBox, lessonDrawing, lessonText } from "../parts/drawing.js";
import { notifiedConnections, lessonWatchRun } from "../parts/lesson-runs.js";
import { sentencePerApi } from "../parts/sentences.js";

const LESSON_NO_WATCHERS = "This recording contains no watcher.";
const LESSON_NO_CHANGES = "The watchers received no change. Try again.";

/** The delivery of changes to a watcher. */
export const LESSON_WATCH = {
  id: "watch",
  title: "Streaming",
  idea: [
    "One client watches for changes. Another client creates a book.",
    "A watcher over REST receives server-sent events. Over GraphQL it uses a subscription over WebSocket. " +
      "Over gRPC it uses a server stream.",
  ],
  drawing: () =>
    lessonDrawing(
      "A writer sends a book to the server. How does the watcher receive the change?",
      480,
      60,
      lessonBox(4, 8, 110, 44, "writer"),
      lessonArrow(114, 30, 184, 30),
      lessonBox(186, 8, 110, 44, "server"),
      lessonArrow(296, 30, 366, 30),
      lessonText(331, 22, "how?"),
      lessonBox(368, 8, 108, 44, "watcher"),
    ),
  action: "Opens a watcher over one API after the other, creates a book over the same API, and closes the watcher.",
  questions: [
    {
      prompt: "How does the watcher receive the change?",
      choices: [
        {
          text: "The watcher sends requests repeatedly",
          isTrue: ({ watchers }) => watchers.every((watcher) => watcher.asked > 0),
          whyWrong: "Repeated requests are called polling. Polling works, but most requests find no change.",
        },
        {
          text: "The server connects to the watcher",
          isTrue: ({ connects }) => connects > 0,
          whyWrong:
            "A watcher does not listen on a port. The server can only use a connection that the client opened.",
        },
        {
          text: "The server writes to the connection that the watcher opened before",
          isTrue: ({ watchers, connects }) =>
            connects === 0 && watchers.every((watcher) => watcher.asked === 0 && watcher.changes.length > 0),
        },
        {
          text: "The writer sends the change to the watcher directly",
          whyWrong: "The two clients have no connection to each other.",
        },
      ],
    },
  ],
  run: lessonWatchRun,
  facts: lessonWatchFacts,
  explanation: ({ watchers, connects }) => [
    ...sentencePerApi(
      watchers,
      ({ asked, changes }) =>
        `the server wrote ${timesText(changes.length)} to the open connection. ` +
        `The watcher sent ${asked === 0 ? "no further request" : countText(asked, "further request")}.`,
    ),
    "Time from the writer's request to the watcher's change: " +
      `${listText(watchers.map(({ title, after }) => `${durationText(after)} (${title})`))}.`,
    `The servers called connect ${connects === 0 ? "never" : timesText(connects)}. ` +
      `Over ${listText(watchers.map(({ title }) => title))} a response can last as long as the connection.`,
  ],
  table: ({ watchers }) => ({
    caption: "The watchers' connections after the creation of the book",
    head: ["API", "connection", "requests", "change", "format"],
    rows: watchers.map(({ title, number, asked, bytes, as }) => [
      title,
      `${number}`,
      asked,
      countText(bytes, "byte"),
      as,
    ]),
  }),
  evidence: ({ events }) => events,
};

/** Returns the traffic on the watchers' connections after the writer's request. */
function lessonWatchFacts(run) {
  const { watchers: notified, writers, before, items } = run.recorded ? lessonWatchIn(run.items) : run;
  if (notified.length === 0) return { missing: run.recorded ? LESSON_NO_WATCHERS : LESSON_NO_CHANGES };
  const watchers = byApi(notified).map(([api, [made]]) => {
    const since = (events) =>
      events.filter((item) => item.seq > before[api] && item.op === "write" && item.carried);
    const has = (wanted) => (item) => item.carried.some((part) => wanted.includes(part.class));
    const changes = since(made.server).filter(has(["payload"]));
    const asked = since(made.client)
      .filter((item) => changes[0].seq > item.seq)
      .filter(has(["headers", "payload"]));
    const request = writers
      .find((writer) => writer.api === api)
      ?.client.find((item) => item.op === "write" && item.carried?.some((part) => part.call === 0));
    return {
      api,
      title: apiTitle(api),
      number: made.number,
      asked: asked.length,
      changes,
      bytes: changes.reduce((sum, item) => sum + item.bytes, 0),
      after: request ? changes[0].at - request.at : null,
      as: lessonChangeFormat(changes[0]),
    };
  });
  const connects = items.filter((item) => item.op === "connect" && sourceOf(item).side === "server" && !item.upstream).length;
  return {
    watchers,
    connects,
    events: [...notified, ...writers].flatMap((made) => made.items).sort((a, b) => a.seq - b.seq),
  };
}

/** Returns the format of a change. */
function lessonChangeFormat(item) {
  const part = item.carried.find(({ class: spent }) => spent === "payload");
  const forms = { sse: "server-sent event", websocket: "WebSocket message", grpc: "gRPC message" };
  return forms[part.layer] ?? part.name;
}

/**
 * Finds in a finished recording for each API a watcher: a connection on which the server sent payload after the
 * request of another connection of the same step.
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
    const isInSameStep = (made) => made !== writer && made.items[0].step === writer.items[0].step;
    const others = connections.filter(isInSameStep).flatMap((made) => made.items);
    const notified = asked ? notifiedConnections(others, asked) : [];
    const watcher = notified.find(({ server }) => server.find(hasHead)?.seq < asked);
    if (watcher) return { writer, watcher, asked };
  }
  return null;
}
