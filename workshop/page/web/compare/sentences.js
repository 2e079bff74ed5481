// Sentences that describe the numbers of a step. Each appears only if it applies.

import { kindsText } from "../recording/call-kinds.js";
import { byteCountText, listText, numberText, shareText } from "../recording/numbers.js";
import { averageBreakdown, breakdownTotal } from "../recording/byte-breakdown.js";

/** Returns the sentences for the rows of a step from `rowsOfStep`. */
export function stepSentences(rows, side) {
  const all = [
    totals(rows),
    transfers(rows, side),
    serverFirst(rows),
    ...rows.flatMap(connectionBytes),
    ...rows.flatMap(repeatedHeaders),
    payloadShares(rows),
  ];
  return all.filter((sentence) => sentence !== null);
}

/** Compares the bytes if the calls are of the same kinds. Bytes of different calls are not comparable. */
function totals(rows) {
  if (rows.length < 2) return null;
  const kinds = rows.map(({ step }) => kindsText(step.operations ?? {}, step.times));
  if (kinds.includes("")) return null;
  if (new Set(kinds).size > 1) {
    const calls = rows.map(({ title }, index) => `${title} made ${kinds[index]}`);
    return `The calls are of different kinds, so their bytes cannot be compared: ${listText(calls)}.`;
  }
  const each = rows.map(({ title, step }) => `${byteCountText(step.to_server + step.to_client)} in ${title}`);
  return `The same calls (${kinds[0]}) take ${listText(each)}, both directions together.`;
}

/** Compares the numbers of reads and writes, which depend on how the stream is split. */
function transfers(rows, side) {
  const counts = ({ step }) => `${step.reads}/${step.writes}`;
  if (rows.length < 2 || new Set(rows.map(counts)).size === 1) return null;
  const each = rows.map(
    ({ title, step }) => `${numberText(step.reads)} and ${numberText(step.writes)} in ${title}`,
  );
  return `Reads and writes at the ${side}: ${listText(each)}. The calls are the same, only their number differs.`;
}

function serverFirst(rows) {
  const ones = rows.filter(({ step }) => step.spoke_first.server > 0).map(({ title }) => title);
  if (ones.length === 0) return null;
  return (
    `The server sends first in ${listText(ones)}: its SETTINGS follow the accept immediately. ` +
    "So the time from the client's first byte to the server's first byte is not defined."
  );
}

function connectionBytes({ title, step }) {
  const { first, later } = step.calls;
  const spent = step.spent?.to_server.connection ?? 0;
  if (spent === 0 || first.count === 0) return [];
  const [toServer, toClient] = [first.to_server, first.to_client].map(({ connection }) => Math.round(connection / first.count));
  if (toServer === 0) return [];
  const isOnce = later.count > 0 && later.to_server.connection === 0;
  const once = isOnce ? "; later calls add none" : "";
  return [
    `${title} spends ${byteCountText(toServer + toClient)} outside its calls on each new connection, ` +
      `${byteCountText(toServer)} to the server and ${byteCountText(toClient)} to the client: preface, SETTINGS, ` +
      `WINDOW_UPDATE, PING and GOAWAY, up to its close${once}.`,
  ];
}

function repeatedHeaders({ title, step }) {
  const [first, later] = [averageBreakdown(step.calls.first), averageBreakdown(step.calls.later)];
  if (first === null || later === null) return [];
  const [once, again] = [first.to_server.headers, later.to_server.headers];
  if (once === 0 || again === 0) return [];
  if (again >= once)
    return [`${title} sends ${byteCountText(again)} of headers to the server again with each call.`];
  return [
    `With a connection's first call, ${title} sends ${byteCountText(once)} of headers to the server. ` +
      `With each later call it sends ${byteCountText(again)}, because both sides store earlier headers.`,
  ];
}

function payloadShares(rows) {
  const known = rows.filter(({ step }) => step.spent && breakdownTotal(step.spent.to_client) > 0);
  if (known.length === 0) return null;
  const each = known.map(
    ({
      title,
      step: {
        spent: { to_client: bytes },
      },
    }) => `${shareText(bytes.payload, breakdownTotal(bytes))} in ${title}`,
  );
  return `The share of payload in the server's bytes is ${listText(each)}.`;
}
