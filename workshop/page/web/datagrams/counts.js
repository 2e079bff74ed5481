// Counts the socket calls and datagrams of the plain sockets.

import { sourceOf } from "../recording/apis.js";

/** The counted calls, in the order of a socket's life. */
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

/** The recordings of this screen: protocol and side. */
export const PLAIN_SIDES = [
  ["udp", "client"],
  ["udp", "server"],
  ["tcp", "client"],
  ["tcp", "server"],
];

/** Returns the number of successful calls by recording (`udp-client` …) and call. */
export function plainCounts(items) {
  const counts = Object.fromEntries(PLAIN_SIDES.map(([api, side]) => [`${api}-${side}`, {}]));
  for (const item of items) {
    const { api, side } = sourceOf(item);
    const calls = counts[`${api}-${side}`];
    if (calls !== undefined && item.error === undefined) calls[item.op] = (calls[item.op] ?? 0) + 1;
  }
  return counts;
}

/**
 * Returns the sent, received and missing datagrams of the recorded clients in each direction. Other clients are
 * ignored, because only the server's side of them is recorded.
 */
export function plainDatagrams(items) {
  const datagrams = (side, op) => items.filter((item) => item.op === op && !item.error && plainIsUdp(item, side));
  const requests = datagrams("client", "sendto");
  const requestData = new Set(requests.map(({ data }) => data));
  const received = datagrams("server", "recvfrom").filter(({ data }) => requestData.has(data));
  const peers = new Set(received.map(({ peer }) => peer));
  const responses = datagrams("server", "sendto").filter(({ peer }) => peers.has(peer));
  return [
    plainDirection("to the server", requests, received),
    plainDirection("to the client", responses, datagrams("client", "recvfrom")),
  ];
}

function plainIsUdp(item, wanted) {
  const { api, side } = sourceOf(item);
  return api === "udp" && side === wanted;
}

function plainDirection(title, { length: sent }, { length: received }) {
  return { title, sent, received, missing: Math.max(0, sent - received) };
}
