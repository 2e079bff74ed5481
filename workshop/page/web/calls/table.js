// The table of the calls. Only the visible rows are in the document.

import { el } from "../frame/dom.js";
import { morph } from "../frame/morph.js";
import { CALLS_COLUMNS } from "./columns.js";

/** Height of a row in rem, as in calls.css. */
const CALLS_ROW_HEIGHT = 1.75;
/** Number of drawn rows above and below the visible part. */
const CALLS_MARGIN = 8;

/** The scrolled table. `onSort(id)` is called for a column's button, and `onSelect(row)` for a row. */
export class CallsTable {
  element = el("div", { class: "calls-scroll" });
  #rows = [];
  #selected = null;
  #zero = 0;
  #body = el("tbody");
  #head = el("thead");
  #table = null;

  constructor({ onSort, onSelect, onOpen }) {
    this.onSort = onSort;
    this.onSelect = onSelect;
    this.#table = el(
      "table",
      { class: "calls-table", role: "grid", "aria-label": "Calls" },
      el("colgroup", {}, CALLS_COLUMNS.map(({ id }) => el("col", { class: `calls-${id}` }))),
      this.#head,
      this.#body,
    );
    this.element.append(this.#table);
    this.element.addEventListener("scroll", () => this.#draw());
    new ResizeObserver(() => this.#resized()).observe(this.element);
    this.#body.addEventListener("click", ({ target }) => {
      const row = this.#rowAt(target);
      if (row) this.onSelect(row);
    });
    this.#body.addEventListener("dblclick", ({ target }) => this.#rowAt(target) && onOpen());
  }

  /** Keeps the selected call in view, which the opening inspector would cover. */
  #resized() {
    const selected = this.#rows.find(({ key }) => key === this.#selected);
    if (selected) this.reveal(selected);
    else this.#draw();
  }

  #rowAt(target) {
    const key = target.closest("tr")?.dataset.key;
    return this.#rows.find((row) => row.key === key);
  }

  get #rowHeight() {
    return CALLS_ROW_HEIGHT * parseFloat(getComputedStyle(document.documentElement).fontSize);
  }

  /** `true` if the table is scrolled to its end, so that it follows new calls. */
  get isAtEnd() {
    const { scrollTop, clientHeight, scrollHeight } = this.element;
    return scrollTop + clientHeight >= scrollHeight - this.#rowHeight;
  }

  /** Draws the rows. `selected` is the selected call or `undefined`, and `zero` the time of the first event. */
  show(rows, { sort, selected, zero, follows }) {
    const wasAtEnd = follows && this.isAtEnd;
    [this.#rows, this.#selected, this.#zero] = [rows, selected?.key ?? null, zero];
    morph(this.#head, el("thead", {}, this.#headRow(sort)));
    this.#table.setAttribute("aria-rowcount", rows.length + 1);
    this.#draw();
    if (!wasAtEnd) return;
    this.element.scrollTop = this.element.scrollHeight;
    this.#draw();
  }

  #headRow({ column, isDown }) {
    return el(
      "tr",
      { "aria-rowindex": 1 },
      CALLS_COLUMNS.map(({ id, title, hint, isNumber }) => {
        const isSorted = id === column;
        const order = isSorted ? (isDown ? "descending" : "ascending") : "none";
        const button = el(
          "button",
          { type: "button", title: hint, onclick: () => this.onSort(id) },
          title,
          el("span", { class: "calls-order", "aria-hidden": "true", text: isSorted ? (isDown ? " ▼" : " ▲") : "" }),
        );
        return el(
          "th",
          { scope: "col", "aria-sort": order, class: `calls-${id}${isNumber ? " number" : ""}` },
          button,
        );
      }),
    );
  }

  #draw() {
    const [rows, height] = [this.#rows, this.#rowHeight];
    const { scrollTop, clientHeight } = this.element;
    const first = Math.max(0, Math.min(rows.length, Math.floor(scrollTop / height)) - CALLS_MARGIN);
    const last = Math.min(rows.length, Math.ceil((scrollTop + clientHeight) / height) + CALLS_MARGIN);
    const hasSelected = rows.slice(first, last).some(({ key }) => key === this.#selected);
    const drawn = rows.slice(first, last).map((row, index) => {
      const isStop = hasSelected ? row.key === this.#selected : index === 0;
      return this.#row(row, first + index, isStop);
    });
    const space = (name, count) => callsSpace(name, count * height);
    const fresh = el("tbody", {}, space("above", first), drawn, space("below", rows.length - last));
    morph(this.#body, fresh);
  }

  #row(row, index, isStop) {
    const isSelected = row.key === this.#selected;
    const context = { zero: this.#zero };
    return el(
      "tr",
      {
        "data-key": row.key,
        class: `calls-row${row.isError ? " failed" : ""}`,
        tabindex: isStop ? 0 : -1,
        "aria-selected": String(isSelected),
        "aria-rowindex": index + 2,
      },
      CALLS_COLUMNS.map(({ id, isNumber, draw }) => {
        const content = [draw(row, context)].flat();
        const cell = el("td", { class: `calls-${id}${isNumber ? " number" : ""}` }, content);
        cell.title = cell.textContent;
        return cell;
      }),
    );
  }

  /** Scrolls to a call, and focuses it if the focus is in the table. */
  reveal(row) {
    const index = this.#rows.indexOf(row);
    if (index < 0) return;
    const height = this.#rowHeight;
    const { clientHeight, scrollTop } = this.element;
    const head = this.#head.offsetHeight;
    const [top, bottom] = [index * height, (index + 1) * height + head];
    if (top < scrollTop) this.element.scrollTop = top;
    else if (bottom > scrollTop + clientHeight) this.element.scrollTop = bottom - clientHeight;
    this.#draw();
    const isFocused = this.#body.contains(document.activeElement);
    if (isFocused) this.#body.querySelector(`[data-key="${row.key}"]`)?.focus({ preventScroll: true });
  }

  /** Number of rows that are visible at a time. */
  get pageRows() {
    return Math.max(1, Math.floor(this.element.clientHeight / this.#rowHeight) - 1);
  }
}

/** Draws the space of the rows that are not in the document. */
function callsSpace(name, height) {
  const cell = el("td");
  cell.style.height = `${height}px`;
  return el("tr", { "data-key": name, class: "calls-space", "aria-hidden": "true" }, cell);
}
