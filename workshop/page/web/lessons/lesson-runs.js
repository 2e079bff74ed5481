// Does what a lesson asks for, and gathers the events that belong to it.

import { getPlain, runOperation, watchChanges } from "../frame/actions.js";
import { sourceOf } from "../recording/apis.js";
import { callCount, connectionsIn, firstOf, isClosedConnection } from "../recording/connections.js";

/** So long a lesson waits for its events. They are there within a tenth of that, or something is wrong. */
const LESSON_PATIENCE = 6_000;

/** The APIs that can be asked. */
export function lessonApis(store) {
  return (store.hello?.lanes ?? []).map((lane) => lane.api);
}

/**
 * Performs an operation over all APIs, and waits until all of its connections are closed at both ends.
 * Answers `{ items, connections, notes }`. Others may do the same at this moment; theirs is told apart by the
 * step, by when the connection was made, and by how many calls it carried.
 */
export async function lessonRun(store, { operation, calls, connection }) {
  const apis = lessonApis(store);
  const after = lessonLast(store);
  const answer = await runOperation(operation, { apis, calls, connection });
  lessonCheck(answer.results);
  const [wanted, each] = connection === "new" ? [calls, 1] : [1, calls];
  const candidates = () =>
    lessonOpenedBy(store, after, answer.step).filter((made) => callCount(made) === each);
  const chosen = () =>
    apis.flatMap((api) =>
      candidates()
        .filter((made) => made.api === api)
        .slice(0, wanted),
    );
  await lessonArrived(store, "items", () => {
    const made = chosen();
    return made.length === wanted * apis.length && made.every(isClosedConnection);
  });
  const connections = chosen();
  if (connections.length === 0) throw new Error(LESSON_NOTHING);
  return lessonGathered(store, connections, lessonNotes(connections, candidates(), wanted * apis.length));
}

const LESSON_NOTHING =
  "It was done, but no event of it has arrived here. Is the page still live? Its head says so. Then try " +
  "again.";

function lessonNotes(connections, candidates, wanted) {
  const open = connections.filter((made) => !isClosedConnection(made)).length;
  return [
    connections.length < wanted && `Only ${connections.length} of ${wanted} connections have arrived.`,
    open > 0 && `${open} of the connections had not been closed when the lesson stopped waiting.`,
    candidates.length > wanted &&
      "Someone else did the same at this moment. Shown are the connections that came first.",
  ].filter(Boolean);
}

function lessonGathered(store, connections, notes) {
  const items = connections.flatMap((made) => made.items).sort((a, b) => a.seq - b.seq);
  return { items, connections, notes, rows: store.sockets?.rows ?? null };
}

/** The connections that our clients opened after that event, in that step. */
function lessonOpenedBy(store, after, step) {
  const items = store.items.slice(store.indexOf(after + 1));
  return connectionsIn(items).filter(({ client }) => {
    const connect = firstOf(client, "connect");
    return connect && (step === undefined || connect.step === step);
  });
}

/**
 * Watches the changes over all APIs, lets someone else create a book, and stops watching: unless someone else
 * had begun to. Answers the watchers' connections and the writers', and for each API where its writer begins:
 * the watchers have asked before that.
 */
export async function lessonWatchRun(store) {
  const apis = lessonApis(store);
  const ours = apis.filter((api) => !store.watching[api]);
  if (ours.length > 0) await watchChanges(ours, true);
  try {
    const writing = await lessonRun(store, { operation: "create", calls: 1, connection: "one" });
    const before = Object.fromEntries(writing.connections.map(({ api, items }) => [api, items[0].seq]));
    const told = (api) => lessonTold(store.items, before[api]).filter((made) => made.api === api);
    await lessonArrived(store, "items", () => apis.every((api) => told(api).length > 0));
    const watchers = apis.flatMap(told);
    return {
      ...lessonGathered(store, [...watchers, ...writing.connections], writing.notes),
      watchers,
      writers: writing.connections,
      before,
    };
  } finally {
    // The answer comes before it is told to all: the lesson may be run again at once.
    if (ours.length > 0) store.set("watching", await watchChanges(ours, false));
  }
}

/**
 * The connections on which the server has sent payload since that event, for a call that was asked before it.
 */
export function lessonTold(items, before) {
  return connectionsIn(items).filter(({ client, server }) => {
    const asked = new Set(
      client.filter((item) => item.op === "write" && item.seq <= before).flatMap(lessonCallsIn),
    );
    return server.some(
      (item) =>
        item.op === "write" &&
        item.seq > before &&
        item.carried?.some((part) => part.class === "payload" && asked.has(part.call)),
    );
  });
}

function lessonCallsIn(item) {
  return (item.carried ?? []).map((part) => part.call).filter((call) => call !== null);
}

/**
 * Gets a book over bare sockets, `over` "udp" or "tcp", and waits for the events. Answers `{ items, results
 * }`.
 */
export async function lessonPlainRun(store, { over, calls, lossy }) {
  const after = lessonLast(store);
  const answer = await getPlain({ over, calls, lossy });
  const gathered = () =>
    store.items
      .slice(store.indexOf(after + 1))
      .filter(
        (item) =>
          sourceOf(item).api === over &&
          item.op !== "mark" &&
          (item.step === undefined || item.step === answer.step),
      );
  const attempts = answer.results.reduce((sum, result) => sum + (result.attempts ?? 1), 0);
  await lessonArrived(store, "items", () => {
    const items = gathered();
    const of = (op) => items.filter((item) => item.op === op && sourceOf(item).side === "client").length;
    const isAnswered =
      of("sendto") >= attempts && of("recvfrom") >= answer.results.filter((result) => result.ok).length;
    const connections = connectionsIn(items);
    return over === "udp" ? isAnswered : connections.length > 0 && connections.every(isClosedConnection);
  });
  const items = gathered();
  if (items.length === 0) throw new Error(LESSON_NOTHING);
  return { items, results: answer.results };
}

/** Waits until it holds, looking at each change of that kind; answers whether it does. */
export function lessonArrived(store, kind, holds) {
  return new Promise((resolve) => {
    const done = (isThere) => {
      end();
      clearTimeout(timer);
      resolve(isThere);
    };
    const look = () => {
      if (holds()) done(true);
    };
    const end = store.on(kind, look);
    const timer = setTimeout(() => done(false), LESSON_PATIENCE);
    look();
  });
}

function lessonLast(store) {
  return store.items.at(-1)?.seq ?? 0;
}

function lessonCheck(results) {
  const failed = results.find((result) => !result.ok);
  if (failed) throw new Error(`${failed.api ?? "The call"} failed: ${failed.says}`);
}
