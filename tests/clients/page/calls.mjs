// The list of calls: one row per call with the values of the trace files, sorting, filter, keyboard, and the other screens.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';

import { doBar, doIt, lanes, settled } from './seen.mjs';
import { check, finish, request as send, until } from './support.mjs';

const table = (page) => page.getByRole('grid', { name: 'Calls' });
const filter = (page) => page.getByRole('searchbox', { name: 'filter' });
const status = (page) => page.locator('.calls-count');

/** Waits until the list contains all calls. */
async function listed(page) {
  const events = await settled(page);
  await until('the list contains calls', async () => /^[1-9]/.test(await status(page).innerText()));
  return events;
}

/** Returns the number of calls that the status shows. */
const total = async (page) => Number((await status(page).innerText()).match(/([\d,]+) calls?$/)[1].replaceAll(',', ''));

const isThere = (program) => spawnSync(program, ['--help'], { stdio: 'ignore' }).error === undefined;

/** Returns the visible rows as objects by the title of their column. */
function rows(page) {
  return table(page).evaluate((grid) => {
    const titles = [...grid.querySelectorAll('thead th')].map((cell) => cell.textContent.replace(/[ ▲▼]+$/, ''));
    return [...grid.querySelectorAll('tbody tr[aria-rowindex]')].map((row) =>
      Object.fromEntries([...row.children].map((cell, index) => [titles[index], cell.textContent.trim()])),
    );
  });
}

/** Sets the filter, waits until it is applied, and returns the rows. */
async function filtered(page, text, count) {
  await filter(page).fill(text);
  await until(`the filter ${text} leaves ${count} calls`, async () => (await status(page).innerText()).startsWith(`${count} of `));
  return rows(page);
}

/** Returns the address of a server from the recorded events. */
const addressOf = (events, api) => events.find(({ recording, op }) => recording === `${api}-server` && op === 'bind').local;

async function curl(page, api, ...args) {
  const address = addressOf(await listed(page), api);
  spawnSync('curl', ['-sS', ...args.map((arg) => arg.replace('HOST', address))], { stdio: 'ignore' });
  return settled(page);
}

