// What the page asks of the server. Each answers with the server's object, or throws an Error in words for
// the user.

/** Performs an operation `calls` times over the APIs, on `connection` "one" or a "new" one for each call. */
export function runOperation(operation, { apis, calls, connection }) {
  return actionPost("api/run", { operation, apis, calls, connection });
}

/** Starts or ends watching the changes. */
export function watchChanges(apis, on) {
  return actionPost("api/watch", { apis, on });
}

/** Gets a book over the bare sockets, `over` "udp" or "tcp". */
export function getPlain({ over, calls, lossy }) {
  return actionPost("api/datagrams", { over, calls, lossy });
}

async function actionPost(path, body) {
  const request = {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  };
  const response = await fetch(path, request).catch(() => {
    throw new Error("The server does not answer: is the workshop still running?");
  });
  if (!response.ok) throw new Error(await refusalOf(response));
  return response.json().catch(() => ({}));
}

/** Why the server refuses, in its words if it has any. */
export async function refusalOf(response) {
  const { error } = await response.json().catch(() => ({}));
  return error ?? `The server answered ${response.status}.`;
}
