// What happened: whether the prediction was right, why, and the numbers, all from the recording.

import { el } from "../frame/dom.js";
import { lessonEvidence } from "./evidence.js";

/** So long a line waits for what it has to say. */
const LESSON_LATEST = 30_000;

const LESSON_NO_FIT = "None of the answers fits what was recorded.";

/** Judges the predictions: which choice the facts bear out, and whether it was chosen. */
export function lessonJudge(lesson, facts, predicted) {
  return lesson.questions.map((question, n) => {
    const right = question.choices.findIndex((choice) => choice.is?.(facts));
    return { question, right, predicted: predicted[n], isRight: right === predicted[n] };
  });
}

/** Draws the result. `run` is what was gathered, `facts` what the lesson made of it. */
export function lessonResult(store, lesson, { run, facts, verdicts }) {
  const texts = lesson.says(facts).filter(Boolean);
  const parts = [
    ...verdicts.map((verdict) => lessonVerdict(verdict, verdicts.length > 1)),
    el(
      "div",
      { class: "lesson-says" },
      texts.map((text) => el("p", { text })),
    ),
    lesson.later && lessonLine(store, lesson.later, facts),
    ...[lesson.table?.(facts) ?? []].flat().map(lessonTable),
    ...(run.notes ?? []).map((text) => el("p", { class: "soft", text })),
    run.items.length > 0 && lessonEvidence(store, lesson.shown?.(facts) ?? run.items),
  ];
  return parts.filter(Boolean);
}

/**
 * What cannot be said at once, and is said anew at each change of that kind, for a while or until it is
 * complete.
 */
function lessonLine(store, { kind, says, isComplete }, facts) {
  const line = el("p", { role: "status", text: says(facts, store) });
  const end = store.on(kind, () => {
    line.textContent = says(facts, store);
    if (isComplete(facts, store)) end();
  });
  setTimeout(end, LESSON_LATEST);
  return line;
}

function lessonVerdict({ question, right, predicted, isRight }, isOneOfMany) {
  const chosen = question.choices[predicted];
  const truth = question.choices[right];
  if (right < 0) return lessonVerdictBox("open", LESSON_NO_FIT, "Look at the events below.");
  const sentence = isOneOfMany ? question.ask.replace("…", truth.text) : truth.text;
  if (isRight)
    return lessonVerdictBox("right", isOneOfMany ? "Right." : "Your prediction was " + "right.", sentence);
  const why = isOneOfMany ? sentence : `What was recorded: ${lessonLower(sentence)}`;
  const heading = isOneOfMany ? "Not so." : "Your prediction was not right.";
  return lessonVerdictBox("wrong", heading, [chosen.unless, why].filter(Boolean).join(" "));
}

function lessonVerdictBox(kind, heading, text) {
  const sign = { right: "✓", wrong: "✗", open: "→" }[kind];
  return el(
    "div",
    { class: `lesson-verdict is-${kind}` },
    el("span", { class: "lesson-sign", "aria-hidden": "true", text: sign }),
    el("p", {}, el("strong", { text: heading }), text ? ` ${text.replace(/[^.?!…]$/, "$&.")}` : null),
  );
}

/** As it stands inside of a sentence; names in capitals stay. */
function lessonLower(text) {
  return /^[A-Z][a-z]* /.test(text) ? text[0].toLowerCase() + text.slice(1) : text;
}

function lessonTable({ caption, head, rows }) {
  const kind = (value) => (typeof value === "number" ? "number" : null);
  const words = (value) => (kind(value) ? value.toLocaleString("en") : value);
  const cell = (value) => el("td", { class: kind(value), text: words(value) });
  const titles = head.map((text, n) => el("th", { scope: "col", class: kind(rows[0][n]), text }));
  const row = ([first, ...rest]) => el("tr", {}, el("th", { scope: "row", text: first }), rest.map(cell));
  return el(
    "div",
    { class: "lesson-table", role: "group", tabindex: "0", "aria-label": caption },
    el(
      "table",
      {},
      el("caption", { text: caption }),
      el("thead", {}, el("tr", {}, titles)),
      el("tbody", {}, rows.map(row)),
    ),
  );
}
