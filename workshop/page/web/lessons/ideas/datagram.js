// Lesson: datagrams compared with a stream, and lost datagrams.

import { orderText } from "../../primitives/call-order.js";
import { sourceOf } from "../../recording/apis.js";
import { groupBy } from "../../recording/connections.js";
import { countText } from "../../recording/numbers.js";
import { lessonBox, lessonDrawing, lessonText } from "../parts/drawing.js";
import { lessonPlainRun } from "../parts/lesson-runs.js";

/** Number of calls over each protocol. */
const LESSON_CALLS_EACH = 5;

const LESSON_NO_PLAIN = "This lesson needs the workshop's plain server, which is not running.";

const LESSON_NO_DATAGRAMS =
  "This lesson needs datagrams with loss, datagrams without loss and a TCP stream. " +
  "The recording does not contain all of them.";

/** UDP compared with TCP, with and without loss. */
export const LESSON_DATAGRAM = {
  id: "datagram",
  title: "Streams and datagrams",
  idea: [
    "TCP provides a stream: all bytes arrive in order, but message boundaries are not preserved.",
    "UDP provides datagrams: each arrives complete or not at all, independently of the others.",
    "Both are kinds of socket: socket(…, SOCK_STREAM) and socket(…, SOCK_DGRAM).",
  ],
  drawing: () =>
    lessonDrawing(
      "A stream without message boundaries, and datagrams of which one is lost.",
      480,
      84,
      lessonText(30, 26, "TCP"),
      lessonBox(64, 6, 408, 30, "bytes bytes bytes bytes bytes"),
      lessonText(30, 68, "UDP"),
      lessonBox(64, 48, 110, 30, "datagram"),
      lessonBox(188, 48, 110, 30, "datagram"),
      lessonText(330, 68, "lost"),
      lessonBox(362, 48, 110, 30, "datagram"),
    ),
  action:
    "Gets a book five times over UDP, over TCP, and over UDP with a relay that drops every third datagram. " +
    "No API is involved.",
  questions: [
    {
      prompt: "Some datagrams are lost. Who notices and sends again?",
      choices: [
        {
          text: "The kernel: UDP numbers its datagrams, as TCP numbers its bytes",
          whyWrong:
            "UDP's header has ports, length and checksum, but no number. The kernel keeps no copy of sent datagrams.",
        },
        {
          text: "The client program, which sends again if no response arrives in time",
          isTrue: ({ lossy }) => lossy.asked > lossy.books && lossy.errors === 0,
        },
        {
          text: "The client's sendto fails, so the program notices",
          isTrue: ({ lossy }) => lossy.errors > 0,
          whyWrong: "sendto returns when the kernel has the datagram. A later loss is not reported.",
        },
        {
          text: "Nobody: these responses never arrive",
          isTrue: ({ lossy }) => lossy.answered < lossy.books && lossy.asked === lossy.books,
          whyWrong: "Without retries the books would never arrive, but this client sends its request again.",
        },
      ],
    },
  ],
  unavailable: (store) => (store.hello?.plain?.length > 0 ? null : LESSON_NO_PLAIN),
  run: async (store) => {
    const ask = (over, lossy) => lessonPlainRun(store, { over, calls: LESSON_CALLS_EACH, lossy });
    const [udp, tcp, lossy] = [await ask("udp", false), await ask("tcp", false), await ask("udp", true)];
    return { udp, tcp, lossy, items: [udp, tcp, lossy].flatMap((run) => run.items), notes: [] };
  },
  facts: lessonDatagramFacts,
  explanation: ({ udp, tcp, lossy }) => [
    `UDP: ${countText(udp.connects, "connect")}, ${countText(udp.accepts, "accept")}, ` +
      `${countText(udp.asked, "request datagram")}, ${countText(udp.answered, "response datagram")}. ` +
      `${udp.isComplete ? "Each" : "Not every"} sendto matches one recvfrom of the same length.`,
    `TCP: ${countText(tcp.accepts, "accept")}, ${countText(tcp.writes, "write")} of the client, ` +
      `${countText(tcp.reads, "read")} of the server. The boundaries of reads depend on timing.`,
    `UDP with loss: ${countText(lossy.asked, "request datagram")} for ${countText(lossy.books, "book")}. ` +
      `${lossy.arrived} reached the server, and ${countText(lossy.answered, "response")} reached the client. ` +
      "With TCP the kernel would retransmit. With UDP the program must send again.",
    "Without a relay, too, UDP may lose datagrams within one machine: see the lesson “A full receive buffer”.",
    "There are more kinds of socket. SCTP keeps the boundaries of messages and delivers them reliably, in several streams per " +
      "connection; telephone networks use it, and WebRTC above UDP. A raw socket (SOCK_RAW) has no transport protocol: " +
      "the program reads and writes the packets behind the IP header itself, as traceroute does. It requires a privilege.",
  ],
  table: ({ udp, tcp, lossy }) => ({
    caption: "Counts of both sides",
    head: ["", "UDP", "TCP", "UDP with loss"],
    rows: [
      ["calls of the client", udp.client, tcp.client, lossy.client],
      ["calls of the server", udp.server, tcp.server, lossy.server],
      ["sent by the client", lessonSent(udp), countText(tcp.writes, "write"), lessonSent(lossy)],
      ["received by the server", lessonGot(udp), countText(tcp.reads, "read"), lessonGot(lossy)],
      ["received by the client", lessonAnswers(udp), countText(tcp.got, "read"), lessonAnswers(lossy)],
    ],
  }),
};

