// Pairs each repeated packet with the packet that it repeats.

/**
 * Sets `pair` of the packets that were sent again, and of those that repeat them. `number` is the same in both. TCP
 * segments are paired by the recording. A lost datagram is repeated by the next one of the same addresses and length.
 */
export function wirePair(packets) {
  const numbered = new Map();
  const lost = new Map();
  let count = 0;
  for (const packet of packets) {
    const { item } = packet;
    const before = item.protocol === "udp" ? lost.get(wireFlow(item)) : numbered.get(wirePairKey(item, item.repeats));
    numbered.set(wirePairKey(item, item.packet), packet);
    if (packet.isLost) lost.set(wireFlow(item), packet);
    else lost.delete(wireFlow(item));
    if (before === undefined) continue;
    const number = before.pair?.number ?? ++count;
    before.pair = { number, isRepeat: before.pair?.isRepeat ?? false, other: packet };
    packet.pair = { number, isRepeat: true, other: before };
  }
}

function wirePairKey({ connection }, number) {
  return `${connection} ${number}`;
}

function wireFlow({ from, to, bytes }) {
  return `${from} ${to} ${bytes}`;
}
