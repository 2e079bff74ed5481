// The heads of the lanes: whose it is, where the server listens, and which column is whose.

import { el } from "../frame/dom.js";

/** The heads of the lanes, over their columns. `lanes` are as the server's `hello` has them. */
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
