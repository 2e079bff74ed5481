// The screen "Calls": a list of all API calls, and the bytes of the selected one.

import { el, onFrame, throttled } from "../frame/dom.js";
import { createInspector } from "../inspector/inspector.js";
import { CallList } from "../recording/call-list.js";
import { Flow } from "../recording/flow.js";
import { countText, numberText } from "../recording/numbers.js";
import { CALLS_COLUMNS } from "./columns.js";
import { CALLS_FILTER_KEYS, parseCallsFilter } from "./filter.js";
import { CallsTable } from "./table.js";

/** Minimum time between two updates for new events, in milliseconds. */
const CALLS_WAIT = 200;
const CALLS_FROM_START = { column: "at", isDown: false };

/** Creates the screen. Selecting a call selects its first event, its kind and its step for the other screens. */
export function createCallsView(store) {
  const list = new CallList();
  let [isShown, sort, rows, chosen] = [false, CALLS_FROM_START, [], null];
  const draw = onFrame(() => isShown && drawCalls());
  const open = () => {
    const row = list.row(chosen);
    if (row === undefined) return;
    location.hash = "lanes";
  };
  const table = new CallsTable({ onSort: sortBy, onSelect: (row) => select(row), onOpen: open });
  const filter = callsFilterField(draw);
  const count = el("p", { class: "soft calls-count", role: "status" });
  const empty = el("p", { class: "calls-empty soft" });
  const inspector = createInspector(store, callsInspected(store, () => callsFocus(table, list.row(chosen))));
  const element = el(
    "section",
    { class: "calls-view", "aria-label": "Calls" },
    el("div", { class: "calls-bar" }, filter.element, count),
    el("div", { class: "lanes-split" }, el("div", { class: "calls-list" }, table.element, empty), inspector.element),
  );

  function drawCalls() {
    list.update(store);
    const selected = list.rowOf(store.item(store.selected));
    if (selected) chosen = selected.key;
    const condition = parseCallsFilter(filter.value);
    const shown = list.rows.filter((row) => isCallShown(row, store.cursor, condition));
    rows = shown.filter(condition.passes);
    callsSort(rows, sort);
    const follows = sort.column === "at" && !sort.isDown;
    table.show(rows, { sort, selected: list.row(chosen), zero: store.items[0]?.at ?? 0, follows });
    callsSetText(count, condition.error ?? callsCount(rows.length, shown.length, list.dropped));
    count.classList.toggle("bad", condition.error !== null);
    empty.hidden = list.rows.length > 0;
    callsSetText(empty, callsNone(store));
  }

  function sortBy(column) {
    sort = { column, isDown: sort.column === column && !sort.isDown };
    drawCalls();
  }

  function select(row) {
    chosen = row.key;
    // The events of an old call may have been dropped.
    const isKept = store.item(row.seq) !== undefined;
    store.set("step", row.step ?? null);
    store.set("kind", row.kind);
    store.set("selected", isKept ? row.seq : null);
    drawCalls();
    table.reveal(row);
  }

  function move(step) {
    if (rows.length === 0) return;
    const at = rows.findIndex(({ key }) => key === chosen);
    const isFromEnd = step === Infinity || (at < 0 && step < 0 && step !== -Infinity);
    const next = isFromEnd ? rows.length - 1 : at < 0 ? 0 : at + step;
    select(rows[Math.max(0, Math.min(rows.length - 1, next))]);
  }

  const drawSoon = throttled(draw, CALLS_WAIT);
  store.on("items", drawSoon);
  for (const kind of ["hello", "cursor", "selection"]) store.on(kind, draw);
  return {
    id: "calls",
    title: "Calls",
    key: "6",
    hasDoBar: true,
    element,
    keys: [
      { keys: ["ArrowUp"], label: "↑ ↓", description: "select the call above or below", run: () => move(-1) },
      { keys: ["ArrowDown"], label: "Page ↑ ↓", description: "select a call a page above or below", run: () => move(1) },
      { keys: ["PageUp"], label: "Home, End", description: "select the first or last call", run: () => move(-table.pageRows) },
      { keys: ["Enter"], label: "Enter", description: "show the selected call in the lanes", run: open },
      { keys: ["/"], label: "/", description: "filter the calls", run: () => filter.focus() },
      ...inspector.keys.filter(({ keys }) => keys.every((key) => key !== "Enter")),
      callsHiddenKey("PageDown", () => move(table.pageRows)),
      callsHiddenKey("Home", () => move(-Infinity)),
      callsHiddenKey("End", () => move(Infinity)),
    ],
    show() {
      isShown = true;
      inspector.show();
      draw();
    },
    hide() {
      isShown = false;
      inspector.hide();
    },
  };
}

