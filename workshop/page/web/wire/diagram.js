// Draws the columns: a time line each for client and server, the socket calls beside them and the packets between.

import { el, svg } from "../frame/dom.js";
import { primitiveOf } from "../primitives/primitives.js";
import { durationText } from "../recording/numbers.js";
import { wireColumnLabels, wireTone } from "./labels.js";
import { wireLayout } from "./layout.js";
import { columnText } from "./text.js";

/** Width of the ruler with the times. */
const WIRE_RULER = 58;
/** Column width from which the label of a packet takes one line instead of two, and TCP states are shown. */
const WIRE_WIDE = 620;
/** Maximum number of packets of a column. More would make the page slow, and nobody reads them. */
const WIRE_MAX_PACKETS = 300;
const WIRE_TIP = 7;
/** Share of the way that the arrow of a lost packet has. Its cross is beside the label. */
const WIRE_LOST_AT = 0.78;
const WIRE_LOST_DROP = 15;

/**
 * Draws columns into an element of `width` pixels. `onselect(event)` is called with the call or packet that is
 * activated. Returns the elements `heads` and `body`, and the number of `omitted` packets.
 */
export function wireDiagram(columns, width, onselect) {
  const shown = columns.map((column) => ({ ...column, packets: column.packets.slice(0, WIRE_MAX_PACKETS) }));
  const omitted = columns.reduce((sum, { packets }) => sum + Math.max(0, packets.length - WIRE_MAX_PACKETS), 0);
  const places = wirePlaces(shown.length, width);
  const isWide = places[0]?.isWide ?? false;
  const drawn = shown.map((column) => (isWide ? column : { ...column, states: [] }));
  const layout = wireLayout(drawn, isWide ? 20 : 32);
  const body = el(
    "div",
    { class: `wire-diagram${isWide ? " wide" : ""}` },
    wireLines(drawn, places, layout, width),
    wireRuler(layout),
    drawn.map((column, index) => wireColumnLabels(column, { ...places[index], total: width }, onselect)),
    wireCrosses(drawn, places, layout, width),
  );
  body.style.height = `${layout.height}px`;
  const heads = drawn.map((column, index) => wireHead(columns[index], places[index]));
  return { heads: el("div", { class: `wire-heads${isWide ? " wide" : ""}` }, heads), body, omitted };
}

/** Returns the horizontal places of the columns: `{ left, width, client, server, isWide }`. */
function wirePlaces(count, width) {
  const each = (width - WIRE_RULER) / Math.max(1, count);
  const isWide = each >= WIRE_WIDE;
  const calls = isWide ? Math.min(300, each * 0.27) : Math.max(88, Math.min(140, each * 0.25));
  return Array.from({ length: count }, (_, index) => {
    const left = WIRE_RULER + index * each;
    return { left, width: each, client: left + calls, server: left + each - calls, isWide };
  });
}

function wireHead(column, { left, width, client, server }) {
  const part = (text, from, to) => {
    const span = el("span", { text });
    span.style.left = `${from - left}px`;
    span.style.width = `${to - from}px`;
    return span;
  };
  const head = el(
    "div",
    { class: "wire-head" },
    el("h2", { text: column.title }),
    el("p", { class: "soft", text: columnText(column) }),
    el(
      "div",
      { class: "wire-parts soft", "aria-hidden": "true" },
      part("client", left, client),
      part("network", client, server),
      part("server", server, left + width),
    ),
  );
  head.style.left = `${left}px`;
  head.style.width = `${width}px`;
  return head;
}

function wireRuler({ ruler }) {
  return ruler.map(({ y, ns }) => {
    const mark = el("span", { class: "wire-time soft", "aria-hidden": "true", text: wireTimeText(ns) });
    mark.style.top = `${y}px`;
    return mark;
  });
}

