// An API call, from the events of both of its ends.

import { callKind, isReflection } from "./call-kinds.js";

/** The status of a successful call: of HTTP, of gRPC, and of a GraphQL operation on a WebSocket. */
const GOOD_STATUS = /^([123]\d\d|OK|complete)(, reset: NO_ERROR)?$/;
/** How an HTTP/2 client ends a call that it no longer needs, such as a watcher. */
const CANCELLED = /reset: CANCEL$/;

/** One API call. Its numbers are those of the server's recording; of the client's if the server was not recorded. */
export class CallRow {
  /** Descriptions of the call at its end, by side. The server's feed sends them. */
  #ended = {};
  #bytes = {};
  #text = "";
  /** The calls by which the client asked for the API's description, before this call on the same connection. */
  reflection = [];

  /** `number` is the position among the calls of the connection, from 0. `item` is the first event with its bytes. */
  constructor(connection, number, item) {
    this.connection = connection;
    this.number = number;
    this.key = `${connection.number}/${number}`;
    this.api = connection.api;
    this.began = item.at;
    this.seq = item.seq;
    this.last = item.seq;
    this.step = item.step;
    this.item = item;
  }

  /** Adds a part of an event's bytes. */
  addPart(item, side, part) {
    const bytes = (this.#bytes[side] ??= { toServer: 0, toClient: 0 });
    bytes[(item.op === "read") === (side === "server") ? "toServer" : "toClient"] += part.bytes;
    this.last = item.seq;
    if (this.#text === "") this.#text = part.text.replace(/^POST \/(?=[\w.]+\/\w+$)/, "");
  }

  /** Adds the description of the call at its end, as recorded by one side. */
  end(side, ended, seq) {
    this.#ended[side] = ended;
    this.last = seq;
  }

  get #best() {
    return this.#ended.server ?? this.#ended.client;
  }

  get operation() {
    return this.#best?.operation ?? this.#text;
  }

  get kind() {
    return this.#best === undefined ? this.operation : callKind(this.#best.kind);
  }

  get isOpen() {
    return this.#best === undefined;
  }

  /** The status of HTTP or gRPC, `errors` of GraphQL, or an empty string. */
  get status() {
    return this.#best?.status ?? "";
  }

  /** `true` if the call failed. Without a status it is unknown. */
  get isError() {
    return this.status !== "" && !GOOD_STATUS.test(this.status) && !this.isCancelled;
  }

  get isCancelled() {
    return CANCELLED.test(this.status);
  }

  get isReflection() {
    return isReflection(this.operation);
  }

  get toServer() {
    return this.#best?.to_server ?? this.#counted("toServer");
  }

  get toClient() {
    return this.#best?.to_client ?? this.#counted("toClient");
  }

  #counted(direction) {
    return (this.#bytes.server ?? this.#bytes.client)?.[direction] ?? 0;
  }

  /** Nanoseconds from the first byte of the request to the last of the response, at the client if it was recorded. */
  get duration() {
    const ended = this.#ended.client ?? this.#ended.server;
    return ended === undefined ? null : ended.ended - ended.began;
  }

  /** The side that measured `duration`. */
  get measuredBy() {
    return this.#ended.client === undefined ? "server" : "client";
  }
}
