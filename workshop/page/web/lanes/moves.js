// Going from event to event with the arrow keys.

/**
 * The event to go to from `entry`, one of the first `count`: up and down in its lane, left and right to the
 * next column that has one.
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

/** The event of the column that is the fewest events away. */
function moveNearest(entries, index, column, count) {
  for (let far = 1; index - far >= 0 || index + far < count; far++) {
    for (const at of [index - far, index + far]) {
      if (at >= 0 && at < count && entries[at].column === column) return entries[at];
    }
  }
  return undefined;
}
