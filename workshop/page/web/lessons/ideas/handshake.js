// Lesson: the three-way handshake, packet by packet.

import { numberText } from "../../recording/numbers.js";
import { lessonArrow, lessonBox, lessonDrawing, lessonText } from "../parts/drawing.js";
import { wireLessonChart } from "../parts/wire-chart.js";
import { wireCallsOf, wireHasFlag, wireHasFlags, wireLessonRecording, wireLessonRun, wireLessonUnavailable } from "../parts/wire-runs.js";

const HANDSHAKE = "handshake";

/** The segments that open a connection. */
export const LESSON_HANDSHAKE = {
  id: "handshake",
  title: "The handshake",
  idea: [
    "connect opens a connection. Before it returns, the two kernels exchange three segments: SYN, SYN-ACK and ACK.",
    "With its SYN, each side tells the other the first number of its stream: the sequence number.",
  ],
  drawing: () =>
    lessonDrawing(
      "Three segments between client and server.",
      480,
      96,
      lessonBox(4, 10, 110, 76, "client", "connect"),
      lessonArrow(114, 24, 364, 32),
      lessonText(240, 20, "SYN"),
      lessonArrow(366, 44, 116, 54),
      lessonText(240, 44, "SYN-ACK"),
      lessonArrow(114, 66, 364, 76),
      lessonText(240, 90, "ACK"),
      lessonBox(366, 10, 110, 76, "server", "accept"),
    ),
  action: "Opens a connection over a slow network inside this machine, and closes it. No byte of the programs is sent.",
  questions: [
    {
      prompt: "connect waits for …",
      choices: [
        {
          text: "nothing: it returns when the SYN is sent",
          isTrue: ({ connect, synAck }) => connect.returned < synAck.arrived,
          whyWrong: "Then a program could not know whether the server exists.",
        },
        {
          text: "the SYN-ACK of the server's kernel",
          isTrue: ({ connect, synAck, accept }) => connect.returned >= synAck.arrived && accept.at > synAck.sent,
        },
        {
          text: "accept of the server's program",
          isTrue: ({ accept, synAck }) => accept.at <= synAck.sent,
          whyWrong: "The kernel answers for a listening socket. accept takes the connection when it is complete.",
        },
      ],
    },
    {
      prompt: "The sequence number of the SYN is …",
      choices: [
        {
          text: "0",
          isTrue: ({ syn }) => syn.item.sequence === 0,
          whyWrong: "Tools such as Wireshark show numbers relative to the first one, so it looks like 0.",
        },
        {
          text: "1",
          isTrue: ({ syn }) => syn.item.sequence === 1,
          whyWrong: "The number counts bytes, but it does not start at one.",
        },
        {
          text: "random",
          isTrue: ({ syn, synAck }) => syn.item.sequence > 1 && syn.item.sequence !== synAck.item.sequence,
        },
      ],
    },
  ],
  unavailable: wireLessonUnavailable,
  run: (store) => wireLessonRun(store, HANDSHAKE),
  facts: handshakeFacts,
  explanation: ({ syn, synAck, ack, payload }) => [
    "The kernel of the client sent the SYN when connect was called. The kernel of the server answered at once, without its program. " +
      "connect returned after the SYN-ACK had arrived, and accept after the ACK had.",
    `The client chose ${syn.item.sequence} as its first number, and the server ${synAck.item.sequence}: nobody can guess them. ` +
      `The SYN-ACK acknowledges ${synAck.item.ack}, because a SYN counts as one byte, and the ACK acknowledges ${ack.item.ack}.`,
    payload === 0 &&
      "No segment carries a byte of the programs. This is why a new connection costs a round trip, but no bytes through the socket.",
    syn.item.mss !== undefined &&
      `The SYN also says what the client can do: segments of up to ${numberText(syn.item.mss)} bytes (MSS)` +
        `${syn.item.sack_permitted ? ", selective acknowledgements (SACK)" : ""}` +
        `${syn.item.window_scale === undefined ? "" : `, windows that are scaled by 2^${syn.item.window_scale}`}.`,
  ],
  diagram: (facts) => wireLessonChart(facts.store, facts),
  table: ({ syn, synAck, ack }) => ({
    caption: "The segments of the handshake, with their numbers and in brackets those relative to the first",
    head: ["segment", "direction", "sequence number", "acknowledges", "payload"],
    rows: [syn, synAck, ack].map(handshakeRow),
  }),
};

function handshakeRow(packet) {
  const { item, toServer, sequence, ack } = packet;
  const number = (absolute, relative) => (absolute === undefined ? "–" : `${absolute} (${relative})`);
  return [
    item.flags.replace(" ", "-"),
    toServer ? "to server" : "to client",
    number(item.sequence, sequence),
    wireHasFlag(packet, "ACK") ? number(item.ack, ack) : "–",
    item.bytes,
  ];
}

/** Returns the segments of the handshake, and the calls that wait for them. */
function handshakeFacts(run, store) {
  const { missing, wire, columns } = wireLessonRecording(run, store, HANDSHAKE);
  if (missing) return { missing };
  const [column] = columns;
  const syn = column?.packets.find((packet) => wireHasFlags(packet, "SYN") && packet.arrived !== null);
  const synAck = column?.packets.find((packet) => wireHasFlags(packet, "ACK", "SYN") && packet.arrived !== null);
  const ack = column?.packets.find((packet) => synAck && packet.toServer && packet.sent >= synAck.arrived && wireHasFlag(packet, "ACK"));
  const [[connect], [accept]] = column ? [wireCallsOf(column, "client", "connect"), wireCallsOf(column, "server", "accept")] : [[], []];
  if (!syn || !synAck || !ack || !connect || !accept) return { missing: "The recording does not contain a complete handshake." };
  const payload = [syn, synAck, ack].reduce((sum, { item }) => sum + item.bytes, 0);
  return { store, wire, columns, syn, synAck, ack, connect, accept, payload };
}
