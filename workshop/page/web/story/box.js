// The boxes of a story: calls of the same kind are one box, with an arrow to the calls of the other side.

import { el } from "../frame/dom.js";
import { primitiveOf } from "../primitives/primitives.js";
import { byteCountText } from "../recording/numbers.js";
import { groupTexts } from "../recording/phases.js";

const STORY_ARROWS = { handshake: "⇄", server: "→", client: "←" };
const STORY_ARROW_WORDS = { handshake: "connects to", server: "to", client: "from" };

/** Draws a row as a button: the client's calls, an arrow, the server's calls, and below what the bytes mean. */
export function storyRow(row, { api, phase, isOpen }) {
  const carries = row.carries.join(", ");
  const direction = row.isHandshake ? "handshake" : row.to;
  return el(
    "button",
    {
      type: "button",
      class: `story-row${row.to === null ? "" : ` to-${row.to}`}`,
      "data-open": phase,
      "aria-expanded": String(isOpen),
      title: carries || null,
      "data-key": `${api} ${phase} ${row.to} ${row.isHandshake}`,
    },
    storyBox(row, "client"),
    el("span", { class: "story-arrow", "aria-hidden": "true", text: STORY_ARROWS[direction] ?? "" }),
    el("span", { class: "unseen", text: ` ${STORY_ARROW_WORDS[direction] ?? "and"} ` }),
    storyBox(row, "server"),
    carries === "" ? null : el("span", { class: "story-carries", text: carries }),
  );
}

/** Draws the calls of one side of a row, or an empty place. */
function storyBox(row, side) {
  const group = row[side];
  if (group === null) return el("span", { class: `story-place ${side}` });
  return el(
    "span",
    { class: `story-box ${side} tone-${storyTone(group)}` },
    el("span", { class: "unseen", text: `${side}: ` }),
    groupTexts(row, side).flatMap(({ calls, bytes }, index) => [
      index > 0 && ", ",
      el("b", { text: calls }),
      ...(bytes > 0 ? [" ", el("span", { class: "story-bytes", text: byteCountText(bytes) })] : []),
    ]),
  );
}

/** Returns the colour of a box: that of its first call. The end of the peer's stream has the colour of an end. */
function storyTone({ calls }) {
  const [{ kind }] = calls;
  if (kind.endsWith("failed") || kind === "read 0 B") return "end";
  return primitiveOf(kind).tone;
}
