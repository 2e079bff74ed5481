// Lesson: sockets, and the calls of a server before its first client.

import { orderText } from "../../primitives/call-order.js";
import { apiTitle, sourceOf } from "../../recording/apis.js";
import { byApi, firstEvent, listenerOf } from "../../recording/connections.js";
import { durationText } from "../../recording/numbers.js";
import { lessonArrow, lessonBox, lessonDrawing, lessonShape, lessonText } from "../parts/drawing.js";
import { lessonRun } from "../parts/lesson-runs.js";
import { sentencePerApi } from "../parts/sentences.js";

/** Sockets and listening sockets. */
export const LESSON_SOCKET = {
  id: "socket",
  title: "What is a socket?",
  idea: [
    "A socket is one endpoint of the communication between two programs.",
    "The kernel owns the socket and sends the data. The program only has a number for it, the file descriptor.",
    "The program uses the socket through system calls with that number.",
  ],
  drawing: () =>
    lessonDrawing(
      "A program holds a descriptor. The socket is in the kernel, which is connected to the network.",
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
  action: "Gets a book over each of the three APIs and shows the earlier calls of their servers.",
  questions: [
    {
      prompt:
        "A server must be ready before its first client connects. " +
        "Which calls did each of the three servers make before its first client connected?",
      choices: [
        {
          text: "socket → accept",
          isTrue: lessonAllBefore("socket → accept"),
          whyWrong: "accept takes a completed connection. Without listen no connection can be completed.",
        },
        {
          text: "socket → connect",
          isTrue: lessonAllBefore("socket → connect"),
          whyWrong: "connect requests a connection, which is the client's part. A server waits for requests.",
        },
        { text: "socket → bind → listen", isTrue: lessonAllBefore("socket → bind → listen") },
        {
          text: "None, the socket is created when the first client connects",
          isTrue: lessonAllBefore(""),
          whyWrong: "Without a socket no program would use the port, and the kernel would refuse the client.",
        },
      ],
    },
  ],
  run: (store) => lessonRun(store, { operation: "get", calls: 1, connection: "new" }),
  facts: lessonSocketFacts,
  explanation: ({ servers }) => [
    ...sentencePerApi(
      servers,
      ({ calls }) => `the server called ${orderText(calls)} before its first client.`,
    ),
    "socket creates the endpoint. bind sets its address. listen lets the kernel complete handshakes for it.",
    "These calls are independent of HTTP, GraphQL and gRPC. They are the same for every TCP server.",
  ],
  table: ({ servers }) => ({
    caption: "Listening sockets",
    head: ["API", "calls before the first client", "address", "time since listen"],
    rows: servers.map(({ title, calls, local, waited }) => [
      title,
      orderText(calls),
      local ?? "–",
      durationText(waited),
    ]),
  }),
  evidence: ({ servers }) => servers.flatMap((server) => server.events),
};

function lessonAllBefore(calls) {
  return ({ servers }) => servers.every((server) => orderText(server.calls) === calls);
}

/** Returns for each server its calls before the first accept. */
function lessonSocketFacts(run, store) {
  const accepts = run.items.filter((item) => item.op === "accept" && !item.error && item.on);
  const servers = byApi(accepts, (accept) => sourceOf(accept).api).map(([api, [accept]]) => {
    const { calls, events } = listenerOf(store.openings, accept);
    const listen = firstEvent(events, "listen");
    return {
      title: apiTitle(api),
      calls,
      events: [...events, accept],
      local: firstEvent(events, "bind")?.local,
      waited: listen ? accept.at - listen.at : null,
    };
  });
  if (servers.length === 0)
    return { missing: "This recording contains no accept, so it has no server." };
  const isDropped = store.dropped > 0 && servers.some((server) => server.calls.length === 0);
  return isDropped
    ? { missing: "This page no longer has the servers' first events. The trace files contain them." }
    : { servers };
}
