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

/**
 * The datagrams of the recorded clients each way: sent by one side, received by the other, and the rest. What others
 * ask and are told is left out: of that only the server's side is recorded.
 */
export function plainDatagrams(items) {
  const moved = (side, op) => items.filter((item) => item.op === op && !item.error && plainIsUdp(item, side));
  const asked = moved("client", "sendto");
  const questions = new Set(asked.map(({ data }) => data));
  const heard = moved("server", "recvfrom").filter(({ data }) => questions.has(data));
  const peers = new Set(heard.map(({ peer }) => peer));
  const answered = moved("server", "sendto").filter(({ peer }) => peers.has(peer));
  return [
    plainWay("to the server", asked, heard),
    plainWay("to the client", answered, moved("client", "recvfrom")),
  ];
}

function plainIsUdp(item, wanted) {
  const { api, side } = sourceOf(item);
  return api === "udp" && side === wanted;
}

function plainWay(title, { length: sent }, { length: received }) {
  return { title, sent, received, missing: Math.max(0, sent - received) };
}
