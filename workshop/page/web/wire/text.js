// Text for packets and calls: short for the diagram, complete for screen readers.

import { eventAmount, eventDetail, isEndOfStream } from "../recording/event-text.js";
import { byteCountText, countText, durationText, numberText } from "../recording/numbers.js";

/** Returns the flags of a TCP segment, or the protocol, with the payload: `PSH ACK 85 B`. */
export function packetTitle({ item }) {
  const name = item.flags ?? item.protocol.toUpperCase();
  return item.bytes > 0 ? `${name} ${byteCountText(item.bytes)}` : name;
}

/** Returns the title without the flags that almost all segments have: `85 B`, `FIN`. */
export function packetShortTitle({ item }) {
  if (item.flags === undefined || /SYN/.test(item.flags)) return packetTitle({ item });
  const flags = item.flags.split(" ").filter((flag) => !["PSH", "ACK"].includes(flag));
  if (item.bytes > 0) flags.push(byteCountText(item.bytes));
  return flags.join(" ") || packetTitle({ item });
}

/** Returns the relative numbers of a TCP segment: `seq 1 ack 1`. */
export function packetNumbers({ sequence, ack }) {
  const parts = [sequence === null ? "" : `seq ${sequence}`, ack === null ? "" : `ack ${ack}`];
  return parts.filter((part) => part !== "").join(" ");
}

/** Returns the more important of the numbers: what a segment without payload, SYN and FIN acknowledges, else its own. */
export function packetShortNumber({ sequence, ack, item }) {
  const isAck = item.bytes === 0 && !/SYN|FIN/.test(item.flags ?? "");
  return packetNumbers(isAck ? { sequence: null, ack } : { sequence, ack: null });
}

/** Returns the mark of a packet: a cross if it was lost, an arrow if it repeats another, and the number of the pair. */
export function packetMark({ isLost, pair }) {
  const sign = pair?.isRepeat ? "↻" : "";
  return `${isLost ? "✕" : ""}${sign}${pair?.number ?? ""}`;
}

/** Returns the complete description of a packet. It contains the `visible` text, as speech input needs it. */
export function packetLabel(packet, connection, visible) {
  const { item, toServer, sent, arrived, isLost, pair } = packet;
  const [from, to] = toServer ? ["client", "server"] : ["server", "client"];
  const fate = isLost
    ? `lost${item.reason === "queue" ? ", the queue was full" : ""}`
    : arrived === null
      ? "fate unknown"
      : `arrived after ${durationText(arrived - sent)}`;
  const whole = [packetMark(packet), `${packetTitle(packet)}${connection}`, packetNumbers(packet)].filter((part) => part !== "").join(" ");
  const parts = [
    `packet from ${from} to ${to}: ${visible}`,
    visible === whole ? "" : whole,
    `sent at ${durationText(sent)}`,
    fate,
    pair?.isRepeat ? `repeats packet ${pair.number}` : pair ? `sent again as packet ${pair.number}` : "",
  ];
  return parts.filter((part) => part !== "").join(", ");
}

/** Returns the text of a call: `write 85 B`. */
export function callText({ item }) {
  if (item.error !== undefined) return `${item.op}: ${item.error}`;
  if (isEndOfStream(item)) return "read EOF";
  if (item.op === "listen") return `listen, backlog ${numberText(item.backlog)}`;
  return [item.op, eventAmount(item)].filter((part) => part !== "").join(" ");
}

/** Returns the text of a call without its argument or result: `write`. */
export function callShortText(call) {
  const { item } = call;
  return item.error !== undefined || isEndOfStream(item) ? callText(call) : item.op;
}

/** Returns the complete description of a call. It contains the `visible` text. */
export function callLabel(call, connection, visible) {
  const { item, side, at, returned } = call;
  const took = returned === null ? "" : `, returns after ${durationText(returned - at)}`;
  const content = item.bytes > 0 ? eventDetail(item) : "";
  const whole = `${callText(call)}${connection}`;
  const more = visible === whole ? "" : `, ${whole}`;
  return `${side}: ${visible}${more}${content === "" ? "" : `, ${content}`}, at ${durationText(at)}${took}`;
}

/** Returns the numbers of a column: `124 ms, 11 packets, 1,234 B, 1 lost, 1 sent again`. */
export function columnText({ packets, end }) {
  const lost = packets.filter(({ isLost }) => isLost).length;
  const again = packets.filter(({ pair }) => pair?.isRepeat).length;
  const bytes = packets.reduce((sum, { item }) => sum + item.length, 0);
  const parts = [durationText(end), countText(packets.length, "packet"), byteCountText(bytes)];
  if (lost > 0) parts.push(`${numberText(lost)} lost`);
  if (again > 0) parts.push(`${numberText(again)} sent again`);
  return parts.join(", ");
}
