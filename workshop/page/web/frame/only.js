// The connections of one participant of a room.

import { sourceOf } from "../recording/apis.js";
import { participantName } from "../recording/client-steps.js";

/** Selects the events of one participant's connections. */
export class ParticipantEvents {
  #key;
  #apis;
  #connections = new Set();

  /** `apis` are those that participants call. Events of others are not filtered. */
  constructor(name, apis) {
    this.#key = name.toLowerCase();
    this.#apis = apis;
  }

  /**
   * Finds the participant's connections by the `User-Agent` of their requests. Returns `true` if there is a new one, whose
   * earlier events are then included, too.
   */
  learn(items) {
    const before = this.#connections.size;
    for (const { client, connection } of items) {
      if (client !== undefined && participantName(client)?.toLowerCase() === this.#key) this.#connections.add(connection);
    }
    return this.#connections.size > before;
  }

  /** Returns `true` for the events of the participant's connections, and of the listening sockets that accept them. */
  includes(item) {
    const { api, side } = sourceOf(item);
    if (!this.#apis.includes(api)) return true;
    if (side === "client") return false;
    return item.connection === undefined || this.#connections.has(item.connection);
  }
}
