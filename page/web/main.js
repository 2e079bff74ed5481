// The page: its frame, its screens, and the keys that work on all of them.

import { el } from "./dom.js";
import { startFeed } from "./feed.js";
import { createLessonsView } from "./lessons-view.js";
import { Store } from "./store.js";

const store = new Store();
startFeed(store);

const views = [createLessonsView(store)];

const body = el("main", { class: "page-body" });
const nav = el("nav", { "aria-label": "Screens" });
const link = el("span", { role: "status", class: "soft" });

document.body.append(
  el("header", { class: "page-head" }, el("h1", { text: "Three APIs, one socket" }), nav, el("div", { class: "end" }, link)),
  body,
);

for (const view of views) {
  view.button = el("button", { type: "button", onclick: () => open(view.id), text: view.title, title: `${view.title} (${view.key})` });
  nav.append(view.button);
  view.element.hidden = true;
  view.element.classList.add("view");
  body.append(view.element);
}

/** Shows one screen. Which one stands in the address, so that a reload and a link come back to it. */
function open(id) {
  const chosen = views.find((view) => view.id === id) ?? views[0];
  for (const view of views) {
    const isChosen = view === chosen;
    if (!isChosen && !view.element.hidden) view.hide();
    view.element.hidden = !isChosen;
    if (isChosen) view.button.setAttribute("aria-current", "page");
    else view.button.removeAttribute("aria-current");
  }
  chosen?.show();
  if (chosen && location.hash !== `#${chosen.id}`) location.hash = chosen.id;
}

addEventListener("hashchange", () => open(location.hash.slice(1)));

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const view = views.find((view) => view.key === event.key);
  if (view) open(view.id);
});

/** Whether keys are for what has the focus. */
function isTyping(target) {
  return target instanceof HTMLElement && target.matches("input, select, textarea, [contenteditable]");
}

const LINKS = {
  connecting: "connecting …",
  open: "● live",
  lost: "○ connection lost, trying again",
  file: "a recording",
};
const showLink = () => (link.textContent = LINKS[store.link]);
store.on("link", showLink);
showLink();
open(location.hash.slice(1));
