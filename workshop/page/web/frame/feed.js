// The source of the page's data: the server's event stream, or the recording inside a report.

import { wireOfReport } from "../recording/wire-report.js";
import { Stream } from "./stream.js";

/** Fills the store from the server, or from the recording if the page is a report. Returns `true` for a server. */
export function startFeed(store) {
  const recording = document.getElementById("recording");
  if (recording === null) feedFromServer(store);
  else feedFromReport(store, JSON.parse(recording.textContent));
  return recording === null;
}

/** Fills the store from a report. A report of a long recording contains only the newest events. */
function feedFromReport(store, { hello, items, comparison, wire }) {
  store.begin(hello);
  if (hello.first > 1) store.drop(hello.first - 1);
  store.add(items);
  store.set("comparison", comparison ?? null);
  store.set("wire", wireOfReport(wire, items));
  store.set("streamState", "file");
}

function feedFromServer(store) {
  store.live = true;
  const handlers = {
    hello: (hello) => store.begin(hello),
    items: (items) => store.add(items),
    openings: (items) => store.addOpenings(items),
    dropped: ({ count }) => store.drop(count),
    failed: ({ error }) => store.set("feedError", error),
  };
  for (const kind of ["comparison", "sockets", "watching", "wire", "room"]) handlers[kind] = (value) => store.set(kind, value);
  new Stream(handlers, (state, error = null) => {
    store.streamError = error;
    store.set("streamState", state);
  });
}
