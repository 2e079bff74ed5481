// Where the columns are, and where in its column an event is.

/** The room for the times, at the left. */
export const LANE_GUTTER = 72;
/** The width of an event of which only the shape is drawn. */
const COLUMN_SHAPE = 22;
const COLUMN_SHAPE_MIDDLE = 10;
const COLUMN_PAD = 4;

/** Sizes the field for so many lanes in that width. Returns where events and arrows are to be drawn in it. */
export function laneGeometry({ style, dataset }, width, lanes, { detail, boxHeight, isByTime }) {
  dataset.detail = detail;
  style.setProperty("--box-height", `${boxHeight}px`);
  style.setProperty("--lane-width", `${(width - LANE_GUTTER) / lanes}px`);
  const middle = isByTime ? COLUMN_SHAPE_MIDDLE : boxHeight / 2;
  return { columns: columnPlaces(width, lanes), shapesOnly: detail === "shape", middle };
}

/** The columns, client and server of each lane: `[{ x, width }]`. */
function columnPlaces(width, lanes) {
  const lane = (width - LANE_GUTTER) / lanes;
  const channel = Math.min(150, Math.max(40, lane * 0.11));
  const column = (lane - channel - 2 * COLUMN_PAD) / 2;
  return Array.from({ length: lanes }, (_, index) => LANE_GUTTER + index * lane + COLUMN_PAD).flatMap((x) => [
    { x, width: column },
    { x: x + column + channel, width: column },
  ]);
}

/** Whether the column is the one of the client, at the left of its lane. */
export function isClientColumn(column) {
  return column % 2 === 0;
}

/** Where the event is drawn, `{ x, width }`. Shapes gather at the side where the arrows are. */
export function lanePlace(entry, { columns, shapesOnly }) {
  const column = columns[entry.column];
  if (!entry.isTight && !shapesOnly) return column;
  const shift = Math.min(entry.shift, Math.floor(column.width / COLUMN_SHAPE) - 1) * COLUMN_SHAPE;
  const x = isClientColumn(entry.column) ? column.x + column.width - COLUMN_SHAPE - shift : column.x + shift;
  return { x, width: COLUMN_SHAPE };
}
