// Lesson: addresses and the 4-tuple of a connection.

import { apiTitle } from "../../recording/apis.js";
import { byApi, connectionsIn, distinct, firstEvent } from "../../recording/connections.js";
import { countText } from "../../recording/numbers.js";
import { lessonArrow, lessonBox, lessonDrawing, lessonText } from "../parts/drawing.js";
import { lessonRun } from "../parts/lesson-runs.js";
import { sentencePerApi } from "../parts/sentences.js";

/** The 4-tuple that identifies a connection. */
export const LESSON_TUPLE = {
  id: "tuple",
  title: "The 4-tuple of a connection",
  idea: [
    "A socket's address is an IP address and a port. The IP address identifies the machine, the port a socket on it.",
    "Every packet of a TCP connection contains the addresses of both sides.",
  ],
  drawing: () =>
    lessonDrawing(
      "Two clients are connected to the same port of a server.",
      480,
      110,
      lessonBox(4, 4, 130, 40, "client"),
      lessonBox(4, 64, 130, 40, "client"),
      lessonArrow(134, 24, 296, 46),
      lessonArrow(134, 84, 296, 62),
      lessonBox(298, 32, 178, 44, "server, one port"),
      lessonText(215, 60, "?"),
    ),
  action: "Gets a book twice over each API, each time on a new connection.",
  questions: [
    {
      prompt:
        "Both connections use the same port of the server. " +
        "How does the kernel know to which connection a packet belongs?",
      choices: [
        {
          text: "By the server's port: accept moves each connection to a new port",
          isTrue: ({ apis }) => apis.every((api) => api.servers.length === api.rows.length),
          whyWrong:
            "accept creates a new socket with the same address. The client keeps sending to the port that it knows.",
        },
        {
          text: "By the client's port: it differs for each connection",
          isTrue: ({ apis }) =>
            apis.every((api) => api.servers.length === 1 && api.clients.length === api.rows.length),
        },
        {
          text: "By the file descriptor: its number is in every packet",
          whyWrong:
            "A descriptor is valid only within one process and is never sent. Each side has its own.",
        },
        {
          text: "By the order: the packets of one connection arrive before those of the next",
          whyWrong: "Packets of several connections arrive interleaved and possibly out of order.",
        },
      ],
    },
  ],
  run: (store) => lessonRun(store, { operation: "get", calls: 2, connection: "new" }),
  facts: lessonTupleFacts,
  explanation: ({ apis }) => [
    ...sentencePerApi(
      apis,
      ({ servers, clients, rows }) =>
        `${rows.length} connections have ` +
        `${countText(servers.length, "address", "addresses")} on the server side and ` +
        `${countText(clients.length, "address", "addresses")} on the client side.`,
    ),
    "The client's kernel chooses a free port at connect. The IP addresses and ports of both sides are the 4-tuple. " +
      "It identifies a connection, because no two connections have the same 4-tuple.",
    "The page numbers the connections of all APIs. The number of a socket counts within its recording, as in the terminal's lines.",
  ],
  table: ({ apis }) => ({
    caption: "Recorded accepts",
    head: ["connection", "server's address", "client's address", "server's socket"],
    rows: apis.flatMap(({ title, rows }) =>
      rows.map((row) => [`${title}, ${row.number}`, row.local, row.peer, `#${row.sock}`]),
    ),
  }),
  evidence: ({ apis }) => apis.flatMap((api) => api.events),
};

/** Returns for each API with several connections the addresses of its accepts. */
function lessonTupleFacts({ items, recorded }) {
  const accepted = connectionsIn(items).map(({ number, api, client, server }) => {
    const accept = firstEvent(server, "accept");
    return (
      accept && {
        number,
        api,
        local: accept.local,
        peer: accept.peer,
        sock: accept.sock,
        events: [firstEvent(client, "connect"), accept],
      }
    );
  });
  const apis = byApi(accepted.filter(Boolean))
    .filter(([, rows]) => rows.length > 1)
    .map(([api, all]) => {
      const rows = recorded ? all.slice(0, 4) : all;
      return {
        title: apiTitle(api),
        rows,
        servers: distinct(rows.map((row) => row.local)),
        clients: distinct(rows.map((row) => row.peer)),
        events: rows.flatMap((row) => row.events).filter(Boolean),
      };
    });
  return apis.length === 0
    ? { missing: "This lesson needs two connections to one server, which the recording does not contain." }
    : { apis };
}
