// The report is one file that works from disk, without any network: that of socket-trace and that of the page's button.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { arrows, isInLanes } from './recorded.mjs';
import { counted, doIt, download, lanes, seenLanes, settled } from './seen.mjs';
import { check, command, finish, traces, until } from './support.mjs';

/** Opens one of the screens. */
const goTo = (page, name) => page.getByRole('navigation', { name: 'Screens' }).getByRole('button', { name }).click();

const folder = mkdtempSync(join(tmpdir(), 'page-'));
const [made, taken] = ['made.html', 'taken.html'].map((name) => join(folder, name));
let events;

await check('the page makes one, and so does socket-trace', async (page) => {
  await doIt(page, 'get a book');
  await goTo(page, 'Datagrams');
  await page.getByRole('button', { name: 'get over UDP' }).click();
  await page.getByText('UDP: 5 calls, 5 answered.').waitFor();
  events = await settled(page);
  await goTo(page, 'Compare');
  await page.getByText('the latest: get a book').waitFor({ state: 'attached' });
  await page.getByRole('button', { name: 'Take it home' }).click();
  await (await download(page, 'This page with the recording')).saveAs(taken);
  const files = readdirSync(traces).map((name) => join(traces, name));
  execFileSync(command('socket-trace'), ['report', ...files, '-o', made], { stdio: 'pipe' });
});

for (const [name, file] of [['socket-trace', made], ['the button', taken]]) {
  const report = { at: pathToFileURL(file).href, offline: true, viewport: { width: 1440, height: 4000 } };

  await check(`${name}: the lanes have the same events and arrows`, async (page) => {
    await until('it has all', async () => (await counted(page)) === events.length);
    const { boxes, arrows: drawn } = await seenLanes(page);
    const wanted = events.filter(isInLanes);
    assert.deepEqual(boxes.map(({ seq, op }) => [seq, op]), wanted.map(({ seq, op }) => [seq, op]));
    assert.equal(drawn.length, arrows(wanted).length);
  }, report);

  await check(`${name}: all screens open, and nothing can be done`, async (page) => {
    const nav = page.getByRole('navigation', { name: 'Screens' });
    const opened = [];
    for (const button of await nav.getByRole('button').all()) {
      await button.click();
      await nav.locator('[aria-current]').filter({ hasText: await button.innerText() }).waitFor();
      assert.equal(await page.getByRole('region', { name: 'Do it' }).count(), 0);
      assert.equal(await page.locator('main .view:visible').count(), 1);
      opened.push(await button.innerText());
    }
    assert.equal(opened.length, 5);
    assert.equal(await page.getByRole('button', { name: 'Take it home' }).count(), 0);
  }, report);

  await check(`${name}: compare, inspector, playback and lessons work`, async (page) => {
    await goTo(page, 'Compare');
    await page.getByRole('table', { name: /what it put on the sockets/ }).waitFor();
    await goTo(page, 'Datagrams');
    await page.getByRole('row', { name: 'to the server 5 5 0' }).waitFor();
    await goTo(page, 'Lessons');
    await page.getByRole('radio', { name: 'socket → bind → listen', exact: true }).check();
    await page.getByRole('button', { name: 'Look in this recording' }).click();
    await page.getByText('Your prediction was right.').first().waitFor();
    await goTo(page, 'Lanes');
    await lanes(page).locator('[data-seq]').last().click();
    await page.getByRole('region', { name: 'The selected event' }).waitFor();
    await page.keyboard.press('Home');
    await page.getByText(/event [\d,]+ of [\d,]+ · paused/).waitFor();
  }, report);
}
rmSync(folder, { recursive: true });

await finish();
