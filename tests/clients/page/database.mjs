// A workshop with a database: the servers' connections to it in the lanes, in the socket table and in the lesson.

import assert from 'node:assert/strict';

import { openLesson, rows } from './lesson-steps.mjs';
import { doIt, seenLanes } from './seen.mjs';
import { check, finish, until } from './support.mjs';

const RIGHT = 'socket → connect, then it writes queries and reads the results, as a client does';
const WRONG = 'accept, then it reads what the database sends';

async function predict(page, choice) {
  await page.getByRole('radio', { name: choice, exact: true }).check();
  await page.getByRole('button', { name: 'Run it' }).click();
  await page.getByRole('button', { name: 'Answer again' }).waitFor();
  return page.locator('.lesson-verdict').innerText();
}

await check('lesson shows client, server and database in one table', async (page) => {
  await openLesson(page, 'The server as a client');
  assert.match(await predict(page, WRONG), /Your prediction was wrong/);
  await page.getByRole('button', { name: 'Answer again' }).click();
  assert.match(await predict(page, RIGHT), /Your prediction was right/);
  const shown = await rows(page, 'Client, server and database, as netstat shows them');
  const of = (role, state) => shown.filter((row) => row[0] === role && row[6] === state);
  assert.equal(of('server', 'LISTEN').length, 1);
  assert.equal(of('database', 'LISTEN').length, 1);
  const [client] = of('client', 'ESTABLISHED');
  const [database] = of('server → database', 'ESTABLISHED');
  assert(of('server', 'ESTABLISHED').some((row) => row[4] === client[5] && row[5] === client[4]), `${shown}`);
  assert(of('database', 'ESTABLISHED').some((row) => row[4] === database[5] && row[5] === database[4]), `${shown}`);
}, { hash: '#lessons' });

await check('socket table names the sockets to the database', async (page) => {
  const table = page.getByRole('table', { name: /^The sockets of the servers/ });
  await until('each server has a socket to the database', async () =>
    (await table.locator('tbody tr', { hasText: 'server → database' }).count()) >= 3,
  );
  await table.getByRole('rowheader', { name: 'Database' }).waitFor();
}, { hash: '#sockets' });

await check('calls to the database leave the comparison of a step the same', async (page) => {
  await doIt(page, 'get a book');
  await page.getByText('Same calls in all three:').last().waitFor();
  const { boxes, arrows } = await seenLanes(page);
  const upstream = boxes.filter(({ label }) => label.includes('server, connection to the database'));
  assert(upstream.length > 0 && upstream.length < boxes.length, `${upstream.length} of ${boxes.length}`);
  const numbers = new Set(upstream.map(({ seq }) => seq));
  assert(!arrows.some(({ from, to }) => numbers.has(from) || numbers.has(to)), 'no client sends to the database');
});

await finish();
