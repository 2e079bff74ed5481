// The operations bar: a button for each operation, with controls for APIs, number of calls and connections.

import { runOperation } from "../frame/actions.js";
import { el } from "../frame/dom.js";
import { createCommands } from "./commands.js";
import { createCallOptions } from "./call-options.js";
import { createFold } from "./fold.js";
import { createResults } from "./results.js";
import { createWatchButton, watchToggle } from "./watch.js";

/** The keyboard shortcuts of the operations, active while the bar is visible. */
const DO_KEYS = [
  { key: "g", operation: "get", description: "get a book" },
  { key: "l", operation: "list", description: "list books" },
  { key: "c", operation: "create", description: "create a book" },
  { key: "u", operation: "update", description: "update a book" },
  { key: "d", operation: "delete", description: "delete a book" },
  { key: "a", operation: "author", description: "get author with books" },
  { key: "w", operation: "watch", description: "watch changes, or stop watching" },
];

/**
 * Creates the bar: `{ element, fold, keys, isActive, show }`. `show(isWanted)` shows or hides it, and the button `fold` folds
 * it. The keys work while `isActive()`, also if it is folded. A report has no operations and therefore no bar.
 */
export function createDoBar(store) {
  const [results, commands, options] = [createResults(), createCommands(store), createCallOptions(store)];
  const operations = el("div", { class: "do-operations", role: "group", "aria-label": "Operations" });
  const element = el(
    "section",
    { class: "do-bar", "aria-label": "Run operations", hidden: true },
    el("div", { class: "do-line" }, operations, commands.element),
    el("div", { class: "do-line" }, options.elements, results.element),
  );
  const act = doRunner(element, results);
  const press = (id) => {
    const { title } = store.hello?.operations.find((operation) => operation.id === id) ?? {};
    if (title === undefined) return;
    commands.choose(id);
    store.showOnly(null);
    // Shows the new step as soon as it begins.
    store.set("place", { at: store.place.at, after: store.items.at(-1)?.seq ?? 0 });
    // Scrolls to the new events, unless playback is paused.
    if (store.cursor === null) store.set("cursor", null);
    if (id === "watch") act(watchToggle(store, options.apis()));
    else doValid(results, title, () => act(doOperation(id, title, options.read())));
  };
  const watch = createWatchButton(store, () => press("watch"));
  const draw = () => {
    options.draw();
    doDrawButtons(operations, [...doButtons(store, press), watch]);
  };
  store.on("hello", draw);
  draw();
  const fold = createFold(element);
  let isWanted = false;
  return {
    element,
    fold: fold.button,
    keys: DO_KEYS.map(({ key, operation, description }) => {
      return { keys: [key], label: key, description, run: () => press(operation) };
    }),
    isActive: () => isWanted && store.live,
    show(wanted) {
      isWanted = wanted;
      fold.show(isWanted && store.live);
    },
  };
}

/** Runs `task`, and shows the error if an option is not valid. */
function doValid(results, title, task) {
  try {
    task();
  } catch (error) {
    results.showError(title, error);
  }
}

/** Returns a function that runs one operation at a time and shows its result. */
function doRunner(bar, results) {
  let isBusy = false;
  return async ({ title, run }) => {
    if (isBusy) return;
    isBusy = true;
    bar.setAttribute("aria-busy", "true");
    results.showRunning(title);
    try {
      results.show(title, await run());
    } catch (error) {
      results.showError(title, error);
    }
    isBusy = false;
    bar.removeAttribute("aria-busy");
  };
}

function doOperation(id, title, options) {
  const fullTitle = options.calls > 1 ? `${title}, ${options.calls} times` : title;
  return { title: fullTitle, run: () => runOperation(id, options) };
}

/** Replaces the buttons and keeps the keyboard focus among them. */
function doDrawButtons(operations, buttons) {
  const isFocused = operations.contains(document.activeElement);
  operations.replaceChildren(...buttons);
  if (isFocused) operations.firstElementChild.focus();
}

function doButtons(store, press) {
  const operations = store.hello?.operations ?? [];
  return operations.filter(({ id }) => id !== "watch").map((operation) => doButton(operation, press));
}

function doButton({ id, title, what }, press) {
  const key = DO_KEYS.find(({ operation }) => operation === id)?.key;
  const description = key ? `${what} (key ${key})` : what;
  return el("button", {
    type: "button",
    title: description,
    "aria-keyshortcuts": key,
    text: title,
    onclick(event) {
      // After a click, Space pauses the playback instead of pressing the button again.
      if (event.detail > 0) event.currentTarget.blur();
      press(id);
    },
  });
}
