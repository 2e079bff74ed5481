// Lesson 2: addresses, and the four numbers of a connection.

import { apiTitle } from "../../recording/apis.js";
import { byApi, connectionsIn, distinct, firstOf } from "../../recording/connections.js";
import { countText } from "../../recording/numbers.js";
import { lessonArrow, lessonBox, lessonDrawing, lessonText } from "../drawing.js";
import { lessonRun } from "../lesson-runs.js";
import { togetherText } from "../sentences.js";

/** What tells two connections to one port apart. */
export const LESSON_TUPLE = {
  id: "tuple",
  title: "The address and the four numbers",
  idea: [
    "A socket's address is an IP and a port: the IP leads to the machine, the port to the program on it.",
    "Every packet of a TCP connection carries the addresses of both ends.",
  ],
  drawing: () =>
    lessonDrawing(
      "An address: the IP names the machine, the port the program. Two clients at one server's port.",
      480,
      110,
      lessonBox(4, 4, 130, 40, "client"),
      lessonBox(4, 64, 130, 40, "client"),
      lessonArrow(134, 24, 296, 46),
      lessonArrow(134, 84, 296, 62),
      lessonBox(298, 32, 178, 44, "server, one port"),
      lessonText(215, 60, "?"),
    ),
  doing: "Gets a book twice over each API, each time on a new connection.",
  questions: [
    {
      ask:
        "Both connections go to the same port of the server. How does the kernel tell which packet " +
        "belongs to which?",
      choices: [
        {
          text: "By the server's port: accept moves each connection to a port of its own",
          is: ({ apis }) => apis.every((api) => api.servers.length === api.rows.length),
          unless:
            "accept makes a new socket, but at the same address: the client goes on sending to the port " +
            "that it knows.",
        },
        {
          text: "By the client's port: it is another one for each connection",
          is: ({ apis }) =>
            apis.every((api) => api.servers.length === 1 && api.clients.length === api.rows.length),
        },
        {
          text: "By the file descriptor: its number is in every packet",
          unless:
            "A descriptor is a number inside of one process; it never leaves it. Each end has a number " +
            "of its own.",
        },
        {
          text: "By the order: the packets come one connection after the other",
          unless: "Packets of many connections come mixed, and need not even come in order.",
        },
      ],
    },
  ],
  run: (store) => lessonRun(store, { operation: "get", calls: 2, connection: "new" }),
  facts: lessonTupleFacts,
  says: ({ apis }) => [
    ...togetherText(
      apis,
      ({ servers, clients, rows }) =>
        `${rows.length} connections have ` +
        `${countText(servers.length, "address", "addresses")} at the server and ` +
        `${countText(clients.length, "address", "addresses")} at the client.`,
    ),
    "The client's kernel picks a free port at connect. IP and port of both ends together, the 4-tuple, " +
      "name a connection: no two " +
      "have all four the same.",
  ],
  table: ({ apis }) => ({
    caption: "What the accepts recorded",
    head: ["connection", "server's address", "client's address", "socket"],
    rows: apis.flatMap(({ title, rows }) =>
      rows.map((row) => [`${title}, ${row.number}`, row.local, row.peer, `#${row.sock}`]),
    ),
  }),
  shown: ({ apis }) => apis.flatMap((api) => api.events),
};

/** Of each API with two connections or more: the addresses that its accepts recorded. */
function lessonTupleFacts({ items, recorded }) {
  const accepted = connectionsIn(items).map(({ number, api, client, server }) => {
    const accept = firstOf(server, "accept");
    return (
      accept && {
        number,
        api,
        local: accept.local,
        peer: accept.peer,
        sock: accept.sock,
        events: [firstOf(client, "connect"), accept],
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
    ? { missing: "It takes two connections to one server, and here are none." }
    : { apis };
}
