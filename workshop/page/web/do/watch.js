// The button that opens and closes watchers, and shows the APIs with an open watcher.

import { watchChanges } from "../frame/actions.js";
import { el } from "../frame/dom.js";

/** Creates the button. `toggle` is called when it is pressed. */
export function createWatchButton(store, toggle) {
  const element = el("button", {
    type: "button",
    class: "do-watch",
    "aria-keyshortcuts": "w",
    onclick: toggle,
  });
  const draw = () => {
    const lanes = store.hello?.lanes ?? [];
    const open = lanes.filter(({ api }) => store.watching[api]).map(({ title }) => title);
    const operation = store.hello?.operations.find(({ id }) => id === "watch");
    const title = operation?.title ?? "watch changes";
    const isAll = open.length === lanes.length;
    element.setAttribute("aria-pressed", open.length === 0 ? "false" : isAll ? "true" : "mixed");
    element.title = `${operation?.what ?? title} (key w)`;
    element.textContent = open.length === 0 ? title : `${title}: ${isAll ? "all" : open.join(", ")} open`;
  };
  for (const kind of ["hello", "watching"]) store.on(kind, draw);
  draw();
  return element;
}

/** Returns the operation `{ title, run }` for these APIs: opens watchers, or closes them if all are open. */
export function watchToggle(store, apis) {
  const on = !apis.every((api) => store.watching[api]);
  const says = on ? "watching until stopped" : "stopped";
  return {
    title: on ? "watch changes" : "stop watching",
    run: async () => {
      await watchChanges(apis, on);
      return { results: apis.map((api) => ({ api, ok: true, says })) };
    },
  };
}
