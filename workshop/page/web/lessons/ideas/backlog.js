// Lesson: a listening socket whose queue is full.

import { countText, numberText } from "../../recording/numbers.js";
import { lessonArrow, lessonBox, lessonDrawing, lessonShape, lessonText } from "../parts/drawing.js";
import { errorName } from "../parts/error-names.js";
import { wireLessonChart } from "../parts/wire-chart.js";
import { wireCallsOf, wireHasFlags, wireLessonRecording, wireLessonRun, wireLessonUnavailable } from "../parts/wire-runs.js";

const BACKLOG = "backlog";

/** The queue of completed connections. */
export const LESSON_BACKLOG = {
  id: "backlog",
  title: "A backlog that fills",
  idea: [
    "Connections wait in the queue of a listening socket until the program calls accept.",
    "listen has an argument for the length of this queue, the backlog. Here it is 1, and the program does not call accept for a while.",
  ],
  drawing: () =>
    lessonDrawing(
      "A full queue, and a further client.",
      480,
      70,
      lessonText(44, 40, "client 3"),
      lessonArrow(84, 35, 148, 35),
      lessonText(116, 24, "?"),
      lessonBox(150, 8, 160, 54, ""),
      lessonShape("listen", 176, 35, 26),
      [222, 268].map((x) => lessonShape("connect", x, 35, 22)),
      lessonArrow(310, 35, 374, 35, true),
      lessonText(424, 40, "no accept"),
    ),
  action: "Three clients connect to the server over a network inside this machine. The server accepts nothing until the third has waited for a while.",
  questions: [
    {
      prompt: "The program does not call accept. The first client's connect …",
      choices: [
        {
          text: "waits for accept",
          isTrue: ({ waiting, accept }) => waiting[0].returned >= accept.at,
          whyWrong: "The kernel completes the handshake for a listening socket. accept only takes a finished connection.",
        },
        {
          text: "returns: the connection is established",
          isTrue: ({ waiting, accept }) => !waiting[0].item.error && waiting[0].returned < accept.at,
        },
        {
          text: "fails",
          isTrue: ({ waiting }) => Boolean(waiting[0].item.error),
          whyWrong: "The server listens, so nothing refuses the client.",
        },
      ],
    },
    {
      prompt: "The queue is full, and the SYN of the third client arrives. The server's kernel …",
      choices: [
        {
          text: "refuses it with a RST",
          isTrue: ({ last }) => errorName(last.item) === "ECONNREFUSED",
          whyWrong: "The queue may have space again soon. Linux refuses only with tcp_abort_on_overflow.",
        },
        {
          text: "ignores it, and the client's kernel sends it again",
          isTrue: ({ ignored, syns }) => ignored > 0 && syns.length > 1,
        },
        {
          text: "answers it, and discards the oldest connection",
          isTrue: ({ ignored, accepts }) => ignored === 0 && accepts < 3,
          whyWrong: "An established connection is never discarded for a new one.",
        },
      ],
    },
  ],
  unavailable: wireLessonUnavailable,
  run: (store) => wireLessonRun(store, BACKLOG),
  facts: backlogFacts,
  explanation: ({ established, ignored, backlog, syns }) => [
    `${countText(established, "connection")} ${established === 1 ? "was" : "were"} established before the first accept. ` +
      `With a backlog of ${numberText(backlog)}, Linux keeps one connection more than the argument says.`,
    `The third client sent ${countText(syns.length, "SYN")}. The server's kernel answered none of the first ${numberText(ignored)}, and the client's kernel tried again, ` +
      "first after about a second, then after two: such a step in the times of connects is the sign of a full backlog.",
    "When the server had accepted, the queue had space, and the next SYN was answered. The program of the third client only noticed that connect took long.",
    "In the socket table, Recv-Q of a listening socket is the number of waiting connections, and Send-Q is the backlog.",
  ],
  diagram: (facts) => wireLessonChart(facts.store, facts),
  table: ({ clients }) => ({
    caption: "The three clients",
    head: ["client", "SYNs", "answered with SYN-ACK", "connect returned"],
    rows: clients.map(({ syns, answers, isBefore }, n) => [
      `${n + 1}`,
      syns,
      answers,
      isBefore ? "before the first accept" : "after the first accept",
    ]),
  }),
};

/** Returns the connects, and the SYNs of the third client before the first accept. */
function backlogFacts(run, store) {
  const { missing, wire, columns } = wireLessonRecording(run, store, BACKLOG);
  if (missing) return { missing };
  const [column] = columns;
  const connects = (column?.calls ?? []).filter(({ side, item }) => side === "client" && item.op === "connect");
  const accepts = column ? wireCallsOf(column, "server", "accept") : [];
  const [listen] = column ? wireCallsOf(column, "server", "listen") : [];
  if (connects.length < 3 || accepts.length === 0 || !listen) return { missing: "The recording does not contain a full backlog." };
  const [accept] = accepts;
  const waiting = connects.slice(0, 2);
  const last = connects[2];
  const clients = connects.map((connect) => backlogClient(column, connect, accept));
  const answered = column.packets.find((packet) => isOfConnect(packet, last) && wireHasFlags(packet, "ACK", "SYN"));
  const syns = column.packets.filter((packet) => isOfConnect(packet, last) && wireHasFlags(packet, "SYN"));
  return {
    store,
    wire,
    columns,
    waiting,
    last,
    accept,
    accepts: accepts.length,
    clients,
    syns,
    // The SYN that was answered is the last one before the answer.
    ignored: syns.filter(({ sent }) => !answered || sent < answered.sent).length - (answered ? 1 : 0),
    established: clients.filter(({ isBefore }) => isBefore).length,
    backlog: listen.item.backlog,
  };
}

function backlogClient(column, connect, accept) {
  const own = column.packets.filter((packet) => isOfConnect(packet, connect));
  return {
    syns: own.filter((packet) => wireHasFlags(packet, "SYN")).length,
    answers: own.filter((packet) => wireHasFlags(packet, "ACK", "SYN")).length,
    isBefore: !connect.item.error && connect.returned < accept.at,
  };
}

/** Returns `true` if the packet belongs to the connection that this call opened. */
function isOfConnect({ item }, connect) {
  return item.connection === connect.item.connection;
}
