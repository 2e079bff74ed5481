// The arrows of the drawn boxes and their positions.

import { isClientColumn, lanePosition } from "./columns.js";

const LINK_NAMES = { handshake: "three-way handshake", end: "FIN: end of stream", datagram: "datagram" };

/**
 * Returns the arrows and the lifetimes of unrecorded sides, by key. `geometry` is `{ columns, shapesOnly, middle }`
 * and `until` the last shown event.
 */
export function laneLinks(model, entries, geometry, until) {
  const drawn = { arrows: new Map(), ghosts: new Map() };
  for (const entry of entries) {
    for (const link of model.flow.linksOf(entry.item.seq)) {
      if (Math.max(link.from, link.to) <= until) linksArrow(model, link, geometry, drawn);
    }
    if (entry.item.connection !== undefined) linksGhost(model, entry, geometry, until, drawn);
    if (model.flow.isLost(entry.item)) linksLost(entry, geometry, drawn);
  }
  return drawn;
}

/** Returns the point where an arrow touches a box, on the side of the other column. */
function linksEdge(entry, geometry) {
  const { x, width } = lanePosition(entry, geometry);
  return { x: isClientColumn(entry.column) ? x + width + 1 : x - 1, y: entry.y + geometry.middle };
}

function linksArrow(model, link, geometry, { arrows }) {
  const [from, to] = [model.entry(link.from), model.entry(link.to)];
  if (!from || !to || from.column === to.column) return;
  const key = `${link.from} ${link.to} ${from.y} ${to.y}`;
  if (arrows.has(key)) return;
  const label = link.kind === "bytes" ? `${link.bytes} B` : LINK_NAMES[link.kind];
  const ends = { from: linksEdge(from, geometry), to: linksEdge(to, geometry) };
  arrows.set(key, { ...ends, op: from.item.op, isLost: false, label });
}

function linksLost(entry, geometry, { arrows }) {
  const from = linksEdge(entry, geometry);
  const { x, width } = geometry.columns[entry.column ^ 1];
  const to = { x: isClientColumn(entry.column) ? x : x + width, y: from.y };
  arrows.set(`${entry.item.seq} lost ${entry.y}`, {
    from,
    to,
    op: entry.item.op,
    isLost: true,
    label: "lost",
  });
}

/** Adds the arrows of a connection with one recorded side, between its boxes and a line in the other column. */
function linksGhost(model, entry, geometry, until, { arrows, ghosts }) {
  const { item } = entry;
  const number = item.connection;
  // The other side is a database, which has no column.
  if (item.upstream) return;
  if (model.flow.unrecordedSide(number) === null) return;
  const column = geometry.columns[entry.column ^ 1];
  const inset = 16 + (number % 3) * 14;
  const x = isClientColumn(entry.column) ? column.x + inset : column.x + column.width - inset;
  if (!ghosts.has(number))
    ghosts.set(number, { x, column, number, ...linksLifetime(model, entry, number, geometry, until) });
  const direction = linksGhostDirection(item);
  if (direction === 0) return;
  const [box, line] = [linksEdge(entry, geometry), { x, y: entry.y + geometry.middle }];
  const [from, to] = direction > 0 ? [box, line] : [line, box];
  arrows.set(`${item.seq} ghost ${entry.y}`, { from, to, op: item.op, isLost: false, label: null });
}

/** Returns 1 for an event that sends, −1 for one that receives, 0 for others. */
function linksGhostDirection(item) {
  if (item.error !== undefined) return 0;
  if (["connect", "write", "shutdown"].includes(item.op)) return 1;
  return ["accept", "read"].includes(item.op) ? -1 : 0;
}

/** Returns the vertical range in which a connection is open and shown. */
function linksLifetime(model, entry, number, { middle }, until) {
  const { sides, last } = model.flow.connection(number);
  const first = model.entry(Math.min(...Object.values(sides))) ?? entry;
  const end = model.entries[model.countTo(Math.min(last, until)) - 1] ?? entry;
  return { from: first.y + middle, to: end.y + middle };
}
