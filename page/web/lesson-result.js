// What happened: whether the prediction was right, why, and the numbers, all from the recording.

import { el } from "./dom.js";
import { lessonEvidence } from "./lesson-evidence.js";

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
  const table = lesson.table?.(facts);
  return [
    ...verdicts.map((verdict) => lessonVerdict(verdict, verdicts.length > 1)),
    el(
      "div",
      { class: "lesson-says" },
      lesson
        .says(facts)
        .filter(Boolean)
        .map((text) => el("p", { text })),
    ),
    table && lessonTable(table),
    ...(run.notes ?? []).map((text) => el("p", { class: "soft", text })),
    run.items.length > 0 ? lessonEvidence(store, lesson.shown?.(facts) ?? run.items) : null,
  ];
}

function lessonVerdict({ question, right, predicted, isRight }, isOneOfMany) {
  const chosen = question.choices[predicted];
  const truth = question.choices[right];
  const of = isOneOfMany ? `${question.ask} ` : "";
  if (right < 0) return lessonVerdictBox("open", LESSON_NO_FIT, `${of}Look at the events below.`);
  if (isRight) return lessonVerdictBox("right", "Your prediction was right.", `${of}${truth.text}`);
  const recorded = `What was recorded: ${of}${lessonLower(truth.text)}`;
  return lessonVerdictBox("wrong", "Your prediction was not " +
    "right.", [chosen.unless, recorded].filter(Boolean).join(" "));
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
  const isNumber = (cell) => typeof cell === "number";
  const cell = (value) =>
    el("td", {
      class: isNumber(value) ? "number" : null,
      text: isNumber(value) ? value.toLocaleString("en") : value,
    });
  return el(
    "div",
    { class: "lesson-table", role: "group", tabindex: "0", "aria-label": caption },
    el(
      "table",
      {},
      el("caption", { text: caption }),
      el(
        "thead",
        {},
        el(
          "tr",
          {},
          head.map((text) => el("th", { scope: "col", text })),
        ),
      ),
      el(
        "tbody",
        {},
        rows.map(([first, ...rest]) => el("tr", {}, el("th", { scope: "row", text: first }), rest.map(cell))),
      ),
    ),
  );
}
