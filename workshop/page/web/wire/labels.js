// The labels of a column: its calls beside the time lines, and its packets at their arrows. A narrow column shortens them.

import { el } from "../frame/dom.js";
import { primitiveOf } from "../primitives/primitives.js";
import { eventDetail } from "../recording/event-text.js";
import { callLabel, callShortText, callText, packetLabel, packetMark, packetNumbers, packetShortNumber, packetShortTitle, packetTitle } from "./text.js";

/** Returns the colour of a packet. */
export function wireTone({ item, isLost }) {
  if (isLost || /RST/.test(item.flags ?? "")) return "bad";
  if (item.bytes > 0) return "write";
  if (/FIN/.test(item.flags ?? "")) return "end";
  return /SYN/.test(item.flags ?? "") ? "meet" : "quiet";
}

/** Creates the labels of a column in the order of time. The arrow keys move between them. */
export function wireColumnLabels(column, place, onselect) {
  const connection = ({ connection: number }) =>
    column.connections.length > 1 && number !== undefined ? ` #${column.connections.indexOf(number) + 1}` : "";
  const titles = wireTitles(column, place, connection);
  const events = [
    ...column.calls.map((call) => ({ at: call.at, label: wireCallLabel(call, place, connection(call.item)), event: call })),
    ...column.packets.map((packet) => {
      return { at: packet.sent, label: wirePacketLabel(packet, place, connection(packet.item), titles), event: packet };
    }),
  ].sort((one, other) => one.at - other.at);
  for (const { label, event } of events) label.addEventListener("click", () => onselect(event, column));
  const labels = events.map(({ label }) => label);
  if (labels.length > 0) labels[0].tabIndex = 0;
  const states = column.states.map((state) => wireState(state, place));
  const returns = column.calls.filter(({ returnedY }) => returnedY !== undefined).map((call) => wireReturn(call, place));
  const element = el("div", { class: "wire-column", role: "group", "aria-label": `${column.title}: calls and packets in the order of time` }, labels, returns, states);
  element.addEventListener("keydown", (event) => wireMove(event, labels));
  return element;
}

/** Moves the focus to the previous, next, first or last label. */
function wireMove(event, labels) {
  const at = labels.indexOf(document.activeElement);
  const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: labels.length - 1 }[event.key];
  if (at < 0 || to === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  const next = labels[Math.min(labels.length - 1, Math.max(0, to))];
  labels[at].tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}

function wireButton(className, label, seq, ...children) {
  return el("button", { type: "button", class: className, tabindex: -1, "aria-label": label, "data-seq": seq }, children);
}

/** Returns where the labels of a side's calls begin and end. */
function wireRoom(side, { left, width, client, server }) {
  return side === "client" ? [left + 4, client - 8] : [server + 8, left + width - 4];
}

/** Places a label beside the time line of a side, away from the network. */
function wireBeside(label, side, place, y) {
  label.style.top = `${y}px`;
  const [from, to] = wireRoom(side, place);
  label.style.left = `${from}px`;
  label.style.width = `${to - from}px`;
  return label;
}

function wireCallLabel(call, place, connection) {
  const { item, side, y } = call;
  const tone = `tone-${primitiveOf(item.op).tone}`;
  const [from, to] = wireRoom(side, place);
  const text = fitting(place, to - from, [callText(call), callShortText(call)].map((one) => `${one}${connection}`));
  const content = place.isWide && item.bytes > 0 ? eventDetail(item) : "";
  const says = content !== "" && el("span", { class: "wire-says", text: content });
  const label = wireButton(`wire-call ${side} ${tone}`, callLabel(call, connection, text), item.seq, el("span", { class: "wire-op", text }), " ", says);
  return wireBeside(label, side, place, y);
}

/** Creates the text at the return of a call that takes long. */
function wireReturn({ item, side, returnedY }, place) {
  const label = el("span", { class: `wire-return soft ${side}`, "aria-hidden": "true", text: place.isWide ? `${item.op} returns` : "returns" });
  return wireBeside(label, side, place, returnedY);
}

function wireState({ side, state, y }, place) {
  const label = el("span", { class: `wire-state ${side}`, text: state });
  label.style.top = `${y}px`;
  label.style.left = `${side === "client" ? place.left + 4 : place.left + place.width - 4}px`;
  return label;
}

/** Returns the function that makes the titles of packets. If one with payload is too long, all of them are short. */
function wireTitles({ packets }, place, connection) {
  const room = wireNetwork(place);
  const whole = (packet) => `${packetMark(packet)} ${packetTitle(packet)}${connection(packet.item)}`;
  const isLong = (packet) => packet.item.bytes > 0 && fitting(place, room, [whole(packet), ""], 700) === "";
  return packets.some(isLong) ? (packet) => (packet.item.bytes > 0 ? packetShortTitle : packetTitle)(packet) : packetTitle;
}

/** Returns the space for the label of a packet. */
function wireNetwork({ client, server }) {
  return server - client - 15;
}

function wirePacketLabel(packet, place, connection, titleOf) {
  const { item, toServer, y } = packet;
  const room = wireNetwork(place);
  const mark = packetMark(packet);
  const title = `${titleOf(packet)}${connection}`;
  const numbers = fitting(place, room, [packetNumbers(packet), packetShortNumber(packet)]);
  const visible = [mark, title, numbers].filter((part) => part !== "").join(" ");
  const label = wireButton(
    `wire-packet ${toServer ? "to-server" : "to-client"} tone-${wireTone(packet)}`,
    packetLabel(packet, connection, visible),
    item.seq,
    mark !== "" && el("b", { class: "wire-mark", text: mark }),
    " ",
    el("span", { class: "wire-flags", text: title }),
    " ",
    el("span", { class: "wire-numbers", text: numbers }),
  );
  label.style.top = `${y}px`;
  if (toServer) label.style.left = `${place.client + 11}px`;
  else label.style.right = `${place.total - place.server + 11}px`;
  label.style.maxWidth = `${room}px`;
  return label;
}

/** Measures texts. */
const pen = document.createElement("canvas").getContext("2d");

/** Returns the first of the texts that fits into `room` pixels, or the last one. A wide column has space for each. */
function fitting({ isWide }, room, texts, weight = 400) {
  if (isWide) return texts[0];
  const { fontFamily } = getComputedStyle(document.body);
  const size = 0.75 * parseFloat(getComputedStyle(document.documentElement).fontSize);
  pen.font = `${weight} ${size}px ${fontFamily}`;
  return texts.find((text) => pen.measureText(text).width <= room) ?? texts.at(-1);
}
