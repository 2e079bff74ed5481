// Where the page's data comes from: the server's stream of events, or the recording inside a report.

import { Stream } from "./stream.js";

/** Fills the store from the report that the page is, or from the server. Returns whether it has one. */
export function startFeed(store) {
  const recording = document.getElementById("recording");
  if (recording === null) feedFromServer(store);
  else feedFromReport(store, JSON.parse(recording.textContent));
  return recording === null;
}

/** A report of a long recording has the newest events only. */
function feedFromReport(store, { hello, items, comparison }) {
  store.begin(hello);
  if (hello.first > 1) store.drop(hello.first - 1);
  store.add(items);
  store.set("comparison", comparison ?? null);
  store.set("link", "file");
}

function feedFromServer(store) {
  store.live = true;
  const takers = {
    hello: (hello) => store.begin(hello),
    items: (items) => store.add(items),
    dropped: ({ count }) => store.drop(count),
    failed: ({ error }) => store.set("failed", error),
  };
  for (const kind of ["comparison", "sockets", "watching"]) takers[kind] = (value) => store.set(kind, value);
  new Stream(takers, (link, refusal = null) => {
    store.refusal = refusal;
    store.set("link", link);
  });
}