function wireTimeText(ns) {
  const ms = ns / 1e6;
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms).toLocaleString("en")} ms`;
}

/** Draws everything that is not text. */
function wireLines(columns, places, { height, breaks }, width) {
  return svg(
    "svg",
    { class: "wire-lines", width, height, "aria-hidden": "true" },
    columns.map((column, index) => {
      const place = places[index];
      return svg(
        "g",
        {},
        [place.client, place.server].map((x) => svg("path", { class: "wire-life", d: `M${x} 0V${height}` })),
        column.calls.map((call) => wireCallBar(call, place)),
        column.packets.map((packet) => wireRepeatLink(packet, place)),
        column.packets.map((packet) => wireArrow(packet, place)),
      );
    }),
    breaks.map(({ y, height: tall, ns }) => wireBreak(y + tall / 2, width, ns)),
  );
}

/** Draws an idle time that is not to scale. */
function wireBreak(y, width, ns) {
  const teeth = Math.ceil((width - WIRE_RULER) / 16);
  const zigzag = Array.from({ length: teeth }, (_, index) => `l8 ${index % 2 ? 5 : -5}l8 ${index % 2 ? -5 : 5}`);
  return svg(
    "g",
    { class: "wire-break" },
    svg("rect", { x: 0, y: y - 9, width, height: 18 }),
    svg("path", { d: `M${WIRE_RULER} ${y}${zigzag.join("")}` }),
    svg("text", { x: WIRE_RULER + 8, y: y - 7, text: `${durationText(ns)} without an event` }),
  );
}

/** Draws the time line of a call that takes long, such as connect. */
function wireCallBar({ item, side, y, returnedY }, place) {
  const x = place[side];
  const tone = `tone-${primitiveOf(item.op).tone}`;
  if (returnedY === undefined) return svg("circle", { class: `wire-dot ${tone}`, cx: x, cy: y, r: 4 });
  return svg("rect", { class: `wire-dot ${tone}`, x: x - 4, y: y - 4, width: 8, height: returnedY - y + 8, rx: 4 });
}

/** Draws the way of a packet. A lost one ends before the other side in a cross. */
function wireArrow(packet, place) {
  const { toServer, isLost, pair, y, arrivedY } = packet;
  const sign = toServer ? 1 : -1;
  const from = (toServer ? place.client : place.server) + sign * 2;
  const to = (toServer ? place.server : place.client) - sign * 5;
  const className = `wire-arrow tone-${wireTone(packet)}${pair?.isRepeat ? " repeat" : ""}`;
  if (isLost || arrivedY === undefined) {
    const [x, end] = [from + (to - from) * WIRE_LOST_AT, y + WIRE_LOST_DROP];
    return svg("g", { class: className }, svg("path", { d: `M${from} ${y}L${x} ${end}` }));
  }
  const slope = Math.atan2(arrivedY - y, to - from);
  const [dx, dy] = [Math.cos(slope) * WIRE_TIP, Math.sin(slope) * WIRE_TIP];
  const tip = `M${to} ${arrivedY}L${to - dx - dy * 0.6} ${arrivedY - dy + dx * 0.6}L${to - dx + dy * 0.6} ${arrivedY - dy - dx * 0.6}Z`;
  return svg("g", { class: className }, svg("path", { d: `M${from} ${y}L${to - dx} ${arrivedY - dy}` }), svg("path", { class: "tip", d: tip }));
}

/** Draws the crosses of lost packets. They are above the labels. */
function wireCrosses(columns, places, { height }, width) {
  const crosses = columns.flatMap(({ packets }, index) => {
    const { client, server } = places[index];
    return packets.filter(({ isLost }) => isLost).map(({ toServer, y }) => {
      const [from, to] = toServer ? [client, server] : [server, client];
      const [x, end] = [from + (to - from) * WIRE_LOST_AT, y + WIRE_LOST_DROP];
      return svg("path", { class: "cross", d: `M${x - 6} ${end - 6}l12 12M${x + 6} ${end - 6}l-12 12` });
    });
  });
  return svg("svg", { class: "wire-lines wire-crosses", width, height, "aria-hidden": "true" }, crosses);
}

/** Draws a dashed line from a packet to the one that repeats it, beside the time line of the sender. */
function wireRepeatLink({ pair, toServer, y }, place) {
  if (!pair || pair.other.y === undefined || pair.other.y <= y) return null;
  const [x, sign] = [toServer ? place.client : place.server, toServer ? 1 : -1];
  const out = x + sign * 7;
  return svg("path", { class: "wire-repeat", d: `M${x} ${y}L${out} ${y + 7}V${pair.other.y - 7}L${x} ${pair.other.y}` });
}
