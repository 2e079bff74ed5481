// The page in Firefox: each screen shows its content at the size of a projector and of a phone, and the keyboard works.
//
//   FIREFOX=$(command -v firefox-esr) node firefox.mjs 'http://127.0.0.1:8080/?token=TOKEN' traces target/debug
//
// With SCREENSHOTS=DIR it saves a picture of each screen.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { Firefox } from './bidi.mjs';

const [address] = process.argv.slice(2);
assert(address, 'usage: node firefox.mjs URL');

const TIMEOUT = 30_000;
const SIZES = { projector: [1280, 720], phone: [390, 844] };

/** By screen: its key, and an element that has text once the screen is drawn. */
const SCREENS = {
  story: ['0', '.story-grid'],
  lanes: ['1', '.lanes [data-seq]'],
  calls: ['6', '.calls-list tbody tr[aria-rowindex]'],
  compare: ['2', '.compare-facts table'],
  sockets: ['3', '.sockets-columns table'],
  datagrams: ['4', '.plain-aside'],
  wire: ['7', '.wire-screen'],
  lessons: ['5', '.lesson-place h2'],
};

const firefox = await Firefox.start(process.env.FIREFOX ?? 'firefox-esr');
let [passed, failed] = [0, 0];

async function check(name, run) {
  firefox.faults.length = 0;
  try {
    await run();
    assert.deepEqual(firefox.faults, []);
    passed += 1;
    console.log(`ok      ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}\n        ${String(error?.stack ?? error).replaceAll('\n', '\n        ')}`);
  }
}

async function until(what, condition) {
  for (const end = Date.now() + TIMEOUT; ; await setTimeout(20)) {
    const result = await condition();
    if (result) return result;
    if (Date.now() > end) throw new Error(`timed out waiting until ${what}`);
  }
}

/** Returns the text of the first visible element, or `null`. */
const textOf = (selector) =>
  firefox.evaluate((wanted) => [...document.querySelectorAll(wanted)].find((element) => element.checkVisibility())?.textContent ?? null, selector);

const isShown = (selector) => until(`${selector} has text`, async () => (await textOf(selector))?.trim());

/** Returns the number of pixels by which the page is wider than the window. */
const sideways = () => firefox.evaluate(() => document.documentElement.scrollWidth - innerWidth);

await firefox.open(address);

for (const [size, [width, height]] of Object.entries(SIZES)) {
  await firefox.resize(width, height);
  for (const [screen, [key, selector]] of Object.entries(SCREENS)) {
    await check(`${screen} on a ${size}`, async () => {
      await firefox.press(key);
      await until(`the address names ${screen}`, () => firefox.evaluate((hash) => location.hash === hash, `#${screen}`));
      await isShown(selector);
      if (process.env.SCREENSHOTS) writeFileSync(join(process.env.SCREENSHOTS, `firefox-${screen}-${size}.png`), await firefox.screenshot());
      assert((await sideways()) <= 0, `${screen} is ${await sideways()} pixels too wide`);
    });
  }
}

await check('keys make a call, show its story and present it', async () => {
  await firefox.press('0');
  await isShown('.story-grid');
  await firefox.press('l');
  await until('the story of the new call is shown', async () => (await textOf('.story h2'))?.includes('list books'));
  await firefox.press('p');
  await isShown('.present-stage');
  await firefox.press('ArrowRight');
  await firefox.press('Escape');
  await until('the presentation has ended', async () => (await textOf('.present-stage')) === null);
});

// Without a window, Firefox gives the focus to elements, but activates no button with Enter.
await check('Tab reaches each screen in order', async () => {
  await firefox.press('0');
  await firefox.evaluate(() => document.activeElement.blur());
  const screens = await firefox.evaluate(() => [...document.querySelectorAll('nav[aria-label=Screens] button')].map((button) => button.textContent));
  const reached = [];
  for (let tabs = 0; tabs < 40 && reached.length < screens.length; tabs++) {
    await firefox.press('Tab');
    const focused = await firefox.evaluate(() => document.activeElement.textContent);
    if (screens.includes(focused)) reached.push(focused);
  }
  assert.deepEqual(reached, screens);
});

await firefox.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
