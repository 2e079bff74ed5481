// The room in two browsers: the presenter's, and a participant's phone.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { request as connect } from 'node:http';

import { eventsOf } from './recorded.mjs';
import { zoomed } from './layout.mjs';
import { openLesson, predict } from './lesson-steps.mjs';
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

await check('projector at 125 %: the story is whole, and a key closes the QR code', async (presenter) => {
  await presenter.goto(`${url}/#story`);
  await presenter.getByRole('heading', { name: 'get a book' }).waitFor();
  const isWhole = () => presenter.locator('.story-main').evaluate((main) => main.scrollHeight <= main.clientHeight);
  await until('the story fits without scrolling', isWhole);
  await presenter.getByRole('button', { name: /^Room: \d+$/ }).click();
  await presenter.locator(':popover-open').waitFor();
  await presenter.keyboard.press('0');
  await presenter.locator(':popover-open').waitFor({ state: 'hidden' });
  // The button that runs a lesson is in sight, below all answers.
  await presenter.goto(`${url}/#lessons`);
  const run = presenter.getByRole('button', { name: 'Run it' });
  const answer = presenter.locator('.lesson-choice').last();
  await until('Run it is below the answers, in sight', async () => {
    const [above, below] = [await answer.boundingBox(), await run.boundingBox()];
    return above && below && above.y + above.height <= below.y + 1 && below.y + below.height <= 576;
  });
}, zoomed(1.25));

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
  await call('anna', 1);
  await until('a second call is listed', async () => (await page.locator('.room-connection').count()) === 2);
  await page.locator('.room-connection[open] .room-events li').filter({ hasText: 'accept' }).waitFor();
  await page.reload();
  await page.getByText('GET /v1/books/1 → 200').first().waitFor();
  // The page keeps the newest calls only.
  for (let count = 0; count < 31; count++) await call('anna', 3);
  await until('the oldest call has left', async () => {
    const texts = await page.locator('.room-connection summary').allInnerTexts();
    return texts.length === 30 && texts.every((text) => text.includes('/v1/books/3'));
  });
  await page.context().close();
});

await check('lanes stay at the step of the presenter while participants call', async (presenter) => {
  const page = await phone();
  await join(page, 'gina');
  await presenter.goto(`${url}/#lanes`);
  await presenter.getByRole('button', { name: /^Room: [1-9]/ }).waitFor();
  await doIt(presenter, 'get a book');
  await settled(presenter);
  const scroll = presenter.locator('.lanes-scroll').first();
  const top = () => scroll.evaluate(({ scrollTop }) => scrollTop);
  const before = await top();
  await call('gina', 2);
  await settled(presenter);
  const more = presenter.getByRole('button', { name: /^\d+ new$/ });
  await more.waitFor();
  assert.equal(await top(), before);
  await more.click();
  await until('the call is shown', async () => (await top()) > before);
  await page.context().close();
});

await check('participant follows the calls of the presenter', async (presenter) => {
  const page = await phone();
  await join(page, 'ben');
  await screen(page, 'Now');
  await presenter.goto(`${url}/#lanes`);
  await doIt(presenter, 'list books');
  await page.getByRole('heading', { name: 'list books' }).waitFor();
  const shown = page.locator('.story-cell.chosen');
  for (const call of ['connect', 'accept', 'listen']) await shown.filter({ hasText: call }).first().waitFor();
  // On the screen Story, the presenter chooses the step.
  await presenter.goto(`${url}/#story`);
  await presenter.getByRole('combobox', { name: 'Step' }).selectOption({ label: '2. list books' });
  await page.getByRole('heading', { name: 'list books' }).waitFor();
  await presenter.getByRole('combobox', { name: 'Step' }).selectOption({ label: '1. get a book' });
  await page.getByRole('heading', { name: 'get a book' }).waitFor();
  await page.context().close();
});

