// Groups the events of a network's recording into columns, one for each API. Pure functions without access to the page.

import { apiTitle, sourceOf } from "../recording/apis.js";
import { byApi, distinct } from "../recording/connections.js";
import { wirePair } from "./pairs.js";

/** Operations that take no part in the exchange. */
const WIRE_HIDDEN = ["option", "mark", "tcp_info", "gap"];

/** Returns `true` for a packet. */
export function isPacket({ op }) {
  return op === "packet";
}

/** Returns the names of the steps that have packets, in order. */
export function wireSteps(items) {
  return distinct(items.filter(isPacket).map(({ step }) => step)).filter((step) => step !== undefined);
}

/**
 * Returns the columns: `{ api, title, zero, end, connections, calls, packets, states }`. Times are in nanoseconds since
 * `zero`, the first event of the column. `step` selects a step; `null` selects all.
 *
 * - A call: `{ item, side, at, returned }`, where `returned` is `null` unless the call took time.
 * - A packet: `{ item, toServer, sent, arrived, isLost, sequence, ack, pair }`. `arrived` is `null` if it did not.
 *   `sequence` and `ack` are relative to the first number of their direction.
 * - `pair` is `{ number, isRepeat, other }` for a packet that was sent again, and for the packet that repeats it.
 */
export function wireColumns({ items, states = [] }, step = null) {
  const ends = wireEnds(items);
  const initial = wireInitial(items, ends);
  const isShown = (item) => !WIRE_HIDDEN.includes(item.op) && (step === null || item.step === step);
  const shown = items.filter(isShown);
  const packets = shown.filter(isPacket).map((item) => wirePacket(item, ends, initial));
  return byApi(packets).map(([api, own]) => {
    const numbers = new Set(own.map(({ item }) => item.connection).filter((number) => number !== undefined));
    const isOwn = (item) => sourceOf(item)?.api === api && (item.connection === undefined || numbers.has(item.connection));
    const calls = shown.filter((item) => !isPacket(item) && isOwn(item));
    return wireColumn(api, calls, own, wireStatesOf(states, own));
  });
}

function wireColumn(api, items, packets, states) {
  const zero = Math.min(...items.map(({ at }) => at), ...packets.map(({ sent }) => sent));
  const calls = items.map((item) => {
    const returned = item.began === undefined ? null : item.at + item.t - item.began - zero;
    return { item, side: sourceOf(item).side, at: item.at - zero, returned };
  });
  const moved = packets.map((packet) => {
    return { ...packet, sent: packet.sent - zero, arrived: packet.arrived === null ? null : packet.arrived - zero };
  });
  wirePair(moved);
  const times = [...calls.flatMap(({ at, returned }) => [at, returned ?? at]), ...moved.map(({ sent, arrived }) => arrived ?? sent)];
  const connections = distinct(packets.map(({ item }) => item.connection)).filter((number) => number !== undefined);
  return {
    api,
    title: apiTitle(api),
    zero,
    end: Math.max(0, ...times),
    connections,
    calls,
    packets: moved,
    states: states.map((state) => ({ ...state, at: state.at - zero })),
  };
}

/** Returns the API and the client's address of each connection, by its number: `{ api, client }`. */
function wireEnds(items) {
  const connections = new Map();
  const datagrams = new Map();
  for (const item of items) {
    const { api, side } = sourceOf(item) ?? {};
    if (item.error !== undefined) continue;
    if (item.op === "connect" && item.connection) connections.set(item.connection, { api, client: item.local });
    if (item.op === "accept" && item.connection) connections.set(item.connection, { api, client: item.peer });
    if (item.op === "sendto" && side === "client") datagrams.set(item.peer, api);
  }
  return { connections, datagrams };
}

function wireEnd({ connection, from, to, protocol }, { connections, datagrams }) {
  const known = connections.get(connection);
  if (known !== undefined) return { api: known.api, toServer: from === known.client };
  if (datagrams.has(to)) return { api: datagrams.get(to), toServer: true };
  if (datagrams.has(from)) return { api: datagrams.get(from), toServer: false };
  // No end of it was recorded. The server has the lower port.
  const port = (address) => Number(address.split(":").at(-1));
  return { api: protocol, toServer: port(to) < port(from) };
}

/** Returns the first sequence number of each direction, by `wireDirection`. */
function wireInitial(items, ends) {
  const initial = new Map();
  for (const item of items.filter(isPacket)) {
    if (item.sequence === undefined) continue;
    const key = wireDirection(item);
    const isSyn = /\bSYN\b/.test(item.flags ?? "");
    if (isSyn || !initial.has(key)) initial.set(key, item.sequence);
  }
  return initial;
}

function wireDirection({ connection, from, to }) {
  return `${connection} ${from} ${to}`;
}

function wirePacket(item, ends, initial) {
  const { api, toServer } = wireEnd(item, ends);
  const relative = (number, key) => (number === undefined ? null : (number - (initial.get(key) ?? number)) >>> 0);
  const back = wireDirection({ ...item, from: item.to, to: item.from });
  return {
    api,
    item,
    toServer,
    sent: item.at,
    arrived: item.arrived === undefined ? null : item.at + item.arrived - item.t,
    isLost: item.fate === "dropped",
    sequence: relative(item.sequence, wireDirection(item)),
    ack: relative(item.ack, back),
    pair: null,
  };
}

/** Returns the states of the connections of these packets. */
function wireStatesOf(states, packets) {
  const pairs = new Set(packets.map(({ item }) => [item.from, item.to].sort().join(" ")));
  return states.filter(({ local, peer }) => pairs.has([local, peer].sort().join(" ")));
}
