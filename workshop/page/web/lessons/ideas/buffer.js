// Lesson: a receive buffer that is full.

import { sourceOf } from "../../recording/apis.js";
import { byteCountText, countText, numberText } from "../../recording/numbers.js";
import { lessonArrow, lessonBox, lessonDrawing, lessonText } from "../parts/drawing.js";
import { eventsOfStep, experimentRun } from "../parts/experiment-runs.js";

const BUFFER_STEP = "fill a receive buffer";

/** More datagrams than the receiver's kernel has space for. */
export const LESSON_BUFFER = {
  id: "buffer",
  title: "A full receive buffer",
  idea: [
    "A kernel keeps received bytes in the receive buffer of the socket until the program reads them.",
    "The buffer has a limit (SO_RCVBUF). A sender may be faster than the receiver.",
  ],
  drawing: () =>
    lessonDrawing(
      "A sender, a full receive buffer and a program that does not read.",
      480,
      70,
      lessonBox(4, 12, 100, 46, "sender"),
      lessonArrow(104, 35, 158, 35),
      lessonBox(160, 8, 190, 54, ""),
      [172, 208, 244, 280, 316].map((x) => lessonBox(x, 18, 26, 34, "")),
      lessonArrow(350, 35, 392, 35, true),
      lessonText(434, 31, "program:"),
      lessonText(434, 49, "not yet"),
    ),
  action:
    "A UDP client sends 64 datagrams of 4 KiB to a socket of the same machine, whose program does not read. Then the program reads all that is there.",
  questions: [
    {
      prompt: "The receive buffer is full. What does the client's next sendto do?",
      choices: [
        {
          text: "It waits until the program reads",
          isTrue: ({ sent, wanted, failed }) => sent < wanted && failed === 0,
          whyWrong: "That is what TCP does: the receiver reports its space (the window), and write waits. UDP reports nothing.",
        },
        {
          text: "It fails with an error",
          isTrue: ({ failed }) => failed > 0,
          whyWrong: "The sender does not know how much space the receiver has.",
        },
        {
          text: "It succeeds, and the datagram is lost",
          isTrue: ({ sent, received, failed }) => failed === 0 && received < sent,
        },
        {
          text: "It succeeds, and the buffer grows",
          isTrue: ({ sent, received }) => received === sent,
          whyWrong: "The buffer has a limit, so that a sender cannot use all memory of the receiver.",
        },
      ],
    },
  ],
  run: (store) => experimentRun(store, "full-buffer", "udp"),
  facts: bufferFacts,
  explanation: ({ sent, received, bytes }) => [
    `All ${countText(sent, "sendto", "calls of sendto")} succeeded. ${countText(received, "datagram")} with ${byteCountText(bytes)} had space, and ` +
      `${numberText(sent - received)} were lost, although no network was involved. Nothing reports this to the sender.`,
    "With TCP nothing is lost. The receiver's kernel reports its space with each acknowledgement, and when there is none, the sender's write waits. " +
      "This is flow control: a slow receiver slows the sender down.",
    "A protocol over UDP, such as QUIC, has to do the same itself. A receiver can also ask for a larger buffer, with SO_RCVBUF.",
  ],
  table: ({ sent, received, failed }) => ({
    caption: "Datagrams of the client",
    head: ["", "datagrams"],
    rows: [
      ["sent", sent],
      ["of these failed", failed],
      ["received", received],
      ["lost", sent - received],
    ],
  }),
};

/** Returns the numbers of datagrams. */
function bufferFacts({ items }) {
  const events = eventsOfStep(items, BUFFER_STEP);
  const of = (side, op) => events.filter((item) => sourceOf(item).side === side && item.op === op);
  const [sends, received] = [of("client", "sendto"), of("server", "recvfrom").filter(({ error }) => !error)];
  if (sends.length === 0) return { missing: "This lesson needs a socket with a full receive buffer, which the recording does not contain." };
  return {
    sent: sends.filter(({ error }) => !error).length,
    wanted: 64,
    failed: sends.filter(({ error }) => error).length,
    received: received.length,
    bytes: received.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}
