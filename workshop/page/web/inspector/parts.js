// The layers of a transfer: its frames and the messages in them.

import { el } from "../frame/dom.js";
import { byteCountText } from "../recording/numbers.js";

/** Maximum number of listed parts. */
const PARTS_MAX = 200;

const PARTS_LAYERS = {
  http1: "HTTP/1.1",
  http2: "HTTP/2",
  grpc: "gRPC",
  websocket: "WebSocket",
  sse: "server-sent events",
  tls: "TLS",
  postgres: "PostgreSQL",
};

/** Draws the parts of an event as a nested list. Each has its number in `data-part`. */
export function inspectParts(item) {
  const parts = item.carried ?? [];
  if (parts.length === 0) return null;
  let offset = 0;
  const rows = parts.slice(0, PARTS_MAX).map((part, index) => {
    const row = partsRow(parts, index, offset);
    offset += part.bytes;
    return row;
  });
  const rest = parts.length - rows.length;
  return el(
    "div",
    { class: "inspect-parts" },
    el("p", { class: "part-transfer" }, el("b", { text: item.op }), ` ${byteCountText(item.bytes)} contains:`),
    el("ul", { "aria-label": "Frames and messages" }, rows),
    rest > 0 && el("p", { class: "soft", text: `… and ${rest} more` }),
  );
}

/** Returns `true` if both parts belong to the same unit, such as a frame's header and its payload. */
function isSameUnit(part, next) {
  return part !== undefined && next !== undefined && part.unit === next.unit && part.layer === next.layer;
}

/** The TLS record types. Other TLS parts are handshake messages inside records. */
const PARTS_RECORDS = ["change_cipher_spec", "alert", "handshake", "application_data", "heartbeat"];

/** Returns `true` for a part inside the frame before it. */
function isFrameContent({ layer, name, class: kind }) {
  if (layer === "tls") return !PARTS_RECORDS.includes(name);
  if (layer === "http2") return kind === "payload";
  return layer === "grpc" || layer === "sse" || (layer === "websocket" && name === "message");
}

function partsRow(parts, index, offset) {
  const [before, part, after] = [parts[index - 1], parts[index], parts[index + 1]];
  const depth = isSameUnit(before, part) || isFrameContent(part) ? 2 : 1;
  const startsEarlier = !part.begins && !isSameUnit(before, part);
  const endsLater = !part.ends && !isSameUnit(part, after);
  const extent = `${startsEarlier ? ", started earlier" : ""}${endsLater ? ", ends later" : ""}`;
  const last = offset + part.bytes - 1;
  const stream = part.stream === undefined ? "" : `, stream ${part.stream}`;
  const where = `${PARTS_LAYERS[part.layer] ?? "unknown"}${stream}`;
  return el(
    "li",
    {},
    el(
      "button",
      { type: "button", class: `part-row depth-${depth}`, "data-part": index },
      el("span", { class: `part-class class-${part.class}`, text: part.class }),
      el(
        "span",
        {},
        el("b", { text: part.name }),
        " ",
        el("span", { class: "part-where soft", text: `${where} · bytes ${offset}–${last}${extent}` }),
      ),
      el("span", { class: "number", text: byteCountText(part.bytes) }),
      part.text !== "" && el("span", { class: "part-text", text: part.text }),
      part.violation !== undefined && el("span", { class: "part-text", text: `Invalid: ${part.violation}` }),
    ),
    part.fields !== undefined && partsFields(part.fields),
  );
}

/** Draws the header fields of a message as a list. */
function partsFields(fields) {
  const rows = fields.flatMap(([name, value]) => [el("dt", { text: name }), el("dd", { text: value })]);
  return el("dl", { class: "part-fields", "aria-label": "Header fields" }, rows);
}
