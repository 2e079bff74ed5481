// The presenter's popover with the URLs of the room, a QR code and the participants.

import { removeParticipant } from "../frame/actions.js";
import { el, throttled } from "../frame/dom.js";
import { morph } from "../frame/morph.js";
import { closePopovers, createPopover } from "../frame/popover.js";
import { countText, numberText } from "../recording/numbers.js";

/** Minimum time between two drawings, in milliseconds. Each call of a participant changes the numbers. */
const PARTICIPANTS_WAIT = 250;

/** Creates the button and its popover. Both are hidden if the workshop runs without a room. */
export function createParticipants(store) {
  const where = el("div", { class: "participants-where" });
  const list = el("div");
  const content = el("div", { class: "participants" }, where, list);
  const { element, isOpen } = createPopover("Room", content, () => drawList());
  const button = element.querySelector("button");
  let urls = "";

  function draw() {
    element.hidden = store.room === null;
    if (store.room === null) return;
    const text = `Room: ${numberText(store.room.participants.length)}`;
    if (button.textContent !== text) button.textContent = text;
    if (urls !== store.room.urls.join(" ")) {
      urls = store.room.urls.join(" ");
      where.replaceChildren(...participantsWhere(store.room.urls));
    }
    if (isOpen()) drawList();
  }

  function drawList() {
    morph(list, el("div", {}, participantsTable(store)));
  }

  list.addEventListener("click", ({ target }) => {
    const only = target.closest("[data-only]");
    const remove = target.closest("[data-remove]");
    if (remove) removeParticipant(remove.dataset.remove);
    if (only === null) return;
    store.showOnly(only.dataset.only);
    closePopovers();
    location.hash = "calls";
  });
  store.on("room", throttled(draw, PARTICIPANTS_WAIT));
  draw();
  return element;
}

/** Draws how to join. The first URL is the most likely one to work. */
function participantsWhere([first, ...others]) {
  return [
    el("img", { src: "api/room/qr.svg", alt: `QR code of ${first}` }),
    el(
      "div",
      {},
      el("h2", { text: "Join the room" }),
      el("p", { text: "Scan the code with your phone, or open" }),
      el("p", {}, el("code", { class: "participants-url", text: first })),
      others.length > 0 && el("p", { class: "soft", text: "If that does not open, try:" }),
      el("ul", { class: "soft" }, others.map((url) => el("li", {}, el("code", { text: url })))),
    ),
  ];
}

function participantsTable(store) {
  const { participants } = store.room ?? { participants: [] };
  if (participants.length === 0) return el("p", { class: "soft", text: "Nobody has joined yet." });
  const row = ({ name, calls, pages, address }) =>
    el(
      "tr",
      { "data-key": name },
      el("td", {}, el("b", { text: name })),
      el("td", { text: countText(calls, "call") }),
      el("td", { text: pages > 0 ? "online" : "offline" }),
      el("td", { class: "soft", text: address }),
      el(
        "td",
        { class: "joined" },
        el("button", { type: "button", "data-only": name, "aria-label": `Only ${name}`, text: "Only" }),
        el("button", { type: "button", "data-remove": name, "aria-label": `Remove ${name}`, text: "Remove" }),
      ),
    );
  return el("table", { class: "participants-list" }, el("tbody", {}, participants.map(row)));
}
