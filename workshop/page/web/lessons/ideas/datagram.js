// Lesson 9: datagrams beside a stream, and what happens to those that are lost.

import { sourceOf } from "../../recording/apis.js";
import { orderText } from "../../recording/call-order.js";
import { groupsOf } from "../../recording/connections.js";
import { countText, timesText } from "../../recording/numbers.js";
import { lessonBox, lessonDrawing, lessonText } from "../drawing.js";
import { lessonPlainRun } from "../lesson-runs.js";

/** How often the book is asked for over each. */
const LESSON_ASKED = 5;

const LESSON_NO_PLAIN = "This needs the workshop's datagram server, which does not run here.";

const LESSON_NO_DATAGRAMS =
  "It takes datagrams with and without loss, and a stream beside them: this recording does not have " +
  "them all.";

/** UDP beside TCP, with loss. */
export const LESSON_DATAGRAM = {
  id: "datagram",
  title: "Stream against datagram",
  idea: [
    "TCP gives a stream: bytes arrive in order, none is missing, and borders are not kept.",
    "UDP gives datagrams: each arrives whole or not at all, for itself.",
  ],
  drawing: () =>
    lessonDrawing(
      "A stream without borders; datagrams, one of them lost.",
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
  doing:
    "Gets a book five times over UDP, over TCP, and again over UDP on a way where every third datagram " +
    "is lost. No API is on top.",
  questions: [
    {
      ask: "Some datagrams are lost on their way. Who notices, and sends again?",
      choices: [
        {
          text: "The kernel: UDP numbers its datagrams, as TCP does its bytes",
          unless:
            "UDP's header has ports, a length and a checksum, and no number. The kernel keeps no copy " +
            "of what it sent.",
        },
        {
          text: "The client's program, which asks again when no answer comes in time",
          is: ({ lossy }) => lossy.asked > lossy.books && lossy.errors === 0,
        },
        {
          text: "The client's sendto fails, so that the program knows",
          is: ({ lossy }) => lossy.errors > 0,
          unless: "sendto is done when the kernel has the datagram. What becomes of it, nobody says.",
        },
        {
          text: "No one: these answers never come",
          is: ({ lossy }) => lossy.answered < lossy.books && lossy.asked === lossy.books,
          unless: "So it would be if the program did nothing. This client counts on loss.",
        },
      ],
    },
  ],
  needs: (store) => (store.hello?.plain?.length > 0 ? null : LESSON_NO_PLAIN),
  run: async (store) => {
    const ask = (over, lossy) => lessonPlainRun(store, { over, calls: LESSON_ASKED, lossy });
    const [udp, tcp, lossy] = [await ask("udp", false), await ask("tcp", false), await ask("udp", true)];
    return { udp, tcp, lossy, items: [udp, tcp, lossy].flatMap((run) => run.items), notes: [] };
  },
  facts: lessonDatagramFacts,
  says: ({ udp, tcp, lossy }) => [
    `Over UDP the client called connect ${timesText(udp.connects)}, the server accept ` +
      `${timesText(udp.accepts)}. ${countText(udp.asked, "datagram")} asked, ` +
      `${udp.answered} came back. ` +
      `${udp.isWhole ? "Each" : "Not each"} sendto was one recvfrom of the same length.`,
    `Over TCP there ${tcp.accepts === 1 ? "was" : "were"} ${countText(tcp.accepts, "accept")}; ` +
      `${countText(tcp.writes, "write")} of the client became ` +
      `${countText(tcp.reads, "read")} at the server: a stream is cut as the moment has it.`,
    `With loss, the client called sendto ${timesText(lossy.asked)} for ${lossy.books} books: ` +
      `${lossy.arrived} reached the server, ${lossy.answered} answers came. ` +
      "TCP would have repeated by itself; over UDP it is the program's affair.",
  ],
  table: ({ udp, tcp, lossy }) => ({
    caption: "Counted on both sides",
    head: ["what", "UDP", "TCP", "UDP, with loss"],
    rows: [
      ["client's calls", udp.client, tcp.client, lossy.client],
      ["server's calls", udp.server, tcp.server, lossy.server],
      ["the client sent", lessonSent(udp), countText(tcp.writes, "write"), lessonSent(lossy)],
      ["the server got", lessonGot(udp), countText(tcp.reads, "read"), lessonGot(lossy)],
      ["the client got", lessonAnswers(udp), countText(tcp.got, "read"), lessonAnswers(lossy)],
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

/** What was sent and what arrived, over each. */
function lessonDatagramFacts(run) {
  const { udp, tcp, lossy } = run.recorded ? lessonPlainIn(run.items) : run;
  if (!udp || !tcp || !lossy) return { missing: LESSON_NO_DATAGRAMS };
  return { udp: lessonDatagrams(udp), tcp: lessonStream(tcp), lossy: lessonDatagrams(lossy) };
}

/**
 * In a recording that is there: the steps over UDP in which nothing and in which something was lost, and one
 * over TCP.
 */
function lessonPlainIn(items) {
  const steps = groupsOf(
    items.filter((item) => item.op !== "mark"),
    (item) => `${sourceOf(item).api} ` + `${item.step}`,
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
    client: lessonNamed(client),
    server: lessonNamed(server),
    connects: lessonOf(client, "connect").length,
    accepts: lessonOf(server, "accept").length,
    books: results?.length ?? answers.length,
    asked: asked.length,
    arrived: arrived.length,
    answered: answers.length,
    errors: client.filter((item) => item.op === "sendto" && item.error).length,
    isWhole: sizes(asked) === sizes(arrived) && sizes(lessonOf(server, "sendto")) === sizes(answers),
  };
}

function lessonStream({ items }) {
  const [client, server] = lessonBySide(items);
  return {
    client: lessonNamed(client),
    server: lessonNamed(server),
    accepts: lessonOf(server, "accept").length,
    writes: lessonOf(client, "write").length,
    reads: lessonOf(server, "read").filter((item) => item.bytes > 0).length,
    got: lessonOf(client, "read").filter((item) => item.bytes > 0).length,
  };
}

function lessonBySide(items) {
  const sides = Object.fromEntries(groupsOf(items, (item) => sourceOf(item).side));
  return [sides.client ?? [], sides.server ?? []];
}

function lessonOf(events, op) {
  return events.filter((item) => item.op === op && !item.error);
}

/** The operations that occur, in the order of their first. */
function lessonNamed(events) {
  return orderText([...new Set(events.map((item) => item.op).filter((op) => op !== "option"))]);
}
