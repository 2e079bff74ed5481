// The entry module: assembles the page's header, screens and keyboard shortcuts.

import { createCallsView } from "./calls/view.js";
import { createCompareView } from "./compare/view.js";
import { createPlainView } from "./datagrams/view.js";
import { createDoBar } from "./do/bar.js";
import { createDownloads } from "./downloads/downloads.js";
import { el } from "./frame/dom.js";
import { startFeed } from "./frame/feed.js";
import { createKeys } from "./frame/keys.js";
import { createStreamStatus } from "./frame/stream-status.js";
import { createStatus } from "./frame/status.js";
import { Store } from "./frame/store.js";
import { createLanesView } from "./lanes/view.js";
import { createLessonsView } from "./lessons/view.js";
import { createOnlyLine } from "./room/only.js";
import { createParticipants } from "./room/participants.js";
import { followPresenter } from "./room/showing.js";
import { createSocketsView } from "./sockets/view.js";
import { createStoryView } from "./story/view.js";
import { createWireView } from "./wire/view.js";

const store = new Store();
if (startFeed(store)) followPresenter(store);

const views = [
  createStoryView(store),
  createLanesView(store),
  createCallsView(store),
  createCompareView(store),
  createSocketsView(store),
  createPlainView(store),
  createWireView(store),
  createLessonsView(store),
];

const doBar = createDoBar(store);
const keys = createKeys();
const body = el("main", { class: "page-body" });
const nav = el("nav", { "aria-label": "Screens" });

document.body.append(
  el(
    "header",
    { class: "page-head" },
    el("h1", { text: "Three APIs, one socket" }),
    nav,
    el("div", { class: "end" }, createParticipants(store), createDownloads(store), createStatus(store), createStreamStatus(store), doBar.fold, keys.button),
  ),
  createOnlyLine(store),
  doBar.element,
  body,
  keys.dialog,
);

for (const view of views) {
  view.button = el("button", {
    type: "button",
    onclick: () => open(view.id),
    text: view.title,
    title: `${view.title} (${view.key})`,
  });
  nav.append(view.button);
  view.element.hidden = true;
  view.element.classList.add("view");
  body.append(view.element);
}

/** Shows one screen and stores its id in the URL's fragment, so that reloads and links restore it. */
function open(id) {
  const chosen = views.find((view) => view.id === id) ?? views[0];
  for (const view of views) {
    const isChosen = view === chosen;
    if (!isChosen && !view.element.hidden) view.hide();
    view.element.hidden = !isChosen;
    if (isChosen) view.button.setAttribute("aria-current", "page");
    else view.button.removeAttribute("aria-current");
  }
  // In a narrow window the buttons scroll.
  chosen.button.scrollIntoView({ block: "nearest", inline: "center" });
  doBar.show(chosen.hasDoBar === true);
  chosen.show();
  if (location.hash !== `#${chosen.id}`) location.hash = chosen.id;
}

// The chosen button stays in sight in another size, too.
new ResizeObserver(() => nav.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" })).observe(nav);

addEventListener("hashchange", () => open(location.hash.slice(1)));

keys.add(
  "Screens",
  views.map(({ id, key, title }) => ({ keys: [key], label: key, description: title, run: () => open(id) })),
);
keys.add("Operations", doBar.keys, doBar.isActive);
for (const view of views.filter(({ keys }) => keys))
  keys.add(view.title, view.keys, () => !view.element.hidden);

open(location.hash.slice(1));
