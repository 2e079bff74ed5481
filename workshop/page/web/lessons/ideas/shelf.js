// Lesson: the three servers share one shelf.

import { apiTitle } from "../../recording/apis.js";
import { byApi, connectionsIn } from "../../recording/connections.js";
import { listText } from "../../recording/numbers.js";
import { lessonArrow, lessonBox, lessonDrawing } from "../parts/drawing.js";
import { lessonApis, lessonRun, lessonWaitUntil, lessonWatching, notifiedConnections } from "../parts/lesson-runs.js";
import { sentencePerApi } from "../parts/sentences.js";

/** The changes of the lesson, in order: operation, API and kind of change. */
const SHELF_CHANGES = [
  { operation: "create", api: "rest", kind: "created" },
  { operation: "update", api: "grpc", kind: "updated" },
  { operation: "delete", api: "graphql", kind: "deleted" },
];

const SHELF_KINDS = SHELF_CHANGES.map(({ kind }) => kind);

const SHELF_MISSING = "This recording contains no book that was changed over several APIs.";

/** A book that is changed over one API after the other, with watchers over all of them. */
export const LESSON_SHELF = {
  id: "shelf",
  title: "One shelf",
  idea: [
    "The three servers use the same shelf of books. An API is only a way to reach it.",
    "One client creates a book over REST, another updates it over gRPC, and a third deletes it over GraphQL.",
  ],
  drawing: () =>
    lessonDrawing(
      "Three servers use one shelf.",
      480,
      110,
      lessonBox(4, 4, 140, 30, "REST"),
      lessonBox(4, 40, 140, 30, "GraphQL"),
      lessonBox(4, 76, 140, 30, "gRPC"),
      lessonArrow(144, 19, 322, 46),
      lessonArrow(144, 55, 322, 55),
      lessonArrow(144, 91, 322, 64),
      lessonBox(324, 32, 152, 46, "one shelf"),
    ),
  action: "Opens a watcher over each API, makes the three changes, and closes the watchers.",
  questions: [
    {
      prompt: "Which changes does the watcher over REST receive?",
      choices: [
        {
          text: "Only the creation, because the other changes were made over other APIs",
          isTrue: ({ watchers }) => String(shelfOver(watchers, "rest")?.kinds) === "created",
          whyWrong: "A server reports the changes of its shelf, and all servers have the same shelf.",
        },
        {
          text: "All three, in the same order as the watchers over the other APIs",
          isTrue: ({ watchers }) =>
            watchers.every(
              ({ kinds, sequences }) =>
                String(kinds) === String(SHELF_KINDS) && String(sequences) === String(watchers[0].sequences),
            ),
        },
        {
          text: "All three, but in another order than the watchers over the other APIs",
          isTrue: ({ watchers }) => new Set(watchers.map(({ sequences }) => String(sequences))).size > 1,
          whyWrong: "The shelf numbers its changes. Every server reports them in the order of these numbers.",
        },
        {
          text: "None, because REST has no messages from the server",
          isTrue: ({ watchers }) => shelfOver(watchers, "rest") === undefined,
          whyWrong: "A response can have a body without end. The server writes each change to it as an event.",
        },
      ],
    },
  ],
  run: shelfRun,
  facts: shelfFacts,
  explanation: ({ watchers }) => [
    ...sentencePerApi(
      watchers,
      ({ kinds, sequences }) =>
        `the watcher received ${listText(kinds.map((kind, n) => `change ${sequences[n]} (${kind})`))}.`,
    ),
    "The response to the creation over REST contained a revision, and the update over gRPC sends it. " +
      "The update fails if another client has changed the book since then, over any API.",
  ],
  table: ({ watchers }) => ({
    caption: "Changes received by each watcher",
    head: ["API", "connection", ...SHELF_KINDS],
    rows: watchers.map(({ title, number, kinds, sequences }) => [
      title,
      `${number}`,
      ...SHELF_KINDS.map((kind) => `${sequences[kinds.indexOf(kind)] ?? "–"}`),
    ]),
  }),
  evidence: ({ events }) => events,
};

function shelfOver(watchers, api) {
  return watchers.find((watcher) => watcher.api === api);
}

/** Makes the changes, each over one API, and waits until the watchers over all APIs have received them. */
function shelfRun(store) {
  const apis = lessonApis(store);
  return lessonWatching(store, apis, async () => {
    const [items, notes] = [[], []];
    let before = null;
    for (const { operation, api } of SHELF_CHANGES) {
      const run = await lessonRun(store, { operation, calls: 1, connection: "one", apis: [api] });
      before ??= run.items[0].seq;
      items.push(...run.items);
      notes.push(...run.notes);
    }
    const watchers = () => notifiedConnections(store.items, before);
    const isComplete = (made) => shelfChanges(made.server, before).length >= SHELF_CHANGES.length;
    await lessonWaitUntil(store, "items", () => watchers().filter(isComplete).length >= apis.length);
    return { items: [...items, ...watchers().flatMap((made) => made.items)], watchers: watchers(), before, notes };
  });
}

/** Returns for each watcher the changes that its server wrote. */
function shelfFacts(run) {
  const { watchers: notified, before, items } = run.recorded ? shelfIn(run.items) : run;
  const watchers = byApi(notified)
    .map(([api, [made]]) => {
      const changes = shelfChanges(made.server, before).slice(0, SHELF_CHANGES.length);
      return {
        api,
        title: apiTitle(api),
        number: made.number,
        kinds: changes.map(({ kind }) => kind),
        sequences: changes.map(({ sequence }) => sequence),
      };
    })
    .filter(({ kinds }) => kinds.length > 0);
  if (watchers.length === 0) return { missing: SHELF_MISSING };
  return { watchers, events: items.filter((item) => item.seq >= before).sort((a, b) => a.seq - b.seq) };
}

/** Returns the changes in the messages that a server wrote after the event `before`: `{ sequence, kind }`. */
function shelfChanges(events, before) {
  const written = events.filter((item) => item.op === "write" && item.seq > before);
  const messages = written.flatMap((item) => item.carried ?? []).filter((part) => part.class === "payload");
  return messages.flatMap(({ text }) => {
    const found = /sequence\W+(\d+)\W+kind\W+(?:change_kind_)?([a-z]+)/i.exec(text);
    return found ? [{ sequence: Number(found[1]), kind: found[2].toLowerCase() }] : [];
  });
}

/** Finds in a finished recording the watchers of the tour's last step. */
function shelfIn(items) {
  const own = items.filter((item) => item.step?.startsWith("one shelf: "));
  const before = own.find((item) => item.op !== "mark")?.seq ?? 0;
  const isWatcher = (made) => shelfChanges(made.server, before).length >= SHELF_CHANGES.length;
  return { watchers: connectionsIn(own).filter(isWatcher), before, items: own };
}
