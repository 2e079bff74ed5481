// Lesson: a server that is itself a client, of its database.

import { sourceOf } from "../../recording/apis.js";
import { distinct, socketName } from "../../recording/connections.js";
import { byteCountText, countText } from "../../recording/numbers.js";
import { socketAddress, socketProcess } from "../../sockets/table.js";
import { lessonArrow, lessonBox, lessonDrawing, lessonText } from "../parts/drawing.js";
import { lessonRun, lessonWaitUntil, lessonWatching } from "../parts/lesson-runs.js";

/** The server of the lesson. */
const DATABASE_API = "rest";

const DATABASE_UNUSED =
  "The books are in memory. To run this lesson, start the workshop with a PostgreSQL database: " +
  "cargo run --features postgres -- --store postgres://user@localhost/bookshelf";

const DATABASE_MISSING = "This recording contains no connection of the REST server to a database.";

/** The connections of client, server and database. */
export const LESSON_DATABASE = {
  id: "database",
  title: "The server as a client",
  idea: [
    "The servers keep their books in a database, which is another program and listens on a port of its own.",
    "A client gets a book over REST. The server gets the book from the database before it responds.",
  ],
  drawing: () =>
    lessonDrawing(
      "A client is connected to a server. How is the server connected to the database?",
      480,
      60,
      lessonBox(4, 8, 110, 44, "client"),
      lessonArrow(114, 30, 184, 30),
      lessonBox(186, 8, 110, 44, "server"),
      lessonArrow(296, 30, 366, 30, true),
      lessonText(331, 22, "?"),
      lessonBox(368, 8, 108, 44, "database"),
    ),
  action: "Keeps a watcher over REST open, gets a book over REST, and reads the socket table.",
  questions: [
    {
      prompt: "Which calls does the REST server make on its connection to the database?",
      choices: [
        {
          text: "accept, then it reads what the database sends",
          isTrue: ({ isFirstWriter, connects }) => connects === 0 && !isFirstWriter,
          whyWrong: "The database does not know when a book is needed. It waits for requests, as every server does.",
        },
        {
          text: "socket → connect, then it writes queries and reads the results, as a client does",
          isTrue: ({ isFirstWriter, connects }) => connects > 0 && isFirstWriter,
        },
        {
          text: "None, because the connection of the client is passed on to the database",
          isTrue: ({ connections }) => connections.length === 0,
          whyWrong:
            "A connection has exactly two ends. That of the client ends at the server, which needs another one to the database.",
        },
      ],
    },
  ],
  unavailable: (store) => (store.hello && !store.hello.database ? DATABASE_UNUSED : null),
  run: databaseRun,
  facts: databaseFacts,
  explanation: ({ connects, connections, local, peer, sent, received }) => [
    `The server connected to ${peer}. Its own address on this connection is ${local}: the kernel chose the port, as for every client.`,
    sent > 0 &&
      `For the request of the client, the server wrote ${byteCountText(sent)} to the database and read ${byteCountText(received)}.`,
    `${countText(connects, "connection")} to the database ` +
      `${connects === 1 ? "was" : "were"} opened, ${connections.length} of them used in this lesson. ` +
      "The server keeps them open for later requests: a connection pool saves the handshakes.",
  ],
  table: ({ rows }) =>
    rows.length === 0
      ? null
      : {
          caption: "Client, server and database, as netstat shows them",
          head: ["socket of", "proto", "recv-q", "send-q", "local address", "foreign address", "state", "PID/program"],
          rows: rows.map((row) => [
            databaseRole(row),
            row.proto,
            row.recv_queue,
            row.backlog ?? row.send_queue,
            socketAddress(row.local),
            socketAddress(row.foreign),
            row.state ?? "–",
            socketProcess(row),
          ]),
        },
  evidence: ({ events }) => events,
};

/** Gets a book over REST while a watcher is connected, and waits for the socket table that contains its connection. */
function databaseRun(store) {
  return lessonWatching(store, [DATABASE_API], async () => {
    const run = await lessonRun(store, { operation: "get", calls: 1, connection: "one", apis: [DATABASE_API] });
    const rows = () => (store.sockets?.rows ?? []).filter((row) => row.change !== "gone");
    const has = (isWanted) => rows().some((row) => row.state === "ESTABLISHED" && isWanted(row));
    await lessonWaitUntil(
      store,
      "sockets",
      () => has(({ api, side }) => api === DATABASE_API && side === "client") && has(({ upstream }) => upstream),
    );
    return { ...run, rows: databaseRows(rows()) };
  });
}

/** Returns the open sockets of the REST clients, of the REST server and of its peers in the database. */
function databaseRows(rows) {
  const open = rows.filter(({ state }) => state === "LISTEN" || state === "ESTABLISHED");
  const own = open.filter(({ api }) => api === DATABASE_API);
  const connected = own.filter(({ upstream }) => upstream).map(({ local }) => local);
  const database = open.filter(
    ({ api, state, foreign }) => api === "database" && (state === "LISTEN" || connected.includes(foreign)),
  );
  const place = (row) => ["client", "server", "server → database", "database"].indexOf(databaseRole(row));
  return [...own, ...database].sort((a, b) => place(a) - place(b) || (a.state === "LISTEN" ? -1 : 1));
}

function databaseRole({ api, side, upstream }) {
  if (upstream) return "server → database";
  return api === "database" ? "database" : side;
}

/** Returns the traffic between the REST server and the database. */
function databaseFacts({ items, recorded, rows }, store) {
  const isOwn = (item) => item.upstream && sourceOf(item).api === DATABASE_API;
  const all = store.items.filter(isOwn);
  if (all.length === 0) return { missing: DATABASE_MISSING };
  const [first, last] = [items[0]?.seq, items.at(-1)?.seq];
  const during = recorded ? all : all.filter(({ seq }) => seq >= first && seq <= last);
  const connections = distinct(during.map(socketName));
  const connect = all.find((item) => item.op === "connect" && !item.error);
  const bytes = (op) => during.filter((item) => item.op === op && item.bytes > 0).reduce((sum, item) => sum + item.bytes, 0);
  const transfer = all.find((item) => item.bytes > 0);
  return {
    connections,
    connects: all.filter((item) => item.op === "connect" && !item.error).length,
    isFirstWriter: transfer?.op === "write",
    local: connect?.local ?? "unknown",
    peer: connect?.peer ?? "the database",
    sent: recorded ? 0 : bytes("write"),
    received: recorded ? 0 : bytes("read"),
    rows: recorded ? [] : (rows ?? []),
    events: recorded ? all : [...items, ...during].sort((a, b) => a.seq - b.seq),
  };
}
