// The screen "Wire": the packets between the socket calls of both ends, on a network that can be slow and lossy.

import { recordedWire, runWire } from "../frame/actions.js";
import { createChoice } from "../frame/choice.js";
import { el, onFrame } from "../frame/dom.js";
import { apiTitle, registerRecordings } from "../recording/apis.js";
import { numberText } from "../recording/numbers.js";
import { createWireBar } from "./bar.js";
import { createWireDetails } from "./details.js";
import { wireDiagram } from "./diagram.js";
import { wireMissing } from "./missing.js";
import { wireColumns, wireSteps } from "./model.js";

/** Window width below which only one column is shown. */
const WIRE_NARROW = matchMedia("(max-width: 860px)");
/** The value of the choice for all columns. */
const WIRE_ALL = "all";

/** Creates the screen. */
export function createWireView(store) {
  const bar = createWireBar(run);
  const status = el("p", { class: "wire-status", role: "status" });
  const choice = createChoice("show", [[WIRE_ALL, "all"]], { onchange: () => draw() });
  const steps = el("select", { "aria-label": "Step", onchange: () => draw() });
  const banner = el("div", { hidden: true });
  const empty = el("p", { class: "wire-empty soft" });
  const scroll = el("div", { class: "wire-scroll", tabindex: 0, role: "region", "aria-label": "Calls and packets" });
  const details = createWireDetails(deselect);
  const element = el(
    "section",
    { "aria-label": "Wire" },
    el(
      "div",
      { class: "wire-screen" },
      bar.element,
      banner,
      el("div", { class: "do-line wire-line" }, choice.element, steps, status),
      empty,
      el("div", { class: "lanes-split" }, scroll, details.element),
    ),
  );
  let [isShown, isBusy, elsewhere] = [false, false, null];
  /** The recording whose steps are listed, and the width of the drawing. */
  let [listed, drawnWidth] = [null, 0];
  const draw = onFrame(() => isShown && drawWire());

  /** Returns the recording to show: the latest one of this machine, or one that was made elsewhere. */
  const current = () => store.wire ?? elsewhere;

  async function run() {
    if (isBusy || store.hello?.wire?.missing) return;
    setBusy(true);
    say("running …");
    try {
      const recorded = await runWire(bar.request());
      setBusy(false);
      store.set("wire", recorded);
    } catch (error) {
      setBusy(false);
      say(`✗ ${error.message}`, true);
    }
  }

  function setBusy(isNow) {
    isBusy = isNow;
    bar.setBusy(isNow);
  }

  function say(text, isBad = false) {
    status.replaceChildren(el("span", { class: isBad ? "bad" : null, text }));
  }

  /** Loads the recording of the chosen scenario that was made elsewhere, until there is one of this machine. */
  async function loadElsewhere() {
    if (!store.live || store.hello?.wire === undefined || store.wire !== null) return;
    try {
      elsewhere = await recordedWire(bar.scenario());
      drawRecorded();
    } catch (error) {
      say(`✗ ${error.message}`, true);
    }
  }

  function drawRecorded() {
    const recorded = current();
    if (recorded?.recordings) registerRecordings(recorded.recordings);
    if (recorded !== null && !isBusy) say(`${wireConditions(recorded)}${wireOrigin(store)}`, wireHasFailed(recorded));
    // The page that starts a scenario receives its recording twice: as the response, and from the stream.
    if (recorded !== null && wireName(recorded) === wireName(listed)) return draw();
    listed = recorded;
    const names = recorded === null ? [] : wireSteps(recorded.items);
    steps.replaceChildren(el("option", { value: "", text: "all steps" }), ...names.map((name) => el("option", { value: name, text: name })));
    // Three calls at once are only legible without the connections' beginning.
    steps.value = recorded?.request?.scenario === "blocking" ? names.at(-1) : recorded?.request === undefined ? (names[0] ?? "") : "";
    steps.hidden = names.length < 2;
    details.element.hidden = true;
    draw();
  }

  function drawWire() {
    const recorded = current();
    const columns = recorded === null ? [] : wireColumns(recorded, steps.value === "" ? null : steps.value);
    const apis = columns.map(({ api }) => api);
    const options = apis.map((api) => [api, apiTitle(api)]);
    const isNarrow = WIRE_NARROW.matches;
    const wanted = choice.value;
    choice.setOptions(isNarrow ? options : [[WIRE_ALL, "all side by side"], ...options]);
    choice.value = apis.includes(wanted) || (wanted === WIRE_ALL && !isNarrow) ? wanted : isNarrow ? apis[0] : WIRE_ALL;
    choice.element.hidden = apis.length < 2;
    const shown = columns.filter(({ api }) => choice.value === WIRE_ALL || api === choice.value);
    scroll.hidden = shown.length === 0;
    empty.hidden = shown.length > 0;
    empty.textContent = wireEmptyText(store);
    if (shown.length === 0) return scroll.replaceChildren();
    drawnWidth = scroll.clientWidth;
    const { heads, body, omitted } = wireDiagram(shown, drawnWidth, select);
    const note = omitted > 0 && el("p", { class: "soft", text: `${numberText(omitted)} more packets are only in the recording.` });
    const pressed = wirePressed()?.dataset.seq;
    const focused = scroll.contains(document.activeElement) ? document.activeElement.dataset.seq : undefined;
    scroll.replaceChildren(...[heads, body, note].filter(Boolean));
    labelOf(pressed)?.setAttribute("aria-pressed", "true");
    labelOf(focused)?.focus();
  }

  const labelOf = (seq) => (seq === undefined ? null : scroll.querySelector(`[data-seq="${seq}"]`));
  const wirePressed = () => scroll.querySelector("[aria-pressed]");

  function select(event, column) {
    wirePressed()?.removeAttribute("aria-pressed");
    labelOf(event.item.seq)?.setAttribute("aria-pressed", "true");
    details.show(event, column);
  }

  function deselect() {
    const pressed = wirePressed();
    pressed?.removeAttribute("aria-pressed");
    pressed?.focus();
  }

  function drawHello() {
    const wire = store.hello?.wire;
    bar.element.hidden = !store.live || wire === undefined;
    if (wire !== undefined) {
      bar.draw(wire);
      bar.setMissing(wire.missing !== undefined);
      banner.hidden = wire.missing === undefined;
      banner.replaceChildren(...(wire.missing ? [wireMissing(wire.missing)] : []));
      loadElsewhere();
    }
    drawRecorded();
  }

  bar.onscenario(loadElsewhere);
  store.on("hello", drawHello);
  store.on("wire", drawRecorded);
  new ResizeObserver(() => scroll.clientWidth !== drawnWidth && draw()).observe(scroll);
  WIRE_NARROW.addEventListener("change", draw);
  return {
    id: "wire",
    title: "Wire",
    key: "7",
    keys: [
      { keys: ["r"], label: "r", description: "run the scenario", run },
      { keys: ["Escape"], label: "Esc", description: "close the panel", run: details.close },
      { keys: [], label: "↑ ↓", description: "select the previous or next event of a column" },
    ],
    element,
    show() {
      isShown = true;
      drawRecorded();
    },
    hide: () => (isShown = false),
  };
}

