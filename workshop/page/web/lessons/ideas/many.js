// Lesson: many connections to one server.

import { apiTitle } from "../../recording/apis.js";
import { byApi, connectionsIn, distinct, firstEvent, groupBy, openCounts } from "../../recording/connections.js";
import { countText } from "../../recording/numbers.js";
import { lessonArrow, lessonBox, lessonDrawing, lessonShape, lessonText } from "../parts/drawing.js";
import { lessonRun } from "../parts/lesson-runs.js";
import { openConnectionsChart } from "../parts/open-connections-chart.js";
import { sentencePerApi } from "../parts/sentences.js";

/** Number of connections to each server. */
const MANY_CLIENTS = 8;

/** The listening socket and the sockets of many connections. */
export const LESSON_MANY = {
  id: "many",
  title: "Many connections",
  idea: [
    "Clients connect independently. Their kernels perform the handshakes with the server's kernel.",
    "Completed handshakes wait in the queue of the listening socket, and accept takes one of them.",
  ],
  drawing: () =>
    lessonDrawing(
      "Completed handshakes wait in a queue until accept takes one.",
      480,
      70,
      lessonText(44, 40, "clients"),
      lessonArrow(80, 35, 128, 35),
      lessonBox(130, 8, 196, 54, ""),
      lessonShape("listen", 154, 35, 26),
      [190, 226, 262, 298].map((x) => lessonShape("connect", x, 35, 22)),
      lessonArrow(326, 35, 386, 35),
      lessonText(430, 40, "accept"),
    ),
  action:
    `Opens ${MANY_CLIENTS} connections to each server, gets a book on all of them at the same time, and closes them ` +
    "when all have their response.",
  questions: [
    {
      prompt: `${MANY_CLIENTS} clients are connected at the same time. How many sockets does each server need?`,
      choices: [
        {
          text: "One: the listening socket serves all of them",
          isTrue: lessonManyHas((n) => [1, 0, n]),
          whyWrong: "The listening socket never carries data. It only provides connections.",
        },
        {
          text: "One for each: the listening socket becomes the connection, and a new one listens",
          isTrue: lessonManyHas((n) => [n, n, n]),
          whyWrong: "accept does not change the listening socket. It is ready for the next client.",
        },
        { text: "One for each, plus the listening socket", isTrue: lessonManyHas((n) => [1, n, n]) },
        {
          text: "As many as there are threads in the server",
          whyWrong: "The number of threads is up to the program. A single thread can serve thousands of sockets.",
        },
      ],
    },
  ],
  run: (store) => lessonRun(store, { operation: "get", calls: MANY_CLIENTS, connection: "parallel" }),
  facts: lessonManyFacts,
  explanation: ({ apis, rows }) => [
    ...sentencePerApi(
      apis,
      ({ accepts, listeners, sockets, max }) =>
        `${countText(accepts, "accept")} on ` +
        `${countText(listeners, "listening socket")} created ${countText(sockets, "new socket")}. ` +
        `${max === accepts ? `All ${max}` : `At most ${max}`} were open at the same time.`,
    ),
    "accept does not change the listening socket. It has no peer and carries no data.",
    rows &&
      `The socket table shows ${countText(rows.length, "listening socket")}: ` +
        `${rows.map((row) => row.local).join(", ")}.`,
  ],
  chart: ({ apis }) => openConnectionsChart(apis),
  table: ({ apis }) => ({
    caption: "Recorded accepts",
    head: ["API", "accepts", "open at once", "listening socket", "new sockets"],
    rows: apis.map((api) => [api.title, api.accepts, api.max, api.on, api.made]),
  }),
  evidence: ({ events }) => events,
};

/** Returns a predicate for the expected numbers of sockets: `expected(n)` is `[listening, new, n]` for `n` connections. */
function lessonManyHas(expected) {
  return ({ apis }) =>
    apis.every(
      ({ accepts, listeners, sockets }) =>
        String(expected(accepts)) === String([listeners, sockets, accepts]),
    );
}

/** Returns the events of the step of a finished recording with most connections open at once. */
function mostOpenStep(items) {
  const most = (events) => Math.max(0, ...byApi(connectionsIn(events)).flatMap(([, made]) => openCounts(made)));
  const steps = groupBy(items, (item) => item.step).map(([, events]) => events);
  return steps.reduce((best, events) => (most(events) > most(best) ? events : best), []);
}

/** Returns for each API its accepts, their listening sockets and the new sockets. */
function lessonManyFacts({ items, rows, recorded }) {
  const connections = connectionsIn(recorded ? mostOpenStep(items) : items);
  const apis = byApi(connections)
    .map(([api, made]) => {
      const accepts = made.map(({ server }) => firstEvent(server, "accept")).filter((accept) => accept?.on);
      const listeners = distinct(accepts.map((accept) => accept.on));
      const sockets = distinct(accepts.map((accept) => accept.sock)).filter(
        (sock) => !listeners.includes(sock),
      );
      return {
        api,
        title: apiTitle(api),
        accepts: accepts.length,
        listeners: listeners.length,
        sockets: sockets.length,
        events: accepts,
        counts: openCounts(made),
        max: Math.max(...openCounts(made)),
        on: listeners.map((sock) => `#${sock}`).join(" "),
        made: sockets.map((sock) => `#${sock}`).join(" "),
      };
    })
    .filter(({ accepts }) => accepts > 1);
  if (apis.length === 0) return { missing: "This lesson needs several connections to one server, which the recording does not contain." };
  const listening = (rows ?? []).filter(
    (row) => row.state === "LISTEN" && apis.some(({ api }) => api === row.api),
  );
  return {
    apis,
    rows: recorded || listening.length === 0 ? null : listening,
    events: apis.flatMap(({ events }) => events),
  };
}
