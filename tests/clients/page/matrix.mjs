// Each screen at each size, in light, dark and forced colours: nothing overlaps, the page does not scroll sideways, and axe finds
// nothing. With SCREENSHOTS=DIR, it saves a picture of each.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { passes } from './axe.mjs';
import { assertNoOverlap, zoomed } from './layout.mjs';
import { doBar, doIt, settled } from './seen.mjs';
import { check, finish } from './support.mjs';

const folder = process.env.SCREENSHOTS;
if (folder) mkdirSync(folder, { recursive: true });

/** The windows, in CSS pixels: a zoom reduces them. */
const SIZES = new Map([
  ...[1, 1.25, 1.5, 2, 3].map((factor) => [`1280x720 at ${factor * 100} %`, zoomed(factor).viewport]),
  ['1920x1080', { width: 1920, height: 1080 }],
  ['390x844', { width: 390, height: 844 }],
  // What a small window scrolls to.
  ['427x3000', { width: 427, height: 3000 }],
  ['1024x3000', { width: 1024, height: 3000 }],
]);

/** By screen: an element that is visible once it is drawn. */
const SCREENS = {
  Story: '.story-row',
  Lanes: '.lanes [data-seq]',
  Calls: '.calls-row',
  Compare: '.compare-facts table',
  Sockets: '.sockets-columns table',
  Datagrams: '.plain-columns [data-seq]',
  Wire: '.wire-screen svg',
  Lessons: '.lesson h2',
};

const goTo = (page, screen) => page.getByRole('navigation', { name: 'Screens' }).getByRole('button', { name: screen }).click();
const drawn = (page, screen) => page.locator(SCREENS[screen]).filter({ visible: true }).first().waitFor();
const frames = (page) => page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));

async function take(page, ...names) {
  if (folder) await page.screenshot({ path: join(folder, `${names.join('-').replaceAll(/[ %]+/g, '')}.png`) });
}

/** Opens each screen at each size and calls `look(screen, size)`. */
async function eachScreen(page, sizes, look) {
  await settled(page);
  for (const screen of Object.keys(SCREENS)) {
    await goTo(page, screen);
    await drawn(page, screen);
    for (const size of sizes) {
      await page.setViewportSize(SIZES.get(size));
      await frames(page);
      await look(screen, size);
    }
  }
}

/** Returns texts that are smaller than readable on a projector or a phone. Runs in the page. */
function smallTexts() {
  const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  const found = new Set();
  while (walker.nextNode()) {
    const { parentElement, data } = walker.currentNode;
    if (data.trim() === '' || !parentElement.checkVisibility()) continue;
    const size = parseFloat(getComputedStyle(parentElement).fontSize);
    if (size < 11) found.add(`${data.trim().slice(0, 30)}: ${size} px`);
  }
  return [...found];
}

await check('datagrams and a book are there to show', async (page) => {
  await doIt(page, 'get a book');
  await goTo(page, 'Datagrams');
  await doBar(page).getByRole('button', { name: 'get over UDP' }).click();
  await page.getByText(/^UDP: 5 calls, 5 successful/).waitFor();
});

await check('nothing overlaps and the page does not scroll sideways, at any size', async (page) => {
  const failures = [];
  await eachScreen(page, [...SIZES.keys()], async (screen, size) => {
    await take(page, screen, size, 'light');
    await assertNoOverlap(page, `${screen}, ${size}`).catch((error) => failures.push(error.message));
    const small = await page.evaluate(smallTexts);
    if (small.length > 0) failures.push(`${screen}, ${size}: ${small.join('; ')}`);
  });
  assert.deepEqual(failures, []);
}, { hash: '#story', reducedMotion: 'reduce' });

const SCHEMES = { light: { colorScheme: 'light' }, dark: { colorScheme: 'dark' }, forced: { colorScheme: 'dark', forcedColors: 'active' } };

for (const [name, scheme] of Object.entries(SCHEMES)) {
  await check(`axe finds nothing on any screen in ${name} colours`, async (page) => {
    const failures = [];
    const sizes = name === 'light' ? ['390x844'] : ['1280x720 at 125 %'];
    await eachScreen(page, sizes, async (screen, size) => {
      if (name !== 'light') await take(page, screen, size, name);
      await passes(page, `${screen}, ${size}`).catch((error) => failures.push(error.message));
    });
    assert.deepEqual(failures, []);
  }, { ...scheme, hash: '#story', reducedMotion: 'reduce' });
}

await finish();
