// Requests to the server. Each returns the server's JSON object, or throws an Error with a message for the user.

/**
 * Runs an operation `calls` times over each API. `connection` is "one" for all calls, "new" for each, or "parallel" for
 * each at the same time. With `http2`, REST and GraphQL use HTTP/2, too.
 */
export function runOperation(operation, { apis, calls, connection, http2 = false }) {
  return actionPost("api/run", { operation, apis, calls, connection, http2 });
}

/** Opens or closes the watchers of the APIs. */
export function watchChanges(apis, on) {
  return actionPost("api/watch", { apis, on });
}

/** Gets a book over a plain socket. `over` is "udp" or "tcp". */
export function getPlain({ over, calls, lossy }) {
  return actionPost("api/datagrams", { over, calls, lossy });
}

/** Runs an experiment with plain sockets of the workshop's process. Returns the name of its recorded step. */
export function runExperiment(name) {
  return actionPost("api/experiment", { name });
}

/** Runs a scenario on the lossy network: `{ scenario, rtt, loss, seed, drop }`. Returns its recording. */
export function runWire(request) {
  return actionPost("api/wire", request);
}

/** Returns the recording of a scenario that was made elsewhere. */
export async function recordedWire(scenario) {
  const response = await fetch(`api/wire/recorded/${scenario}`);
  if (!response.ok) throw new Error(await responseError(response));
  return response.json();
}

/** Hides all earlier events from all pages. The trace files keep them. */
export function startClean() {
  return actionPost("api/clear", {});
}

/** Removes a participant from the room. */
export function removeParticipant(name) {
  return actionPost("api/room/remove", { name });
}

/** Lets the pages of participants follow: `{ step, lesson }`, the first event of the shown step and the id of the lesson. */
export function showToRoom(showing) {
  return actionPost("api/room/show", showing);
}

/** Stores a participant's prediction: the number of the chosen answer. */
export function predict(lesson, question, choice) {
  return actionPost("api/room/predict", { lesson, question, choice });
}

async function actionPost(path, body) {
  const request = {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  };
  const response = await fetch(path, request).catch(() => {
    throw new Error("The server does not respond. Is the workshop still running?");
  });
  if (!response.ok) throw new Error(await responseError(response));
  return response.json().catch(() => ({}));
}

/** Returns the error message of a response, or its status if it has no message. */
export async function responseError(response) {
  const { error } = await response.json().catch(() => ({}));
  return error ?? `The server responded with status ${response.status}.`;
}
