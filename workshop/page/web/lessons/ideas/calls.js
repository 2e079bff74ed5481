// Lesson: the socket calls of server and client, which do not depend on the API.

import { orderText } from "../../primitives/call-order.js";
import { apiTitle } from "../../recording/apis.js";
import { byApi, connectionsIn, distinct, firstEvent, groupBy } from "../../recording/connections.js";
import { hasBothSides, listenerOf, callPattern, durationOf } from "../../recording/connections.js";
import { listText } from "../../recording/numbers.js";
import { lessonArrow, lessonBox, lessonDrawing, lessonText } from "../parts/drawing.js";
import { lessonRun } from "../parts/lesson-runs.js";

/** The call patterns of both sides. */
export const LESSON_CALLS = {
  id: "calls",
  title: "Calls of server and client",
  idea: [
    "Of two communicating programs, the client sends the first request and the server waits for it.",
    "So client and server make different socket calls, each in a fixed order.",
    "You know the server's first calls: socket, bind, listen. This lesson is about the client.",
  ],
  drawing: () =>
    lessonDrawing(
      "The client sends the first request to the waiting server.",
      480,
      64,
      lessonBox(4, 10, 140, 44, "client: requests"),
      lessonArrow(144, 32, 334, 32),
      lessonText(239, 24, "which calls?"),
      lessonBox(336, 10, 140, 44, "server: waits"),
    ),
  action: "Gets a book over each of the three APIs.",
  questions: [
    {
      prompt: "Which calls does the client make to get its book, over REST, GraphQL and gRPC?",
      choices: [
        {
          text: "socket → bind → listen → connect, because it needs an address, too",
          isTrue: lessonClientsDo("bind"),
          whyWrong: "The client's socket has an address, but the kernel sets it at connect.",
        },
        {
          text: "socket → connect → write → read, then the end; the same over all three",
          isTrue: ({ clients }) =>
            clients.length === 1 && clients[0].startsWith("socket → connect → write → read"),
        },
        {
          text: "socket → connect → accept, because each side accepts the other",
          isTrue: lessonClientsDo("accept"),
          whyWrong:
            "Only a listening socket can accept, and the client has none. " +
            "connect returns when the connection is established.",
        },
        {
          text: "gRPC uses other calls, because HTTP/2 has many streams",
          isTrue: ({ clients }) => clients.length > 1,
          whyWrong:
            "HTTP/2's streams are bytes within one TCP connection. The kernel does not know them.",
        },
      ],
    },
  ],
  run: (store) => lessonRun(store, { operation: "get", calls: 1, connection: "new" }),
  facts: lessonCallsFacts,
  explanation: ({ clients, servers, whole, connectFirst }) => [
    clients.length === 1 && `Every client called ${clients[0]}.`,
    servers.length === 1 &&
      `Every server's socket of a connection called ${servers[0]}. Only the first calls differ from the client's.`,
    "The two kernels perform the handshake. accept and connect return after it, in random order. " +
      `Here connect returned first in ${connectFirst} of ${whole} connections.`,
  ],
  table: ({ apis }) => ({
    caption: "Call pattern of each socket",
    head: ["socket", "calls", "over"],
    rows: [
      ...lessonCallRows(apis, "client", (api) => api.client),
      ...lessonCallRows(apis, "server, listening", (api) => api.listener || "– (these events are no longer on this page)"),
      ...lessonCallRows(apis, "server, connection", (api) => api.server),
    ],
  }),
  evidence: ({ events }) => events,
};

/** Returns a row for each group of APIs with the same call pattern. */
function lessonCallRows(apis, socket, calls) {
  const titles = (alike) => listText(alike.map(({ title }) => title));
  return groupBy(apis, calls).map(([made, alike]) => [socket, made, titles(alike)]);
}

function lessonClientsDo(call) {
  return ({ clients }) => clients.every((calls) => calls.split(" → ").includes(call));
}

/** Compares the ends of both calls. The time of a connect event is its start, that of an accept event its end. */
function lessonConnectReturnedFirst(client, server) {
  const connect = firstEvent(client, "connect");
  return connect.at + (durationOf(connect) ?? 0) < firstEvent(server, "accept").at;
}

/** Returns the call patterns of one connection of each API. */
function lessonCallsFacts({ items }, store) {
  const connections = connectionsIn(items).filter(hasBothSides);
  const chosen = byApi(connections).map(([, [first]]) => first);
  if (chosen.length === 0)
    return { missing: "This lesson needs a connection with both sides recorded, which the recording does not contain." };
  const apis = chosen.map(({ api, client, server }) => {
    const listener = listenerOf(store.openings, firstEvent(server, "accept")).calls;
    return {
      title: apiTitle(api),
      client: orderText(callPattern(client)),
      server: orderText(callPattern(server)),
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
