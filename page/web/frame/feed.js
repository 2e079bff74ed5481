// Where the page's data comes from: the server's stream of events, or the recording inside a report.

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

/** The browser comes back by itself when the connection is lost, and names the last event that it got. */
function feedFromServer(store) {
  store.live = true;
  const source = new EventSource("api/stream");
  const on = (kind, take) => source.addEventListener(kind, (event) => take(JSON.parse(event.data)));
  on("hello", (hello) => store.begin(hello));
  on("items", (items) => store.add(items));
  on("dropped", ({ count }) => store.drop(count));
  for (const kind of ["comparison", "sockets", "watching"]) on(kind, (value) => store.set(kind, value));
  source.addEventListener("open", () => store.set("link", "open"));
  source.addEventListener("error", () => store.set("link", "lost"));
}
