// Places the events of all columns on one vertical time line. Events that are close in time begin at the same height in
// each column, so that columns can be compared. Long idle times are compressed to a break.

/** Height of one way of a packet in pixels. */
const WIRE_ONE_WAY = 44;
/** A packet's way that is shorter than this, in nanoseconds, is drawn shorter than WIRE_ONE_WAY. */
const WIRE_MIN_FLIGHT = 2e6;
/** Events with less than this share of a packet's way between them are one group. */
const WIRE_GROUP = 0.2;
/** An idle time that would be higher than this, in pixels, becomes a break. */
const WIRE_LONGEST_IDLE = 2.6 * WIRE_ONE_WAY;
const WIRE_BREAK = 36;
/** Least drop of an arrow in pixels. */
const WIRE_MIN_SLANT = 10;
const WIRE_CALL_HEIGHT = 20;
const WIRE_RULER_STEP = 18;

/**
 * Sets `y` of the calls, packets and states, `returnedY` of calls and `arrivedY` of packets. Returns
 * `{ height, breaks, ruler }`: breaks are `{ y, height, ns }`, ruler marks are `{ y, ns }`.
 */
export function wireLayout(columns, packetHeight) {
  const ticks = columns.flatMap((column, index) => wireTicks(column, index, packetHeight));
  ticks.sort((one, other) => one.at - other.at || one.order - other.order);
  const flight = Math.max(WIRE_MIN_FLIGHT, wireFlight(columns));
  const scale = WIRE_ONE_WAY / flight;
  const [last, breaks, ruler] = [new Map(), [], []];
  let [top, at, bottom] = [8, ticks[0]?.at ?? 0, 8];
  for (const group of wireGroups(ticks, flight * WIRE_GROUP)) {
    const [{ at: began }] = group;
    const idle = (began - at) * scale;
    if (idle > WIRE_LONGEST_IDLE) {
      const lowest = Math.max(bottom, ...last.values()) + packetHeight;
      breaks.push({ y: lowest, height: WIRE_BREAK, ns: began - ticks[ticks.indexOf(group[0]) - 1].at });
      top = lowest + WIRE_BREAK + 8;
    } else top = Math.max(top + idle, bottom);
    at = began;
    bottom = wirePlaceGroup(group, top, scale, last);
    if (top - (ruler.at(-1)?.y ?? -WIRE_RULER_STEP) >= WIRE_RULER_STEP) ruler.push({ y: top, ns: began });
  }
  return { height: Math.max(bottom, ...last.values()) + packetHeight + 12, breaks, ruler };
}

/** Splits the sorted ticks where at least `pause` nanoseconds are between them. */
function wireGroups(ticks, pause) {
  const groups = [];
  for (const tick of ticks) {
    const group = groups.at(-1);
    if (group === undefined || tick.at - group.at(-1).at > pause) groups.push([tick]);
    else group.push(tick);
  }
  return groups;
}

/** Places a group below `top`, each column for itself. Returns the lowest place. */
function wirePlaceGroup(group, top, scale, last) {
  const columns = new Map();
  for (const tick of group) {
    const before = columns.get(tick.column) ?? { y: top, at: group[0].at };
    const grown = before.y + (tick.at - before.at) * scale;
    const free = tick.lane === null ? 0 : (last.get(tick.lane) ?? -tick.space) + tick.space;
    const y = Math.max(grown, free, tick.after?.() ?? 0);
    if (tick.lane !== null) last.set(tick.lane, y);
    tick.place(y);
    columns.set(tick.column, { y, at: tick.at });
  }
  return Math.max(...[...columns.values()].map(({ y }) => y));
}

/** Returns the median time of a packet's way in nanoseconds. */
function wireFlight(columns) {
  const flights = columns
    .flatMap(({ packets }) => packets)
    .filter(({ arrived }) => arrived !== null)
    .map(({ sent, arrived }) => arrived - sent)
    .sort((one, other) => one - other);
  return flights[flights.length >> 1] ?? 0;
}

/** Returns the times of a column that need a height: `{ at, order, column, lane, space, place, after }`. */
function wireTicks({ calls, packets, states }, column, packetHeight) {
  const tick = (at, lane, space, place, after) => {
    return { at, order: after ? 1 : 0, column, lane: lane && `${column} ${lane}`, space, place, after };
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
