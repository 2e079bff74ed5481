// The button that begins and ends watching: it says over which APIs a watcher is open.

import { watchChanges } from "../frame/actions.js";
import { el } from "../frame/dom.js";

/** Makes the button; `toggle` is called when it is pressed. */
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
    const known = store.hello?.operations.find(({ id }) => id === "watch");
    const title = known?.title ?? "watch changes";
    const isAll = open.length === lanes.length;
    element.setAttribute("aria-pressed", open.length === 0 ? "false" : isAll ? "true" : "mixed");
    element.title = `${known?.what ?? title} (key w)`;
    element.textContent = open.length === 0 ? title : `${title}: ${isAll ? "all" : open.join(", ")} open`;
  };
  for (const kind of ["hello", "watching"]) store.on(kind, draw);
  draw();
  return element;
}

/** What is to be done over these APIs, `{ what, work }`: to watch, or to stop when all of them are watched. */
export function watchToggle(store, apis) {
  const on = !apis.every((api) => store.watching[api]);
  const says = on ? "watches until stopped" : "has stopped";
  return {
    what: on ? "watch changes" : "stop watching",
    work: async () => {
      await watchChanges(apis, on);
      return { results: apis.map((api) => ({ api, ok: true, says })) };
    },
  };
}
