// The details of a call or a packet: its fields and its bytes.

import { el } from "../frame/dom.js";
import { createSplitter } from "../frame/splitter.js";
import { inspectBytes } from "../inspector/bytes.js";
import { inspectEvent } from "../inspector/event.js";
import { inspectParts } from "../inspector/parts.js";
import { primitiveOf } from "../primitives/primitives.js";
import { byteCountText, durationText, numberText } from "../recording/numbers.js";
import { isPacket } from "./model.js";
import { callText, packetNumbers, packetTitle } from "./text.js";

const WIRE_UDP_HEADER = 8;

/** Creates the panel: `{ element, show, close }`. `show` takes a call or a packet of a column. */
export function createWireDetails(onclose) {
  const title = el("h2", { class: "inspect-title" });
  const body = el("div", { class: "inspect-body" });
  const close = () => {
    element.hidden = true;
    onclose();
  };
  const element = el(
    "section",
    { class: "inspector", "aria-label": "The selected event", hidden: true },
    el(
      "header",
      { class: "inspect-head" },
      title,
      el("button", { type: "button", "aria-label": "Close", title: "Close (Esc)", text: "✕", onclick: close }),
    ),
    body,
  );
  element.prepend(createSplitter(element));
  const show = (event, column) => {
    const [text, where] = isPacket(event.item) ? wirePacketTitle(event) : [callText(event), event.side];
    title.replaceChildren(el("span", { text }), el("span", { class: "soft", text: `${column.title}, ${where}` }));
    body.replaceChildren(...wireDetailColumns(event));
    body.scrollTop = 0;
    element.hidden = false;
  };
  return { element, show, close };
}

function wirePacketTitle(packet) {
  const direction = packet.toServer ? "client to server" : "server to client";
  return [`${packetTitle(packet)} ${packetNumbers(packet)}`, direction];
}

function wireDetailColumns(event) {
  const column = (label, ...parts) =>
    el("div", { class: "inspect-column", role: "region", tabindex: 0, "aria-label": label }, parts);
  const { item } = event;
  const recorded = inspectEvent(item);
  if (!isPacket(item)) {
    const hasBytes = (item.bytes ?? 0) > 0;
    const fields = column("Properties", inspectParts(item), wireFields(wireCallFields(event)), recorded);
    return hasBytes ? [fields, column("Bytes", inspectBytes(item))] : [fields];
  }
  const fields = column("Properties", wireFields(wirePacketFields(event)), recorded);
  if (item.data === undefined) return [fields];
  const bytes = inspectBytes({ data: item.data, bytes: item.length, carried: wireHeaders(item) });
  return [fields, column("Bytes", el("p", { class: "soft", text: wireHeadersText(item) }), bytes)];
}

function wireFields(fields) {
  const rows = fields.filter(Boolean).flatMap(([term, text]) => [el("dt", { text: term }), el("dd", { text })]);
  return el("dl", { class: "inspect-properties" }, rows);
}

function wireCallFields({ item, at, returned }) {
  const { call, description } = primitiveOf(item.op);
  return [
    ["System call", `${call}. ${description}`],
    item.error !== undefined && ["Error", item.error],
    ["Time", `${durationText(at)} after the first event`],
    returned !== null && ["Duration", `${durationText(returned - at)} from the start of the call to its return`],
    item.local !== undefined && ["Local address", item.local],
    item.peer !== undefined && ["Peer address", item.peer],
    item.says !== undefined && ["Content", item.says],
    item.tcp?.state !== undefined && ["TCP state", `${item.tcp.state} just before the close`],
    ["Recording", item.recording],
  ];
}

function wirePacketFields({ item, sent, arrived, isLost, sequence, ack, pair }) {
  const relative = (number, absolute) => `${numberText(number)} (${absolute})`;
  return [
    ["From", item.from],
    ["To", item.to],
    ["Protocol", item.protocol.toUpperCase()],
    item.flags !== undefined && ["Flags", item.flags],
    sequence !== null && ["Sequence number", relative(sequence, item.sequence)],
    ack !== null && ["Acknowledges", `everything before ${relative(ack, item.ack)}`],
    item.window !== undefined && ["Window", `${numberText(item.window)}, before scaling`],
    item.mss !== undefined && ["Option MSS", byteCountText(item.mss)],
    item.window_scale !== undefined && ["Option window scale", `windows are shifted by ${item.window_scale} bits`],
    item.sack_permitted === true && ["Option SACK", "permitted"],
    item.sack !== undefined && ["Option SACK", item.sack.map(([from, to]) => `${from} to ${to}`).join(", ")],
    item.timestamps !== undefined && ["Option timestamps", `value ${item.timestamps[0]}, echo ${item.timestamps[1]}`],
    ["Payload", byteCountText(item.bytes)],
    ["Length", `${byteCountText(item.length)} with headers`],
    ["Sent", `${durationText(sent)} after the first event`],
    arrived !== null && ["Arrived", `${durationText(arrived)}, after ${durationText(arrived - sent)}`],
    ["Fate", isLost ? `dropped (${item.reason ?? "unknown reason"})` : (item.fate ?? "unknown")],
    pair !== null && ["Repetition", wirePairText(pair)],
  ];
}

function wirePairText({ number, isRepeat, other }) {
  const what = isRepeat ? "repeats the packet that was sent" : "is repeated by the packet that was sent";
  return `pair ${number}: ${what} at ${durationText(other.sent)}`;
}

/** Returns the headers of a packet and its payload as parts, for the colours of the bytes. */
function wireHeaders({ protocol, from, length, bytes }) {
  const ip = from.startsWith("[") ? 40 : 20;
  const transport = protocol === "udp" ? WIRE_UDP_HEADER : length - bytes - ip;
  const part = (name, kind, size) => ({ name, class: kind, bytes: size });
  return [
    part("IP header", "connection", ip),
    part(`${protocol.toUpperCase()} header`, "framing", transport),
    part("payload", "payload", bytes),
  ].filter((each) => each.bytes > 0);
}

function wireHeadersText(item) {
  return wireHeaders(item)
    .map(({ name, bytes }) => `${name} ${byteCountText(bytes)}`)
    .join(", ");
}
