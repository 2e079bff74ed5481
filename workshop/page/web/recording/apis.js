// The names and order of the APIs, and the API and side of each recording.

/** Titles of the APIs, of the plain sockets and of the database, in display order. */
const API_TITLES = { rest: "REST", graphql: "GraphQL", grpc: "gRPC", udp: "UDP", tcp: "TCP", database: "Database" };

/** Returns the title of an API. */
export function apiTitle(api) {
  return Object.hasOwn(API_TITLES, api) ? API_TITLES[api] : api;
}

/** Returns the position of an API in display order. Unknown APIs come last. */
export function apiOrder(api) {
  const index = Object.keys(API_TITLES).indexOf(api);
  return index < 0 ? Number.MAX_SAFE_INTEGER : index;
}

/** API and side by label. A label is not always `api-side`: ambiguous ones are replaced by the file's path. */
const API_SOURCES = new Map();

/** Registers the recordings of the server's `hello` message. */
export function registerRecordings(recordings) {
  for (const { label, name, side } of recordings) API_SOURCES.set(label, { api: name, side });
}

/** Returns the API and the side of an event's recording: `{ api: "rest", side: "server" }`. */
export function sourceOf({ recording }) {
  return API_SOURCES.get(recording);
}
