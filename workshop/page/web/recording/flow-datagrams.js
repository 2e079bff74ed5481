// Matches sent and received datagrams. They have no connection and no order, so they are matched by their bytes.

import { sourceOf } from "./apis.js";

/** A datagram that was not received within so many nanoseconds counts as lost. */
const DATAGRAM_TIMEOUT = 20e6;

/** The sent and received datagrams of all APIs that have no match yet. */
export class FlowDatagrams {
  #sent = new Map();
  #received = new Map();
  /** Source addresses at the server of datagrams from recorded clients: their own addresses, or a relay's. */
  #recordedPeers = new Set();

  constructor(link) {
    this.link = link;
  }

  /** Handles a datagram that `side` sent. */
  sent(item, api, side) {
    const key = datagramKey(item, api, side);
    const early = this.#received.get(key)?.shift();
    if (early !== undefined && item.at - early.at < DATAGRAM_TIMEOUT) return this.#join(item, early);
    datagramPush(this.#sent, key, item);
  }

  /**
   * Handles a received datagram that `side` sent. Of several equal ones, it matches the first that is not too old,
   * or else the last.
   */
  received(item, api, side) {
    const key = datagramKey(item, api, side);
    const sent = this.#sent.get(key) ?? [];
    const recent = sent.findIndex((other) => item.at - other.at < DATAGRAM_TIMEOUT);
    const [match] = sent.splice(recent < 0 ? sent.length - 1 : recent, 1);
    if (match === undefined) datagramPush(this.#received, key, item);
    else this.#join(match, item);
  }

  #join(from, to) {
    if (sourceOf(to).side === "server") this.#recordedPeers.add(to.peer);
    this.link({ from: from.seq, to: to.seq, kind: "datagram", bytes: to.bytes });
  }

  /**
   * Returns `true` if a datagram without a match counts as lost. A response to a client that is not recorded never
   * does, because its arrival is unknown.
   */
  isOverdue(item, side, now) {
    return now - item.at >= DATAGRAM_TIMEOUT && (side === "client" || this.#recordedPeers.has(item.peer));
  }

  /** Forgets the datagrams before `seq`. */
  forget(seq) {
    for (const waiting of [this.#sent, this.#received]) {
      for (const [key, items] of waiting) {
        const kept = items.filter((item) => item.seq >= seq);
        if (kept.length > 0) waiting.set(key, kept);
        else waiting.delete(key);
      }
    }
  }
}

function datagramKey(item, api, side) {
  return `${api} ${side} ${item.bytes} ${item.data ?? ""}`;
}

function datagramPush(waiting, key, item) {
  if (waiting.has(key)) waiting.get(key).push(item);
  else waiting.set(key, [item]);
}
