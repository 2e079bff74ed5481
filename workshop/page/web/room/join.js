// The form with which a participant joins the room. It says what is recorded.

import { responseError } from "../frame/actions.js";
import { el } from "../frame/dom.js";

/** Creates the form. `onJoined` is called after the server has accepted the name. */
export function roomJoin(onJoined) {
  const error = el("p", { class: "bad", role: "alert" });
  const name = el("input", {
    name: "name",
    required: true,
    maxlength: 12,
    autocomplete: "nickname",
    autocapitalize: "none",
    spellcheck: "false",
    "aria-describedby": "room-name-hint",
  });
  const join = async (event) => {
    event.preventDefault();
    error.textContent = "";
    try {
      const body = JSON.stringify({ name: name.value.trim() });
      const headers = { "content-type": "application/json" };
      const response = await fetch("api/room/join", { method: "POST", headers, body });
      if (response.ok) return onJoined();
      error.textContent = await responseError(response);
    } catch {
      error.textContent = "The workshop does not respond.";
    }
  };
  return el(
    "form",
    { class: "room-join", onsubmit: join },
    el("h2", { text: "Join the room" }),
    roomNotice(),
    el(
      "label",
      {},
      el("span", { text: "Your name" }),
      name,
      el("span", { id: "room-name-hint", class: "soft", text: "2 to 12 letters a to z, digits or hyphens" }),
    ),
    error,
    el("button", { type: "submit", class: "main", text: "Join" }),
  );
}

/** Returns the notice of what is recorded and who sees it. */
export function roomNotice() {
  return el(
    "div",
    { class: "room-notice" },
    el("p", {}, el("b", { text: "Everything that you send to these servers is recorded: " }), "each byte, including headers."),
    el("p", { text: "The presenter sees it, with your name, and may show it to the room. Other participants do not see it." }),
    el("p", { text: "The connections are not encrypted. Send nothing that is secret." }),
  );
}
