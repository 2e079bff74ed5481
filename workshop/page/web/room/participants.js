// The presenter's popover with the URLs of the room, a QR code and the participants.

import { removeParticipant } from "../frame/actions.js";
import { el } from "../frame/dom.js";
import { createPopover } from "../frame/popover.js";
import { countText, numberText } from "../recording/numbers.js";

/** Creates the button and its popover. Both are hidden if the workshop runs without a room. */
export function createParticipants(store) {
  const where = el("div", { class: "participants-where" });
  const list = el("div");
  const { element } = createPopover("Room", el("div", { class: "participants" }, el("h2", { text: "Room" }), where, list));
  const button = element.querySelector("button");
  let urls = "";

  function draw() {
    element.hidden = store.room === null;
    if (store.room === null) return;
    button.textContent = `Room: ${numberText(store.room.participants.length)}`;
    if (urls !== store.room.urls.join(" ")) {
      urls = store.room.urls.join(" ");
      where.replaceChildren(
        el("img", { src: "api/room/qr.svg", alt: `QR code of ${store.room.urls[0]}` }),
        el("ul", {}, store.room.urls.map((url) => el("li", {}, el("code", { text: url })))),
      );
    }
    list.replaceChildren(participantsTable(store));
  }

  store.on("room", draw);
  draw();
  return element;
}

function participantsTable(store) {
  const { participants } = store.room;
  if (participants.length === 0) return el("p", { class: "soft", text: "Nobody has joined yet." });
  const row = ({ name, calls, pages, address }) =>
    el(
      "tr",
      {},
      el("td", {}, el("b", { text: name })),
      el("td", { text: countText(calls, "call") }),
      el("td", { text: pages > 0 ? "online" : "offline" }),
      el("td", { class: "soft", text: address }),
      el("td", { class: "joined" }, participantsOnly(store, name), participantsRemove(name)),
    );
  return el("table", { class: "participants-list" }, el("tbody", {}, participants.map(row)));
}

/** Shows only the calls with this participant's name in the `User-Agent`. */
function participantsOnly(store, name) {
  const only = () => {
    store.set("callsFilter", `client:${name.toLowerCase()}/room`);
    location.hash = "calls";
  };
  return el("button", { type: "button", "aria-label": `Only ${name}`, text: "Only", onclick: only });
}

function participantsRemove(name) {
  return el("button", { type: "button", "aria-label": `Remove ${name}`, text: "Remove", onclick: () => removeParticipant(name) });
}
