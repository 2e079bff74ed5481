// The heads of the lanes: whose it is, where the server listens, and which column is whose.

import { el } from "../frame/dom.js";
import { apiTitle } from "../recording/apis.js";
import { LANE_GUTTER } from "./columns.js";

/** The heads of the lanes, over their columns. */
export function laneTitles(hello, apis) {
  const head = el("div", { class: "lane-titles" }, el("div", { class: "lane-gutter-title", text: "time" }));
  head.style.gridTemplateColumns = `${LANE_GUTTER}px repeat(${apis.length}, minmax(0, 1fr))`;
  const known = [...(hello?.lanes ?? []), ...(hello?.plain ?? [])];
  for (const api of apis) {
    const address = known.find((lane) => lane.api === api)?.address ?? "";
    head.append(
      el(
        "div",
        { class: "lane-title" },
        el("span", { class: "lane-side", text: "client" }),
        el("h2", {}, apiTitle(api), " ", el("code", { class: "soft", text: address })),
        el("span", { class: "lane-side", text: "server" }),
      ),
    );
  }
  return head;
}
