// The APIs by name.

/** What is shown for an API: the title of its lane, or its name. */
export function apiTitle(store, api) {
  const lanes = [...(store.hello?.lanes ?? []), ...(store.hello?.plain ?? [])];
  return lanes.find((lane) => lane.api === api)?.title ?? api;
}

/** Where an API stands beside the others: in the order of the lanes, then those that have none. */
export function apiPlace(store, api) {
  const place = (store.hello?.lanes ?? []).findIndex((lane) => lane.api === api);
  return place < 0 ? Number.MAX_SAFE_INTEGER : place;
}
