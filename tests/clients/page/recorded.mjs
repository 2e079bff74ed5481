// What the trace files say, and what follows from that. None of it is the page's own code, nor socket-trace's.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { traces } from './support.mjs';

/** The recordings, as the lanes have their columns. */
export const COLUMNS = ['rest', 'graphql', 'grpc'].flatMap((api) => [`${api}-client`, `${api}-server`]);

/** Whether the event has a box in the lanes of the three APIs; options only where they are asked for. */
export function isInLanes({ recording, op }) {
  return COLUMNS.includes(recording) && op !== 'mark' && op !== 'option';
}

/**
 * The events of one trace file, as far as it is written, each with its time on the clock of all. A connect has the time
 * when it was made, which is later than that of its socket: the two are read from two clocks.
 */
export function eventsOf(label, folder = traces) {
  // What stands behind the last line's end is still being written.
  const [head, ...lines] = readFileSync(join(folder, `${label}.jsonl`), 'utf8').split('\n').slice(0, -1);
  const { monotonic_ns: begin } = JSON.parse(head);
  const [api, side] = label.split('-');
  const events = lines.map((line) => ({ line, ...JSON.parse(line) })).filter((event) => event.op);
  const made = new Map(events.flatMap(({ op, sock, t }) => (op === 'socket' ? [[sock, t]] : [])));
  const began = ({ op, sock, t, began }) => (op === 'connect' ? Math.max(began ?? t, made.get(sock) ?? 0) : t);
  return events.map((event) => ({ ...event, recording: label, api, side, clock: begin + began(event) }));
}

/** The events of all trace files in the order of time, numbered as the page does. */
export function recorded(folder = traces) {
  const labels = readdirSync(folder).flatMap((name) => (name.endsWith('.jsonl') ? [name.slice(0, -6)] : []));
  const events = labels.flatMap((label) => eventsOf(label, folder));
  events.sort((one, other) => one.clock - other.clock);
  return events.map((event, index) => ({ ...event, seq: index + 1 }));
}

/** The connections of these events: the events of each side, `[]` of a side that was not recorded. */
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

/** Those that are open at an end that was recorded. */
export function openConnections(events) {
  const isOpen = (side) => side.length > 0 && !side.some(({ op }) => op === 'close' || op === 'release');
  return connections(events).filter(({ client, server }) => isOpen(client) || isOpen(server));
}

/** Which side of a connection finished first. A side that has been told of the other's end was not the first. */
export function finishedFirst({ client, server }) {
  const end = (events) => events.find(({ op, error }) => !error && (op === 'shutdown' || op === 'close'));
  const wasTold = (events) => events.some(({ op, eof, clock }) => op === 'read' && eof && clock < end(events).clock);
  if (wasTold(client) !== wasTold(server)) return wasTold(client) ? 'server' : 'client';
  return end(client).clock < end(server).clock ? 'client' : 'server';
}

/** The arrows between events of both sides that there must be: `{ from, to, says }`, by number. */
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

/** A byte that was the n-th written is the n-th read. */
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
  const told = receiver.find(({ op, eof, error }) => op === 'read' && (eof || error));
  return arrow(sender.find(({ op }) => op === 'shutdown' || op === 'close'), told, 'FIN: end of stream');
}
