// Pairs each repeated packet with the packet that it repeats.

import { bytesOf } from "../recording/bytes.js";

/** Length of the headers of IP and UDP in bytes. */
const WIRE_UDP_HEADERS = 28;

/** Sets `pair` of the packets that were sent again, and of those that repeat them. Pairs are numbered from 1. */
export function wirePair(packets) {
  let count = 0;
  const latest = new Map();
  for (const packet of packets) {
    const key = wirePairKey(packet);
    if (key === null) continue;
    const before = latest.get(key);
    latest.set(key, packet);
    if (before === undefined || !isWireRepeat(packet, before)) continue;
    const number = before.pair?.number ?? ++count;
    before.pair = { number, isRepeat: before.pair?.isRepeat ?? false, other: packet };
    packet.pair = { number, isRepeat: true, other: before };
  }
}

/** Returns `true` if a packet with the same key repeats the one before it. */
function isWireRepeat(packet, before) {
  return packet.item.protocol === "tcp" ? packet.item.retransmission === true : before.isLost;
}

/** Returns a text that is the same for a packet and its repetition. `null` for packets that nobody repeats. */
function wirePairKey({ item, toServer, sequence }) {
  if (item.fate === "duplicated") return null;
  if (item.protocol === "tcp") {
    const isOnlyAck = item.bytes === 0 && !/SYN|FIN/.test(item.flags ?? "");
    return isOnlyAck ? null : `${item.connection} ${toServer} ${sequence}`;
  }
  const payload = bytesOf(item.data).slice(WIRE_UDP_HEADERS);
  return payload.length === 0 ? null : `${item.protocol} ${item.from} ${item.to} ${payload.join(" ")}`;
}
