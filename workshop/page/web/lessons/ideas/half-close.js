// Lesson: FIN, half-close and TIME_WAIT, packet by packet.

import { distinct } from "../../recording/connections.js";
import { lessonArrow, lessonBox, lessonDrawing, lessonText } from "../parts/drawing.js";
import { wireLessonChart } from "../parts/wire-chart.js";
import { wireCallsOf, wireHasFlag, wireLessonRecording, wireLessonRun, wireLessonUnavailable } from "../parts/wire-runs.js";

const HALF_CLOSE = "close";

const HALF_CLOSE_CHAPTER =
  "A note on the chapter: its text about TIME_WAIT describes FIN_WAIT2, the wait for the other side's FIN, and the row FIN of its table " +
  "of flags repeats the text of ACK. Both slips are easy to make. FIN means: no more bytes from this side.";

/** The end of each direction, and the states of both sides. */
export const LESSON_HALF_CLOSE = {
  id: "half-close",
  title: "FIN, half-close and TIME_WAIT",
  idea: [
    "A FIN ends one direction of a connection. The other direction stays open: the connection is half-closed.",
    "Each FIN has a sequence number and is acknowledged, like a byte.",
  ],
  drawing: () =>
    lessonDrawing(
      "The client has ended its direction. The other direction is open.",
      480,
      74,
      lessonBox(4, 10, 110, 54, "client"),
      lessonArrow(114, 26, 300, 26),
      lessonText(333, 31, "FIN"),
      lessonArrow(366, 50, 116, 50),
      lessonText(240, 69, "?"),
      lessonBox(366, 10, 110, 54, "server"),
    ),
  action:
    "Over a slow network inside this machine, a client writes a request and calls shutdown. The server reads to the end, waits, writes its " +
    "response and closes.",
  questions: [
    {
      prompt: "The client has called shutdown, and the server has read its FIN. The server's write …",
      choices: [
        {
          text: "fails, because the connection has ended",
          isTrue: ({ hasFailed }) => hasFailed,
          whyWrong: "Only the direction to the server has ended.",
        },
        {
          text: "succeeds, but the client cannot read any more",
          isTrue: ({ hasWritten, hasReceived }) => hasWritten && !hasReceived,
          whyWrong: "shutdown ended the sending only. Its argument chooses the direction.",
        },
        {
          text: "succeeds, and the client reads the response",
          isTrue: ({ hasWritten, hasReceived }) => hasWritten && hasReceived,
        },
      ],
    },
    {
      prompt: "Both have sent their FIN. The client was first, and its kernel now keeps the connection in …",
      choices: [
        {
          text: "FIN_WAIT2",
          isTrue: ({ last }) => last === "FIN_WAIT2",
          whyWrong: "In FIN_WAIT2 the client waited for the server's FIN. It has arrived.",
        },
        {
          text: "CLOSE_WAIT",
          isTrue: ({ last }) => last === "CLOSE_WAIT",
          whyWrong: "This was the state of the server: it had received a FIN, and its program had not closed yet.",
        },
        { text: "TIME_WAIT", isTrue: ({ last }) => last === "TIME_WAIT" },
        {
          text: "no state: it is forgotten",
          whyWrong: "The side that finished first must be able to acknowledge the other's FIN again.",
        },
      ],
    },
  ],
  unavailable: wireLessonUnavailable,
  run: (store) => wireLessonRun(store, HALF_CLOSE),
  facts: halfCloseFacts,
  explanation: ({ client, server }) => [
    "After its FIN, the client was in FIN_WAIT1 until the FIN was acknowledged, and in FIN_WAIT2 until the FIN of the server arrived. " +
      "Meanwhile it received the response. Then it acknowledged that FIN, and entered TIME_WAIT.",
    client.length > 0 &&
      `The socket tables of both kernels were read every few milliseconds, so short states may be missing. The client's states were ` +
        `${client.join(" → ")}, and the server's ${server.join(" → ")}.`,
    "In TIME_WAIT the client's kernel waits for 60 s on Linux, for two reasons: it can acknowledge the server's FIN again if the ACK " +
      "was lost, and no late segment reaches a new connection with the same addresses.",
    HALF_CLOSE_CHAPTER,
  ],
  diagram: (facts) => wireLessonChart(facts.store, facts),
  table: ({ ends }) => ({
    caption: "The FINs and their acknowledgements, with numbers relative to the first",
    head: ["segment", "direction", "sequence number", "acknowledged with", "call"],
    rows: ends.map(({ fin, acknowledged, call }) => [
      fin.item.flags,
      fin.toServer ? "to server" : "to client",
      `${fin.sequence}`,
      acknowledged ? `ack ${acknowledged.ack}` : "–",
      call ? call.item.op : "–",
    ]),
  }),
};

/** Returns the states of both sides, the FINs, and what became of the server's response. */
function halfCloseFacts(run, store) {
  const { missing, wire, columns } = wireLessonRecording(run, store, HALF_CLOSE);
  if (missing) return { missing };
  const [column] = columns;
  if (!column) return { missing: "The recording does not contain the connection of this lesson." };
  const serverEof = wireCallsOf(column, "server", "read").find(({ item }) => item.eof);
  const writes = column.calls.filter(({ side, item, at }) => side === "server" && item.op === "write" && serverEof && at >= serverEof.at);
  const [shutdown] = wireCallsOf(column, "client", "shutdown");
  if (!serverEof || !shutdown || writes.length === 0) return { missing: "The recording does not contain a half-closed connection." };
  const states = (side) => distinct(column.states.filter((state) => state.side === side).map(({ state }) => state));
  const received = wireCallsOf(column, "client", "read").filter(({ item, at }) => item.bytes > 0 && at >= shutdown.at);
  const ends = column.packets
    .filter((packet) => wireHasFlag(packet, "FIN") && packet.arrived !== null && !packet.item.retransmission)
    .map((fin) => halfCloseEnd(column, fin));
  return {
    store,
    wire,
    columns,
    last: halfCloseState(ends),
    client: states("client"),
    server: states("server"),
    hasFailed: writes.some(({ item }) => item.error !== undefined),
    hasWritten: writes.some(({ item }) => item.error === undefined && item.bytes > 0),
    hasReceived: received.length > 0,
    ends,
  };
}

/** Returns the last state of the client (RFC 9293, 3.3.2), from the order of the FINs and of their acknowledgements. */
function halfCloseState(ends) {
  const [first, second] = ends;
  if (!first?.fin.toServer) return "CLOSE_WAIT";
  if (!first.acknowledged) return "FIN_WAIT1";
  return second && !second.fin.toServer && second.acknowledged ? "TIME_WAIT" : "FIN_WAIT2";
}

/** Returns the acknowledgement of a FIN and the call that sent it. */
function halfCloseEnd(column, fin) {
  const acknowledged = column.packets.find(
    ({ toServer, sent, ack }) => toServer !== fin.toServer && sent >= fin.arrived && ack > fin.sequence,
  );
  const side = fin.toServer ? "client" : "server";
  const call = [...wireCallsOf(column, side, "shutdown"), ...wireCallsOf(column, side, "close")].find(({ at }) => at <= fin.sent);
  return { fin, acknowledged, call };
}