await check('every call of an operation has a row with its status, bytes and connection', async (page) => {
  await listed(page);
  const before = await total(page);
  await doBar(page).getByLabel('calls').fill('2');
  await doIt(page, 'get a book');
  await until('the list has six more calls', async () => (await total(page)) === before + 6);
  const last = (await rows(page)).slice(-6);
  const of = (api) => last.filter((row) => row.API === api);
  for (const [api, operation, good] of [['REST', 'GET /v1/books/1', '✓ 200'], ['GraphQL', 'query { book }', '✓ 200'], ['gRPC', 'GetBook bookshelf.v1.BookshelfService', '✓ OK']]) {
    const calls = of(api);
    assert.deepEqual(calls.map((row) => [row.operation, row.status, row.client]), [[operation, good, 'workshop'], [operation, good, 'workshop']], api);
    const [[number], [same]] = calls.map(({ connection }) => connection.split(' '));
    assert.equal(number, same, api);
    assert.deepEqual(calls.map(({ connection }) => connection.replace(/^#\d+ /, '')), ['1 of 2', '2 of 2'], api);
  }
  // Without the bytes of the connection, gRPC's later request is smaller than its first: both sides store headers.
  const [first, later] = of('gRPC').map((row) => parseInt(row['to server'], 10));
  assert(later < first, `${later} < ${first}`);
}, { hash: '#calls' });

await check('statuses of HTTP, GraphQL and gRPC are shown as errors', async (page) => {
  await listed(page);
  const errors = await filtered(page, 'is:error step:"update an old revision"', 3);
  assert.deepEqual(errors.map((row) => [row.API, row.status]), [['REST', '✗ 412'], ['GraphQL', '✗ 200, errors'], ['gRPC', '✗ ABORTED']]);
}, { hash: '#calls' });

await check('a column sorts up and down', async (page) => {
  await listed(page);
  const bytes = async () => (await rows(page)).map((row) => parseInt(row['to client'].replaceAll(',', ''), 10));
  const head = table(page).getByRole('columnheader', { name: 'to client' });
  for (const order of ['ascending', 'descending']) {
    await head.getByRole('button').click();
    await page.waitForFunction((wanted) => document.querySelector('th.calls-down').getAttribute('aria-sort') === wanted, order);
    await table(page).locator('..').evaluate((scroll) => (scroll.scrollTop = 0));
    const seen = await bytes();
    const sorted = seen.toSorted((one, other) => (order === 'ascending' ? one - other : other - one));
    assert(seen.length > 10);
    assert.deepEqual(seen, sorted, order);
  }
}, { hash: '#calls', viewport: { width: 1440, height: 2400 } });

await check('the filter combines words and conditions, and explains an unknown one', async (page) => {
  await listed(page);
  const all = await total(page);
  const grpc = await filtered(page, 'api:grpc operation:DeleteBook', 1);
  assert.equal(grpc[0].API, 'gRPC');
  const kinds = await filtered(page, 'kind:"delete a book" -api:grpc -step:shelf', 2);
  assert.deepEqual(kinds.map((row) => row.API).sort(), ['GraphQL', 'REST']);
  // After =, the text must be equal: 204 is no 20.
  const deleted = await filtered(page, 'status:=204', (await filtered(page, 'status:204 api:rest', 2)).length);
  assert(deleted.every((row) => row.status === '✓ 204'));
  assert.deepEqual(await filtered(page, 'status:=20', 0), []);
  await filter(page).fill('color:red');
  await until('the unknown key is explained', async () => /unknown key .color/.test(await status(page).innerText()));
  assert.deepEqual(await rows(page), []);
  await filter(page).press('Escape');
  await until('all calls are shown', async () => (await status(page).innerText()).replaceAll(',', '') === `${all} calls`);
}, { hash: '#calls' });

await check('a selected call is selected in the inspector, the lanes and the comparison', async (page) => {
  const events = await curl(page, 'rest', 'http://HOST/v1/books/99');
  await until('the call is listed', async () => (await rows(page)).at(-1)?.status === '✗ 404');
  await page.keyboard.press('End');
  const panel = page.getByRole('region', { name: 'The selected event' });
  await panel.waitFor();
  const { sock } = events.findLast(({ recording, op }) => recording === 'rest-server' && op === 'accept');
  const read = events.find((event) => event.recording === 'rest-server' && event.sock === sock && event.op === 'read');
  assert.match(await panel.innerText(), /GET \/v1\/books\/99/);
  await until('the panel leaves the selected row visible', () =>
    table(page).evaluate((grid) => {
      const [row, list] = [grid.querySelector('[aria-selected="true"]'), grid.parentElement].map((element) => element.getBoundingClientRect());
      return row.bottom <= list.bottom + 1;
    }),
  );
  await page.keyboard.press('Enter');
  const box = lanes(page).locator(`[data-seq="${read.seq}"][aria-current]`);
  await box.waitFor();
  assert(await box.isVisible());
}, { hash: '#calls' });

await check('the keyboard moves the selection, and the slash key reaches the filter', async (page) => {
  await listed(page);
  const selected = async () => page.locator('tr[aria-selected="true"]').getAttribute('data-key');
  await page.keyboard.press('Home');
  const first = await selected();
  await page.keyboard.press('ArrowDown');
  await until('the next call is selected', async () => (await selected()) !== first);
  await page.keyboard.press('ArrowUp');
  await until('the first call is selected again', async () => (await selected()) === first);
  await page.keyboard.press('/');
  assert.equal(await page.evaluate(() => document.activeElement.type), 'search');
}, { hash: '#calls' });

await check('a connection from a terminal is a step named after its client', async (page) => {
  const [peer] = (await curl(page, 'rest', '-A', 'lister/1.5 (test)', 'http://HOST/v1/books/1')).slice(-8).flatMap(({ op, peer }) => (op === 'accept' ? [peer] : []));
  const listed = await filtered(page, 'client:lister', 1);
  assert.equal(listed[0].client, `lister/1.5 port ${peer.split(':')[1]}`);
  const [number] = listed[0].connection.split(' ');
  await page.keyboard.press('Escape');
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await lanes(page).getByRole('heading', { name: `lister/1.5 from ${peer} · ${number}` }).first().waitFor();
}, { hash: '#calls' });

if (isThere('grpcurl')) {
  await check('reflection of grpcurl is folded into its call', async (page) => {
    const address = addressOf(await listed(page), 'grpc');
    spawnSync('grpcurl', ['-plaintext', '-d', '{"id": 1}', address, 'bookshelf.v1.BookshelfService/GetBook']);
    await settled(page);
    const [call] = await filtered(page, 'client:grpcurl', 1);
    assert.match(call.operation, /^GetBook after reflection, [\d,]+ B/);
    assert.equal(call.status, '✓ OK');
    await filtered(page, 'client:grpcurl is:reflection', 1);
  }, { hash: '#calls' });
} else {
  assert.notEqual(process.env.CI, 'true', 'grpcurl must be installed in CI');
  console.log('skipped reflection: grpcurl is not installed');
}

await check('thousands of calls need few elements', async (page) => {
  const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ operation: 'get', apis: ['rest', 'graphql', 'grpc'], calls: 100, connection: 'one' }) };
  for (let run = 0; run < 8; run++) assert.equal((await send('api/run', request)).status, 200);
  await until('more than 2,000 calls are listed', async () => (await total(page)) > 2_000);
  assert((await table(page).locator('tr').count()) < 100);
  await page.keyboard.press('Home');
  await page.locator('tr[aria-rowindex="2"][aria-selected="true"]').waitFor();
  await until('the last call is selected', async () => {
    await page.keyboard.press('End');
    const [row, count] = await table(page).evaluate((grid) => [grid.querySelector('[aria-selected="true"]')?.ariaRowIndex, grid.ariaRowCount]);
    return row === count;
  });
}, { hash: '#calls' });

await finish();
