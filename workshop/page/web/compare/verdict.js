// The verdict and the call patterns of each kind of socket.

import { el } from "../frame/dom.js";
import { callOrder } from "../primitives/call-order.js";
import { apiTitle } from "../recording/apis.js";
import { listenersByPattern } from "../recording/listeners.js";
import { countText } from "../recording/numbers.js";
import { comparedTitle, comparedTraces } from "./rows.js";

const VERDICTS = {
  same: ["=", "The socket primitives are the same."],
  different: ["≠", "The socket primitives differ."],
  unclear: ["?", "The comparison is inconclusive so far."],
};

const ROLES = [
  ["listener", "the server's listening socket"],
  ["accepted", "the server's socket of a connection"],
  ["connected", "the client's socket of a connection"],
  ["upstream", "the server's socket of a connection to another server"],
];

/** Draws the verdict, its reasons and the call patterns. */
export function verdictSection(store) {
  const { verdict, reasons } = store.comparison;
  const [sign, text] = VERDICTS[verdict] ?? VERDICTS.unclear;
  return el(
    "section",
    { class: `verdict verdict-${verdict}`, "data-key": "verdict", "aria-label": "Verdict" },
    el("h2", {}, el("span", { class: "verdict-sign", "aria-hidden": "true", text: sign }), text),
    reasons.length === 0 ? null : verdictReasons(reasons),
    el(
      "table",
      { class: "skeletons" },
      el("caption", {
        class: "unseen",
        text: "Call pattern of each kind of socket",
      }),
      el(
        "tbody",
        {},
        ROLES.flatMap(([role, title]) => roleRows(store, role, title)),
      ),
    ),
  );
}

/** Draws the reasons against the verdict "same", with short names of the recordings. */
function verdictReasons(reasons) {
  const short = (reason) => reason.replaceAll(/\S*\/([\w-]+)\.jsonl/g, "$1");
  return el(
    "details",
    { class: "reasons" },
    el("summary", { text: `Reasons: ${countText(reasons.length, "finding")}` }),
    el(
      "ul",
      {},
      reasons.map((reason) => el("li", { text: short(reason) })),
    ),
  );
}

/** Draws a row for each call pattern, with the recordings in which it occurs. */
function roleRows(store, role, title) {
  const counts = patternCounts(store, role);
  if (counts.size === 0) return role === "listener" ? openListenerRows(store, title) : [];
  const isCommon = role in store.comparison.skeletons;
  return [...counts].map(([pattern, recordings], index) => {
    const sockets = recordings.map(({ name, count }) => `${name} ${count}`).join(", ");
    const occurrences = isCommon ? sockets : `only ${sockets}`;
    return patternRow(index === 0 ? title : "", pattern.split(" → "), occurrences);
  });
}

/** Returns by call pattern the number of its sockets in each recording. */
function patternCounts(store, role) {
  const counts = new Map();
  for (const trace of [...comparedTraces(store, "server"), ...comparedTraces(store, "client")]) {
    for (const [pattern, { sockets }] of Object.entries(trace.skeletons[role] ?? {})) {
      const recordings = counts.get(pattern) ?? [];
      recordings.push({ name: comparedTitle(trace), count: sockets });
      counts.set(pattern, recordings);
    }
  }
  return counts;
}

/** Draws the listening sockets of running servers, which the comparison does not contain before they close. */
function openListenerRows(store, title) {
  return [...listenersByPattern(store)].map(([calls, apis], index) => {
    const names = apis.map((api) => apiTitle(api)).join(", ");
    return patternRow(index === 0 ? title : "", [...calls.split(" → "), "…"], `${names}: still open`);
  });
}

function patternRow(title, calls, occurrences) {
  return el(
    "tr",
    {},
    el(title ? "th" : "td", { scope: title ? "row" : null, text: title }),
    el("td", {}, callOrder(calls)),
    el("td", { class: "soft", text: occurrences }),
  );
}
