// The reports of socket-trace and of the page work from disk, without a network.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { arrows, isInLanes } from './recorded.mjs';
import { counted, doIt, download, lanes, reveal, seenLanes, settled, upwards } from './seen.mjs';
import { check, command, finish, traces, until } from './support.mjs';

/** Opens a screen. */
const goTo = (page, name) => page.getByRole('navigation', { name: 'Screens' }).getByRole('button', { name }).click();

const folder = mkdtempSync(join(tmpdir(), 'page-'));
const [made, taken] = ['made.html', 'taken.html'].map((name) => join(folder, name));
let events;

await check('page and socket-trace create a report', async (page) => {
  await doIt(page, 'get a book');
  await goTo(page, 'Datagrams');
  await page.getByRole('button', { name: 'get over UDP' }).click();
  await page.getByText('UDP: 5 calls, 5 successful.').waitFor();
  events = await settled(page);
  await goTo(page, 'Compare');
  await page.getByText('latest: get a book').waitFor({ state: 'attached' });
  await page.getByRole('button', { name: 'Downloads' }).click();
  await (await download(page, 'This page with the recording')).saveAs(taken);
  const files = readdirSync(traces).map((name) => join(traces, name));
  execFileSync(command('socket-trace'), ['report', ...files, '-o', made], { stdio: 'pipe' });
});

/** Writes traces of two concurrent connects that return after their accepts. */
function acceptedFirst() {
  const ends = (port) => ({ client: `127.0.0.1:${port}`, server: '127.0.0.1:80' });
  const socket = (t, sock) => ({ t, sock, op: 'socket', fd: sock, domain: 'ipv4', type: 'stream' });
  const connect = (t, sock, port, began) => ({ t, sock, op: 'connect', local: ends(port).client, peer: ends(port).server, began });
  const accept = (t, sock, port) => ({ t, sock, op: 'accept', on: 1, local: ends(port).server, peer: ends(port).client });
  const moved = (t, sock, op) => ({ t, sock, op, bytes: 9 });
  const client = [
    socket(1_000, 1), socket(9_000, 2), connect(40_000, 2, 52, 11_000), connect(41_000, 1, 51, 5_000),
    moved(45_000, 1, 'write'), moved(46_000, 2, 'write'), moved(90_000, 2, 'read'), moved(95_000, 1, 'read'),
  ];
  const server = [
    accept(20_000, 2, 51), accept(25_000, 3, 52), moved(50_000, 2, 'read'), moved(60_000, 3, 'read'),
    moved(70_000, 3, 'write'), moved(80_000, 2, 'write'),
  ];
  const header = (side) => ({
    socket_tap: 1, name: 'rest', side, program: 'p', pid: 1, started: '2026-11-22T15:04:05Z', monotonic_ns: 7, capture: 0,
  });
  return Object.entries({ client, server }).map(([side, events]) => {
    const lines = [header(side), ...events, { end: true, events: events.length, lost: 0, open: 2 }];
    const file = join(folder, `rest-${side}.jsonl`);
    writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    return file;
  });
}

const crossed = join(folder, 'crossed.html');
execFileSync(command('socket-trace'), ['report', ...acceptedFirst(), '-o', crossed], { stdio: 'pipe' });
const crossedReport = { at: pathToFileURL(crossed).href, offline: true, viewport: { width: 1440, height: 4000 } };

await check('connect is above an accept that returned first', async (page) => {
  for (const layout of ['by order', 'by time']) {
    await page.getByRole('button', { name: layout }).click();
    await page.getByRole('button', { name: layout, pressed: true }).waitFor();
    const seen = await seenLanes(page);
    assert.deepEqual(upwards(seen), [], layout);
    const heights = (op) => seen.boxes.filter((box) => box.op === op).map(({ y }) => y);
    const [connects, accepts] = [heights('connect'), heights('accept')];
    assert.deepEqual([connects.length, accepts.length], [2, 2]);
    assert(connects.every((y, index) => y <= accepts[index]), `${layout}: ${connects} ${accepts}`);
    assert.equal(seen.arrows.length, 6);
  }
  const { boxes } = await seenLanes(page);
  const { seq } = boxes.find(({ op }) => op === 'connect');
  await reveal(page, seq);
  await lanes(page).locator(`[data-seq="${seq}"]`).click();
  await page.getByText('36.0 µs from the start of the call to its return').waitFor();
}, crossedReport);

for (const [name, file] of [['socket-trace', made], ['page', taken]]) {
  const report = { at: pathToFileURL(file).href, offline: true, viewport: { width: 1440, height: 4000 } };

  await check(`report of ${name} has the same events and arrows`, async (page) => {
    await until('the report has all events', async () => (await counted(page)) === events.length);
    const { boxes, arrows: drawn } = await seenLanes(page);
    const wanted = events.filter(isInLanes);
    assert.deepEqual(boxes.map(({ seq, op }) => [seq, op]), wanted.map(({ seq, op }) => [seq, op]));
    assert.equal(drawn.length, arrows(wanted).length);
  }, report);

  await check(`report of ${name} opens all screens without operations`, async (page) => {
    const nav = page.getByRole('navigation', { name: 'Screens' });
    const opened = [];
    for (const button of await nav.getByRole('button').all()) {
      await button.click();
      await nav.locator('[aria-current]').filter({ hasText: await button.innerText() }).waitFor();
      assert.equal(await page.getByRole('region', { name: 'Run operations' }).count(), 0);
      assert.equal(await page.locator('main .view:visible').count(), 1);
      opened.push(await button.innerText());
    }
    assert.equal(opened.length, 8);
    assert.equal(await page.getByRole('button', { name: 'Downloads' }).count(), 0);
  }, report);

  await check(`report of ${name} supports comparison, inspector, playback and lessons`, async (page) => {
    await goTo(page, 'Compare');
    await page.getByRole('table', { name: /socket usage/ }).waitFor();
    await goTo(page, 'Datagrams');
    await page.getByRole('row', { name: 'to the server 5 5 0' }).waitFor();
    await goTo(page, 'Lessons');
    await page.getByRole('radio', { name: 'socket → bind → listen', exact: true }).check();
    await page.getByRole('button', { name: 'Check in this recording' }).click();
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
