// Drawings for the lessons: boxes, text, arrows and the shapes of the socket calls.

import { svg } from "../../frame/dom.js";
import { primitiveShape } from "../../primitives/primitives.js";

/** Creates a drawing with a description for screen readers. Parts may be nested lists. */
export function lessonDrawing(label, width, height, ...parts) {
  return svg(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label, class: "lesson-drawing" },
    ...parts.flat(2),
  );
}

/** Draws a box with centred lines of text. */
export function lessonBox(x, y, width, height, ...lines) {
  const middle = y + height / 2 - (lines.length - 1) * 9;
  return [
    svg("rect", { x, y, width, height, rx: 6, class: "lesson-box" }),
    ...lines.map((line, n) => lessonText(x + width / 2, middle + n * 18 + 5, line)),
  ];
}

/** Draws text. `anchor` is start, middle or end. */
export function lessonText(x, y, text, anchor = "middle") {
  return svg("text", { x, y, "text-anchor": anchor, class: "lesson-text", text });
}

/** Draws a line from one point to another, with an arrowhead unless `plain`. */
export function lessonArrow(x1, y1, x2, y2, plain = false) {
  const length = Math.hypot(x2 - x1, y2 - y1);
  const [dx, dy] = [(x2 - x1) / length, (y2 - y1) / length];
  const [bx, by] = [x2 - dx * 9, y2 - dy * 9];
  const head = `M${x2} ${y2}L${bx - dy * 5} ${by + dx * 5}L${bx + dy * 5} ${by - dx * 5}z`;
  return [
    svg("path", { d: `M${x1} ${y1}L${plain ? x2 : bx} ${plain ? y2 : by}`, class: "lesson-line" }),
    plain ? null : svg("path", { d: head, class: "lesson-head" }),
  ];
}

/** Draws the shape of a socket call, centred at a point. */
export function lessonShape(op, x, y, size = 24) {
  return svg(
    "g",
    { transform: `translate(${x - size / 2} ${y - size / 2}) scale(${size / 16})` },
    primitiveShape(op),
  );
}
