// Datagrams have no connection and no order: the one that arrives is known by what is in it.

import { sourceOf } from "./apis.js";

/** So long after the sending a datagram that was not received counts as lost, in nanoseconds. */
const DATAGRAM_PATIENCE = 20e6;

/** Sent and received datagrams of all APIs. */
export class FlowDatagrams {
  #sent = new Map();
  #received = new Map();
  /** From where the recorded clients' datagrams reach a server: their own addresses, or a relay's. */
  #known = new Set();

  constructor(link) {
    this.link = link;
  }

  /** A datagram was sent by that side. */
  sent(item, api, side) {
    const key = datagramKey(item, api, side);
    const early = this.#received.get(key)?.shift();
    if (early !== undefined && item.at - early.at < DATAGRAM_PATIENCE) return this.#join(item, early);
    datagramPush(this.#sent, key, item);
  }

  /**
   * A datagram came in from that side. Of several alike, the first is taken that is not too old, or else the
   * last.
   */
  received(item, api, side) {
    const key = datagramKey(item, api, side);
    const sent = this.#sent.get(key) ?? [];
    const young = sent.findIndex((other) => item.at - other.at < DATAGRAM_PATIENCE);
    const [match] = sent.splice(young < 0 ? sent.length - 1 : young, 1);
    if (match === undefined) datagramPush(this.#received, key, item);
    else this.#join(match, item);
  }

  #join(from, to) {
    if (sourceOf(to).side === "server") this.#known.add(to.peer);
    this.link({ from: from.seq, to: to.seq, kind: "datagram", bytes: to.bytes });
  }

  /**
   * Whether one that was sent by that side, and has no match, has been waited for long enough. Whether an answer
   * to a client that nobody records has arrived, nobody knows.
   */
  isOverdue(item, side, now) {
    return now - item.at >= DATAGRAM_PATIENCE && (side === "client" || this.#known.has(item.peer));
  }

  /** Forgets those before `seq`. */
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
