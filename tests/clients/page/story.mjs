// The first screen shows one step over all APIs, whole, in phases, at any size. Its groups are those of `socket-trace story`.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { ZOOMS, assertNoOverlap, zoomed } from './layout.mjs';
import { recorded } from './recorded.mjs';
import { doIt, settled } from './seen.mjs';
import { check, command, finish, traces, until } from './support.mjs';

const STORY = { hash: '' };
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 };
const APIS = { rest: 'REST', graphql: 'GraphQL', grpc: 'gRPC' };
const PHASES = ['Open', 'Agree', 'Request', 'Response', 'Close'];

const story = (page) => page.getByRole('region', { name: 'Story' });
const title = (page) => story(page).getByRole('heading', { level: 2 }).first();
const phase = (page, name) => story(page).locator('.story-phase').filter({ hasText: name });
const cell = (page, name, api) => story(page).getByRole('group', { name: `${name}, ${api}`, exact: true });
const drawn = (page) => story(page).locator('.story-row').first().waitFor();

/** Returns the story of a step as `socket-trace` prints it. */
function printed(step) {
  const files = readdirSync(traces).filter((name) => /^(rest|graphql|grpc)-(server|client)\.jsonl$/.test(name));
  const args = ['story', ...files.map((name) => join(traces, name)), '--step', step, '--json'];
  return JSON.parse(execFileSync(command('socket-trace'), args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
}

/** Returns the expected text of a side of a row. */
function groupText(row, side) {
  const group = row[side];
  if (group === null) return '';
  const isSender = row.to !== null && row.to !== side;
  const hasBytes = group.bytes > 0 && (isSender || row.client === null || row.server === null);
  const moved = group.calls.findIndex(({ kind }) => kind === 'read' || kind === 'write');
  const kinds = group.calls.map(({ kind, count }, index) => {
    const many = kind === 'read 0 B' ? `${count} reads of 0 B` : `${count} ${kind}s`;
    const counted = count === 1 ? kind : many;
    return hasBytes && index === moved ? `${counted} ${group.bytes.toLocaleString('en')} B` : counted;
  });
  return kinds.join(', ');
}

/** Returns the texts of a cell of the page: both sides of each row, and what the bytes mean. */
function cellTexts(locator) {
  return locator.locator('.story-row').evaluateAll((rows) =>
    rows.map((row) => {
      const box = (side) => row.querySelector(`.story-box.${side}`);
      const text = (element) => [...(element?.childNodes ?? [])].filter((node) => !node.classList?.contains('unseen')).map((node) => node.textContent).join('');
      return [text(box('client')), text(box('server')), row.querySelector('.story-carries')?.textContent ?? ''];
    }),
  );
}

async function assertWhole(page) {
  const hidden = await story(page).locator('.story-main').evaluate((main) => main.scrollHeight - main.clientHeight);
  assert(hidden <= 0, `${hidden} pixels are out of sight`);
}

await check('page opens on the first step, complete at 125 % zoom', async (page) => {
  await drawn(page);
  assert.equal(await title(page).innerText(), 'get a book');
  await assertWhole(page);
  for (const name of PHASES) {
    for (const api of Object.values(APIS)) assert(await cell(page, name, api).isVisible(), `${name}, ${api}`);
  }
}, { ...STORY, ...zoomed(1.25) });

await check('texts are shortened in a window that is lower than the step', async (page) => {
  await drawn(page);
  const longest = () => story(page).locator('.story-carries').evaluateAll((all) => Math.max(...all.map((text) => text.offsetHeight)));
  const { width, height } = page.viewportSize();
  const whole = await longest();
  // How high a step is depends on its recording.
  const unused = await story(page).locator('.story-main').evaluate((main) => main.getBoundingClientRect().bottom - main.lastElementChild.getBoundingClientRect().bottom);
  await page.setViewportSize({ width, height: height - Math.ceil(unused) - 20 });
  await until('the texts are shortened', async () => (await longest()) < whole);
  await assertWhole(page);
  await page.setViewportSize({ width, height });
  await until('the texts are whole again', async () => (await longest()) === whole);
}, { ...STORY, ...zoomed(1.25, { height: 850 }) });

await check('groups equal those of socket-trace', async (page) => {
  await drawn(page);
  const stories = printed('get a book');
  assert.deepEqual(stories.map(({ api }) => api).sort(), Object.keys(APIS).sort());
  for (const { api, phases } of stories) {
    for (const [index, { rows, note }] of phases.entries()) {
      const shown = cell(page, PHASES[index], APIS[api]);
      const wanted = rows.map((row) => [groupText(row, 'client'), groupText(row, 'server'), row.carries.join(', ')]);
      assert.deepEqual(await cellTexts(shown), wanted, `${PHASES[index]}, ${APIS[api]}`);
      if (note) assert.equal(await shown.innerText(), note);
    }
  }
}, STORY);

await check('statement on top has the calls and bytes of the recording', async (page) => {
  await drawn(page);
  const [same, bytes] = await story(page).locator('.story-thesis p').allInnerTexts();
  assert.match(same, /^= Same socket calls in all three: socket, bind, listen, connect, accept, write, read, shutdown, close$/);
  const each = printed('get a book').map(({ api, bytes }) => `${APIS[api]} ${bytes}`);
  for (const part of each) assert(bytes.includes(part), `${part}: ${bytes}`);
}, STORY);

await check('keyboard opens a phase into its calls and a call into its bytes', async (page) => {
  await drawn(page);
  await phase(page, 'Request').focus();
  await page.keyboard.press('Enter');
  const calls = cell(page, 'Request', 'gRPC').locator('[data-seq]');
  await calls.first().waitFor();
  const { calls: [{ count }] } = printed('get a book').find(({ api }) => api === 'grpc').phases[2].rows[0].client;
  assert.equal(await cell(page, 'Request', 'gRPC').locator('.client [data-seq]').count(), count);
  await calls.first().focus();
  await page.keyboard.press('Enter');
  const inspector = page.getByRole('region', { name: 'The selected event' }).filter({ visible: true });
  await inspector.getByRole('region', { name: 'Bytes' }).waitFor();
  await page.keyboard.press('Escape');
  await inspector.waitFor({ state: 'hidden' });
  assert(await calls.first().evaluate((call) => call === document.activeElement), 'focus returns to the call');
  await phase(page, 'Request').press('Enter');
  await calls.first().waitFor({ state: 'detached' });
}, STORY);

await check('phase is opened in one step only', async (page) => {
  await drawn(page);
  await phase(page, 'Request').click();
  await story(page).locator('[data-seq]').first().waitFor();
  await page.keyboard.press('ArrowRight');
  await until('the second step is shown', async () => (await title(page).innerText()) === 'list books');
  assert.equal(await story(page).locator('[data-seq]').count(), 0);
}, STORY);

await check('previous and next step are one key away', async (page) => {
  await drawn(page);
  const names = await story(page).getByLabel('Step', { exact: true }).getByRole('option').allInnerTexts();
  assert(names.length > 5, names.join());
  await page.keyboard.press('ArrowRight');
  await until('the second step is shown', async () => (await title(page).innerText()) === 'list books');
  await page.keyboard.press('ArrowLeft');
  await until('the first step is shown', async () => (await title(page).innerText()) === 'get a book');
}, STORY);

await check('operation shows its new step', async (page) => {
  await drawn(page);
  await doIt(page, 'list books');
  await settled(page);
  const position = story(page).getByLabel('Step', { exact: true });
  await until('the newest step is shown', () => position.evaluate((list) => list.selectedIndex > 5 && list.options[list.selectedIndex].text.endsWith('list books')));
}, STORY);

await check('call from a terminal is a step of its own', async (page) => {
  await settled(page);
  const { local } = recorded().find(({ recording, op }) => recording === 'rest-server' && op === 'bind');
  const { stdout } = spawnSync('curl', ['-sS', `http://${local}/v1/books/2`], { encoding: 'utf8' });
  assert.match(stdout, /"id":2/);
  await settled(page);
  await page.keyboard.press('End');
  const request = cell(page, 'Request', 'REST');
  await request.getByText('GET /v1/books/2').waitFor();
  const [[client, server]] = await cellTexts(request);
  assert.equal(client, '');
  assert.match(server, /^\d* ?reads? \d+ B$/);
}, STORY);

await check('phone shows one API at a time', async (page) => {
  await drawn(page);
  await cell(page, 'Request', 'REST').waitFor();
  assert(!(await cell(page, 'Request', 'gRPC').isVisible()));
  await page.getByRole('radio', { name: 'gRPC' }).check();
  await cell(page, 'Request', 'gRPC').waitFor();
  assert(!(await cell(page, 'Request', 'REST').isVisible()));
  await assertNoOverlap(page, 'phone');
}, { ...STORY, ...PHONE });

for (const factor of ZOOMS) {
  await check(`no texts overlap at ${Math.round(factor * 100)} %`, async (page) => {
    await drawn(page);
    await assertNoOverlap(page, 'groups');
    await phase(page, 'Request').click();
    await story(page).locator('[data-seq]').first().waitFor();
    await assertNoOverlap(page, 'single calls');
  }, { ...STORY, ...zoomed(factor) });
}

await finish();
