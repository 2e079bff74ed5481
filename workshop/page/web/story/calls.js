// The single calls of an opened phase: those of the client at the left, those of the server at the right.

import { el } from "../frame/dom.js";
import { primitiveIcon, primitiveOf } from "../primitives/primitives.js";
import { sourceOf } from "../recording/apis.js";
import { eventAmount, eventDetail, eventLabel } from "../recording/event-text.js";
import { durationText, numberText } from "../recording/numbers.js";

/** Maximum number of calls that are listed. The lanes show all. */
const STORY_MAX_CALLS = 200;

/** Draws the calls of the rows in the order of time. `from` is the start of the step. */
export function storyCalls(rows, { title, from, selected }) {
  const items = rows.flatMap((row) => row.items).sort((one, other) => one.seq - other.seq);
  const calls = items.slice(0, STORY_MAX_CALLS).map((item) => storyCall(item, { title, from, selected }));
  const more = items.length - calls.length;
  return el(
    "ol",
    { class: "story-calls" },
    calls,
    more > 0 && el("li", { class: "soft", text: `${numberText(more)} more in the lanes` }),
  );
}

function storyCall(item, { title, from, selected }) {
  const { side } = sourceOf(item);
  // The listening socket was created before the step.
  const since = item.at - from;
  const time = since < 0 ? "before" : durationText(since);
  return el(
    "li",
    { class: side, "data-key": item.seq },
    el(
      "button",
      {
        type: "button",
        class: `story-call tone-${primitiveOf(item.op).tone}`,
        "data-seq": item.seq,
        "aria-current": selected === item.seq ? "true" : null,
        title: eventLabel(item, { title, connection: item.connection, since }),
      },
      primitiveIcon(item.op),
      el("span", { class: "unseen", text: `${side}: ` }),
      el("span", { class: "story-call-name" }, el("b", { text: item.op }), ` ${eventAmount(item)}`),
      el("span", { class: "story-call-time soft", text: time }),
      el("span", { class: "story-call-detail", text: eventDetail(item) }),
    ),
  );
}
