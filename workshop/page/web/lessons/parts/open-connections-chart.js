// A bar for each accept and close, as high as the number of open connections after it.

import { svg } from "../../frame/dom.js";
import { lessonDrawing, lessonText } from "./drawing.js";

const OPEN_CHART_WIDTH = 480;
const OPEN_CHART_ROW = 64;
const OPEN_CHART_AREA = { left: 84, right: 410, height: 44 };

/** Draws a row of bars for each API: `{ title, counts, max }`. */
export function openConnectionsChart(apis) {
  const most = Math.max(1, ...apis.map(({ max }) => max));
  const label = apis.map(({ title, max }) => `${title}: at most ${max} connections open at once`).join("; ");
  return lessonDrawing(
    label,
    OPEN_CHART_WIDTH,
    apis.length * OPEN_CHART_ROW + 18,
    apis.map((api, row) => openConnectionsRow(api, row * OPEN_CHART_ROW, most)),
    lessonText((OPEN_CHART_AREA.left + OPEN_CHART_AREA.right) / 2, apis.length * OPEN_CHART_ROW + 12, "open connections after each accept and close →"),
  );
}

function openConnectionsRow({ title, counts, max }, top, most) {
  const bottom = top + 6 + OPEN_CHART_AREA.height;
  const width = (OPEN_CHART_AREA.right - OPEN_CHART_AREA.left) / Math.max(1, counts.length);
  const bars = counts.map((open, n) => {
    const height = (open / most) * OPEN_CHART_AREA.height;
    return svg("rect", {
      x: OPEN_CHART_AREA.left + n * width,
      y: bottom - height,
      width: Math.max(1, width - 2),
      height,
      class: open > (counts[n - 1] ?? 0) ? "lesson-bar opened" : "lesson-bar closed",
    });
  });
  const base = svg("path", { d: `M${OPEN_CHART_AREA.left} ${bottom}H${OPEN_CHART_AREA.right}`, class: "lesson-line" });
  return [
    lessonText(OPEN_CHART_AREA.left - 10, bottom - 16, title, "end"),
    bars,
    base,
    lessonText(OPEN_CHART_AREA.right + 8, top + 18, `max ${max}`, "start"),
  ].flat(2);
}
