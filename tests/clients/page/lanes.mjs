// The lanes show every event of the trace files in its column, in order of time, with its bytes and arrows.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';

import { COLUMNS, arrows, connections, isInLanes, recorded } from './recorded.mjs';
import { doIt, seenLanes, settled, upwards } from './seen.mjs';
import { check, finish } from './support.mjs';

const TITLES = { rest: 'REST', graphql: 'GraphQL', grpc: 'gRPC' };
/** A high window reduces scrolling. */
const HIGH = { viewport: { width: 1440, height: 4000 } };
const ZOOMS = 4;
const byNumber = (one, other) => one.from - other.from || one.to - other.to;

/** Returns the expected box of an event. */
function shown({ seq, op, bytes, api, side, recording }) {
  const amount = bytes === undefined ? '' : `${bytes.toLocaleString('en')} B`;
  return { seq, op, amount, who: `${TITLES[api]} ${side}`, column: COLUMNS.indexOf(recording) };
}

/** Returns the comparable properties of a drawn box. */
function read({ seq, op, amount, label, column }) {
  return { seq, op, amount, who: label.split(', ')[0], column };
}

await check('boxes match the events of all files in order of time', async (page) => {
  await doIt(page, 'get a book');
  const events = await settled(page);
  const { boxes } = await seenLanes(page);
  assert.deepEqual(boxes.map(read), events.filter(isInLanes).map(shown));
  const heights = boxes.map(({ y }) => y);
  assert.deepEqual(heights, [...heights].sort((one, other) => one - other), 'lower boxes are later');
}, HIGH);

await check('arrows connect writes to reads, connect to accept and shutdown to EOF', async (page) => {
  const events = await settled(page);
  const seenNow = await seenLanes(page);
  const { arrows: drawn } = seenNow;
  const wanted = arrows(events);
  assert.deepEqual(upwards(seenNow), [], 'no arrow leads up');
  assert(wanted.length > 200, `${wanted.length}`);
  const seen = drawn.map(({ from, to, says }) => ({ from, to, says }));
  assert.deepEqual(seen.sort(byNumber), wanted.sort(byNumber));
  assert(drawn.every(({ lost }) => !lost));
}, HIGH);

await check('each socket call has a unique shape and colour in all lanes', async (page) => {
  await settled(page);
  const { boxes } = await seenLanes(page);
  const shapes = new Map();
  for (const { op, shape, tone } of boxes) shapes.set(op, (shapes.get(op) ?? new Set()).add(`${tone} ${shape}`));
  assert(shapes.size >= 9, [...shapes.keys()].join());
  for (const [op, drawn] of shapes) assert.equal(drawn.size, 1, op);
  // The shapes differ without colour, too.
  const bare = [...shapes.values()].map(([drawn]) => drawn.replaceAll(/tone-\w+/g, ''));
  assert.equal(new Set(bare).size, bare.length);
}, HIGH);

await check("a call from a terminal appears with its server side only", async (page) => {
  const before = (await settled(page)).length;
  const { local } = recorded().find(({ recording, op }) => recording === 'rest-server' && op === 'bind');
  const { stdout } = spawnSync('curl', ['-sS', `http://${local}/v1/books/2`], { encoding: 'utf8' });
  assert.match(stdout, /"id":2/);
  const events = (await settled(page)).slice(before);
  const { boxes, arrows: drawn } = await seenLanes(page);
  const [{ client, server }, ...others] = connections(events);
  assert.deepEqual([client.length, others.length], [0, 0]);
  assert.deepEqual(boxes.slice(-server.filter(isInLanes).length).map(read), server.filter(isInLanes).map(shown));
  // Arrows from and to the unrecorded side end at its line.
  const ghosts = drawn.filter(({ says }) => says === null).map(({ from, to }) => ({ from, to }));
  const way = { accept: 'to', read: 'to', write: 'from', shutdown: 'from' };
  const wanted = server.flatMap(({ seq, op }) => (op in way ? [{ from: null, to: null, [way[op]]: seq }] : []));
  assert.deepEqual(ghosts, wanted);
}, HIGH);

const isWithOptions = ({ recording, op }) => COLUMNS.includes(recording) && op !== 'mark';

await check('socket options are shown on request', async (page) => {
  const events = await settled(page);
  await page.getByLabel(/^socket options/).check();
  const { boxes } = await seenLanes(page);
  assert.deepEqual(boxes.map(read), events.filter(isWithOptions).map(shown));
}, HIGH);

await check('each layout and zoom level has the same events', async (page) => {
  const wanted = (await settled(page)).filter(isInLanes).map(({ seq }) => seq);
  const numbers = async () => (await seenLanes(page)).boxes.map(({ seq }) => seq);
  for (const layout of ['by time', 'by order']) {
    await page.getByRole('button', { name: layout }).click();
    await page.getByRole('button', { name: layout, pressed: true }).waitFor();
    for (let out = 1; out < ZOOMS; out++) await page.keyboard.press('-');
    assert.deepEqual(await numbers(), wanted, layout);
    for (let more = 1; more < ZOOMS; more++) {
      await page.keyboard.press('+');
      assert.deepEqual(await numbers(), wanted, layout);
    }
    await page.locator('button[aria-label="zoom in"][disabled]').waitFor();
  }
}, HIGH);

await check('single connection on a slow page', async (page) => {
  const events = await settled(page);
  const select = page.getByLabel('Connection', { exact: true });
  const [, newest] = await select.getByRole('option').allInnerTexts();
  await select.selectOption(newest);
  const { client, server } = connections(events).at(-1);
  const wanted = [...client, ...server].filter(isInLanes).map(({ seq }) => seq);
  const { boxes } = await seenLanes(page);
  assert.deepEqual(boxes.map(({ seq }) => seq), wanted.sort((one, other) => one - other));
}, { ...HIGH, slow: true });

await finish();
