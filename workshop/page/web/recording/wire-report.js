// The recording of a network in a report.

import { registerRecordings, sourceOf } from "./apis.js";

/**
 * Returns the network's recording of a report in the form that the server sends: `{ items, … }`. `wire` is the result of
 * a scenario, or `{ recordings, packets }`, whose calls are among the items of the report. `null` stays `null`.
 */
export function wireOfReport(wire, items) {
  if (!wire) return null;
  registerRecordings(wire.recordings.filter((recording) => sourceOf({ recording: recording.label }) === undefined));
  if (wire.items !== undefined) return wire;
  const connections = new Set(wire.packets.map(({ connection }) => connection));
  const addresses = new Set(wire.packets.flatMap(({ from, to }) => [from, to]));
  const isOfWire = ({ op, connection, peer }) =>
    connection === undefined ? op !== "mark" && addresses.has(peer) : connections.has(connection);
  const calls = items.filter(isOfWire);
  // Packets are numbered apart from the calls.
  const merged = [...calls, ...wire.packets].sort((one, other) => one.at - other.at);
  return { items: merged.map((item, index) => ({ ...item, seq: index + 1 })) };
}
