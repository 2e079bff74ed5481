// The entry module of the page for participants: the form to join, then three screens for a phone.

import { el } from "../frame/dom.js";
import { Store } from "../frame/store.js";
import { roomFeed } from "./feed.js";
import { roomJoin } from "./join.js";
import { createRoomCalls } from "./my-calls.js";
import { createRoomLessons } from "./predictions.js";
import { createRoomStep } from "./step.js";

const room = new Store();
Object.assign(room, { name: null, connections: new Map(), predictions: [], shown: null, place: { at: Infinity } });
const roomStatus = el("p", { class: "room-status", role: "status" });
const roomName = el("b", { class: "room-name" });
const roomHome = el("a", { class: "room-home", href: "api/room/report.html", download: true, hidden: true, text: "Take it home", title: "This workshop as one file, without the calls of participants" });
const roomBody = el("main", { class: "room-body" });
const roomNav = el("nav", { class: "room-nav", "aria-label": "Screens", hidden: true });
const roomScreens = [createRoomStep(room), createRoomCalls(room), createRoomLessons(room)];

document.body.classList.add("room");
document.body.append(
  el("header", { class: "room-head" }, el("h1", { text: "Three APIs, one socket" }), roomName, roomHome, roomStatus),
  roomBody,
  roomNav,
);

for (const screen of roomScreens) {
  screen.button = el("button", { type: "button", text: screen.title, onclick: () => roomOpen(screen.id) });
  roomNav.append(screen.button);
}

/** Shows one screen. Its id is in the URL's fragment, so that a reload restores it. */
function roomOpen(id) {
  const chosen = roomScreens.find((screen) => screen.id === id) ?? roomScreens[0];
  roomNav.hidden = roomHome.hidden = false;
  roomBody.replaceChildren(chosen.element);
  roomBody.scrollTop = 0;
  for (const { id, button } of roomScreens) {
    if (id === chosen.id) button.setAttribute("aria-current", "page");
    else button.removeAttribute("aria-current");
  }
  chosen.show();
  if (location.hash !== `#${chosen.id}`) history.replaceState(null, "", `#${chosen.id}`);
}

function roomAskName() {
  roomNav.hidden = roomHome.hidden = true;
  roomName.textContent = "";
  roomBody.replaceChildren(roomJoin(roomEnter));
}

function roomEnter() {
  roomFeed(room, {
    onState: (text) => (roomStatus.textContent = text),
    onJoined: () => {
      roomName.textContent = room.name;
      if (roomNav.hidden) roomOpen(location.hash.slice(1));
    },
    onUnknown: roomAskName,
  });
}

roomEnter();
