// Pairs each repeated packet with the packet that it repeats.

import { bytesOf } from "../recording/bytes.js";

/** Length of the headers of IP and UDP in bytes. */
const WIRE_UDP_HEADERS = 28;

/**
 * Sets `pair` of the packets that were sent again, and of those that repeat them. `number` is the same in both. TCP
 * segments are paired by the recording; a datagram is repeated by the next one with the same payload.
 */
export function wirePair(packets) {
  const numbered = new Map(packets.filter(({ item }) => item.packet).map((packet) => [wirePairKey(packet.item, packet.item.packet), packet]));
  const lost = new Map();
  let count = 0;
  for (const packet of packets) {
    const { item } = packet;
    const payload = item.protocol === "udp" ? wirePayload(item) : null;
    const before = payload === null ? numbered.get(wirePairKey(item, item.repeats)) : lost.get(payload);
    if (payload !== null && packet.isLost) lost.set(payload, packet);
    if (before === undefined || before === packet) continue;
    const number = before.pair?.number ?? ++count;
    before.pair = { number, isRepeat: before.pair?.isRepeat ?? false, other: packet };
    packet.pair = { number, isRepeat: true, other: before };
  }
}

function wirePairKey({ connection }, number) {
  return `${connection} ${number}`;
}

/** Returns the addresses and the payload of a datagram. `null` if it was not recorded. */
function wirePayload({ data, from, to }) {
  const payload = bytesOf(data).slice(WIRE_UDP_HEADERS);
  return payload.length === 0 ? null : `${from} ${to} ${payload.join(" ")}`;
}
