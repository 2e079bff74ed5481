// Shared by the scripts: packages from NODE_PATH, and printed checks. To run a script from a terminal:
//
//   npm install --no-save --prefix DIR graphql@16.14.0 graphql-http@1.23.1 graphql-ws@6.4.2 graphql-sse@2.6.1 ws@8.23.0
//   NODE_PATH=DIR/node_modules node graphql_audits.mjs http://127.0.0.1:4000/graphql

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

/** Loads a package from NODE_PATH, which `import` ignores. */
export const load = createRequire(import.meta.url);

/** The address of the API, such as `http://127.0.0.1:4000/graphql`. */
export const url = process.argv[2];
assert(url, 'usage: node SCRIPT URL');

let passed = 0;
let failed = 0;

/** Runs a check and prints its result. */
export async function check(name, run) {
  try {
    await run();
    passed += 1;
    console.log(`ok      ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}\n        ${String(error?.stack ?? error).replaceAll('\n', '\n        ')}`);
  }
}

/** Prints the totals and exits: with 1 if a check failed, or if there was none. */
export function finish() {
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed > 0 || passed === 0 ? 1 : 0);
}

/** Runs an operation over HTTP. */
export async function post(query, variables) {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
    body: JSON.stringify({ query, variables }),
  });
  return answer.json();
}

/** Updates the first book and returns its new year. */
export async function change() {
  const { data } = await post('{ book(id: 1) { year revision } }');
  const input = { id: '1', revision: data.book.revision, year: data.book.year + 1 };
  const answer = await post('mutation ($input: UpdateBookInput!) { updateBook(input: $input) { year } }', { input });
  assert.deepEqual(answer, { data: { updateBook: { year: input.year } } });
  return input.year;
}
