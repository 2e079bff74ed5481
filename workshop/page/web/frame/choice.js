// One of a few: radio buttons that look like one switch.

import { el } from "./dom.js";

let choiceCount = 0;

/**
 * Makes a switch between `options`, a list of `[value, text]`. Returns its `element`, its `value`, which may
 * be set, and `setOptions`. `onchange` is called with what the user has chosen.
 */
export function createChoice(label, options, { value = options[0]?.[0], onchange = () => {} } = {}) {
  choiceCount += 1;
  const name = `choice-${choiceCount}`;
  const choices = el("span", { class: "choices" });
  const element = el(
    "div",
    { class: "choice", role: "radiogroup", "aria-labelledby": name },
    el("span", { id: name, class: "choice-label", text: label }),
    choices,
  );
  const inputs = () => [...choices.querySelectorAll("input")];
  const choose = (wanted) => inputs().forEach((input) => (input.checked = input.value === wanted));

  const choice = {
    element,
    get value() {
      return inputs().find((input) => input.checked)?.value;
    },
    set value(wanted) {
      choose(wanted);
    },
    setOptions(fresh) {
      const before = choice.value;
      choices.replaceChildren(...fresh.map(([value, text]) => choiceOption(name, value, text, onchange)));
      choose(fresh.some(([value]) => value === before) ? before : fresh[0]?.[0]);
    },
  };
  choice.setOptions(options);
  choose(value);
  return choice;
}

function choiceOption(name, value, text, onchange) {
  const input = el("input", { type: "radio", name, value, onchange: () => onchange(value) });
  return el("label", {}, input, el("span", { text }));
}
