// The keys of the page, and the list of them.

import { el } from "./dom.js";

/**
 * Keys that work wherever nothing else needs them, and the dialog that lists them. `add` takes a title,
 * bindings `{ keys, shown, says, run }` (one without `run` is only listed), and `isOn`: whether they work
 * now.
 */
export function createKeys() {
  const groups = [];
  const list = el("div", { class: "keys-list" });
  const close = el("button", { type: "button", text: "Close", onclick: () => dialog.close() });
  const dialog = el(
    "dialog",
    { class: "keys-dialog", "aria-labelledby": "keys-title" },
    el("header", {}, el("h2", { id: "keys-title", text: "Keys" }), close),
    list,
  );
  const open = () => {
    list.replaceChildren(...groups.map(keysGroup));
    if (!dialog.open) dialog.showModal();
  };
  const add = (title, bindings, isOn = () => true) => void groups.push({ title, bindings, isOn });
  add("Everywhere", [{ keys: ["?"], shown: "?", says: "this list", run: open }]);
  addEventListener("keydown", (event) => {
    if (dialog.open || keysAreTaken(event)) return;
    const on = groups.filter(({ isOn }) => isOn()).flatMap(({ bindings }) => bindings);
    const binding = on.find(({ keys, run }) => run && keys.includes(event.key));
    if (!binding) return;
    event.preventDefault();
    binding.run();
  });
  const button = el("button", {
    type: "button",
    "aria-label": "Keys",
    title: "Keys (?)",
    text: "?",
    onclick: open,
  });
  return { add, dialog, button };
}

/** Whether the key is for what has the focus, or was used already. */
function keysAreTaken({ defaultPrevented, ctrlKey, metaKey, altKey, target, key }) {
  if (defaultPrevented || ctrlKey || metaKey || altKey) return true;
  if (!(target instanceof Element)) return false;
  if (target.matches("input[type=radio]")) return key === " " || key.startsWith("Arrow");
  if (target.matches("input:not([type=checkbox]), select, textarea, [contenteditable]")) return true;
  return key === " " && target.closest("button, a, summary, input, [role=slider]") !== null;
}

function keysGroup({ title, bindings }) {
  const rows = bindings.flatMap(({ shown, says }) => [
    el("dt", {}, el("kbd", { text: shown })),
    el("dd", { text: says }),
  ]);
  return el("section", {}, el("h3", { text: title }), el("dl", {}, rows));
}
