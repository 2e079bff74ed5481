// The screen "Wire": packets between the calls of both ends, on the lossy network.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { passes } from './axe.mjs';
import { ZOOMS, assertNoOverlap, zoomed } from './layout.mjs';
import { doBar, download } from './seen.mjs';
import { check, command, finish, traces, until } from './support.mjs';

const SCREEN = { hash: '#wire', viewport: { width: 1024, height: 576 } };
const APIS = ['REST', 'GraphQL', 'gRPC'];

const packetsOf = ({ items }) => items.filter(({ op }) => op === 'packet');
const diagram = (page) => page.locator('.wire-diagram');
const column = (page, title) => page.getByRole('group', { name: `${title}: calls and packets` });

/** Runs a scenario with the bar, and returns its result when it is drawn. */
async function run(page, scenario, { drop, rtt } = {}) {
  await doBar(page).getByLabel('scenario').selectOption(scenario);
  if (drop !== undefined) await doBar(page).getByLabel('drop').selectOption(drop);
  if (rtt !== undefined) await doBar(page).getByLabel('RTT').fill(String(rtt));
  const answered = page.waitForResponse((response) => response.url().endsWith('/api/wire'));
  await doBar(page).getByRole('button', { name: 'Run' }).click();
  const recorded = await (await answered).json();
  await page.locator('.wire-bar:not([aria-busy])').waitFor();
  await page.locator('.wire-status', { hasText: `${recorded.title}: RTT ${recorded.request.rtt} ms` }).waitFor();
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
  return recorded;
}

/** Returns the places of the labels of all columns, and asserts that no two overlap. */
async function places(page) {
  const labels = await diagram(page).locator('.wire-call, .wire-packet').evaluateAll((elements) =>
    elements.map((element) => {
      const { left, top, right, bottom } = element.getBoundingClientRect();
      const kind = element.matches('.wire-packet') ? 'packet' : 'call';
      return { seq: Number(element.dataset.seq), kind, left, top, right, bottom, column: [...document.querySelectorAll('.wire-column')].indexOf(element.parentElement) };
    }),
  );
  for (const [index, one] of labels.entries()) {
    for (const other of labels.slice(index + 1)) {
      const isApart = one.right <= other.left + 1 || other.right <= one.left + 1 || one.bottom <= other.top + 1 || other.bottom <= one.top + 1;
      assert(isApart, `${JSON.stringify(one)} overlaps ${JSON.stringify(other)}`);
    }
  }
  return labels;
}

// First, because later pages receive the result of an earlier run.
await check('a recording that was made elsewhere is shown until the first run', async (page) => {
  await page.getByText('Recorded elsewhere; press Run').waitFor();
  for (const title of APIS) await column(page, title).waitFor();
  assert.equal(await page.getByRole('note', { name: 'Recorded elsewhere' }).count(), 0);
  await run(page, 'handshake');
  assert.equal(await page.getByText('Recorded elsewhere').count(), 0);
}, SCREEN);

await check('each packet and call is drawn once, in the order of time, and no labels overlap', async (page) => {
  const recorded = await run(page, 'call', { drop: 'client' });
  const labels = await places(page);
  const drawn = (kind) => labels.filter((label) => label.kind === kind).map(({ seq }) => seq).sort((one, other) => one - other);
  assert.deepEqual(drawn('packet'), packetsOf(recorded).map(({ seq }) => seq));
  const isCall = ({ op }) => !['packet', 'option', 'mark', 'tcp_info'].includes(op);
  assert.deepEqual(drawn('call'), recorded.items.filter(isCall).map(({ seq }) => seq));
  for (const index of [0, 1, 2]) {
    const own = labels.filter((label) => label.column === index && label.kind === 'packet').sort((one, other) => one.top - other.top);
    assert.deepEqual(own.map(({ seq }) => seq), own.map(({ seq }) => seq).sort((one, other) => one - other));
  }
  // An arrow never points up.
  const paths = await diagram(page).locator('.wire-arrow > path:first-child').evaluateAll((lines) => lines.map((line) => line.getAttribute('d')));
  assert.equal(paths.length, packetsOf(recorded).length);
  for (const path of paths) {
    const [, from, to] = path.match(/^M\S+ (\S+)L\S+ (\S+)$/).map(Number);
    assert(to > from, path);
  }
}, SCREEN);

await check('a dropped packet has a cross and the same number as the one that repeats it', async (page) => {
  const recorded = await run(page, 'call', { drop: 'client' });
  const dropped = packetsOf(recorded).filter(({ fate }) => fate === 'dropped');
  assert.equal(dropped.length, 3);
  assert.equal(await diagram(page).locator('.cross').count(), 3);
  for (const { seq, connection, sequence } of dropped) {
    const number = (await diagram(page).locator(`[data-seq="${seq}"] .wire-mark`).innerText()).match(/^✕(\d+)$/)[1];
    const repeat = packetsOf(recorded).find((item) => item.connection === connection && item.sequence === sequence && item.retransmission);
    const mark = await diagram(page).locator(`[data-seq="${repeat.seq}"] .wire-mark`).innerText();
    assert.equal(mark, `↻${number}`);
  }
  assert((await diagram(page).locator('.wire-repeat').count()) >= 3);
  await page.getByText('without an event').first().waitFor();
}, SCREEN);

await check('columns are shown side by side or alone', async (page) => {
  await run(page, 'call');
  const shown = () => diagram(page).getByRole('group').evaluateAll((groups) => groups.map((group) => group.getAttribute('aria-label').split(':')[0]));
  assert.deepEqual(await shown(), APIS);
  await page.getByRole('radio', { name: 'gRPC', exact: true }).check({ force: true });
  // The column was there before, so its presence does not show that the others have left.
  await until('only the column of gRPC is shown', async () => (await shown()).join() === 'gRPC');
  await places(page);
}, SCREEN);

