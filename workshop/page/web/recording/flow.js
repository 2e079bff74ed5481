// Links the events at the two ends of connections, one event at a time.

import { sourceOf } from "./apis.js";
import { FlowDatagrams } from "./flow-datagrams.js";
import { FlowDirection } from "./flow-direction.js";

/** Number of forgotten events after which closed connections are removed. */
const FLOW_CLEANUP_INTERVAL = 2000;

/**
 * The links between events: `{ from, to, kind, bytes }`. `from` and `to` are numbers of events. `kind` is
 * `handshake`, `bytes`, `end` (a FIN) or `datagram`.
 */
export class Flow {
  #links = new Map();
  #connections = new Map();
  #sockets = new Map();
  #sides = new Set();
  #first = 0;
  #nextCleanup = 0;
  #now = 0;
  #last = 0;
  #datagrams = new FlowDatagrams((link) => this.#link(link));

  /** Adds the next event. */
  add(item) {
    const { api, side } = sourceOf(item);
    if (item.seq !== this.#last + 1) this.#markIncomplete(() => true);
    this.#last = item.seq;
    this.#now = item.at;
    this.#sides.add(`${api} ${side}`);
    if (item.op === "gap") this.#markIncomplete((connection) => connection.api === api);
    if (item.op === "sendto" && !item.error) this.#datagrams.sent(item, api, side);
    if (item.op === "recvfrom" && !item.error) this.#datagrams.received(item, api, otherSide(side));
    if (item.connection !== undefined) this.#addTo(this.#connectionFor(item, api), item, side);
  }

  #connectionFor(item, api) {
    const known = this.#connections.get(item.connection);
    if (known) return known;
    const opens = item.op === "accept" || item.op === "connect";
    const direction = () => new FlowDirection((link) => this.#link(link));
    const fresh = {
      number: item.connection,
      api,
      isComplete: opens,
      sides: {},
      sentBy: { client: direction(), server: direction() },
    };
    this.#connections.set(item.connection, fresh);
    return fresh;
  }

  #addTo(connection, item, side) {
    connection.last = item.seq;
    if (item.why) connection.why = item.why;
    connection.sides[side] ??= item.seq;
    this.#sockets.set(`${item.recording} ${item.sock}`, item.connection);
    const [sent, received] = [connection.sentBy[side], connection.sentBy[otherSide(side)]];
    if (item.op === "connect" || item.op === "accept") this.#addHandshake(connection, item);
    else if (item.op === "shutdown" || item.op === "close") sent.addEnd(item.seq);
    else if (item.op === "read" && (item.eof || item.error)) received.addEndSeen(item.seq);
    else if (!connection.isComplete) return;
    else if (item.op === "write" && !item.error) sent.addWrite(item.seq, item.bytes);
    else if (item.op === "read") received.addRead(item.seq, item.bytes);
  }

  #addHandshake(connection, item) {
    connection[item.op] = item;
    const { connect, accept } = connection;
    if (connect && accept) this.#link({ from: connect.seq, to: accept.seq, kind: "handshake", bytes: 0 });
  }

  /** Stops matching bytes on open connections after missing events, because the byte counts are wrong from then on. */
  #markIncomplete(isConcerned) {
    for (const connection of this.#connections.values()) {
      if (isConcerned(connection)) connection.isComplete = false;
    }
  }

  #link(link) {
    for (const seq of [link.from, link.to]) {
      const links = this.#links.get(seq);
      if (links) links.push(link);
      else this.#links.set(seq, [link]);
    }
  }

  /** Returns the links of an event. */
  linksOf(seq) {
    return this.#links.get(seq) ?? [];
  }

  /** Returns a connection: `{ number, api, sides, last, connect, accept, why }`. `why` is the reason for its end. */
  connection(number) {
    return this.#connections.get(number);
  }

  /** Returns all connections, the oldest first. */
  connections() {
    return [...this.#connections.values()];
  }

  /** Returns the number of an event's connection. A client's socket has none before it is connected. */
  connectionOf(item) {
    return item.connection ?? this.#sockets.get(`${item.recording} ${item.sock}`);
  }

  /** Returns the side of a connection that was not recorded, or `null`. */
  unrecordedSide(number) {
    const connection = this.#connections.get(number);
    if (!connection) return null;
    const { client, server } = connection.sides;
    if (client !== undefined && server !== undefined) return null;
    return client === undefined ? "client" : "server";
  }

  /** Returns `true` if a datagram was sent and the other side's recording does not contain it. */
  isLost(item) {
    if (item.op !== "sendto" || item.error || this.#links.has(item.seq)) return false;
    const { api, side } = sourceOf(item);
    return this.#sides.has(`${api} ${otherSide(side)}`) && this.#datagrams.isOverdue(item, side, this.#now);
  }

  /** Forgets the events before `seq`. */
  forget(seq) {
    for (; this.#first < seq; this.#first++) this.#links.delete(this.#first);
    if (seq < this.#nextCleanup) return;
    this.#nextCleanup = seq + FLOW_CLEANUP_INTERVAL;
    this.#datagrams.forget(seq);
    for (const [number, connection] of this.#connections) {
      if (connection.last < seq) this.#connections.delete(number);
      for (const direction of Object.values(connection.sentBy)) direction.forget(seq);
    }
    for (const [sock, number] of this.#sockets)
      if (!this.#connections.has(number)) this.#sockets.delete(sock);
  }
}

function otherSide(side) {
  return side === "client" ? "server" : "client";
}
