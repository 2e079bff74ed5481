// Do it: a button for each operation, over all three APIs at once or one, and how often on which connection.

import { runOperation, watchChanges } from "../frame/actions.js";
import { createChoice } from "../frame/choice.js";
import { el } from "../frame/dom.js";
import { createCommands } from "./commands.js";
import { createResults } from "./results.js";

/** The keys that do an operation, while the bar is to be seen. */
const DO_KEYS = [
  { key: "g", operation: "get", what: "get a book" },
  { key: "l", operation: "list", what: "list books" },
  { key: "c", operation: "create", what: "create a book" },
  { key: "u", operation: "update", what: "update a book" },
  { key: "d", operation: "delete", what: "delete a book" },
  { key: "a", operation: "author", what: "an author with books" },
  { key: "w", operation: "watch", what: "watch changes, or stop watching" },
];

const MOST_CALLS = 100;

/**
 * Makes the bar: `{ element, keys, show }`. `show` says whether the screen that is open has it. In a report
 * there is nothing to be done, and so no bar.
 */
export function createDoBar(store) {
  const results = createResults();
  const commands = createCommands(store);
  const target = createChoice("over", [["all", "all three"]]);
  const calls = el("input", { type: "number", min: 1, max: MOST_CALLS, value: 1, class: "do-calls" });
  const connection = createChoice("on", [
    ["one", "one connection"],
    ["new", "a new one for each"],
  ]);
  const operations = el("div", { class: "do-operations", role: "group", "aria-label": "Operations" });
  const watch = el("button", { type: "button", class: "do-watch" });
  const element = el(
    "section",
    { class: "do-bar", "aria-label": "Do it" },
    el("div", { class: "do-line" }, operations, commands.element),
    el(
      "div",
      { class: "do-line" },
      target.element,
      el("label", { class: "do-calls-label" }, el("span", { class: "choice-label", text: "calls" }), calls),
      connection.element,
      results.element,
    ),
  );

  let [isBusy, isWanted] = [false, false];
  const targets = () => (target.value === "all" ? doLanes(store).map(({ api }) => api) : [target.value]);

  /** Does it, unless something is being done. */
  async function act(what, work) {
    if (isBusy) return;
    isBusy = true;
    element.setAttribute("aria-busy", "true");
    results.working(what);
    try {
      results.show(what, await work());
    } catch (error) {
      results.fail(what, error);
    }
    isBusy = false;
    element.removeAttribute("aria-busy");
  }

  function run(operation) {
    commands.choose(operation.id);
    const count = doCount(calls);
    const how = { apis: targets(), calls: count, connection: connection.value };
    const what = count > 1 ? `${operation.title}, ${count} times` : operation.title;
    act(what, () => runOperation(operation.id, how));
  }

  function toggleWatch() {
    commands.choose("watch");
    const apis = targets();
    const on = !apis.every((api) => store.watching[api]);
    const answer = async () => {
      await watchChanges(apis, on);
      const says = on ? "watches until stopped" : "has stopped";
      return { results: apis.map((api) => ({ api, ok: true, says })) };
    };
    act(on ? "watch changes" : "stop watching", answer);
  }
  watch.addEventListener("click", toggleWatch);

  const drawShown = () => (element.hidden = !isWanted || !store.live);

  function drawHello() {
    drawShown();
    const known = store.hello?.operations ?? [];
    const others = known.filter(({ id }) => id !== "watch");
    const isFocused = operations.contains(document.activeElement);
    operations.replaceChildren(
      ...others.map((operation) => doButton(operation, () => run(operation))),
      watch,
    );
    if (isFocused) operations.firstElementChild.focus();
    target.setOptions([["all", "all three"], ...doLanes(store).map(({ api, title }) => [api, title])]);
    drawWatch();
  }

  function drawWatch() {
    const lanes = doLanes(store);
    const open = lanes.filter(({ api }) => store.watching[api]).map(({ title }) => title);
    const known = store.hello?.operations.find(({ id }) => id === "watch");
    const title = known?.title ?? "watch changes";
    const isAll = open.length === lanes.length;
    watch.setAttribute("aria-pressed", open.length === 0 ? "false" : isAll ? "true" : "mixed");
    watch.title = `${known?.what ?? title} (key w)`;
    watch.setAttribute("aria-keyshortcuts", "w");
    watch.textContent = open.length === 0 ? title : `${title}: ${isAll ? "all" : open.join(", ")} open`;
  }

  function press(id) {
    const operation = store.hello?.operations.find((operation) => operation.id === id);
    if (id === "watch") toggleWatch();
    else if (operation !== undefined) run(operation);
  }

  store.on("hello", drawHello);
  store.on("watching", drawWatch);
  drawHello();
  return {
    element,
    keys: DO_KEYS.map(({ key, operation, what }) => {
      return { keys: [key], shown: key, says: what, run: () => press(operation) };
    }),
    show(wanted) {
      isWanted = wanted;
      drawShown();
    },
  };
}

function doLanes(store) {
  return store.hello?.lanes ?? [];
}

/** How many calls are asked for; what is out of bounds, or no number, becomes one that is. */
function doCount(input) {
  const count = Math.min(MOST_CALLS, Math.max(1, Math.round(Number(input.value)) || 1));
  input.value = count;
  return count;
}

function doButton({ id, title, what }, onclick) {
  const key = DO_KEYS.find(({ operation }) => operation === id)?.key;
  const description = key ? `${what} (key ${key})` : what;
  return el("button", { type: "button", title: description, "aria-keyshortcuts": key, text: title, onclick });
}
