// Do it: a button for each operation, over all three APIs at once or one, and how often on which connection.

import { runOperation } from "../frame/actions.js";
import { el } from "../frame/dom.js";
import { createCommands } from "./commands.js";
import { createHow } from "./call-options.js";
import { createResults } from "./results.js";
import { createWatchButton, watchToggle } from "./watch.js";

/** The keys that do an operation, while the bar is to be seen. */
const DO_KEYS = [
  { key: "g", operation: "get", what: "get a book" },
  { key: "l", operation: "list", what: "list books" },
  { key: "c", operation: "create", what: "create a book" },
  { key: "u", operation: "update", what: "update a book" },
  { key: "d", operation: "delete", what: "delete a book" },
  { key: "a", operation: "author", what: "get author with books" },
  { key: "w", operation: "watch", what: "watch changes, or stop watching" },
];

/**
 * Makes the bar: `{ element, keys, show }`. `show` says whether the screen that is open has it. In a report
 * there is nothing to be done, and so no bar.
 */
export function createDoBar(store) {
  const [results, commands, how] = [createResults(), createCommands(store), createHow(store)];
  const operations = el("div", { class: "do-operations", role: "group", "aria-label": "Operations" });
  const element = el(
    "section",
    { class: "do-bar", "aria-label": "Do it", hidden: true },
    el("div", { class: "do-line" }, operations, commands.element),
    el("div", { class: "do-line" }, how.elements, results.element),
  );
  const act = doActing(element, results);
  const press = (id) => {
    const { title } = store.hello?.operations.find((operation) => operation.id === id) ?? {};
    if (title === undefined) return;
    commands.choose(id);
    // Who has scrolled away wants to see what comes now; who has paused does not.
    if (store.cursor === null) store.set("cursor", null);
    if (id === "watch") act(watchToggle(store, how.apis()));
    else act(doOperation(id, title, how.read()));
  };
  const watch = createWatchButton(store, () => press("watch"));
  const draw = () => {
    how.draw();
    doDrawButtons(operations, [...doButtons(store, press), watch]);
  };
  store.on("hello", draw);
  draw();
  return {
    element,
    keys: DO_KEYS.map(({ key, operation, what }) => {
      return { keys: [key], shown: key, says: what, run: () => press(operation) };
    }),
    show: (isWanted) => (element.hidden = !isWanted || !store.live),
  };
}

/** Returns what does `work`, unless something is being done, and tells what came of it. */
function doActing(bar, results) {
  let isBusy = false;
  return async ({ what, work }) => {
    if (isBusy) return;
    isBusy = true;
    bar.setAttribute("aria-busy", "true");
    results.working(what);
    try {
      results.show(what, await work());
    } catch (error) {
      results.fail(what, error);
    }
    isBusy = false;
    bar.removeAttribute("aria-busy");
  };
}

function doOperation(id, title, how) {
  const what = how.calls > 1 ? `${title}, ${how.calls} times` : title;
  return { what, work: () => runOperation(id, how) };
}

/** Puts the buttons there; the focus of the keyboard stays among them. */
function doDrawButtons(operations, buttons) {
  const isFocused = operations.contains(document.activeElement);
  operations.replaceChildren(...buttons);
  if (isFocused) operations.firstElementChild.focus();
}

function doButtons(store, press) {
  const known = store.hello?.operations ?? [];
  return known.filter(({ id }) => id !== "watch").map((operation) => doButton(operation, press));
}

function doButton({ id, title, what }, press) {
  const key = DO_KEYS.find(({ operation }) => operation === id)?.key;
  const description = key ? `${what} (key ${key})` : what;
  return el("button", {
    type: "button",
    title: description,
    "aria-keyshortcuts": key,
    text: title,
    onclick: () => press(id),
  });
}
