// Lesson 3: the calls of a server and of a client, and that they do not depend on the API.

import { apiTitle } from "../../recording/apis.js";
import { orderText } from "../../recording/call-order.js";
import { byApi, connectionsIn, distinct, firstOf, groupsOf } from "../../recording/connections.js";
import { isWholeConnection, listenerOf, skeletonOf, tookOf } from "../../recording/connections.js";
import { listText } from "../../recording/numbers.js";
import { lessonArrow, lessonBox, lessonDrawing, lessonText } from "../drawing.js";
import { lessonRun } from "../lesson-runs.js";

/** The order of the calls on both sides. */
export const LESSON_CALLS = {
  id: "calls",
  title: "The server's calls, the client's calls",
  idea: [
    "Of two programs that talk, one must ask first and the other must wait to be asked.",
    "So client and server make different calls, each in a fixed order.",
    "A server has done socket, bind and listen before: now look at the client.",
  ],
  drawing: () =>
    lessonDrawing(
      "The client asks first; the server has waited for it.",
      480,
      64,
      lessonBox(4, 10, 140, 44, "client: asks"),
      lessonArrow(144, 32, 334, 32),
      lessonText(239, 24, "which calls?"),
      lessonBox(336, 10, 140, 44, "server: waits"),
    ),
  doing: "Gets a book over each of the three APIs.",
  questions: [
    {
      ask: "Which calls does the client make to get its book, over REST, GraphQL and gRPC?",
      choices: [
        {
          text: "socket → bind → listen → connect: it needs an address, too",
          is: lessonClientsDo("bind"),
          unless: "Its socket does get an address, but from the kernel, which picks a free port at connect.",
        },
        {
          text: "socket → connect → write → read, then it ends: the same over all three",
          is: ({ clients }) =>
            clients.length === 1 && clients[0].startsWith("socket → connect → write → read"),
        },
        {
          text: "socket → connect → accept: each side accepts the other",
          is: lessonClientsDo("accept"),
          unless:
            "Only a listening socket can accept, and the client has none. connect returns when the " +
            "connection is there.",
        },
        {
          text: "gRPC has calls of its own, since HTTP/2 runs many streams",
          is: ({ clients }) => clients.length > 1,
          unless:
            "HTTP/2's streams are bytes inside of one TCP connection. The kernel knows nothing of them.",
        },
      ],
    },
  ],
  run: (store) => lessonRun(store, { operation: "get", calls: 1, connection: "new" }),
  facts: lessonCallsFacts,
  says: ({ clients, servers, whole, connectFirst }) => [
    clients.length === 1 && `Every client did ${clients[0]}.`,
    servers.length === 1 &&
      `Every server took the connection by ${servers[0]}. The names differ at the beginning; then both ` +
        "read and write alike.",
    "A handshake is done by the two kernels: accept returns after it, and so does connect. Which of the " +
      `two programs hears of it first is chance: here the client in ${connectFirst} of ${whole}.`,
  ],
  table: ({ apis }) => ({
    caption: "The calls of each socket, each named once",
    head: ["socket", "calls", "over"],
    rows: [
      ...lessonCallRows(apis, "client", (api) => api.client),
      ...lessonCallRows(apis, "server, listening", (api) => api.listener || "– (no longer kept here)"),
      ...lessonCallRows(apis, "server, connection", (api) => api.server),
    ],
  }),
  shown: ({ events }) => events,
};

/** A row for all APIs whose sockets made the same calls. */
function lessonCallRows(apis, socket, calls) {
  const titles = (alike) => listText(alike.map(({ title }) => title));
  return groupsOf(apis, calls).map(([made, alike]) => [socket, made, titles(alike)]);
}

function lessonClientsDo(call) {
  return ({ clients }) => clients.every((calls) => calls.split(" → ").includes(call));
}

/** A connect has the time when it was made; an accept that when it returned. */
function lessonConnectReturnedFirst(client, server) {
  const connect = firstOf(client, "connect");
  return connect.at + (tookOf(connect) ?? 0) < firstOf(server, "accept").at;
}

/** The skeletons of a connection of each API, of both its ends. */
function lessonCallsFacts({ items }, store) {
  const connections = connectionsIn(items).filter(isWholeConnection);
  const chosen = byApi(connections).map(([, [first]]) => first);
  if (chosen.length === 0)
    return { missing: "It takes a connection of which both sides were recorded, and here is none." };
  const apis = chosen.map(({ api, client, server }) => {
    const listener = listenerOf(store.items, firstOf(server, "accept")).calls;
    return {
      title: apiTitle(api),
      client: orderText(skeletonOf(client)),
      server: orderText(skeletonOf(server)),
      listener: listener.length > 0 ? orderText([...listener, "accept"]) : "",
    };
  });
  return {
    apis,
    clients: distinct(apis.map((api) => api.client)),
    servers: distinct(apis.map((api) => api.server)),
    whole: chosen.length,
    connectFirst: chosen.filter(({ client, server }) => lessonConnectReturnedFirst(client, server)).length,
    events: chosen.flatMap((made) => made.items),
  };
}
