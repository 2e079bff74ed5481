// Movement between events with the arrow keys.

/**
 * Returns the event to move to from `entry`, one of the first `count`: up and down within the lane, left and right
 * to the next column with an event.
 */
export function laneMove(model, entry, key, count) {
  const { entries, columns } = model;
  const index = model.countTo(entry.item.seq) - 1;
  const isSameLane = (other) => other.column >> 1 === entry.column >> 1;
  switch (key) {
    case "ArrowDown":
      return entries.slice(index + 1, count).find(isSameLane);
    case "ArrowUp":
      return entries.slice(0, index).findLast(isSameLane);
    case "ArrowLeft":
      return moveAcross(entries, index, [entry.column - 1, -1, -1], count);
    case "ArrowRight":
      return moveAcross(entries, index, [entry.column + 1, columns, 1], count);
    default:
      return undefined;
  }
}

function moveAcross(entries, index, [first, end, step], count) {
  for (let column = first; column !== end; column += step) {
    const found = moveNearest(entries, index, column, count);
    if (found) return found;
  }
  return undefined;
}

/** Returns the nearest event of a column in event order. */
function moveNearest(entries, index, column, count) {
  for (let far = 1; index - far >= 0 || index + far < count; far++) {
    for (const at of [index - far, index + far]) {
      if (at >= 0 && at < count && entries[at].column === column) return entries[at];
    }
  }
  return undefined;
}
