// Lesson 5: many connections to one server.

import { apiTitle } from "../../recording/apis.js";
import { byApi, connectionsIn, distinct, firstOf, mostOpen } from "../../recording/connections.js";
import { countText } from "../../recording/numbers.js";
import { lessonArrow, lessonBox, lessonDrawing, lessonShape, lessonText } from "../drawing.js";
import { lessonRun } from "../lesson-runs.js";
import { togetherText } from "../sentences.js";

/** What the listening socket does when many come. */
export const LESSON_MANY = {
  id: "many",
  title: "Many connections",
  idea: [
    "Clients do not wait for each other: their kernels shake hands with the server's kernel as they come.",
    "Finished handshakes stand in the queue of the listening socket, and accept takes one out.",
  ],
  drawing: () =>
    lessonDrawing(
      "Finished handshakes stand in a queue until accept takes one.",
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
  doing: "Gets a book five times over each API, each time on a new connection.",
  questions: [
    {
      ask: "How many sockets does a server have for many connections?",
      choices: [
        {
          text: "One: the listening socket talks with all of them",
          is: lessonManyHas((n) => [1, 0, n]),
          unless: "The listening socket never carries a byte. It only hands out connections.",
        },
        {
          text: "One for each: the listening socket turns into the connection, and a new one listens",
          is: lessonManyHas((n) => [n, n, n]),
          unless: "accept leaves the listening socket as it is, so that the next client finds it listening.",
        },
        { text: "One for each, and one more that goes on listening", is: lessonManyHas((n) => [1, n, n]) },
        {
          text: "As many as there are threads in the server",
          unless: "Threads are the program's affair. A single thread can look after thousands of sockets.",
        },
      ],
    },
  ],
  run: (store) => lessonRun(store, { operation: "get", calls: 5, connection: "new" }),
  facts: lessonManyFacts,
  says: ({ apis, rows }) => [
    ...togetherText(
      apis,
      ({ accepts, listeners, sockets, most }) =>
        `${countText(accepts, "accept")} on ` +
        `${countText(listeners, "listening socket")} made ${countText(sockets, "new socket")}, of ` +
        `which at most ${most} ` +
        `${most === 1 ? "was" : "were"} open at a time.`,
    ),
    "After each accept the listener was as before: it has no peer, and no data goes through it.",
    rows &&
      `In the socket table they have ${countText(rows.length, "row")} in LISTEN: ` +
        `${rows.map((row) => row.local).join(", ")}.`,
  ],
  table: ({ apis }) => ({
    caption: "What the accepts recorded",
    head: ["API", "accepts", "listening socket", "new sockets"],
    rows: apis.map((api) => [api.title, api.accepts, api.on, api.made]),
  }),
  shown: ({ events }) => events,
};

/** Whether each server had so many listening sockets and so many others, for its `n` connections. */
function lessonManyHas(expected) {
  return ({ apis }) =>
    apis.every(
      ({ accepts, listeners, sockets }) =>
        String(expected(accepts)) === String([listeners, sockets, accepts]),
    );
}

/** Of each API: its accepts, by which socket, and which sockets they made. */
function lessonManyFacts({ items, rows, recorded }) {
  const connections = connectionsIn(items);
  const apis = byApi(connections)
    .map(([api, made]) => {
      const accepts = made.map(({ server }) => firstOf(server, "accept")).filter((accept) => accept?.on);
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
        most: mostOpen(made),
        on: listeners.map((sock) => `#${sock}`).join(" "),
        made: sockets.map((sock) => `#${sock}`).join(" "),
      };
    })
    .filter(({ accepts }) => accepts > 1);
  if (apis.length === 0) return { missing: "It takes several connections to one server, and here are none." };
  const listening = (rows ?? []).filter(
    (row) => row.state === "LISTEN" && apis.some(({ api }) => api === row.api),
  );
  return {
    apis,
    rows: recorded || listening.length === 0 ? null : listening,
    events: apis.flatMap(({ events }) => events),
  };
}
