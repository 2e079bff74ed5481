// The APIs by name, and which of them an event is of.

/** The APIs, and the bare sockets, as they are called, in the order in which they are shown. */
const API_TITLES = { rest: "REST", graphql: "GraphQL", grpc: "gRPC", udp: "UDP", tcp: "TCP" };

/** What an API is called. */
export function apiTitle(api) {
  return API_TITLES[api] ?? api;
}

/** Where an API stands beside the others; those that are not known come last. */
export function apiPlace(api) {
  const place = Object.keys(API_TITLES).indexOf(api);
  return place < 0 ? Number.MAX_SAFE_INTEGER : place;
}

/** Whose each recording is. Its label does not tell: where two would have the same, it is the file's path. */
const API_SOURCES = new Map();

/** Takes in which recordings there are, as the server's `hello` has them. */
export function knowRecordings(recordings) {
  for (const { label, name, side } of recordings) API_SOURCES.set(label, { api: name, side });
}

/** Which API and which side an event was recorded at: `{ api: "rest", side: "server" }`. */
export function sourceOf({ recording }) {
  return API_SOURCES.get(recording);
}
