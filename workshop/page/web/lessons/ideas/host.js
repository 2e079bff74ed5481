// Lesson: several servers and clients on one host, as netstat shows them.

import { apiTitle } from "../../recording/apis.js";
import { distinct } from "../../recording/connections.js";
import { countText, listText } from "../../recording/numbers.js";
import { socketAddress, socketProcess } from "../../sockets/table.js";
import { lessonArrow, lessonBox, lessonDrawing, lessonText } from "../parts/drawing.js";
import { lessonApis, lessonRun, lessonWaitUntil, lessonWatching } from "../parts/lesson-runs.js";

const HOST_MISSING = "The socket table has no listening socket of the servers. It is available on Linux only.";
const HOST_RECORDED = "This lesson reads the kernel's socket table, which a recording does not contain.";

/** All servers and their clients on one host. */
export const LESSON_HOST = {
  id: "host",
  title: "One host, several programs",
  idea: [
    "Three servers, their clients and perhaps your terminal use the network of this machine at the same time.",
    "netstat lists all of their sockets in one table, as the kernel keeps them.",
  ],
  drawing: () =>
    lessonDrawing(
      "Packets for three servers arrive at one address. Which server receives a packet?",
      480,
      100,
      lessonText(44, 55, "packets"),
      lessonArrow(84, 50, 178, 50),
      lessonBox(180, 28, 110, 44, "kernel", "one address"),
      ["REST", "GraphQL", "gRPC"].map((title, n) => [
        lessonArrow(290, 50, 366, 18 + n * 32),
        lessonBox(368, 4 + n * 32, 108, 28, title),
      ]),
      lessonText(326, 30, "?"),
    ),
  action: "Opens a watcher over each API, gets a book over each, and reads the socket table while the watchers wait.",
  questions: [
    {
      prompt: "All servers have the same IP address. How does the kernel know to which of them a client wants to connect?",
      choices: [
        {
          text: "By the process id in the packet",
          whyWrong: "A packet contains no process id. A client need not know which program listens.",
        },
        {
          text: "By the first bytes of the request",
          whyWrong: "The kernel chooses the socket when the SYN arrives, before there is a request.",
        },
        {
          text: "By the port on which each of them listens",
          isTrue: ({ listening, ports, addresses }) => ports.length === listening.length && addresses.length === 1,
        },
        {
          text: "It does not know: every server receives every packet",
          whyWrong: "Each packet belongs to one socket. Two servers cannot even bind to the same address and port.",
        },
      ],
    },
  ],
  run: hostRun,
  facts: hostFacts,
  explanation: ({ listening, ports, pairs, own, others }) => [
    `${countText(listening.length, "server")} listen on ${countText(ports.length, "port")}: ` +
      `${listText(listening.map(({ api, local }) => `${apiTitle(api)} on ${local.split(":").at(-1)}`))}.`,
    `${countText(pairs, "connection")} ${pairs === 1 ? "has" : "have"} both ends on this host, so ${pairs === 1 ? "it has" : "each has"} two rows: the same two addresses in opposite order.`,
    `The last column names the program that holds the socket. ${own} ` +
      "holds servers and clients, because the workshop runs them in one process. For the kernel that makes no difference: each socket is separate.",
    others.length > 0
      ? `Other programs are connected, too: ${listText(others)}.`
      : "To see another program in the table, keep a curl -N open, from Command lines, and run the lesson again.",
  ],
  table: ({ rows }) => ({
    caption: "All sockets of the servers and their clients, as netstat shows them",
    head: ["socket of", "proto", "local address", "foreign address", "state", "PID/program"],
    rows: rows.map((row) => [
      `${apiTitle(row.api)} ${row.side}`,
      row.proto,
      socketAddress(row.local),
      socketAddress(row.foreign),
      row.state,
      socketProcess(row),
    ]),
  }),
  evidence: ({ events }) => events,
};

/** Gets a book over each API while watchers are connected, and waits for the socket table that contains their connections. */
function hostRun(store) {
  const apis = lessonApis(store);
  return lessonWatching(store, apis, async () => {
    const run = await lessonRun(store, { operation: "get", calls: 1, connection: "one", apis });
    const rows = () => (store.sockets?.rows ?? []).filter(({ api, change }) => apis.includes(api) && change !== "gone");
    await lessonWaitUntil(store, "sockets", () =>
      apis.every((api) => ["server", "client"].every((side) => rows().some((row) => row.api === api && row.side === side && row.state === "ESTABLISHED"))),
    );
    return { ...run, rows: rows() };
  });
}

/** Returns the open sockets of the APIs' servers and clients. */
function hostFacts({ items, recorded, rows = [] }) {
  if (recorded) return { missing: HOST_RECORDED };
  const open = rows.filter(({ state, upstream }) => !upstream && (state === "LISTEN" || state === "ESTABLISHED"));
  const listening = open.filter(({ state }) => state === "LISTEN");
  if (listening.length === 0) return { missing: HOST_MISSING };
  const clients = open.filter(({ side }) => side === "client");
  const own = socketProcess(listening[0]);
  const peers = new Set(open.map(({ local, foreign }) => `${local} ${foreign}`));
  const place = ({ state, side }) => (state === "LISTEN" ? 0 : side === "server" ? 1 : 2);
  return {
    rows: [...open].sort((one, other) => place(one) - place(other)),
    listening,
    ports: distinct(listening.map(({ local }) => local.split(":").at(-1))),
    addresses: distinct(listening.map(({ local }) => local.replace(/:\d+$/, ""))),
    pairs: clients.filter(({ local, foreign }) => peers.has(`${foreign} ${local}`)).length,
    own,
    others: distinct(clients.map(socketProcess).filter((process) => process !== own && process !== "–")),
    events: items,
  };
}
