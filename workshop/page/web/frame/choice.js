// A choice between a few options: radio buttons that look like one switch.

import { el } from "./dom.js";

let choiceCount = 0;

/**
 * Creates a switch between `options`, a list of `[value, text]`. Returns its `element`, its settable `value`
 * and `setOptions`. `onchange` receives the value that the user selects.
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
  const select = (value) => inputs().forEach((input) => (input.checked = input.value === value));

  const choice = {
    element,
    get value() {
      return inputs().find((input) => input.checked)?.value;
    },
    set value(value) {
      select(value);
    },
    setOptions(options) {
      const before = choice.value;
      choices.replaceChildren(...options.map(([value, text]) => choiceOption(name, value, text, onchange)));
      select(options.some(([value]) => value === before) ? before : options[0]?.[0]);
    },
  };
  choice.setOptions(options);
  select(value);
  return choice;
}

function choiceOption(name, value, text, onchange) {
  const input = el("input", { type: "radio", name, value, onchange: () => onchange(value) });
  return el("label", {}, input, el("span", { text }));
}