function lessonSent({ asked }) {
  return countText(asked, "datagram");
}

function lessonAnswers({ answered }) {
  return countText(answered, "datagram");
}

function lessonGot({ arrived }) {
  return countText(arrived, "datagram");
}

/** Returns the counts over each protocol. */
function lessonDatagramFacts(run) {
  const { udp, tcp, lossy } = run.recorded ? lessonPlainIn(run.items) : run;
  if (!udp || !tcp || !lossy) return { missing: LESSON_NO_DATAGRAMS };
  return { udp: lessonDatagrams(udp), tcp: lessonStream(tcp), lossy: lessonDatagrams(lossy) };
}

/** Finds in a finished recording a UDP step without loss, one with loss, and a TCP step. */
function lessonPlainIn(items) {
  const steps = groupBy(
    items.filter((item) => item.op !== "mark"),
    (item) => `${sourceOf(item).api} ${item.step}`,
  );
  const all = steps.map(([, events]) => ({ items: events }));
  const of = (api) => all.filter(({ items: [first] }) => sourceOf(first).api === api);
  const isLossy = (step) => lessonDatagrams(step).asked > lessonDatagrams(step).answered;
  return { udp: of("udp").find((step) => !isLossy(step)), lossy: of("udp").find(isLossy), tcp: of("tcp")[0] };
}

function lessonDatagrams({ items, results }) {
  const [client, server] = lessonBySide(items);
  const [asked, arrived] = [lessonOf(client, "sendto"), lessonOf(server, "recvfrom")];
  const answers = lessonOf(client, "recvfrom");
  const sizes = (events) => String(events.map((item) => item.bytes));
  return {
    client: lessonOperations(client),
    server: lessonOperations(server),
    connects: lessonOf(client, "connect").length,
    accepts: lessonOf(server, "accept").length,
    books: results?.length ?? answers.length,
    asked: asked.length,
    arrived: arrived.length,
    answered: answers.length,
    errors: client.filter((item) => item.op === "sendto" && item.error).length,
    isComplete: sizes(asked) === sizes(arrived) && sizes(lessonOf(server, "sendto")) === sizes(answers),
  };
}

function lessonStream({ items }) {
  const [client, server] = lessonBySide(items);
  return {
    client: lessonOperations(client),
    server: lessonOperations(server),
    accepts: lessonOf(server, "accept").length,
    writes: lessonOf(client, "write").length,
    reads: lessonOf(server, "read").filter((item) => item.bytes > 0).length,
    got: lessonOf(client, "read").filter((item) => item.bytes > 0).length,
  };
}

function lessonBySide(items) {
  const sides = Object.fromEntries(groupBy(items, (item) => sourceOf(item).side));
  return [sides.client ?? [], sides.server ?? []];
}

function lessonOf(events, op) {
  return events.filter((item) => item.op === op && !item.error);
}

/** Returns the operations in order of first occurrence. */
function lessonOperations(events) {
  return orderText([...new Set(events.map((item) => item.op).filter((op) => op !== "option"))]);
}
