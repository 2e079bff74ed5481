// Presenter mode shows one phase at a time in big type, driven by the keys of a clicker, with notes in a second window.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { ZOOMS, assertNoOverlap, zoomed } from './layout.mjs';
import { settled } from './seen.mjs';
import { check, finish, load, until } from './support.mjs';

const STORY = { hash: '' };
const AXE = readFileSync(load.resolve('axe-core/axe.min.js'), 'utf8');
const PHASES = ['Open', 'Agree', 'Request', 'Response', 'Close'];

const stage = (page) => page.getByRole('dialog', { name: 'Presentation' });
const current = (page) => stage(page).locator('[aria-current=step]');
const caption = (page) => stage(page).getByRole('status');

/** Starts the presentation with its key when the page has all steps: each event that arrives may change a slide. */
async function present(page) {
  await settled(page);
  await page.locator('.story-row').first().waitFor();
  await page.keyboard.press('p');
  await stage(page).getByText('get a book').waitFor();
}

/** Presses a key and waits for the slide. */
async function go(page, key, name) {
  await page.keyboard.press(key);
  await until(`${name} is shown`, async () => (await current(page).count()) === 1 && (await current(page).innerText()) === name);
}

await check('keys of a clicker show one phase at a time', async (page) => {
  await present(page);
  for (const name of [...PHASES, 'What differs']) await go(page, 'PageDown', name);
  await stage(page).getByText('Same socket calls in all three').waitFor();
  for (const name of [...PHASES].reverse()) await go(page, 'PageUp', name);
  await go(page, ' ', 'Agree');
  await go(page, 'ArrowRight', 'Request');
  await go(page, 'ArrowLeft', 'Agree');
}, STORY);

await check('slide after the last one begins the next step', async (page) => {
  await present(page);
  await page.keyboard.press('End');
  await page.keyboard.press('PageDown');
  await stage(page).getByText('list books').waitFor();
  await page.keyboard.press('PageUp');
  await until('the last slide of the first step is shown', async () => (await stage(page).getByRole('heading', { level: 2 }).innerText()) === 'get a book');
}, STORY);

await check('caption and spotlight follow the recording', async (page) => {
  await present(page);
  await go(page, 'PageDown', 'Open');
  assert.match(await caption(page).innerText(), /It is the same in all three\.$/);
  await go(page, 'PageDown', 'Agree');
  assert.match(await caption(page).innerText(), /^Only gRPC agrees on the protocol before the first request: \d+ B\.$/);
  const dimmed = await stage(page).locator('.present-cell.dimmed').evaluateAll((cells) => cells.map((cell) => cell.getAttribute('aria-label')));
  assert.deepEqual(dimmed, ['REST', 'GraphQL']);
  await go(page, 'PageDown', 'Request');
  assert.match(await caption(page).innerText(), /^The client sends \d+ B over REST, \d+ B over GraphQL and \d+ B over gRPC/);
}, STORY);

await check('sender stands above the receiver in a narrow cell', async (page) => {
  await present(page);
  for (const [phase, sender, receiver] of [['Open'], ['Agree'], ['Request', 'client', 'server'], ['Response', 'server', 'client']]) {
    await go(page, 'PageDown', phase);
    if (!sender) continue;
    const [above, below] = await Promise.all([sender, receiver].map((side) => stage(page).locator(`.story-box.${side}`).first().boundingBox()));
    assert(above.y + above.height <= below.y + 1, `${phase}: ${above.y}, ${below.y}`);
  }
}, { ...STORY, ...zoomed(1.25) });

await check('type is big and there is no control', async (page) => {
  await present(page);
  await go(page, 'PageDown', 'Open');
  assert.equal(await stage(page).locator('button, a, input, select').count(), 0);
  const sizes = await stage(page).locator('.story-box, .present-caption').evaluateAll((boxes) => boxes.map((box) => parseFloat(getComputedStyle(box).fontSize)));
  assert(sizes.every((size) => size >= 20), sizes.join());
}, STORY);

await check('shortcuts of the page do not apply, Escape returns to the story', async (page) => {
  await present(page);
  const hash = new URL(page.url()).hash;
  for (const key of ['2', 'g', '?']) await page.keyboard.press(key);
  assert.equal(new URL(page.url()).hash, hash);
  assert(await stage(page).isVisible());
  await page.keyboard.press('Escape');
  await stage(page).waitFor({ state: 'hidden' });
  await page.keyboard.press('P');
  await stage(page).waitFor();
}, STORY);

await check('key right after Escape belongs to the page', async (page) => {
  await present(page);
  // Both before the next frame: the closed dialog still has the focus.
  const isOpen = await stage(page).evaluate((dialog) => {
    const press = (key) => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    press('Escape');
    const isClosed = !dialog.open && document.activeElement === dialog;
    press('p');
    return isClosed && dialog.open;
  });
  assert(isOpen, 'the presentation is open again');
}, STORY);

await check('notes in a second window follow the slides and move them', async (page) => {
  await present(page);
  const [notes] = await Promise.all([page.waitForEvent('popup'), page.keyboard.press('n')]);
  await notes.getByText('get a book, 1 of 7').waitFor();
  await notes.getByRole('heading', { name: 'Ask' }).waitFor();
  await notes.getByText('No. The last picture shows it.').waitFor();
  await page.bringToFront();
  await go(page, 'PageDown', 'Open');
  await notes.getByText('Next: Agree').waitFor();
  await notes.bringToFront();
  await notes.keyboard.press('PageDown');
  await until('the key in the notes moved the slides', async () => (await current(page).innerText()) === 'Agree');
  await page.bringToFront();
  const closed = notes.waitForEvent('close');
  await page.keyboard.press('Escape');
  await closed;
}, STORY);

for (const options of [{ colorScheme: 'light' }, { colorScheme: 'dark' }, { forcedColors: 'active' }]) {
  await check(`slides are accessible: ${Object.values(options)}`, async (page) => {
    await present(page);
    await page.evaluate(AXE);
    for (const name of ['Open', 'Agree', 'Request']) {
      await go(page, 'PageDown', name);
      const { violations } = await page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] }));
      assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target)}`), []);
    }
  }, { ...STORY, ...options });
}

for (const factor of ZOOMS) {
  await check(`no texts overlap on slides at ${Math.round(factor * 100)} %`, async (page) => {
    await present(page);
    await assertNoOverlap(page, 'intro', '.present');
    for (const name of [...PHASES, 'What differs']) {
      await go(page, 'PageDown', name);
      await assertNoOverlap(page, name, '.present');
    }
  }, { ...STORY, ...zoomed(factor) });
}

await check('no texts overlap on slides on a phone', async (page) => {
  await present(page);
  for (const name of PHASES) {
    await go(page, 'PageDown', name);
    assert.equal(await stage(page).locator('.present-cell').filter({ visible: true }).count(), 3);
    await assertNoOverlap(page, name, '.present');
  }
}, { ...STORY, viewport: { width: 390, height: 844 } });

await finish();
