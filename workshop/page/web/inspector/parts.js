// The layer map: the frames in a transfer, and the messages in the frames.

import { el } from "../frame/dom.js";
import { byteCountText } from "../recording/numbers.js";

/** So many parts are listed. */
const PARTS_MOST = 200;

const PARTS_LAYERS = {
  http1: "HTTP/1.1",
  http2: "HTTP/2",
  grpc: "gRPC",
  websocket: "WebSocket",
  sse: "server-sent events",
  tls: "TLS",
};

/** The parts of an event as a list, nested by depth. Each knows its number, as `data-part`. */
export function inspectParts(item) {
  const parts = item.carried ?? [];
  if (parts.length === 0) return null;
  let offset = 0;
  const rows = parts.slice(0, PARTS_MOST).map((part, index) => {
    const row = partsRow(parts, index, offset);
    offset += part.bytes;
    return row;
  });
  const rest = parts.length - rows.length;
  return el(
    "div",
    { class: "inspect-parts" },
    el("p", { class: "part-transfer" }, el("b", { text: item.op }), ` ${byteCountText(item.bytes)}, in it:`),
    el("ul", { "aria-label": "Frames and messages" }, rows),
    rest > 0 && el("p", { class: "soft", text: `… and ${rest} more` }),
  );
}

/**
 * Whether both are of the same unit: a frame's head and what it frames, say. They stand one below the other.
 */
function partsIsSame(part, next) {
  return part !== undefined && next !== undefined && part.unit === next.unit && part.layer === next.layer;
}

/** The records of TLS. Other parts of TLS are messages of the handshake, in records. */
const PARTS_RECORDS = ["change_cipher_spec", "alert", "handshake", "application_data", "heartbeat"];

/** Whether it is carried by the frame before it. */
function partsIsContent({ layer, name, class: kind }) {
  if (layer === "tls") return !PARTS_RECORDS.includes(name);
  if (layer === "http2") return kind === "payload";
  return layer === "grpc" || layer === "sse" || (layer === "websocket" && name === "message");
}

function partsRow(parts, index, offset) {
  const [before, part, after] = [parts[index - 1], parts[index], parts[index + 1]];
  const depth = partsIsSame(before, part) || partsIsContent(part) ? 2 : 1;
  const began = !part.begins && !partsIsSame(before, part);
  const goes = !part.ends && !partsIsSame(part, after);
  const goesOn = `${began ? ", began before" : ""}${goes ? ", goes on" : ""}`;
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
        el("span", { class: "part-where soft", text: `${where} · bytes ${offset}–${last}${goesOn}` }),
      ),
      el("span", { class: "number", text: byteCountText(part.bytes) }),
      part.text !== "" && el("span", { class: "part-text", text: part.text }),
    ),
  );
}
