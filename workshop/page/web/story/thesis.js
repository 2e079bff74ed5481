// The sentence that matters: which socket calls are the same in all APIs, and what differs.

import { el } from "../frame/dom.js";
import { apiTitle } from "../recording/apis.js";
import { listText, numberText } from "../recording/numbers.js";
import { comparePatterns, stepTotals } from "../recording/step-summary.js";
import { hasParts } from "../recording/step-headings.js";

const THESIS_ALL = { 2: "both", 3: "all three", 4: "all four" };

/** The calls in the order of a connection's life. */
const THESIS_ORDER = ["socket", "bind", "listen", "connect", "accept", "adopt", "write", "read", "shutdown", "close"];

/** Draws what is the same in the step and what differs. `phases` are those of each API. */
export function storyThesis(step, phases) {
  const own = step.items.filter((item) => !item.upstream);
  const totals = Object.entries(stepTotals(own));
  const bytes = [...phases.keys()].filter((api) => totals.some(([name]) => name === api));
  const isDivided = hasParts(step.heading);
  return el(
    "div",
    { class: "story-thesis", "data-key": "thesis" },
    isDivided ? thesisParts(step) : thesisCalls(comparePatterns(own), phases),
    bytes.length === 0 ? null : thesisBytes(bytes, Object.fromEntries(totals), isDivided),
  );
}

function thesisCalls(comparison, phases) {
  if (comparison === null) return thesisLine("", "Socket calls: ", thesisAllCalls(phases).join(", "));
  const { isSame, isOver, orders } = comparison;
  if (isSame) {
    const [{ apis }] = orders;
    const all = apis.length === phases.size ? (THESIS_ALL[apis.length] ?? `all ${apis.length}`) : listText(apis.map(apiTitle));
    const begin = isOver ? "Same" : "So far the same";
    return thesisLine("=", `${begin} socket calls in ${all}: `, thesisAllCalls(phases).join(", "));
  }
  if (!isOver) return null;
  const each = orders.map(({ calls, apis }) => `${listText(apis.map(apiTitle))}: ${calls.join(", ")}`);
  return thesisLine("≠", "Different socket calls. ", each.join(". "));
}

/** Names what each API does in a step in which they act together. */
function thesisParts({ heading }) {
  const each = [...heading.parts].map(([api, part]) => `${apiTitle(api)}: ${part}`);
  return thesisLine("", "Each API makes another call. ", each.join(". "));
}

/** Returns the calls of all APIs and both sides, with those of the listening sockets. */
function thesisAllCalls(phases) {
  const groups = [...phases.values()].flat().flatMap(({ rows }) => rows.flatMap(({ client, server }) => [client, server]));
  const kinds = groups.filter(Boolean).flatMap(({ calls }) => calls.map(({ kind }) => kind.split(" ")[0]));
  return THESIS_ORDER.filter((call) => kinds.includes(call));
}

function thesisBytes(apis, totals, isDivided) {
  const isSame = isDivided || new Set(apis.map((api) => totals[api].bytes)).size === 1;
  const each = apis.map((api) => el("b", { text: `${apiTitle(api)} ${numberText(totals[api].bytes)}` }));
  return el(
    "p",
    {},
    el("b", { class: "story-sign bad", text: isSame ? "" : "≠ " }),
    el("span", { text: "Bytes through the socket: " }),
    each.flatMap((one, index) => (index === 0 ? [one] : [", ", one])),
  );
}

function thesisLine(sign, begin, text) {
  const tone = sign === "=" ? "good" : "bad";
  return el(
    "p",
    {},
    sign && el("b", { class: `story-sign ${tone}`, text: `${sign} ` }),
    el("span", { class: "story-begin", text: begin }),
    el("span", { text }),
  );
}
