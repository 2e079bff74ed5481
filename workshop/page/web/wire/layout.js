// Places the events of all columns on one vertical time line. Equal times are at equal heights, so that columns can be
// compared. Labels push later times down, and long idle times are compressed to a break.

/** Height of one way of a packet in pixels. */
const WIRE_ONE_WAY = 44;
/** A packet's way that is shorter than this, in nanoseconds, is drawn shorter than WIRE_ONE_WAY. */
const WIRE_MIN_FLIGHT = 2e6;
/** An idle time that would be higher than this, in pixels, becomes a break. */
const WIRE_LONGEST_IDLE = 2.6 * WIRE_ONE_WAY;
const WIRE_BREAK = 34;
/** Least drop of an arrow in pixels. */
const WIRE_MIN_SLANT = 10;
const WIRE_CALL_HEIGHT = 20;
const WIRE_RULER_STEP = 40;

/**
 * Sets `y` of the calls, packets and states, `returnedY` of calls and `arrivedY` of packets. Returns
 * `{ height, breaks, ruler }`: breaks are `{ y, height, ns }`, ruler marks are `{ y, ns }`.
 */
export function wireLayout(columns, packetHeight) {
  const ticks = columns.flatMap((column, index) => wireTicks(column, index, packetHeight));
  ticks.sort((one, other) => one.at - other.at || one.order - other.order);
  const scale = wireScale(columns);
  const [last, breaks, ruler] = [new Map(), [], []];
  let [y, at] = [6, ticks[0]?.at ?? 0];
  for (const tick of ticks) {
    const grown = (tick.at - at) * scale;
    if (grown > WIRE_LONGEST_IDLE) {
      const lowest = Math.max(y, ...last.values()) + packetHeight;
      breaks.push({ y: lowest, height: WIRE_BREAK, ns: tick.at - at });
      y = lowest + WIRE_BREAK + 6;
    } else y += grown;
    at = tick.at;
    y = Math.max(y, tick.after?.() ?? 0, tick.lane === null ? 0 : (last.get(tick.lane) ?? -tick.space) + tick.space);
    if (tick.lane !== null) last.set(tick.lane, y);
    tick.place(y);
    if (y - (ruler.at(-1)?.y ?? -WIRE_RULER_STEP) >= WIRE_RULER_STEP) ruler.push({ y, ns: tick.at });
  }
  return { height: Math.max(y, ...last.values()) + packetHeight + 12, breaks, ruler };
}

/** Returns the pixels of a nanosecond: the median packet takes WIRE_ONE_WAY. */
function wireScale(columns) {
  const flights = columns
    .flatMap(({ packets }) => packets)
    .filter(({ arrived }) => arrived !== null)
    .map(({ sent, arrived }) => arrived - sent)
    .sort((one, other) => one - other);
  return WIRE_ONE_WAY / Math.max(WIRE_MIN_FLIGHT, flights[flights.length >> 1] ?? 0);
}

/** Returns the times of a column that need a height: `{ at, order, lane, space, after, place }`. */
function wireTicks({ calls, packets, states }, column, packetHeight) {
  const tick = (at, lane, space, place, after) => {
    return { at, order: after ? 1 : 0, lane: lane && `${column} ${lane}`, space, place, after };
  };
  return [
    ...calls.flatMap((call) => [
      tick(call.at, call.side, WIRE_CALL_HEIGHT, (y) => (call.y = y)),
      ...(call.returned === null
        ? []
        : [tick(call.returned, call.side, WIRE_CALL_HEIGHT, (y) => (call.returnedY = y), () => call.y + WIRE_CALL_HEIGHT)]),
    ]),
    ...packets.flatMap((packet) => [
      tick(packet.sent, "packets", packetHeight, (y) => (packet.y = y)),
      ...(packet.arrived === null
        ? []
        : [tick(packet.arrived, null, 0, (y) => (packet.arrivedY = y), () => packet.y + WIRE_MIN_SLANT)]),
    ]),
    ...states.map((state) => tick(state.at, `state ${state.side}`, WIRE_CALL_HEIGHT, (y) => (state.y = y))),
  ];
}
