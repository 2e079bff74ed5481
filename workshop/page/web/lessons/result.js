// The result of a lesson: verdicts on the predictions, explanation, chart, numbers, diagram and events, all from the recording.

import { el } from "../frame/dom.js";
import { lessonEvidence } from "./evidence.js";

/** Time after which a follow-up line stops updating, in milliseconds. */
const LESSON_FOLLOW_UP_TIMEOUT = 30_000;

const LESSON_NO_FIT = "None of the answers matches the recording.";

/** Compares the predictions with the facts of the recording. */
export function lessonVerdicts(lesson, facts, predicted) {
  return lesson.questions.map((question, n) => {
    const right = question.choices.findIndex((choice) => choice.isTrue?.(facts));
    return { question, right, predicted: predicted[n], isRight: right === predicted[n] };
  });
}

/** Draws the result. `run` has the collected events, and `facts` the lesson's data from them. */
export function lessonResult(store, lesson, { run, facts, verdicts }) {
  const texts = lesson.explanation(facts).filter(Boolean);
  const parts = [
    ...verdicts.map((verdict) => lessonVerdict(verdict, verdicts.length > 1)),
    el(
      "div",
      { class: "lesson-says" },
      texts.map((text) => el("p", { text })),
    ),
    lesson.followUp && lessonFollowUp(store, lesson.followUp, facts),
    lesson.chart?.(facts),
    ...[lesson.table?.(facts) ?? []].flat().map(lessonTable),
    lesson.diagram?.(facts),
    ...(run.notes ?? []).map((text) => el("p", { class: "soft", text })),
    run.items.length > 0 && lessonEvidence(store, lesson.evidence?.(facts) ?? run.items),
  ];
  return parts.filter(Boolean);
}

/** Draws a line that is updated at each change of `kind`, until it is complete or a timeout expires. */
function lessonFollowUp(store, { kind, text, isComplete }, facts) {
  const line = el("p", { role: "status", text: text(facts, store) });
  const end = store.on(kind, () => {
    line.textContent = text(facts, store);
    if (isComplete(facts, store)) end();
  });
  setTimeout(end, LESSON_FOLLOW_UP_TIMEOUT);
  return line;
}

function lessonVerdict({ question, right, predicted, isRight }, isOneOfMany) {
  const chosen = question.choices[predicted];
  const truth = question.choices[right];
  if (right < 0) return lessonVerdictBox("open", LESSON_NO_FIT, "See the events below.");
  const sentence = isOneOfMany ? question.prompt.replace("…", truth.text) : truth.text;
  if (isRight)
    return lessonVerdictBox("right", isOneOfMany ? "Right." : "Your prediction was right.", sentence);
  const why = isOneOfMany ? sentence : `The recording shows: ${lessonLower(sentence)}`;
  const heading = isOneOfMany ? "Wrong." : "Your prediction was wrong.";
  return lessonVerdictBox("wrong", heading, [chosen.whyWrong, why].filter(Boolean).join(" "));
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

/** Lowers the first letter for use inside a sentence, except in names. */
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
