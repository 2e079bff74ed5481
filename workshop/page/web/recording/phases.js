// The phases of a connection, and the calls of a step grouped in them. `socket-trace story` groups them alike.

import { sourceOf } from "./apis.js";
import { isEndOfStream } from "./event-text.js";

/** The phases in order: name in the events, title, and what it does. */
export const PHASES = [
  ["open", "Open", "a connection"],
  ["agree", "Agree", "on a protocol"],
  ["request", "Request", "to the server"],
  ["response", "Response", "to the client"],
  ["close", "Close", "both sides"],
];

/** Maximum number of descriptions in a row. Further ones are dropped. */
const PHASE_MAX_CARRIED = 8;

const PHASE_LISTENER_CALLS = ["socket", "bind", "listen"];

/**
 * Groups the events of one API in phases: `[{ phase, rows, note, items }]`. A row is `{ to, client, server, carries, items }`,
 * and a side of it `{ calls: [{ kind, count }], bytes, items }`. `to` is the side that receives, or `null`. `listener`
 * contains the events that created the listening socket.
 */
export function phasesOf(items, listener = []) {
  const rows = new Map();
  const open = new PhaseSockets();
  const protocol = phaseProtocol(items);
  const hasPayload = items.some(({ says }) => says);
  for (const item of listener) phaseAdd(rows, item, "create");
  for (const item of items) {
    if (item.phase !== undefined) phaseAdd(rows, item, open.placeOf(item));
  }
  return PHASES.map(([phase]) => {
    const own = [...rows.values()].filter((row) => row.phase === phase).sort(phaseRowOrder);
    const note = own.length === 0 ? phaseNote(phase, protocol, hasPayload) : undefined;
    return { phase, rows: own.map(phaseRow), note };
  });
}

/** The sockets that have ended their sending direction, so that a close sends nothing. */
class PhaseSockets {
  #ended = new Set();

  /** Returns the place of a call's row in its phase: `create`, `handshake`, the side that receives, or `release`. */
  placeOf(item) {
    const { side } = sourceOf(item);
    const other = side === "client" ? "server" : "client";
    const name = `${item.recording} ${item.sock}`;
    if (["connect", "accept"].includes(item.op)) return "handshake";
    if (item.phase === "open") return "create";
    if (item.op === "read") return side;
    if (item.op === "write") return other;
    const sends = item.op === "shutdown" || (item.op === "close" && (item.aborted || !this.#ended.has(name)));
    this.#ended.add(name);
    return sends ? other : "release";
  }
}

function phaseAdd(rows, item, place) {
  const phase = item.phase ?? "open";
  const key = `${phase} ${place}`;
  const { side } = sourceOf(item);
  const row = rows.get(key) ?? { phase, place, first: item.at, sent: [], received: [], items: [] };
  rows.set(key, row);
  const sends = place !== "create" && place !== "handshake" && place !== "release" && side !== place;
  if (sends) row.firstSent ??= item.at;
  row[side] ??= { calls: [], bytes: 0, items: [] };
  const group = row[side];
  group.items.push(item);
  group.bytes += item.bytes ?? 0;
  row.items.push(item);
  const kind = phaseKind(item);
  const count = group.calls.find((calls) => calls.kind === kind);
  if (count) count.count += 1;
  else group.calls.push({ kind, count: 1 });
  const carried = sends ? row.sent : row.received;
  phaseDescribe(carried, item.says ?? "");
}

/** Adds a description that is not known yet. A message in several calls is described once: `GET /…` and `…GET /`. */
function phaseDescribe(carried, says) {
  const bare = says.replace(/^…+|…+$/g, "");
  const known = carried.findIndex((one) => one.replace(/…+$/, "") === bare);
  // The message ends here.
  if (known >= 0 && !says.endsWith("…")) carried[known] = bare;
  if (known >= 0 || bare === "" || carried.length >= PHASE_MAX_CARRIED) return;
  carried.push(says.replace(/^…+/, ""));
}

/** Returns the kind of a call: its name, `read 0 B` at the end of the peer's stream, `connect failed`. */
function phaseKind(item) {
  if (item.error !== undefined) return `${item.op} failed`;
  return isEndOfStream(item) ? "read 0 B" : item.op;
}

/**
 * Creating, the handshake and releasing have their places. When both sides agree, the client is first, because the order
 * varies between runs. Otherwise directions are in the order of their first calls.
 */
function phaseRowOrder(one, other) {
  return phaseRank(one) - phaseRank(other) || phaseBegin(one) - phaseBegin(other);
}

function phaseRank({ place }) {
  return { create: 0, handshake: 1, release: 3 }[place] ?? 2;
}

function phaseBegin({ phase, place, first, firstSent }) {
  if (phase === "agree") return place === "client" ? 1 : 0;
  return firstSent ?? first;
}

function phaseRow({ place, client = null, server = null, sent, received, items }) {
  const to = { handshake: "server", client: "client", server: "server" }[place] ?? null;
  return { to, isHandshake: place === "handshake", client, server, carries: sent.length > 0 ? sent : received, items };
}

/** Returns the protocol of the first message. */
function phaseProtocol(items) {
  const layers = { http1: "HTTP/1.1", http2: "HTTP/2" };
  for (const { carried = [] } of items) {
    const part = carried.find(({ layer }) => layer in layers);
    if (part) return layers[part.layer];
  }
  return null;
}

/** Returns why a phase has no calls. */
function phaseNote(phase, protocol, hasPayload) {
  if (phase === "agree" && !hasPayload) return "unknown: no payload was recorded";
  if (phase === "agree" && protocol === "HTTP/1.1") return "nothing: HTTP/1.1 starts with the request";
  return { open: "opened before", agree: "nothing", request: "no request", response: "no response", close: "still open" }[phase];
}

/**
 * Returns the calls of a side of a row as texts: `[{ calls, bytes }]`. The bytes of all calls stand behind those that moved
 * them, else 0. They stand at the sender, and at the receiver only if the sender was not recorded.
 */
export function groupTexts(row, side) {
  const { calls, bytes } = row[side];
  const isSender = row.to !== null && row.to !== side;
  const hasBytes = isSender || row.client === null || row.server === null;
  const moved = calls.find(({ kind }) => kind === "read" || kind === "write");
  return calls.map((one) => ({
    calls: countedKind(one.kind, one.count),
    bytes: hasBytes && one === moved ? bytes : 0,
  }));
}

function countedKind(kind, count) {
  if (count === 1) return kind;
  if (kind === "read 0 B") return `${count} reads of 0 B`;
  return kind.includes(" ") ? `${count} × ${kind}` : `${count} ${kind}s`;
}

/** Returns those of `openings` that created the listening sockets of the accepts in `items`. */
export function listenersOf(openings, items) {
  const listening = new Set(
    items.filter(({ op, on }) => op === "accept" && on !== undefined).map(({ recording, on }) => `${recording} ${on}`),
  );
  if (listening.size === 0) return [];
  return openings.filter(
    ({ op, recording, sock, error }) =>
      error === undefined && PHASE_LISTENER_CALLS.includes(op) && listening.has(`${recording} ${sock}`),
  );
}
