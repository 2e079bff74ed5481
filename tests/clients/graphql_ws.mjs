// The client of graphql-ws, the reference implementation of graphql-transport-ws, and each close code over bare WebSockets.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { change, check, finish, load, url } from './support.mjs';

const { createClient } = load('graphql-ws');
const { WebSocket } = load('ws');

const socketUrl = url.replace(/^http/, 'ws');
const CHANGES = 'subscription { bookChanged { kind book { id year } } }';

/** Collects all results of an operation. */
async function all(client, payload) {
  const results = [];
  for await (const result of client.iterate(payload)) results.push(result);
  return results;
}

/** A client, and a function that waits for a pong: then the server has processed all earlier messages. */
function connect() {
  let socket;
  let pong;
  const client = createClient({
    url: socketUrl,
    webSocketImpl: WebSocket,
    // Connects at once, so that there is a socket for the ping.
    lazy: false,
    retryAttempts: 0,
    on: { opened: (opened) => (socket = opened), pong: () => pong?.() },
  });
  const taken = () =>
    new Promise((resolve) => {
      pong = resolve;
      socket.send(JSON.stringify({ type: 'ping' }));
    });
  return { client, taken };
}

await check('a query has one result', async () => {
  const { client } = connect();
  const query = 'query Two($id: ID!) { book(id: $id) { id } } query Other { __typename }';
  const results = await all(client, { query, operationName: 'Two', variables: { id: 2 } });
  assert.deepEqual(results, [{ data: { book: { id: '2' } } }]);
  await client.dispose();
});

await check('a mutation that fails in a field has a result with errors', async () => {
  const { client } = connect();
  const [result, ...more] = await all(client, { query: 'mutation { deleteBook(id: 99) { id } }' });
  assert.deepEqual([result.data, result.errors[0].extensions.code, more], [null, 'NOT_FOUND', []]);
  await client.dispose();
});

for (const [query, code] of [
  ['{', 'GRAPHQL_PARSE_FAILED'],
  ['{ nonsense }', 'GRAPHQL_VALIDATION_FAILED'],
  ['subscription { nonsense }', 'GRAPHQL_VALIDATION_FAILED'],
]) {
  await check(`${query} is an error of the operation, and the connection lives`, async () => {
    const { client } = connect();
    const failure = await all(client, { query }).then(() => null, (error) => error);
    assert.equal(failure?.[0]?.extensions?.code, code);
    assert.equal((await all(client, { query: '{ __typename }' })).length, 1);
    await client.dispose();
  });
}

await check('subscriptions on one connection get each change, until they have enough', async () => {
  const { client, taken } = connect();
  await all(client, { query: '{ __typename }' });
  const [first, second] = [client.iterate({ query: CHANGES }), client.iterate({ query: CHANGES })];
  const waiting = [first.next(), second.next()];
  // The client sends its messages at the end of the task.
  await new Promise(setImmediate);
  await taken();
  const year = await change();
  const result = { data: { bookChanged: { kind: 'UPDATED', book: { id: '1', year } } } };
  for (const { value } of await Promise.all(waiting)) assert.deepEqual(value, result);
  await first.return();
  const next = await change();
  assert.equal((await second.next()).value.data.bookChanged.book.year, next);
  await second.return();
  await taken();
  await client.dispose();
});

/** Returns the close code and reason that follow these messages. */
async function closes(messages, protocols) {
  const socket = new WebSocket(socketUrl, protocols);
  await once(socket, 'open');
  for (const message of messages) socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  const [code, reason] = await once(socket, 'close');
  return `${code}: ${reason}`;
}

const init = { type: 'connection_init' };
const subscribe = { type: 'subscribe', id: 'one', payload: { query: CHANGES } };

for (const [name, messages, expected, protocols] of [
  ['a message that is not valid JSON', [init, 'nonsense'], /^4400: .+/],
  ['a message of no known type', [init, { type: 'nonsense' }], /^4400: .+/],
  ['a subscribe without an id', [init, { type: 'subscribe', payload: { query: '{a}' } }], /^4400: .+/],
  ['a subscribe without connection_init', [subscribe], /^4401: Unauthorized$/],
  // A client that asks for another subprotocol closes by itself.
  ['no subprotocol', [], /^4406: Subprotocol not acceptable$/, []],
  ['no connection_init', [], /^4408: Connection initialisation timeout$/],
  ['an id that is taken', [init, subscribe, subscribe], /^4409: Subscriber for one already exists$/],
  ['a second connection_init', [init, init], /^4429: Too many initialisation requests$/],
  ['a message that is too long', [init, { type: 'ping', payload: { a: 'x'.repeat(70_000) } }], /^1009: .+/],
]) {
  await check(`${name} closes the connection`, async () => {
    assert.match(await closes(messages, protocols ?? ['graphql-transport-ws']), expected);
  });
}

for (const [origin, status] of [[new URL(url).origin, 101], ['http://evil.example', 403], ['null', 403]]) {
  await check(`a page of ${origin} gets ${status}`, async () => {
    const socket = new WebSocket(socketUrl, 'graphql-transport-ws', { origin });
    const [opened, refused] = [once(socket, 'open'), once(socket, 'unexpected-response')];
    const answered = await Promise.race([opened.then(() => 101), refused.then(([, response]) => response.statusCode)]);
    assert.equal(answered, status);
    socket.terminate();
  });
}
finish();
