// The room in two browsers: the presenter's, and a participant's phone.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { request as connect } from 'node:http';

import { eventsOf } from './recorded.mjs';
import { doIt, settled } from './seen.mjs';
import { browser, check, finish, load, request, until, url } from './support.mjs';

const AXE = readFileSync(load.resolve('axe-core/axe.min.js'), 'utf8');
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true };

/** Opens the participants' page in a browser of its own, without the token. */
async function phone(options = {}) {
  const context = await browser.newContext({ ...PHONE, ...options });
  const page = await context.newPage();
  page.errors = [];
  page.on('pageerror', (error) => page.errors.push(String(error)));
  await page.goto(url);
  return page;
}

async function join(page, name) {
  await page.getByLabel('Your name').fill(name);
  await page.getByRole('button', { name: 'Join' }).click();
}

const screen = (page, name) => page.getByRole('navigation', { name: 'Screens' }).getByRole('button', { name }).click();

/** Gets a book over REST, as the participant's command line does. */
async function call(name, book) {
  const [{ local }] = eventsOf('rest-server').filter(({ op }) => op === 'bind');
  const headers = { 'user-agent': `${name}/room`, connection: 'close' };
  await new Promise((resolve, reject) => {
    const sent = connect({ host: '127.0.0.1', port: Number(local.split(':')[1]), path: `/v1/books/${book}`, headers });
    sent.on('response', (answer) => answer.resume().on('close', resolve)).on('error', reject).end();
  });
}

/** Asserts that the page does not scroll sideways, and that axe-core finds nothing. */
async function isFit(page) {
  assert(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'the page scrolls sideways');
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] }));
  assert.deepEqual(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]), []);
}

for (const colorScheme of ['light', 'dark']) {
  await check(`phone, ${colorScheme}: what is recorded is said before the first call`, async () => {
    const page = await phone({ colorScheme });
    await page.getByText('Everything that you send to these servers is recorded').waitFor();
    await isFit(page);
    await join(page, `phone-${colorScheme}`);
    for (const name of ['Now', 'My calls', 'Lessons']) {
      await screen(page, name);
      await page.getByRole('button', { name, exact: true }).and(page.locator('[aria-current]')).waitFor();
      await isFit(page);
    }
    assert.deepEqual(page.errors, []);
    await page.context().close();
  });
}

await check('participant sees own calls, and no others', async () => {
  const page = await phone();
  await join(page, 'anna');
  await screen(page, 'My calls');
  await page.getByText('curl -A anna/room').first().waitFor();
  await call('someone', 2);
  await call('anna', 1);
  await page.getByText('GET /v1/books/1 → 200').waitFor();
  assert.equal(await page.getByText('/v1/books/2').count(), 0);
  await page.locator('.room-connection summary').first().click();
  await page.locator('.room-events li').filter({ hasText: 'accept' }).waitFor();
  await page.reload();
  await page.getByText('GET /v1/books/1 → 200').waitFor();
  await page.context().close();
});

await check('participant follows the calls of the presenter', async (presenter) => {
  const page = await phone();
  await join(page, 'ben');
  await screen(page, 'Now');
  await presenter.goto(`${url}/#lanes`);
  await doIt(presenter, 'list books');
  await page.getByRole('heading', { name: 'list books' }).waitFor();
  await page.getByText('connect', { exact: true }).waitFor();
  await page.getByText('accept', { exact: true }).waitFor();
  await page.context().close();
});

await check('presenter sees who has joined, and shows one participant only', async (page) => {
  await call('anna', 3);
  await call('ben', 4);
  await settled(page);
  await page.getByRole('button', { name: /^Room: \d+$/ }).click();
  assert(await page.getByRole('img', { name: /^QR code of http/ }).evaluate((image) => image.naturalWidth > 100));
  await page.getByRole('button', { name: 'Only ben' }).click();
  await until('only the call of ben is listed', async () => {
    const text = await page.locator('.calls-list').innerText();
    return text.includes('/v1/books/4') && !text.includes('/v1/books/3');
  });
});

await check('removed participant is asked for a name', async (presenter) => {
  const page = await phone();
  await join(page, 'carl');
  await page.getByRole('navigation', { name: 'Screens' }).waitFor();
  await presenter.getByRole('button', { name: /^Room: \d+$/ }).click();
  await presenter.getByRole('button', { name: 'Remove carl' }).click();
  await page.getByRole('heading', { name: 'Join the room' }).waitFor();
  await page.context().close();
});

await check('clean start hides the earlier calls from all pages', async (presenter) => {
  const page = await phone();
  await join(page, 'dora');
  await screen(page, 'Now');
  await page.getByRole('heading', { level: 2 }).first().waitFor();
  await presenter.getByRole('button', { name: 'Downloads' }).click();
  await presenter.getByRole('button', { name: 'Start clean' }).click();
  // The calls that opened the listening sockets stay.
  await presenter.getByText(/^\d{1,2} events/).waitFor();
  assert((await (await request('api/traces/rest-server.jsonl')).text()).includes('get a book'));
  await page.reload();
  await page.getByText('The presenter has not run anything yet.').waitFor();
  await page.context().close();
});

await finish();
