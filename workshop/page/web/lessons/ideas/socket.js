// Lesson 1: what a socket is, and what a server has done before anyone came.

import { apiTitle, sourceOf } from "../../recording/apis.js";
import { orderText } from "../../recording/call-order.js";
import { byApi, firstOf, listenerOf } from "../../recording/connections.js";
import { spanText } from "../../recording/numbers.js";
import { lessonArrow, lessonBox, lessonDrawing, lessonShape, lessonText } from "../drawing.js";
import { lessonRun } from "../lesson-runs.js";
import { togetherText } from "../sentences.js";

/** What a socket is. */
export const LESSON_SOCKET = {
  id: "socket",
  title: "What is a socket",
  idea: [
    "A socket is one end of a conversation between two programs.",
    "The kernel makes it and does the sending; the program only holds a number for it, its file descriptor.",
    "All that the program can do is to make calls on that number.",
  ],
  drawing: () =>
    lessonDrawing(
      "A program holds a descriptor; the socket is in the kernel, which talks to the network.",
      480,
      84,
      lessonBox(4, 20, 104, 44, "program"),
      lessonText(158, 34, "descriptor"),
      lessonArrow(108, 42, 206, 42),
      lessonBox(208, 4, 140, 76, ""),
      lessonShape("socket", 236, 42, 34),
      lessonText(300, 47, "kernel"),
      lessonArrow(348, 42, 400, 42),
      lessonText(440, 47, "network"),
    ),
  doing: "Gets a book over each of the three APIs, and looks up what their servers had done before.",
  questions: [
    {
      ask:
        "A server must be ready before its first client comes. Which calls had each of the three " +
        "servers made before anyone came?",
      choices: [
        {
          text: "socket → accept",
          is: lessonAllBefore("socket → accept"),
          unless: "accept takes a connection that is finished, and without listen there is none to take.",
        },
        {
          text: "socket → connect",
          is: lessonAllBefore("socket → connect"),
          unless: "connect asks for a connection: that is the client's part. A server waits to be asked.",
        },
        { text: "socket → bind → listen", is: lessonAllBefore("socket → bind → listen") },
        {
          text: "None: the socket is made when the first client comes",
          is: lessonAllBefore(""),
          unless: "Then the kernel would know of no one at that port, and would refuse the client by itself.",
        },
      ],
    },
  ],
  run: (store) => lessonRun(store, { operation: "get", calls: 1, connection: "new" }),
  facts: lessonSocketFacts,
  says: ({ servers }) => [
    ...togetherText(
      servers,
      ({ calls }) => `before its client came, the server had done ${orderText(calls)}.`,
    ),
    "socket makes the endpoint, bind gives it its address, and listen lets the kernel finish handshakes " +
      "for it.",
    "Nothing in these calls knows of HTTP, GraphQL or gRPC: they are the same for any server over TCP.",
  ],
  table: ({ servers }) => ({
    caption: "The listening sockets",
    head: ["API", "calls before the first client", "address", "listening for"],
    rows: servers.map(({ title, calls, local, waited }) => [
      title,
      orderText(calls),
      local ?? "–",
      spanText(waited),
    ]),
  }),
  shown: ({ servers }) => servers.flatMap((server) => server.events),
};

function lessonAllBefore(calls) {
  return ({ servers }) => servers.every((server) => orderText(server.calls) === calls);
}

/** Of each server: what it had done before the client's connection was accepted. */
function lessonSocketFacts(run, store) {
  const accepts = run.items.filter((item) => item.op === "accept" && !item.error && item.on);
  const servers = byApi(accepts, (accept) => sourceOf(accept).api).map(([api, [accept]]) => {
    const { calls, events } = listenerOf(store.items, accept);
    const listen = firstOf(events, "listen");
    return {
      title: apiTitle(api),
      calls,
      events: [...events, accept],
      local: firstOf(events, "bind")?.local,
      waited: listen ? accept.at - listen.at : null,
    };
  });
  if (servers.length === 0)
    return { missing: "There is no accept in this recording, so no server to look at." };
  const isForgotten = store.dropped > 0 && servers.some((server) => server.calls.length === 0);
  return isForgotten
    ? { missing: "The servers' first events are no longer kept on this page. The trace files have them." }
    : { servers };
}
