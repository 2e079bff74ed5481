// The screen "Lanes".

import { el } from "./dom.js";
import { createLanes } from "./lanes.js";

/** The heart of the page: three APIs on one clock. `bar` is what stands above it. */
export function createLanesView(store, bar = null) {
  const lanes = createLanes(store, { apis: ["rest", "graphql", "grpc"] });
  const element = el("div", { class: "lanes-view" }, bar, lanes.element);
  return { id: "lanes", title: "Lanes", key: "1", element, show: () => lanes.show(), hide: () => lanes.hide() };
}
