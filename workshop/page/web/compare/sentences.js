// What one sees in the numbers, in sentences. Each comes only when the numbers say so.

import { byteCountText, listText, numberText, shareText } from "../recording/numbers.js";
import { averageSpent, spentTotal } from "../recording/byte-breakdown.js";

/** The sentences for the rows of a step; see `rowsOfStep`. */
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

function totals(rows) {
  if (rows.length < 2) return null;
  const each = rows.map(({ title, step }) => `${byteCountText(step.to_server + step.to_client)} in ${title}`);
  return `For the same result ${listText(each)} go over the wire, both ways together.`;
}

/** The more pieces a stream comes in, the more calls it takes; that is no other primitive. */
function transfers(rows, side) {
  const counted = ({ step }) => `${step.reads}/${step.writes}`;
  if (rows.length < 2 || new Set(rows.map(counted)).size === 1) return null;
  const each = rows.map(
    ({ title, step }) => `${numberText(step.reads)} and ${numberText(step.writes)} in ${title}`,
  );
  return `Reads and writes at the ${side}: ${listText(each)}. The same two calls, more or less often.`;
}

function serverFirst(rows) {
  const ones = rows.filter(({ step }) => step.spoke_first.server > 0).map(({ title }) => title);
  if (ones.length === 0) return null;
  return (
    `The server speaks first in ${listText(ones)}: its settings go out as soon as it has accepted. ` +
    "So there is no wait from the client's first byte to the server's first to be measured."
  );
}

function connectionBytes({ title, step }) {
  const { first, later } = step.calls;
  const spent = step.spent?.to_server.connection ?? 0;
  if (spent === 0 || first.count === 0) return [];
  const each = Math.round(first.to_server.connection / first.count);
  if (each === 0) return [];
  const isOnce = later.count > 0 && later.to_server.connection === 0;
  const once = isOnce ? ", once: a later call on it adds none" : "";
  return [
    `${title} spends ${byteCountText(each)} to the server on each new connection, beside any call${once}.`,
  ];
}

function repeatedHeaders({ title, step }) {
  const [first, later] = [averageSpent(step.calls.first), averageSpent(step.calls.later)];
  if (first === null || later === null) return [];
  const [once, again] = [first.to_server.headers, later.to_server.headers];
  if (once === 0 || again === 0) return [];
  if (again >= once)
    return [`${title} repeats ${byteCountText(again)} of headers to the server with each call.`];
  return [
    `${title} sends ${byteCountText(once)} of headers to the server with a connection's first call and ` +
      `${byteCountText(again)} with each later one: both ends remember the rest.`,
  ];
}

function payloadShares(rows) {
  const known = rows.filter(({ step }) => step.spent && spentTotal(step.spent.to_client) > 0);
  if (known.length === 0) return null;
  const each = known.map(
    ({
      title,
      step: {
        spent: { to_client: bytes },
      },
    }) => `${shareText(bytes.payload, spentTotal(bytes))} in ${title}`,
  );
  return `Of what the server sends, the answer itself is ${listText(each)}.`;
}