function wireEmptyText(store) {
  if (!store.live) return "This recording contains no packets. Give socket-trace report the recording of a network, too.";
  return "No packets yet. Press Run: the clients and servers talk over a network inside this machine, which delays and drops packets as you say.";
}

/** Returns a text that identifies a recording. */
function wireName(recorded) {
  const [first] = recorded?.recordings ?? [];
  return first === undefined ? null : `${first.started} ${first.pid}`;
}

/** Returns a note if the shown recording was made elsewhere. */
function wireOrigin(store) {
  if (!store.live || store.wire !== null) return "";
  return store.hello?.wire?.missing ? " Recorded elsewhere." : " Recorded elsewhere; press Run to make the calls here.";
}

/** Returns the conditions of the network, and the calls that failed. */
function wireConditions({ request, title, results = [] }) {
  if (request === undefined) return "";
  const parts = [`RTT ${request.rtt} ms`];
  if (request.loss > 0) parts.push(`${numberText(request.loss)} % loss (seed ${request.seed})`);
  if (request.drop !== undefined) parts.push(`${request.drop}’s first data packet dropped`);
  const failed = results.filter(({ error }) => error !== undefined);
  const text = `${title}: ${parts.join(", ")}.`;
  return failed.length === 0 ? text : `${text} ${failed.map(({ api, error }) => `${apiTitle(api)} failed: ${error}`).join("; ")}`;
}

function wireHasFailed({ results = [] }) {
  return results.some(({ error }) => error !== undefined);
}