/** A shortcut that the dialog lists with another one. */
function callsHiddenKey(key, run) {
  return { keys: [key], run, isHidden: true };
}

function callsFilterField(onChange) {
  const input = el("input", {
    type: "search",
    placeholder: "words, api:grpc, status:404, is:error, …",
    title: `Calls that contain all words and meet all conditions, such as ${CALLS_FILTER_KEYS.join(", ")}. A minus excludes.`,
    autocomplete: "off",
    spellcheck: "false",
    oninput: onChange,
    onkeydown: (event) => {
      if (event.key !== "Escape") return;
      input.value = "";
      input.blur();
      onChange();
    },
  });
  return {
    element: el("label", { class: "calls-filter" }, el("span", { class: "choice-label", text: "filter" }), input),
    focus: () => input.focus(),
    get value() {
      return input.value;
    },
  };
}

/** What the inspector needs of the lanes: the links between events. They are derived when they are needed first. */
function callsInspected(store, focus) {
  let [flow, last, boot] = [new Flow(), 0, undefined];
  return {
    get model() {
      const isOther = boot !== store.hello?.boot || (store.items[0]?.seq ?? 0) > last + 1;
      if (isOther) [flow, last, boot] = [new Flow(), 0, store.hello?.boot];
      for (let at = store.indexOf(last + 1); at < store.items.length; at++) flow.add(store.items[at]);
      last = store.items.at(-1)?.seq ?? last;
      if (store.items.length > 0) flow.forget(store.items[0].seq);
      return { flow, entry: () => undefined };
    },
    focusEvent: focus,
  };
}

function callsFocus(table, row) {
  if (row) table.reveal(row);
}

/** Returns `true` unless playback has not reached the call, or it is folded into another one. */
function isCallShown(row, cursor, { showsReflection }) {
  if (cursor !== null && row.seq > cursor) return false;
  const isFolded = row.isReflection && row.connection.rows.some((other) => !other.isReflection);
  return showsReflection || !isFolded;
}

function callsSort(rows, { column, isDown }) {
  const { by } = CALLS_COLUMNS.find(({ id }) => id === column);
  const sign = isDown ? -1 : 1;
  const keyed = rows.map((row) => [by(row), row]);
  const order = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  keyed.sort(([a, one], [b, other]) => sign * (order(a, b) || order(one.began, other.began)));
  keyed.forEach(([, row], index) => (rows[index] = row));
}

function callsCount(shown, all, dropped) {
  const text = shown === all ? countText(all, "call") : `${numberText(shown)} of ${countText(all, "call")}`;
  return dropped > 0 ? `${text}, ${numberText(dropped)} older ones are only in the trace files` : text;
}

function callsNone({ live, hello }) {
  const isWithoutPayload = hello?.recordings.length > 0 && hello.recordings.every(({ capture }) => capture === 0);
  if (isWithoutPayload) return "The recording contains no payload, so its calls are unknown. Record with --capture 16384.";
  return live ? "There are no calls yet. Press g, or a button under “Make calls”, or use curl." : "There are no calls in this recording.";
}

/** Sets the text if it changed, because screen readers announce it again. */
function callsSetText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
