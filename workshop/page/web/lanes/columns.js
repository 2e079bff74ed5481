// The positions of the columns, and of events within their column.

/** Width of the times at the left. */
export const LANE_GUTTER = 72;
/** Width of an event that is drawn as its shape alone. */
const COLUMN_SHAPE = 22;
const COLUMN_SHAPE_MIDDLE = 10;
const COLUMN_PAD = 4;
/** Boxes in one line that are narrower have no space for details beside the call and its bytes. */
const COLUMN_NARROW = 150;

/** Sets the sizes of the field for so many lanes and returns the geometry of events and arrows. */
export function laneGeometry({ style, dataset }, width, lanes, { detail, boxHeight, isByTime }) {
  dataset.detail = detail;
  style.setProperty("--box-height", `${boxHeight}px`);
  style.setProperty("--lane-width", `${(width - LANE_GUTTER) / lanes}px`);
  const columns = columnPositions(width, lanes);
  dataset.narrow = columns[0]?.width < COLUMN_NARROW;
  const middle = isByTime ? COLUMN_SHAPE_MIDDLE : boxHeight / 2;
  return { columns, shapesOnly: detail === "shape", middle };
}

/** Returns the columns of client and server of each lane: `[{ x, width }]`. */
function columnPositions(width, lanes) {
  const lane = (width - LANE_GUTTER) / lanes;
  const channel = Math.min(150, Math.max(32, lane * 0.11));
  const column = (lane - channel - 2 * COLUMN_PAD) / 2;
  return Array.from({ length: lanes }, (_, index) => LANE_GUTTER + index * lane + COLUMN_PAD).flatMap((x) => [
    { x, width: column },
    { x: x + column + channel, width: column },
  ]);
}

/** Returns `true` for the client's column, the left one of a lane. */
export function isClientColumn(column) {
  return column % 2 === 0;
}

/** Returns the horizontal position of an event: `{ x, width }`. Shapes are placed at the side with the arrows. */
export function lanePosition(entry, { columns, shapesOnly }) {
  const column = columns[entry.column];
  if (!entry.isTight && !shapesOnly) return column;
  const shift = Math.min(entry.shift, Math.floor(column.width / COLUMN_SHAPE) - 1) * COLUMN_SHAPE;
  const x = isClientColumn(entry.column) ? column.x + column.width - COLUMN_SHAPE - shift : column.x + shift;
  return { x, width: COLUMN_SHAPE };
}
