// The client of graphql-sse, the reference implementation of GraphQL over server-sent events, in its mode of distinct
// connections.

import assert from 'node:assert/strict';
import { change, check, finish, load, url } from './support.mjs';

const { createClient } = load('graphql-sse');

/** A client, and a promise of its next stream. A subscription is active once its response head has arrived. */
function connect() {
  let connected;
  const opened = new Promise((resolve) => (connected = resolve));
  return { client: createClient({ url, retryAttempts: 0, on: { connected } }), opened };
}

async function all(payload) {
  const results = [];
  for await (const result of connect().client.iterate(payload)) results.push(result);
  return results;
}

await check('a query has one result', async () => {
  const query = 'query ($id: ID!) { book(id: $id) { id } }';
  assert.deepEqual(await all({ query, variables: { id: 2 } }), [{ data: { book: { id: '2' } } }]);
});

await check('a mutation that fails in a field has a result with errors', async () => {
  const [result, ...more] = await all({ query: 'mutation { deleteBook(id: 99) { id } }' });
  assert.deepEqual([result.data, result.errors[0].extensions.code, more], [null, 'NOT_FOUND', []]);
});

for (const [query, code] of [
  ['{', 'GRAPHQL_PARSE_FAILED'],
  ['subscription { nonsense }', 'GRAPHQL_VALIDATION_FAILED'],
]) {
  await check(`${query} has a result without data`, async () => {
    const [result, ...more] = await all({ query });
    assert.deepEqual(['data' in result, result.errors[0].extensions.code, more], [false, code, []]);
  });
}

await check('a subscription gets each change, until it has enough', async () => {
  const { client, opened } = connect();
  const changes = client.iterate({ query: 'subscription { bookChanged { kind book { id year } } }' });
  const first = changes.next();
  await opened;
  const year = await change();
  assert.deepEqual((await first).value, { data: { bookChanged: { kind: 'UPDATED', book: { id: '1', year } } } });
  const next = await change();
  assert.equal((await changes.next()).value.data.bookChanged.book.year, next);
  await changes.return();
  client.dispose();
});
finish();
