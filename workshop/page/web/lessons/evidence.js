// The recorded events of a lesson, with the client at the left and the server at the right, in order of time.

import { el } from "../frame/dom.js";
import { primitiveIcon } from "../primitives/primitives.js";
import { apiTitle, sourceOf } from "../recording/apis.js";
import { byApi, connectionNumbers, socketName } from "../recording/connections.js";
import { eventAmount, eventDetail } from "../recording/event-text.js";
import { countText, durationText } from "../recording/numbers.js";

/** Maximum number of listed events. The lanes show all of them. */
const LESSON_MAX_EVENTS = 120;

/** Creates the list, which shows one API at a time. */
export function lessonEvidence(store, items) {
  const groups = byApi(
    items.filter((item) => item.op !== "mark" && item.op !== "option").sort((a, b) => a.seq - b.seq),
    (item) => sourceOf(item).api,
  );
  const list = el("div", { class: "lesson-events", role: "group", tabindex: "0" });
  const choices = groups.map(([api, events]) => {
    const button = el("button", {
      type: "button",
      text: apiTitle(api),
      onclick: () => open(button, api, events),
    });
    return { button, api, events };
  });
  const open = (button, api, events) => {
    for (const choice of choices)
      choice.button.setAttribute("aria-pressed", String(choice.button === button));
    list.setAttribute("aria-label", `Events of ${apiTitle(api)}`);
    list.replaceChildren(...lessonEventRows(store, events));
    list.scrollTop = 0;
  };
  if (choices.length > 0) open(choices[0].button, choices[0].api, choices[0].events);
  return el(
    "section",
    { class: "lesson-evidence" },
    el(
      "div",
      { class: "lesson-evidence-head" },
      el("h3", { text: "Recorded events" }),
      el(
        "div",
        { class: "lesson-apis", role: "group", "aria-label": "API" },
        choices.length > 1 ? choices.map(({ button }) => button) : [],
      ),
    ),
    el(
      "div",
      { class: "lesson-sides", "aria-hidden": "true" },
      el("span", { text: "client" }),
      el("span", { text: "server" }),
    ),
    list,
  );
}

/** Draws the events with a line at each change of connection. */
function lessonEventRows(store, events) {
  const numbers = connectionNumbers(events);
  const known = new Set();
  const rows = [];
  let current;
  for (const item of events.slice(0, LESSON_MAX_EVENTS)) {
    const number = numbers.get(socketName(item));
    if (number && number !== current) rows.push(lessonConnectionRow(store, sourceOf(item).api, number, !known.has(number)));
    current = number;
    known.add(number);
    rows.push(lessonEventRow(store, item, item.at - events[0].at));
  }
  const more = events.length - LESSON_MAX_EVENTS;
  if (more > 0)
    rows.push(
      el("p", { class: "soft", text: `… and ${countText(more, "more event")} in the lanes.` }),
    );
  return rows;
}

function lessonConnectionRow(store, api, number, isFirst) {
  const button = el("button", {
    type: "button",
    text: "Show in the lanes",
    "aria-label": `Show in the lanes: connection #${number}`,
    onclick: () => lessonGoToLanes(store, api, number, null),
  });
  return el(
    "div",
    { class: "lesson-connection" },
    el("span", { text: `connection #${number}` }),
    isFirst ? button : null,
  );
}

function lessonEventRow(store, item, since) {
  const side = sourceOf(item).side;
  return el(
    "button",
    {
      type: "button",
      class: `lesson-event of-${side}`,
      title: item.says ?? "Show in the lanes",
      onclick: () => lessonGoToLanes(store, sourceOf(item).api, item.connection ?? null, item.seq),
    },
    el(
      "span",
      { class: "lesson-call" },
      primitiveIcon(item.op, 18),
      el("span", { class: "unseen", text: `${side}: ` }),
      el("strong", { text: item.op }),
      el("span", { text: ` ${lessonDetail(item)}` }),
    ),
    el("span", { class: "lesson-when soft", text: since === 0 ? "0" : `+${durationText(since)}` }),
  );
}

/** Returns the same text as in the lanes, but with both addresses of a connection. */
function lessonDetail(item) {
  const text = [eventAmount(item), eventDetail(item)].filter(Boolean).join(" ");
  if (item.error || item.peer === undefined || item.bytes !== undefined) return text;
  return `${item.local} ${item.op === "accept" ? "←" : "→"} ${item.peer}`;
}

/** Opens the screen whose lanes contain the event: "Datagrams" for the plain sockets. */
function lessonGoToLanes(store, api, connection, seq) {
  store.set("focus", connection);
  store.set("selected", seq);
  location.hash = store.hello?.plain.some((lane) => lane.api === api) ? "datagrams" : "lanes";
}
