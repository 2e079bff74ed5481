// The TCP segments of connections, which the kernels count.

import { firstEvent } from "../../recording/connections.js";
import { countText, listText } from "../../recording/numbers.js";

/**
 * Returns the number of segments that both kernels had sent when their sides were closed, or `null` if the recording
 * does not contain it. The last acknowledgements come after the closes and are not included.
 */
export function segmentCount(connections) {
  const closes = connections.flatMap(({ client, server }) => [client, server].map((side) => firstEvent(side, "close")));
  const counts = closes.map((close) => close?.tcp?.segs_out);
  return counts.length > 0 && counts.every(Number.isInteger) ? counts.reduce((sum, count) => sum + count, 0) : null;
}

/**
 * Returns a sentence about the segments that the kernels sent for the bytes through the sockets, or `null` if none
 * were counted. `apis` have a `title` and `segments`.
 */
export function segmentSentence(apis) {
  const counted = apis.filter(({ segments }) => segments !== null);
  if (counted.length === 0) return null;
  const counts = counted.map(({ title, segments }) => `${countText(segments, "segment")} over ${title}`);
  return (
    `The kernels sent ${listText(counts)}, counted until the sockets were closed. ` +
    "Among them are those of the handshakes (SYN, SYN-ACK, ACK), the acknowledgements and the FINs, which carry no byte of the programs. " +
    "Each has at least 40 bytes of IP and TCP headers."
  );
}
