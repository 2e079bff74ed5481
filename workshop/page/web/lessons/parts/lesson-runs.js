// Runs the operations of a lesson and collects their events.

import { getPlain, runOperation, watchChanges } from "../../frame/actions.js";
import { sourceOf } from "../../recording/apis.js";
import { callCount, connectionsIn, firstEvent, isClosedConnection } from "../../recording/connections.js";

/** Time to wait for the events of a run, in milliseconds. They usually arrive within a tenth of it. */
const LESSON_TIMEOUT = 6_000;

/** Returns the names of all APIs. */
export function lessonApis(store) {
  return (store.hello?.lanes ?? []).map((lane) => lane.api);
}

/**
 * Runs an operation over all APIs, or over `apis`, and waits until its connections are closed on both sides. Returns
 * `{ items, connections, notes }`. Another user may run the same operation. Its connections are excluded by step,
 * start time and number of calls.
 */
export async function lessonRun(store, { operation, calls, connection, http2 = false, apis = lessonApis(store) }) {
  const after = lessonLast(store);
  const response = await runOperation(operation, { apis, calls, connection, http2 });
  lessonCheck(response.results);
  const [wanted, each] = connection === "one" ? [1, calls] : [calls, 1];
  const candidates = () =>
    lessonOpenedBy(store, after, response.step).filter((made) => callCount(made) === each);
  const chosen = () =>
    apis.flatMap((api) =>
      candidates()
        .filter((made) => made.api === api)
        .slice(0, wanted),
    );
  await lessonWaitUntil(store, "items", () => {
    const made = chosen();
    return made.length === wanted * apis.length && made.every(isClosedConnection);
  });
  const connections = chosen();
  if (connections.length === 0) throw new Error(LESSON_NOTHING);
  return lessonCollected(store, connections, lessonNotes(connections, candidates(), wanted * apis.length));
}

/** Error message of a run without events. */
export const LESSON_NOTHING =
  "The operation ran, but no events have arrived. Check that the page is live (see its header), then try again.";

function lessonNotes(connections, candidates, wanted) {
  const open = connections.filter((made) => !isClosedConnection(made)).length;
  return [
    connections.length < wanted && `The events of only ${connections.length} of ${wanted} connections have arrived.`,
    open > 0 && `${open} of the connections were still open when the lesson stopped waiting.`,
    candidates.length > wanted &&
      "Someone else ran the same operation at the same time. The lesson shows the first connections.",
  ].filter(Boolean);
}

function lessonCollected(store, connections, notes) {
  const items = connections.flatMap((made) => made.items).sort((a, b) => a.seq - b.seq);
  return { items, connections, notes, rows: store.sockets?.rows ?? null };
}

/** Returns the connections that the workshop's clients opened after the event `after` in the given step. */
function lessonOpenedBy(store, after, step) {
  const items = store.items.slice(store.indexOf(after + 1));
  return connectionsIn(items).filter(({ client }) => {
    const connect = firstEvent(client, "connect");
    return connect && (step === undefined || connect.step === step);
  });
}

/**
 * Opens a watcher over each API in turn and creates a book over the same API. Returns the connections of watchers and
 * writers, and for each API the first event of its writer.
 */
export async function lessonWatchRun(store) {
  const runs = [];
  for (const api of lessonApis(store)) runs.push(await lessonWatching(store, [api], () => lessonNotified(store, api)));
  const [watchers, writers, notes] = ["watchers", "writers", "notes"].map((name) => runs.flatMap((run) => run[name]));
  return {
    ...lessonCollected(store, [...watchers, ...writers], notes),
    watchers,
    writers,
    before: Object.fromEntries(runs.map(({ api, before }) => [api, before])),
  };
}

/** Creates a book over an API and waits until a watcher over it is notified. */
async function lessonNotified(store, api) {
  const writing = await lessonRun(store, { operation: "create", calls: 1, connection: "one", apis: [api] });
  const before = writing.connections[0].items[0].seq;
  const notified = () => notifiedConnections(store.items, before).filter((made) => made.api === api);
  await lessonWaitUntil(store, "items", () => notified().length > 0);
  return { api, before, watchers: notified(), writers: writing.connections, notes: writing.notes };
}

/** Opens watchers over those of `apis` that have none, performs `task`, and closes the watchers that it opened. */
export async function lessonWatching(store, apis, task) {
  const opened = apis.filter((api) => !store.watching[api]);
  if (opened.length > 0) await watchChanges(opened, true);
  try {
    return await task();
  } finally {
    // Updates the store at once, because the lesson may run again before the event stream reports the change.
    if (opened.length > 0) store.set("watching", await watchChanges(opened, false));
  }
}

/** Returns the connections on which the server sent payload after the event `before`, for a call before it. */
export function notifiedConnections(items, before) {
  return connectionsIn(items).filter(({ client, server }) => {
    const calls = new Set(
      client.filter((item) => item.op === "write" && item.seq <= before).flatMap(lessonCallsIn),
    );
    return server.some(
      (item) =>
        item.op === "write" &&
        item.seq > before &&
        item.carried?.some((part) => part.class === "payload" && calls.has(part.call)),
    );
  });
}

function lessonCallsIn(item) {
  return (item.carried ?? []).map((part) => part.call).filter((call) => call !== null);
}

/** Gets a book over plain sockets, `over` "udp" or "tcp", and waits for the events. Returns `{ items, results }`. */
export async function lessonPlainRun(store, { over, calls, lossy }) {
  const after = lessonLast(store);
  const response = await getPlain({ over, calls, lossy });
  const collected = () =>
    store.items
      .slice(store.indexOf(after + 1))
      .filter(
        (item) =>
          sourceOf(item).api === over &&
          item.op !== "mark" &&
          (item.step === undefined || item.step === response.step),
      );
  const attempts = response.results.reduce((sum, result) => sum + (result.attempts ?? 1), 0);
  await lessonWaitUntil(store, "items", () => {
    const items = collected();
    const of = (op) => items.filter((item) => item.op === op && sourceOf(item).side === "client").length;
    const isComplete =
      of("sendto") >= attempts && of("recvfrom") >= response.results.filter((result) => result.ok).length;
    const connections = connectionsIn(items);
    return over === "udp" ? isComplete : connections.length > 0 && connections.every(isClosedConnection);
  });
  const items = collected();
  if (items.length === 0) throw new Error(LESSON_NOTHING);
  return { items, results: response.results };
}

/** Waits until `holds()` is true, which is checked at each change of `kind`. Returns `false` after a timeout. */
export function lessonWaitUntil(store, kind, holds) {
  return new Promise((resolve) => {
    const done = (isThere) => {
      end();
      clearTimeout(timer);
      resolve(isThere);
    };
    const check = () => {
      if (holds()) done(true);
    };
    const end = store.on(kind, check);
    const timer = setTimeout(() => done(false), LESSON_TIMEOUT);
    check();
  });
}

/** Returns the number of the last event. */
export function lessonLast(store) {
  return store.items.at(-1)?.seq ?? 0;
}

function lessonCheck(results) {
  const failed = results.find((result) => !result.ok);
  if (failed) throw new Error(`${failed.api ?? "The call"} failed: ${failed.says}`);
}
