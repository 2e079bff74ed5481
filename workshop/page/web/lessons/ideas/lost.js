// Lesson: a lost segment over TCP and a lost datagram over UDP, side by side.

import { countText } from "../../recording/numbers.js";
import { lessonArrow, lessonBox, lessonDrawing, lessonText } from "../parts/drawing.js";
import { wireLessonChart } from "../parts/wire-chart.js";
import { wireCallsOf, wireLessonRecording, wireLessonRun, wireLessonUnavailable } from "../parts/wire-runs.js";

const LOST = "lost";

/** Who repeats what the network has lost. */
export const LESSON_LOST = {
  id: "lost",
  title: "A lost packet, over TCP and UDP",
  idea: [
    "A network may lose packets. TCP promises that all bytes arrive in order, and UDP promises nothing.",
    "Here the network drops the request of the client, once over TCP and once over UDP. Both clients get their response in the end.",
  ],
  drawing: () =>
    lessonDrawing(
      "A request that is lost on its way to the server.",
      480,
      60,
      lessonBox(4, 8, 110, 44, "client"),
      lessonArrow(114, 30, 230, 30),
      lessonText(254, 36, "✕"),
      lessonText(254, 16, "request"),
      lessonBox(366, 8, 110, 44, "server"),
    ),
  action: "Gets a book over TCP and over UDP on a network inside this machine, which drops the first packet with payload.",
  questions: [
    {
      prompt: "Over TCP, the segment with the request is sent again by …",
      choices: [
        {
          text: "the client's program",
          isTrue: ({ tcp }) => tcp.sends > 1,
          whyWrong: "It called write once. The bytes stay in the kernel until they are acknowledged.",
        },
        { text: "the client's kernel", isTrue: ({ tcp }) => tcp.sends === 1 && tcp.repeats > 0 },
        {
          text: "the network",
          isTrue: ({ tcp }) => tcp.sends === 1 && tcp.copies === 1 && tcp.hasResponse,
          whyWrong: "The network has no copy. Only the two ends know what must arrive.",
        },
        { text: "nobody", isTrue: ({ tcp }) => !tcp.hasResponse, whyWrong: "The server received the request in the end." },
      ],
    },
    {
      prompt: "Over UDP, the datagram with the request is sent again by …",
      choices: [
        {
          text: "the client's program",
          isTrue: ({ udp }) => udp.sends > 1 && udp.copies === udp.sends,
        },
        {
          text: "the client's kernel",
          isTrue: ({ udp }) => udp.copies > udp.sends,
          whyWrong: "UDP keeps no copy, and nothing acknowledges a datagram.",
        },
        {
          text: "the network",
          isTrue: ({ udp }) => udp.sends === 1 && udp.copies === 1 && udp.hasResponse,
          whyWrong: "The network has no copy.",
        },
        { text: "nobody", isTrue: ({ udp }) => !udp.hasResponse, whyWrong: "The server received the request in the end." },
      ],
    },
  ],
  unavailable: wireLessonUnavailable,
  run: (store) => wireLessonRun(store, LOST),
  facts: lostFacts,
  explanation: ({ tcp, udp }) => [
    `TCP: the program called write ${tcp.sends === 1 ? "once" : countText(tcp.sends, "time")}, and its kernel sent the same bytes in ${countText(tcp.copies, "segment")} with ` +
      "the same sequence number. No acknowledgement came, so a timer of the kernel expired (RTO). The program noticed only that it had to wait.",
    `UDP: the program called sendto ${countText(udp.sends, "time")}, and each call sent one datagram. Its own timer decided when to send again.`,
    "A timer is the last resort. If later segments arrive, the receiver acknowledges what it has, and TCP repeats the missing segment sooner.",
  ],
  diagram: (facts) => wireLessonChart(facts.store, facts),
  table: ({ tcp, udp }) => ({
    caption: "The request of the client",
    head: ["", "TCP", "UDP"],
    rows: [
      ["calls that sent it", `${countText(tcp.sends, "write")}`, `${countText(udp.sends, "sendto", "sendto")}`],
      ["packets with it", `${tcp.copies}`, `${udp.copies}`],
      ["of these lost", `${tcp.lost}`, `${udp.lost}`],
      ["reads of the server", `${countText(tcp.reads, "read")}`, `${countText(udp.reads, "recvfrom", "recvfrom")}`],
    ],
  }),
};

/** Returns the sends and packets of the request over each protocol. */
function lostFacts(run, store) {
  const { missing, wire, columns } = wireLessonRecording(run, store, LOST);
  if (missing) return { missing };
  const [tcp, udp] = ["tcp", "udp"].map((api) => columns.find((column) => column.api === api));
  if (!tcp || !udp) return { missing: "The recording does not contain a lost packet over TCP and over UDP." };
  return {
    store,
    wire,
    columns: [tcp, udp],
    tcp: lostCounts(tcp, { send: "write", receive: "read" }),
    udp: lostCounts(udp, { send: "sendto", receive: "recvfrom" }),
  };
}

/** Counts the calls and packets that carry a column's request: those with payload to the server. */
function lostCounts(column, { send, receive }) {
  const copies = column.packets.filter(({ toServer, item }) => toServer && item.bytes > 0);
  const reads = (side) => wireCallsOf(column, side, receive).filter(({ item }) => item.bytes > 0);
  return {
    sends: wireCallsOf(column, "client", send).length,
    copies: copies.length,
    lost: copies.filter(({ isLost }) => isLost).length,
    repeats: copies.filter(({ sequence }, n) => copies.slice(0, n).some((earlier) => earlier.sequence === sequence)).length,
    reads: reads("server").length,
    hasResponse: reads("client").length > 0,
  };
}
