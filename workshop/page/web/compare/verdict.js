// The verdict in words, and the calls that the sockets of each kind make, drawn.

import { el } from "../frame/dom.js";
import { apiTitle } from "../recording/apis.js";
import { callOrder } from "../recording/call-order.js";
import { listeningSoFar } from "../recording/listeners.js";
import { countText } from "../recording/numbers.js";
import { comparedTitle, comparedTraces } from "./rows.js";

const VERDICTS = {
  same: ["=", "The socket primitives are the same."],
  different: ["≠", "The socket primitives are not the same."],
  unclear: ["?", "It cannot be said yet whether the socket primitives are the same."],
};

const ROLES = [
  ["listener", "the server's listening socket"],
  ["accepted", "a connection, at the server"],
  ["connected", "a connection, at the client"],
];

/** Draws the verdict, the reasons, and what each kind of socket does. */
export function verdictSection(store) {
  const { verdict, reasons } = store.comparison;
  const [sign, words] = VERDICTS[verdict] ?? VERDICTS.unclear;
  return el(
    "section",
    { class: `verdict verdict-${verdict}`, "data-key": "verdict", "aria-label": "Verdict" },
    el("h2", {}, el("span", { class: "verdict-sign", "aria-hidden": "true", text: sign }), words),
    reasons.length === 0 ? null : verdictReasons(reasons),
    el(
      "table",
      { class: "skeletons" },
      el("caption", {
        class: "unseen",
        text: "What each kind of socket does, from its first call to its last",
      }),
      el(
        "tbody",
        {},
        ROLES.flatMap(([role, title]) => roleRows(store, role, title)),
      ),
    ),
  );
}

/** What speaks against it, or is missing; the recordings are named shortly. */
function verdictReasons(reasons) {
  const short = (reason) => reason.replaceAll(/\S*\/([\w-]+)\.jsonl/g, "$1");
  return el(
    "details",
    { class: "reasons" },
    el("summary", { text: `Why: ${countText(reasons.length, "finding")}` }),
    el(
      "ul",
      {},
      reasons.map((reason) => el("li", { text: short(reason) })),
    ),
  );
}

/** One row for each order of calls that occurs; when they differ, it says in which recordings. */
function roleRows(store, role, title) {
  const counts = skeletonCounts(store, role);
  if (counts.size === 0) return role === "listener" ? openListenerRows(store, title) : [];
  const isCommon = role in store.comparison.skeletons;
  return [...counts].map(([skeleton, recordings], index) => {
    const sockets = recordings.map(({ name, count }) => `${name} ${count}`).join(", ");
    const told = isCommon ? sockets : `only ${sockets}`;
    return skeletonRow(index === 0 ? title : "", skeleton.split(" → "), told);
  });
}

/** For each order of calls: how many sockets of which recording made them so. */
function skeletonCounts(store, role) {
  const counts = new Map();
  for (const trace of [...comparedTraces(store, "server"), ...comparedTraces(store, "client")]) {
    for (const [skeleton, { sockets }] of Object.entries(trace.skeletons[role] ?? {})) {
      const recordings = counts.get(skeleton) ?? [];
      recordings.push({ name: comparedTitle(trace), count: sockets });
      counts.set(skeleton, recordings);
    }
  }
  return counts;
}

/** While the servers run, their listening sockets are open, and in no comparison yet. */
function openListenerRows(store, title) {
  return [...listeningSoFar(store)].map(([calls, apis], index) => {
    const names = apis.map((api) => apiTitle(api)).join(", ");
    return skeletonRow(index === 0 ? title : "", [...calls.split(" → "), "…"], `${names}: still open`);
  });
}

function skeletonRow(title, calls, told) {
  return el(
    "tr",
    {},
    el(title ? "th" : "td", { scope: title ? "row" : null, text: title }),
    el("td", {}, callOrder(calls)),
    el("td", { class: "soft", text: told }),
  );
}