await check('presenter sees who has joined, and shows one participant only', async (page) => {
  for (const name of ['ann', 'joann']) await join(await phone(), name);
  await call('ann', 3);
  await call('joann', 4);
  await settled(page);
  await page.getByRole('button', { name: /^Room: \d+$/ }).click();
  assert(await page.getByRole('img', { name: /^QR code of http/ }).evaluate((image) => image.naturalWidth > 100));
  await page.getByRole('button', { name: 'Only ann', exact: true }).click();
  assert.equal(await page.locator(':popover-open').count(), 0);
  const list = page.locator('.calls-list tbody');
  await until('only the call of ann is listed', async () => {
    const text = await list.innerText();
    return text.includes('/v1/books/3') && !text.includes('/v1/books/4') && !text.includes('workshop');
  });
  // A later call of the same participant arrives, one of another does not.
  await call('joann', 2);
  await call('ann', 1);
  await until('the new call is listed', async () => (await list.innerText()).includes('/v1/books/1'));
  assert(!(await list.innerText()).includes('/v1/books/2'));
  // The other screens follow.
  await page.goto(`${url}/#story`);
  await until('the step is one of ann', async () => (await page.locator('.story-title').innerText()).startsWith('ann/room'));
  await page.goto(`${url}/#lanes`);
  const labels = () => page.locator('.lanes [data-seq]').evaluateAll((all) => all.map((box) => box.dataset.seq));
  await until('the lanes show fewer calls', async () => {
    const shown = await labels();
    return shown.length > 0 && shown.length < 40;
  });
  // The presenter's own calls end it.
  await doIt(page, 'get a book');
  await page.getByText('is shown on Story, Lanes and Calls').waitFor({ state: 'hidden' });
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

await check('predictions of participants are counted for the presenter', async (presenter) => {
  const phones = [];
  for (const name of ['erik', 'finn']) {
    const page = await phone();
    await join(page, name);
    phones.push(page);
  }
  await presenter.goto(`${url}/#lessons`);
  await openLesson(presenter, 'What is a socket?');
  const [right, wrong] = ['socket → bind → listen', 'socket → connect'];
  for (const page of phones) {
    await screen(page, 'Lessons');
    await page.getByText('Now: 1. What is a socket?').waitFor();
    await page.getByRole('radio', { name: wrong, exact: true }).check();
    await page.getByText('Your prediction is sent').first().waitFor();
  }
  await phones[0].getByRole('radio', { name: right, exact: true }).first().check();
  // The room sees the presenter's page, so the counts are shown on request, or with the result.
  await presenter.getByText(/^2 of \d+ predicted$/).waitFor();
  const counts = () => presenter.locator('.lesson-count:visible').allInnerTexts();
  assert.deepEqual(await counts(), []);
  await presenter.getByRole('button', { name: 'Show predictions' }).click();
  await until('the counts are shown', async () => String(await counts()) === '0,1,1,0');
  await presenter.getByRole('button', { name: 'Hide predictions' }).click();
  assert.deepEqual(await counts(), []);
  await predict(presenter, [right]);
  await until('the counts are shown with the result', async () => String(await counts()) === '0,1,1,0');
  // A reload keeps the own prediction, and shows none of others.
  const [page] = phones;
  await page.reload();
  await until('the own prediction is restored', () => page.getByRole('radio', { name: right, exact: true }).first().isChecked());
  assert(!(await page.locator('body').innerText()).includes('predicted'));
  await presenter.getByRole('button', { name: 'Downloads' }).click();
  await presenter.getByRole('button', { name: 'Start clean' }).click();
  await until('start clean clears the predictions', async () => (await page.locator('input:checked').count()) === 0);
  await presenter.getByRole('button', { name: 'Answer again' }).click();
  await presenter.getByText(/^0 of \d+ predicted$/).waitFor();
  for (const one of phones) await one.context().close();
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
  await page.getByText('The presenter has not run anything yet.').waitFor();
  await presenter.goto(`${url}/#story`);
  await presenter.locator('.story-nothing').waitFor();
  await presenter.keyboard.press('p');
  assert.equal(await presenter.getByRole('dialog', { name: 'Presentation' }).isVisible(), false);
  await presenter.goto(`${url}/#lanes`);
  // The presenter shows no step, so the newest one is shown, also on a page that was open before.
  for (const step of ['get a book', 'list books']) {
    await doIt(presenter, step);
    await page.getByRole('heading', { name: step }).waitFor();
  }
  await page.context().close();
});

await finish();
