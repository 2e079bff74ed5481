// The titles of the lanes: API, server address and the sides of the columns.

import { el } from "../frame/dom.js";

/** Draws the titles over the columns. `lanes` comes from the `hello` message. */
export function laneTitles(lanes) {
  const head = el("div", { class: "lane-titles" }, el("div", { class: "lane-gutter-title", text: "time" }));
  for (const { title, address } of lanes) {
    head.append(
      el(
        "div",
        { class: "lane-title" },
        el("span", { class: "lane-side", text: "client" }),
        el("h2", {}, title, " ", el("code", { class: "soft", text: address })),
        el("span", { class: "lane-side", text: "server" }),
      ),
    );
  }
  return head;
}
