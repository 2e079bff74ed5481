// What the sockets of the datagram screen did, counted from the events.

import { sourceOf } from "../recording/apis.js";

/** The calls to count, in the order of a socket's life. */
export const PLAIN_CALLS = [
  "socket",
  "bind",
  "listen",
  "connect",
  "accept",
  "sendto",
  "recvfrom",
  "write",
  "read",
  "shutdown",
  "close",
];

/** The recordings of this screen: which transport, which side, and what they are called. */
export const PLAIN_SIDES = [
  ["udp", "client"],
  ["udp", "server"],
  ["tcp", "client"],
  ["tcp", "server"],
];

/** By transport and side (`udp-client` …), by call: how often it was made and succeeded. */
export function plainCounts(items) {
  const counts = Object.fromEntries(PLAIN_SIDES.map(([api, side]) => [`${api}-${side}`, {}]));
  for (const item of items) {
    const { api, side } = sourceOf(item);
    const calls = counts[`${api}-${side}`];
    if (calls !== undefined && item.error === undefined) calls[item.op] = (calls[item.op] ?? 0) + 1;
  }
  return counts;
}

/** The datagrams each way: sent by one side, received by the other, and the rest. */
export function plainDatagrams(counts) {
  const [client, server] = [counts["udp-client"], counts["udp-server"]];
  return [
    plainWay("to the server", client.sendto, server.recvfrom),
    plainWay("to the client", server.sendto, client.recvfrom),
  ];
}

function plainWay(title, sent = 0, received = 0) {
  return { title, sent, received, missing: Math.max(0, sent - received) };
}
