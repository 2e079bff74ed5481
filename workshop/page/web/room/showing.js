// Lets the pages of participants follow the presenter's page.

import { showToRoom } from "../frame/actions.js";

/** Sends what the presenter shows whenever it changes, if there is a room. */
export function followPresenter(store) {
  let sent = "";
  const send = () => {
    const text = JSON.stringify(store.showing);
    if (store.room === null || text === sent) return;
    sent = text;
    // A lost request leaves the participants at the earlier step, until the next change.
    showToRoom(store.showing).catch(() => {});
  };
  for (const kind of ["showing", "room"]) store.on(kind, send);
}
