// The screen "My calls": command lines with the participant's name, and the connections that belong to the participant.

import { commandLine } from "../frame/command-line.js";
import { el, throttled } from "../frame/dom.js";
import { morph } from "../frame/morph.js";
import { primitiveIcon } from "../primitives/primitives.js";
import { apiTitle } from "../recording/apis.js";
import { byteCountText, durationText } from "../recording/numbers.js";
import { roomNotice } from "./join.js";

/** Minimum time between two drawings, in milliseconds. */
const ROOM_CALLS_WAIT = 250;

/** Creates the screen. */
export function createRoomCalls(room) {
  const status = el("p", { role: "status", class: "soft" });
  const operation = el("select", { "aria-label": "Operation", onchange: () => drawCommands() });
  const commands = el("div", { class: "room-commands" });
  const list = el("div", { class: "room-connections" });
  const element = el(
    "section",
    { class: "room-screen" },
    el("h2", { text: "Call the servers from your laptop" }),
    el("p", { class: "soft", text: "Join with the browser of your laptop to copy the lines. Each carries your name, so that the call appears below." }),
    operation,
    commands,
    status,
    el("h2", { text: "My calls" }),
    list,
    el("details", { class: "room-recorded" }, el("summary", { text: "What is recorded?" }), roomNotice()),
  );

  function drawOperations() {
    const operations = room.hello?.operations ?? [];
    const before = operation.value;
    operation.replaceChildren(...operations.map(({ id, title }) => el("option", { value: id, text: title })));
    if (operations.some(({ id }) => id === before)) operation.value = before;
    drawCommands();
  }

  function drawCommands() {
    const chosen = room.hello?.operations.find(({ id }) => id === operation.value);
    const lines = Object.entries(chosen?.commands ?? {});
    const order = room.hello?.lanes.map(({ api }) => api) ?? [];
    lines.sort(([one], [other]) => order.indexOf(one) - order.indexOf(other));
    commands.replaceChildren(...lines.map(([api, line]) => commandLine(apiTitle(api), line, status)));
  }

  function drawList() {
    if (!element.isConnected) return;
    const connections = [...room.connections.values()].sort((one, other) => other.connection - one.connection);
    const opened = new Set([...list.querySelectorAll("details[open]")].map(({ dataset }) => Number(dataset.key)));
    const rows = connections.map((each) => roomConnection(each, opened.has(each.connection)));
    morph(list, el("div", { class: "room-connections" }, rows.length > 0 ? rows : el("p", { class: "soft", text: "None yet." })));
  }

  // The socket calls of a connection are drawn while it is open.
  list.addEventListener("toggle", drawList, true);
  room.on("hello", drawOperations);
  room.on("connections", throttled(drawList, ROOM_CALLS_WAIT));
  const show = () => {
    drawOperations();
    drawList();
  };
  return { id: "mine", title: "My calls", element, show };
}

/** Draws one connection: its API calls, and its socket calls if it is open. */
function roomConnection({ connection, api, calls, events, is_named: isNamed, is_closed: isClosed, omitted }, isOpen) {
  const heads = calls.map(({ operation, status, to_server: sent, to_client: received, ns }) =>
    el(
      "span",
      { class: "room-api-call" },
      el("b", { text: [operation ?? "a call", status].filter(Boolean).join(" → ") }),
      el("span", { class: "soft", text: `${byteCountText(sent)} sent, ${byteCountText(received)} received, ${durationText(ns)}` }),
    ),
  );
  const rows = (isOpen ? events : []).map(({ op, after, bytes, eof, says }) =>
    el(
      "li",
      {},
      primitiveIcon(op),
      el("span", {}, el("b", { text: op }), ` ${[bytes === undefined ? "" : byteCountText(bytes), eof ? "end of stream" : says].filter(Boolean).join(" ")}`),
      el("span", { class: "soft", text: durationText(after) }),
    ),
  );
  return el(
    "details",
    { class: "room-connection", "data-key": connection, open: isOpen },
    el("summary", {}, el("span", { class: "room-api", text: apiTitle(api) }), ...heads, isClosed ? null : el("span", { class: "soft", text: "open" })),
    el("p", { class: "soft", text: "The server's socket calls:" }),
    el("ol", { class: "room-events" }, rows),
    omitted > 0 && el("p", { class: "soft", text: `${omitted} more are not listed.` }),
    !isNamed && el("p", { class: "soft", text: "This call has no name. It came from your address, so its content is not shown." }),
  );
}
