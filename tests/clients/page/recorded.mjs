// Reads the trace files and derives the expected connections and arrows, independently of the code of page and
// socket-trace.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { traces } from './support.mjs';

/** Recordings in the order of the columns. */
export const COLUMNS = ['rest', 'graphql', 'grpc'].flatMap((api) => [`${api}-client`, `${api}-server`]);

/** Returns `true` if the event has a box in the lanes of the three APIs. Socket options are hidden by default. */
export function isInLanes({ recording, op }) {
  return COLUMNS.includes(recording) && op !== 'mark' && op !== 'option';
}

/**
 * Returns the events of a trace file, each with its time on the common clock. The time of a connect is its start, and at
 * least the time of its socket, because the two come from different clock reads.
 */
export function eventsOf(label, folder = traces) {
  // An incomplete last line is still being written.
  const [head, ...lines] = readFileSync(join(folder, `${label}.jsonl`), 'utf8').split('\n').slice(0, -1);
  const { monotonic_ns: begin } = JSON.parse(head);
  const [api, side] = label.split('-');
  const events = lines.map((line) => ({ line, ...JSON.parse(line) })).filter((event) => event.op);
  const made = new Map(events.flatMap(({ op, sock, t }) => (op === 'socket' ? [[sock, t]] : [])));
  const began = ({ op, sock, t, began }) => (op === 'connect' ? Math.max(began ?? t, made.get(sock) ?? 0) : t);
  return events.map((event) => ({ ...event, recording: label, api, side, clock: begin + began(event) }));
}

/** Returns the events of all trace files in order of time, numbered as on the page. */
export function recorded(folder = traces) {
  const labels = readdirSync(folder).flatMap((name) => (name.endsWith('.jsonl') ? [name.slice(0, -6)] : []));
  const events = labels.flatMap((label) => eventsOf(label, folder));
  events.sort((one, other) => one.clock - other.clock);
  return events.map((event, index) => ({ ...event, seq: index + 1 }));
}

/** Returns the connections with the events of each side, `[]` for a side that was not recorded. */
export function connections(events) {
  const sockets = new Map();
  const found = new Map();
  for (const event of events) {
    const socket = `${event.recording} ${event.sock}`;
    if (event.op === 'socket') sockets.set(socket, [event]);
    if (event.error === undefined && (event.op === 'connect' || event.op === 'accept')) {
      const [client, server] = event.op === 'connect' ? [event.local, event.peer] : [event.peer, event.local];
      const key = `${client} ${server}`;
      if (!found.has(key)) found.set(key, { api: event.api, client: [], server: [] });
      const mine = found.get(key)[event.side];
      mine.push(...(sockets.get(socket) ?? []));
      sockets.set(socket, mine);
    }
    if (event.op !== 'socket') sockets.get(socket)?.push(event);
  }
  return [...found.values()];
}

/** Returns the connections that are open on a recorded side. */
export function openConnections(events) {
  const isOpen = (side) => side.length > 0 && !side.some(({ op }) => op === 'close' || op === 'release');
  return connections(events).filter(({ client, server }) => isOpen(client) || isOpen(server));
}

/** Returns the side that finished first. A side that read the other's end before its own was not first. */
export function finishedFirst({ client, server }) {
  const end = (events) => events.find(({ op, error }) => !error && (op === 'shutdown' || op === 'close'));
  const hasReadEnd = (events) => events.some(({ op, eof, clock }) => op === 'read' && eof && clock < end(events).clock);
  if (hasReadEnd(client) !== hasReadEnd(server)) return hasReadEnd(client) ? 'server' : 'client';
  return end(client).clock < end(server).clock ? 'client' : 'server';
}

/** Returns the expected arrows between events of both sides: `{ from, to, says }` with numbers of events. */
export function arrows(events) {
  return connections(events)
    .filter(({ client, server }) => client.length > 0 && server.length > 0)
    .flatMap(({ client, server }) => [
      ...arrow(client.find(isOp('connect')), server.find(isOp('accept')), 'three-way handshake'),
      ...bytesBetween(client, server),
      ...bytesBetween(server, client),
      ...endBetween(client, server),
      ...endBetween(server, client),
    ]);
}

function isOp(...ops) {
  return ({ op, error }) => ops.includes(op) && error === undefined;
}

function arrow(from, to, says) {
  return from && to ? [{ from: from.seq, to: to.seq, says }] : [];
}

/** Links writes and reads by byte positions: the n-th written byte is the n-th read byte. */
function bytesBetween(sender, receiver) {
  const [writes, reads] = [spans(sender.filter(isOp('write'))), spans(receiver.filter(isOp('read')))];
  return writes.flatMap((write) =>
    reads.flatMap((read) => {
      const bytes = Math.min(write.end, read.end) - Math.max(write.begin, read.begin);
      return bytes > 0 ? arrow(write, read, `${bytes} B`) : [];
    }),
  );
}

function spans(transfers) {
  let end = 0;
  return transfers.map(({ seq, bytes }) => ({ seq, begin: end, end: (end += bytes) }));
}

function endBetween(sender, receiver) {
  const eof = receiver.find(({ op, eof, error }) => op === 'read' && (eof || error));
  return arrow(sender.find(({ op }) => op === 'shutdown' || op === 'close'), eof, 'FIN: end of stream');
}
