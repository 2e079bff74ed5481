// What went from where to where: the events at the two ends of a connection, joined. It grows by one event at
// a time.

import { sourceOf } from "./apis.js";
import { FlowDatagrams } from "./flow-datagrams.js";
import { FlowWay } from "./flow-direction.js";

/** So many events are forgotten before the connections are looked through for those that are over. */
const FLOW_ROUND = 2000;

/**
 * Joins events by links `{ from, to, kind, bytes }`: numbers of events, and `handshake`, `bytes`, `end` (a
 * FIN) or `datagram`.
 */
export class Flow {
  #links = new Map();
  #connections = new Map();
  #sockets = new Map();
  #sides = new Set();
  #first = 0;
  #round = 0;
  #now = 0;
  #last = 0;
  #datagrams = new FlowDatagrams((link) => this.#link(link));

  /** Takes in the next event. */
  add(item) {
    const { api, side } = sourceOf(item);
    if (item.seq !== this.#last + 1) this.#distrust(() => true);
    this.#last = item.seq;
    this.#now = item.at;
    this.#sides.add(`${api} ${side}`);
    if (item.op === "gap") this.#distrust((connection) => connection.api === api);
    if (item.op === "sendto" && !item.error) this.#datagrams.sent(item, api, side);
    if (item.op === "recvfrom" && !item.error) this.#datagrams.received(item, api, flowOther(side));
    if (item.connection !== undefined) this.#addTo(this.#meet(item, api), item, side);
  }

  #meet(item, api) {
    const known = this.#connections.get(item.connection);
    if (known) return known;
    const opens = item.op === "accept" || item.op === "connect";
    const way = () => new FlowWay((link) => this.#link(link));
    const fresh = {
      number: item.connection,
      api,
      isWhole: opens,
      sides: {},
      ways: { client: way(), server: way() },
    };
    this.#connections.set(item.connection, fresh);
    return fresh;
  }

  #addTo(connection, item, side) {
    connection.last = item.seq;
    connection.sides[side] ??= item.seq;
    this.#sockets.set(`${item.recording} ${item.sock}`, item.connection);
    const [out, back] = [connection.ways[side], connection.ways[flowOther(side)]];
    if (item.op === "connect" || item.op === "accept") this.#shake(connection, item);
    else if (item.op === "shutdown" || item.op === "close") out.ended(item.seq);
    else if (item.op === "read" && (item.eof || item.error)) back.sawEnd(item.seq);
    else if (!connection.isWhole) return;
    else if (item.op === "write" && !item.error) out.wrote(item.seq, item.bytes);
    else if (item.op === "read") back.took(item.seq, item.bytes);
  }

  #shake(connection, item) {
    connection[item.op] = item;
    const { connect, accept } = connection;
    if (connect && accept) this.#link({ from: connect.seq, to: accept.seq, kind: "handshake", bytes: 0 });
  }

  /** Events are missing: bytes of what was open can no longer be told apart. */
  #distrust(isConcerned) {
    for (const connection of this.#connections.values()) {
      if (isConcerned(connection)) connection.isWhole = false;
    }
  }

  #link(link) {
    for (const seq of [link.from, link.to]) {
      const links = this.#links.get(seq);
      if (links) links.push(link);
      else this.#links.set(seq, [link]);
    }
  }

  /** The links of an event. */
  linksOf(seq) {
    return this.#links.get(seq) ?? [];
  }

  /** What is known of a connection: `{ number, api, sides, last, connect, accept }`. */
  connection(number) {
    return this.#connections.get(number);
  }

  /** All connections, in the order in which they came. */
  connections() {
    return [...this.#connections.values()];
  }

  /**
   * The number of an event's connection. A client's socket has one when it is connected, later than it is
   * made.
   */
  connectionOf(item) {
    return item.connection ?? this.#sockets.get(`${item.recording} ${item.sock}`);
  }

  /** The side of the connection that nobody recorded, if there is one. */
  ghostSide(number) {
    const connection = this.#connections.get(number);
    if (!connection) return null;
    const { client, server } = connection.sides;
    if (client !== undefined && server !== undefined) return null;
    return client === undefined ? "client" : "server";
  }

  /** Whether a datagram went out and did not arrive, as far as the other side's recording tells. */
  isLost(item) {
    if (item.op !== "sendto" || item.error || this.#links.has(item.seq)) return false;
    const { api, side } = sourceOf(item);
    return this.#sides.has(`${api} ${flowOther(side)}`) && this.#datagrams.isOverdue(item, side, this.#now);
  }

  /** Forgets what was before `seq`. */
  forget(seq) {
    for (; this.#first < seq; this.#first++) this.#links.delete(this.#first);
    if (seq < this.#round) return;
    this.#round = seq + FLOW_ROUND;
    this.#datagrams.forget(seq);
    for (const [number, connection] of this.#connections) {
      if (connection.last < seq) this.#connections.delete(number);
      for (const way of Object.values(connection.ways)) way.forget(seq);
    }
    for (const [sock, number] of this.#sockets)
      if (!this.#connections.has(number)) this.#sockets.delete(sock);
  }
}

function flowOther(side) {
  return side === "client" ? "server" : "client";
}
