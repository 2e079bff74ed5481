// The columns of the calls: title, value to sort by, and content.

import { el } from "../frame/dom.js";
import { apiOrder, apiTitle } from "../recording/apis.js";
import { clientOf } from "../recording/call-list.js";
import { participantName } from "../recording/client-steps.js";
import { byteCountText, durationText, numberText } from "../recording/numbers.js";

/** The columns. `by` returns the value to sort by, and `draw` the content of a cell. */
export const CALLS_COLUMNS = [
  {
    id: "at",
    title: "at",
    hint: "Time since the first event on this page",
    isNumber: true,
    by: (row) => row.began,
    draw: (row, { zero }) => durationText(row.began - zero),
  },
  { id: "api", title: "API", by: (row) => apiOrder(row.api), draw: (row) => apiTitle(row.api) },
  { id: "operation", title: "operation", by: (row) => row.operation, draw: callsOperation },
  { id: "client", title: "client", hint: "User agent and address", by: clientOf, draw: callsClient },
  {
    id: "status",
    title: "status",
    hint: "The status of HTTP or gRPC, and whether GraphQL returned errors",
    by: (row) => (row.isOpen ? "" : row.status),
    draw: callsStatus,
  },
  {
    id: "up",
    title: "to server",
    hint: "Bytes of the request",
    isNumber: true,
    by: (row) => row.toServer,
    draw: (row) => byteCountText(row.toServer),
  },
  {
    id: "down",
    title: "to client",
    hint: "Bytes of the response",
    isNumber: true,
    by: (row) => row.toClient,
    draw: (row) => byteCountText(row.toClient),
  },
  {
    id: "time",
    title: "time",
    hint: "From the first byte of the request to the last byte of the response",
    isNumber: true,
    by: (row) => row.duration ?? Infinity,
    draw: (row) => (row.isOpen ? "…" : durationText(row.duration)),
  },
  {
    id: "connection",
    title: "connection",
    hint: "Number of the connection, and which of its calls this is: 2 of 10 is the second of ten",
    by: (row) => row.connection.number * 1e6 + row.number,
    draw: callsConnection,
  },
];

function callsOperation(row) {
  const bytes = row.reflection.reduce((sum, { toServer, toClient }) => sum + toServer + toClient, 0);
  const folded = `after reflection, ${byteCountText(bytes)}`;
  const hint = "The client asked the server for the API's description before. The filter is:reflection shows these calls.";
  const [, service, method] = row.operation.match(/^([\w.]+)\/(\w+)$/) ?? [];
  return [
    el("code", { text: method ?? (row.operation === "" ? "…" : row.operation) }),
    row.reflection.length > 0 && el("span", { class: "soft", title: hint, text: ` ${folded}` }),
    service && el("span", { class: "soft", text: ` ${service}` }),
  ].filter(Boolean);
}

/** Draws the name of a participant, who is known by it; else the user agent and the address, of which the port is never cut off. */
function callsClient({ connection: { isOwn, agent, address } }) {
  if (isOwn) return el("span", { class: "soft", text: "workshop" });
  const name = participantName(agent);
  if (name !== null) return el("b", { title: `${agent} from ${address}`, text: name });
  return el(
    "span",
    { class: "calls-caller" },
    el("span", { text: agent === "" ? "unknown" : agent }),
    el("span", { class: "soft", text: ` ${address.replace(/^(127\.0\.0\.1|\[::1\]):/, "port ")}` }),
  );
}

/** Draws the status with a sign, so that a failed call differs without colour. */
function callsStatus(row) {
  if (row.isOpen) return el("span", { class: "soft", text: "open" });
  if (row.status === "") return el("span", { class: "soft", text: "none" });
  if (row.isCancelled) return el("span", { title: "The client ended the call.", text: `– ${row.status.replace("reset: ", "")}` });
  return el("span", { class: row.isError ? "bad" : "good", text: `${row.isError ? "✗" : "✓"} ${row.status}` });
}

function callsConnection({ connection, number }) {
  const use = `${numberText(number + 1)} of ${numberText(connection.calls)}`;
  return [el("b", { text: `#${connection.number}` }), el("span", { class: "soft", text: ` ${use}` })];
}
