// What a presenter says about a phase: a caption in plain words, computed from the recording, and notes.

import { apiTitle } from "../recording/apis.js";
import { byteCountText, countText, listText, numberText } from "../recording/numbers.js";
import { groupTexts } from "../recording/phases.js";

/** What to say about each part of the presentation, the question to ask, and its answer. */
export const PRESENT_NOTES = {
  intro: [
    "Three programs make the same call. Each line that follows comes from a recording of both ends.",
    "Before the next picture: will the three use different socket calls?",
    "No. The last picture shows it.",
  ],
  open: [
    "The kernels do the handshake: no program sends a SYN. connect returns when the kernel has the answer. accept returns a new socket, the listening one stays.",
    "How many sockets does the server have now?",
    "Two for each API: the listening one, and that of the connection.",
  ],
  agree: [
    "HTTP/1.1 starts with the request. HTTP/2 first exchanges settings: how many streams, how large a window. That is the price of many calls on one connection.",
    "Who sends first in gRPC, the client or the server?",
    "Either may. The recording shows who did.",
  ],
  request: [
    "The number of writes need not equal the number of reads: TCP carries a stream of bytes and no messages.",
    "Why does the server need two reads for one write?",
    "A read returns at most as much as its buffer holds. The first one here is for 24 bytes, the length of HTTP/2's preface: it shows the server which version the client speaks.",
  ],
  response: [
    "The book is the same in all three. What surrounds it differs: a status line, a JSON envelope, frames with compressed headers.",
    "Which part of the response would grow with a longer title?",
    "The payload, and the numbers that state its length.",
  ],
  close: [
    "A FIN ends one direction only. The other side reads 0 bytes and then ends its own direction.",
    "Which side stays in TIME_WAIT?",
    "The side that closed first.",
  ],
  summary: [
    "The socket calls are the same. What differs is what the bytes mean and how many there are.",
    "What would change with ten calls on one connection?",
    "Open, Agree and Close happen once. HTTP/2 also sends fewer header bytes from the second call on.",
  ],
};

/** Returns the caption of a phase for all APIs. `cells` contains `[api, { rows, note }]`. */
export function phaseCaption(phase, cells) {
  return PRESENT_CAPTIONS[phase](cells.filter(([, { rows }]) => rows.length > 0), cells);
}

const PRESENT_CAPTIONS = {
  open(active, all) {
    if (active.length === 0) return "The connections were opened before.";
    return `The client creates a socket and connects it, the server accepts. ${presentSame(active, all)}`;
  },
  agree(active, all) {
    const notes = [...new Set(all.map(([, { note }]) => note).filter(Boolean))];
    if (active.length === 0) return `No API agrees on anything first. ${presentSentence(notes[0] ?? "")}`;
    const only = active.length < all.length ? `Only ${presentNames(active)} agrees` : `${presentNames(active)} agree`;
    const bytes = active.map(([api, cell]) => {
      const where = active.length > 1 ? ` in ${apiTitle(api)}` : "";
      return `${byteCountText(presentBytes(cell))}${where}`;
    });
    return `${only} on the protocol before the first request: ${listText(bytes)}.`;
  },
  request: (active) => presentTransfer(active, "The client sends"),
  response: (active) => presentTransfer(active, "The server sends"),
  close(active, all) {
    if (active.length === 0) return "The connections are still open.";
    const words = active.filter(([, { rows }]) => rows.some(({ carries }) => carries.length > 0));
    const first = words.map(([api, { rows }]) => `${apiTitle(api)} sends ${rows.flatMap(({ carries }) => carries)[0]} first.`);
    return ["Each side ends its direction, the other reads 0 bytes.", ...first, words.length === 0 ? presentSame(active, all) : ""].join(" ").trim();
  },
};

function presentTransfer(active, begin) {
  if (active.length === 0) return "Nothing was sent.";
  const each = active.map(([api, { rows }]) => {
    const writes = presentWrites(rows);
    return `${byteCountText(rows.reduce((sum, row) => sum + presentRowBytes(row), 0))} over ${apiTitle(api)}${writes > 1 ? ` in ${countText(writes, "write")}` : ""}`;
  });
  return `${begin} ${listText(each)}.`;
}

/** States whether the calls are the same in all APIs. */
function presentSame(active, all) {
  const texts = active.map(([, { rows }]) => presentText(rows));
  if (active.length < 2) return "";
  if (new Set(texts).size > 1) return "The calls differ.";
  return active.length === all.length ? `It is the same in all ${all.length === 3 ? "three" : numberText(all.length)}.` : `It is the same in ${presentNames(active)}.`;
}

function presentText(rows) {
  const side = (row, name) => (row[name] === null ? "" : groupTexts(row, name).map(({ calls }) => calls).join());
  return rows.map((row) => `${row.to} ${side(row, "client")} ${side(row, "server")}`).join("; ");
}

function presentBytes({ rows }) {
  return rows.reduce((sum, row) => sum + presentRowBytes(row), 0);
}

/** Returns the bytes that a row sends: those of the sender if it was recorded. */
function presentRowBytes({ to, client, server }) {
  const [sender, receiver] = to === "client" ? [server, client] : [client, server];
  return sender?.bytes ?? receiver?.bytes ?? 0;
}

function presentWrites(rows) {
  const calls = rows.flatMap(({ client, server }) => [client, server].filter(Boolean).flatMap((group) => group.calls));
  return calls.filter(({ kind }) => kind === "write").reduce((sum, { count }) => sum + count, 0);
}

function presentNames(active) {
  return listText(active.map(([api]) => apiTitle(api)));
}

function presentSentence(text) {
  return text === "" ? "" : `${text[0].toUpperCase()}${text.slice(1)}.`;
}