await check('no texts overlap at any zoom', async (page) => {
  await run(page, 'call', { drop: 'client' });
  for (const zoom of ZOOMS) {
    const { viewport } = zoomed(zoom);
    await page.setViewportSize(viewport);
    await assertNoOverlap(page, `${zoom}`, '.wire-screen');
  }
}, SCREEN);

await check('a narrow window shows one API at a time', async (page) => {
  await run(page, 'call', { drop: 'server' });
  assert.equal(await page.getByRole('radio', { name: 'all side by side' }).count(), 0);
  assert.equal(await diagram(page).getByRole('group').count(), 1);
  await places(page);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert(width <= 390, `the page is ${width} pixels wide`);
}, { ...SCREEN, viewport: { width: 390, height: 844 } });

await check('keys move between events and open the details', async (page) => {
  const recorded = await run(page, 'call');
  const first = column(page, 'REST').getByRole('button').first();
  await first.focus();
  assert.match(await first.getAttribute('aria-label'), /^client: socket/);
  const [syn] = packetsOf(recorded);
  for (let step = 0; step < 5; step++) {
    if ((await page.evaluate(() => document.activeElement.dataset.seq)) === String(syn.seq)) break;
    await page.keyboard.press('ArrowDown');
  }
  assert.match(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), /^packet from client to server: SYN seq 0, sent at .*, arrived after /);
  await page.keyboard.press('Enter');
  const panel = page.getByRole('region', { name: 'The selected event' });
  await panel.getByText(`0 (${syn.sequence})`).waitFor();
  await panel.getByText(syn.from, { exact: true }).waitFor();
  assert.equal((await panel.locator('.hex-bytes').allInnerTexts()).join(' ').trim().split(/\s+/).length, syn.length);
  await page.keyboard.press('Escape');
  await panel.waitFor({ state: 'hidden' });
  assert.equal(await page.evaluate(() => document.activeElement.dataset.seq), String(syn.seq), 'the focus returns');
}, SCREEN);

await check('TCP states of a half-closed connection are shown', async (page) => {
  await run(page, 'close', { rtt: 200 });
  for (const state of ['FIN_WAIT2', 'TIME_WAIT', 'CLOSE_WAIT']) await diagram(page).getByText(state).first().waitFor();
}, SCREEN);

await check('a datagram is repeated by the program, a segment by the kernel', async (page) => {
  await run(page, 'lost');
  assert.equal(await column(page, 'UDP').getByRole('button', { name: /sendto 9 B/ }).count(), 2);
  assert.equal(await column(page, 'TCP').getByRole('button', { name: /write 9 B/ }).count(), 1);
  for (const title of ['UDP', 'TCP']) assert.equal(await column(page, title).locator('.wire-mark', { hasText: '↻1' }).count(), 1);
}, SCREEN);

await check('every open page shows the result', async (page) => {
  const other = await page.context().newPage();
  await other.goto(page.url());
  await run(page, 'handshake', { rtt: 10 });
  await other.getByText('handshake: RTT 10 ms').waitFor();
}, SCREEN);

await check('an error of the server is shown', async (page) => {
  await page.route('**/api/wire', (route) => route.fulfill({ status: 502, contentType: 'application/json', body: '{"error":"the process ended early"}' }));
  await doBar(page).getByRole('button', { name: 'Run' }).click();
  await page.getByText('✗ the process ended early').waitFor();
  page.faults.length = 0; // The browser reports the response, too.
}, SCREEN);

const folder = mkdtempSync(join(tmpdir(), 'wire-'));
const [made, taken] = ['made.html', 'taken.html'].map((name) => join(folder, name));
let recordedCall;

await check('page and socket-trace create a report', async (page) => {
  recordedCall = await run(page, 'call', { drop: 'client' });
  await page.getByRole('button', { name: 'Downloads' }).click();
  await (await download(page, 'This page with the recording')).saveAs(taken);
  const files = ['rest-client', 'rest-server', 'wire'].map((name) => join(traces, 'wire', 'call', `${name}.jsonl`));
  execFileSync(command('socket-trace'), ['report', ...files, '-o', made], { stdio: 'pipe' });
}, SCREEN);

for (const [name, file, titles] of [['page', taken, APIS], ['socket-trace', made, ['REST']]]) {
  await check(`report of the ${name} shows the packets`, async (page) => {
    for (const title of titles) await column(page, title).waitFor();
    const [{ connection }] = recordedCall.items.filter(({ op, recording }) => op === 'connect' && recording === 'rest-client');
    const wanted = packetsOf(recordedCall).filter((item) => item.connection === connection);
    assert.equal(await column(page, 'REST').locator('.wire-packet').count(), wanted.length);
    assert.equal(await column(page, 'REST').locator('.wire-mark', { hasText: '✕' }).count(), 1);
    assert((await column(page, 'REST').locator('.wire-call').count()) > 10);
    assert.equal(await doBar(page).count(), 0);
  }, { ...SCREEN, at: pathToFileURL(file).href, offline: true });
}
rmSync(folder, { recursive: true });

for (const options of [{ colorScheme: 'light' }, { colorScheme: 'dark' }, { forcedColors: 'active' }]) {
  await check(`${Object.values(options)[0]}: the screen is accessible`, async (page) => {
    await passes(page, 'before the first run');
    await run(page, 'call', { drop: 'client' });
    await diagram(page).locator('.wire-packet').first().click();
    await page.getByRole('region', { name: 'The selected event' }).waitFor();
    await passes(page, 'with a packet');
  }, { ...SCREEN, ...options, reducedMotion: 'reduce' });
}

await finish();
