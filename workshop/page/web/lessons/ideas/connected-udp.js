// Lesson: a UDP socket with a peer.

import { plainText } from "../../recording/bytes.js";
import { socketName } from "../../recording/connections.js";
import { lessonArrow, lessonBox, lessonDrawing, lessonText } from "../parts/drawing.js";
import { errorName } from "../parts/error-names.js";
import { eventsOfStep, experimentRun } from "../parts/experiment-runs.js";

const UDP_STEP = "connect a UDP socket";

/** The text of the stranger's datagram. */
const UDP_STRANGER = "from a stranger";

/** Index of a client's second send after the server's close. The first send is its request. */
const UDP_LAST_SEND = 2;

/** A connected UDP socket compared with one that is not. */
export const LESSON_CONNECTED_UDP = {
  id: "connected-udp",
  title: "Connected UDP",
  idea: [
    "A UDP socket sends to any address and receives from any. sendto and recvfrom name the other side each time.",
    "A program may also call connect on it. The socket then has a peer, and the socket table shows it as ESTABLISHED.",
  ],
  drawing: () =>
    lessonDrawing(
      "A UDP socket is connected to a server. A stranger sends to it, too.",
      480,
      104,
      lessonBox(4, 30, 130, 44, "client", "connected"),
      lessonArrow(134, 44, 344, 26, true),
      lessonBox(346, 4, 130, 44, "server"),
      lessonArrow(346, 84, 138, 62),
      lessonText(240, 92, "?"),
      lessonBox(346, 58, 130, 44, "stranger"),
    ),
  action:
    "A client connects its UDP socket to a server. A stranger and the server send to it, then the server closes its socket. " +
    "A second client does the same without connect.",
  questions: [
    {
      prompt: "For connect over UDP, the kernel sends …",
      choices: [
        {
          text: "a handshake to the server, as for TCP",
          isTrue: ({ before }) => before > 0,
          whyWrong: "UDP has no handshake. The server does not learn of the call.",
        },
        { text: "nothing", isTrue: ({ before, received }) => before === 0 && received > 0 },
        { text: "an empty datagram to the server", whyWrong: "The server would receive a datagram of 0 bytes. It received none." },
      ],
    },
    {
      prompt: "The stranger's datagram arrives, and the kernel …",
      choices: [
        {
          text: "delivers it, with its sender",
          isTrue: ({ connected }) => connected.hasStranger,
          whyWrong: "This is what happens without connect.",
        },
        { text: "discards it", isTrue: ({ connected, other }) => !connected.hasStranger && other.hasStranger },
        {
          text: "delivers it after those of the server",
          whyWrong: "The kernel has only one queue for each socket, and keeps the order of arrival.",
        },
      ],
    },
    {
      prompt: "The server has closed. The client's second send …",
      choices: [
        {
          text: "succeeds, because UDP does not report losses",
          isTrue: ({ connected }) => connected.last && !connected.last.error,
          whyWrong: "The first datagram was answered with ICMP, and a connected socket gets that error.",
        },
        { text: "fails", isTrue: ({ connected }) => Boolean(connected.last?.error) },
        { text: "waits", isTrue: ({ connected }) => !connected.last, whyWrong: "A datagram socket does not wait for a peer." },
      ],
    },
  ],
  run: (store) => experimentRun(store, "connected-udp", "udp"),
  facts: connectedUdpFacts,
  explanation: ({ connected, other }) => [
    "connect only stores the peer in the socket. The kernel then delivers datagrams of this peer alone, send needs no address, " +
      "and ICMP errors can be reported to the program.",
    connected.last?.error &&
      `The second send failed with ${errorName(connected.last)}: the kernel of the destination had answered the first one with ` +
        "“port unreachable” (ICMP), because no socket had the port any more.",
    other.last && !other.last.error && "Without connect, both sends succeeded: the kernel does not know which call the ICMP message concerns.",
    "Clients of DNS connect their sockets for both reasons: a forged response needs the right sender, and a server that is down is noticed.",
  ],
  table: ({ connected, other }) => ({
    caption: "The two clients",
    head: ["", "connected", "not connected"],
    rows: [
      ["calls", connected.calls, other.calls],
      ["received", connected.texts.join(", "), other.texts.join(", ")],
      ["second send after the close", udpSendResult(connected), udpSendResult(other)],
    ],
  }),
};

function udpSendResult({ last }) {
  if (!last) return "–";
  return last.error ? errorName(last) : "success";
}

/** Returns what the connected client and the other one received, and the result of their last send. */
function connectedUdpFacts({ items }) {
  const events = eventsOfStep(items, UDP_STEP);
  const clients = events.filter(({ op }) => op === "sendto").filter((item) => plainText(item) === "request");
  const [first, second] = clients.map((item) => udpClient(events, socketName(item)));
  if (!first || !second)
    return { missing: "This lesson needs a connected UDP socket and one that is not, which the recording does not contain." };
  const connect = events.find(({ op }) => op === "connect");
  const atServer = events.filter(({ op, peer }) => op === "recvfrom" && peer === connect?.local);
  return {
    connected: first,
    other: second,
    before: atServer.filter(({ seq }) => seq < clients[0].seq).length,
    received: atServer.length,
  };
}

/** Returns the calls, received texts and last send of a client's socket. */
function udpClient(events, name) {
  const own = events.filter((item) => item.sock !== undefined && socketName(item) === name);
  const texts = own.filter(({ op, error }) => op === "recvfrom" && !error).map(plainText);
  return {
    calls: [...new Set(own.map(({ op }) => op))].join(" → "),
    texts,
    hasStranger: texts.includes(UDP_STRANGER),
    last: own.filter(({ op }) => op === "sendto")[UDP_LAST_SEND],
  };
}
