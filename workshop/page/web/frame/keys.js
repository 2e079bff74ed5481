// Keyboard shortcuts and the dialog that lists them.

import { el } from "./dom.js";
import { closePopovers } from "./popover.js";

/**
 * Creates the shortcuts: `{ add, dialog, button }`. `add` takes a title, bindings
 * `{ keys, label, description, run }` and `isOn`, which returns whether they are active. A binding without `run`
 * is only listed, and one with `isHidden` is not listed. A shortcut does not apply if the focused element uses the key itself.
 */
export function createKeys() {
  const groups = [];
  const list = el("div", { class: "keys-list" });
  const close = el("button", { type: "button", text: "Close", onclick: () => dialog.close() });
  const dialog = el(
    "dialog",
    { class: "keys-dialog", "aria-labelledby": "keys-title" },
    el("header", {}, el("h2", { id: "keys-title", text: "Keyboard shortcuts" }), close),
    list,
  );
  const open = () => {
    list.replaceChildren(...groups.map(keysGroup));
    if (!dialog.open) dialog.showModal();
  };
  const add = (title, bindings, isOn = () => true) => void groups.push({ title, bindings, isOn });
  add("Everywhere", [{ keys: ["?"], label: "?", description: "this list", run: open }]);
  addEventListener("keydown", (event) => {
    if (dialog.open || isKeyInUse(event)) return;
    const on = groups.filter(({ isOn }) => isOn()).flatMap(({ bindings }) => bindings);
    const binding = on.find(({ keys, run }) => run && keys.includes(event.key));
    if (!binding) return;
    event.preventDefault();
    closePopovers();
    binding.run();
  });
  const button = el("button", {
    type: "button",
    "aria-label": "Keyboard shortcuts",
    title: "Keyboard shortcuts (?)",
    text: "?",
    onclick: open,
  });
  return { add, dialog, button };
}

/** Returns `true` if the focused element uses the key, or another handler has already used it. */
function isKeyInUse({ defaultPrevented, ctrlKey, metaKey, altKey, target, key }) {
  if (defaultPrevented || ctrlKey || metaKey || altKey) return true;
  if (!(target instanceof Element)) return false;
  if (target.matches("input[type=radio]")) return key === " " || key.startsWith("Arrow");
  if (target.matches("input:not([type=checkbox]), select, textarea, [contenteditable]")) return true;
  return key === " " && target.closest("button, a, summary, input, [role=slider]") !== null;
}

function keysGroup({ title, bindings }) {
  const rows = bindings.filter(({ isHidden }) => !isHidden).flatMap(({ label, description }) => [
    el("dt", {}, el("kbd", { text: label })),
    el("dd", { text: description }),
  ]);
  return el("section", {}, el("h3", { text: title }), el("dl", {}, rows));
}
