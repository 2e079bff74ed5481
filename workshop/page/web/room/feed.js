// The participant's event stream.

import { responseError } from "../frame/actions.js";

const ROOM_STREAM_PATH = "api/room/stream";
/** Time until a lost stream is opened again, in milliseconds. */
const ROOM_RETRY = 2_000;
/** Number of the participant's newest connections that are kept, as many as the server keeps. */
const ROOM_CONNECTIONS = 30;

/**
 * Fills the store from the server. `onUnknown` is called if the server does not know this browser: nobody has joined with
 * it, or the presenter has removed the participant.
 */
export async function roomFeed(room, { onState, onJoined, onUnknown }) {
  const retry = () => setTimeout(() => roomFeed(room, { onState, onJoined, onUnknown }), ROOM_RETRY);
  const refusal = await roomRefusal();
  if (refusal?.status === 401) {
    onState("");
    return onUnknown();
  }
  if (refusal !== null) {
    onState(refusal.message);
    return retry();
  }
  const source = new EventSource(ROOM_STREAM_PATH);
  const on = (kind, handle) => source.addEventListener(kind, ({ data }) => handle(JSON.parse(data)));
  // Without a step, the presenter shows another screen, and the newest step is shown here.
  const follow = () => room.set("place", { at: room.shown?.step ?? Infinity });
  on("hello", ({ name, page, predictions }) => {
    room.name = name;
    room.begin(page);
    // A clean start has reset the place to the first step.
    follow();
    room.set("predictions", predictions);
    onState("");
    onJoined();
  });
  on("items", (items) => room.add(items));
  on("shown", (shown) => {
    room.set("shown", shown);
    follow();
  });
  on("connections", (connections) => {
    for (const connection of connections) {
      room.connections.delete(connection.connection);
      room.connections.set(connection.connection, connection);
    }
    for (const oldest of [...room.connections.keys()].slice(0, -ROOM_CONNECTIONS)) room.connections.delete(oldest);
    room.set("connections", room.connections);
  });
  source.addEventListener("error", () => {
    source.close();
    onState("connection lost, reconnecting");
    retry();
  });
}

/** Returns why the server refuses the stream, `{ status, message }`, which EventSource does not expose. `null` if it does not. */
async function roomRefusal() {
  const controller = new AbortController();
  try {
    const response = await fetch(ROOM_STREAM_PATH, { signal: controller.signal });
    return response.ok ? null : { status: response.status, message: await responseError(response) };
  } catch {
    return { status: 0, message: "The workshop does not respond." };
  } finally {
    controller.abort();
  }
}
