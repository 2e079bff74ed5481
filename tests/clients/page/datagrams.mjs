// The screen "Datagrams": calls over UDP and TCP, and lost datagrams.

import assert from 'node:assert/strict';

import { arrows, recorded } from './recorded.mjs';
import { doBar, seenLanes, settled } from './seen.mjs';
import { check, finish } from './support.mjs';

/** Recordings in the order of the columns. */
const COLUMNS = ['udp-client', 'udp-server', 'tcp-client', 'tcp-server'];
/** Time after which a datagram counts as lost, in nanoseconds. */
const LOSS_TIMEOUT_NS = 20e6;

const SCREEN = { hash: '#datagrams', viewport: { width: 1440, height: 4000 } };

const isShown = ({ recording, op }) => COLUMNS.includes(recording) && op !== 'mark' && op !== 'option';
const count = (events, recording, wanted) => events.filter((event) => event.recording === recording && event.op === wanted).length;

/** Presses a button of the bar and returns the displayed status, the displayed calls and the events. */
async function get(page, over) {
  const before = (await settled(page)).length;
  await doBar(page).getByRole('button', { name: `get over ${over}` }).click();
  await page.locator('.do-bar:visible:not([aria-busy])').waitFor();
  const said = await doBar(page).getByRole('status').innerText();
  const calls = await doBar(page).getByRole('list', { name: `Results over ${over}` }).getByRole('listitem').allInnerTexts();
  return { said, calls, events: (await settled(page)).slice(before) };
}

/** Asserts that the lanes contain the events of the four files, each in the column of its side. */
async function compareLanes(page) {
  const events = await settled(page);
  const { boxes, arrows: drawn } = await seenLanes(page);
  // A label starts with API and side.
  const whose = ({ label }) => label.split(/,| /).slice(0, 2).join('-').toLowerCase();
  const shown = boxes.map((box) => ({ seq: box.seq, op: box.op, amount: box.amount, recording: whose(box) }));
  const wanted = events.filter(isShown).map(({ seq, op, bytes, recording }) => {
    return { seq, op, amount: bytes === undefined ? '' : `${bytes.toLocaleString('en')} B`, recording };
  });
  assert.deepEqual(shown, wanted);
  // Recordings with events have different columns.
  const columns = COLUMNS.map((label) => new Set(boxes.filter((box) => whose(box) === label).map(({ x }) => x)));
  assert(columns.every((places) => places.size <= 1));
  assert.equal(new Set(columns.flatMap((places) => [...places])).size, columns.filter(({ size }) => size > 0).length);
  return { events, drawn };
}

await check('UDP: each sendto matches one recvfrom, without accept', async (page) => {
  const { said, calls, events } = await get(page, 'UDP');
  assert.equal(said, 'UDP: 5 calls, 5 successful.');
  assert.equal(calls.length, 5);
  const each = [['udp-client', 'sendto'], ['udp-server', 'recvfrom'], ['udp-server', 'sendto'], ['udp-client', 'recvfrom']];
  for (const [recording, op] of each) assert.equal(count(events, recording, op), 5, `${recording} ${op}`);
  assert(!events.some(({ op }) => ['listen', 'accept', 'connect'].includes(op)));
  const { drawn } = await compareLanes(page);
  assert.equal(drawn.filter(({ says }) => says === 'datagram').length, 10);
}, SCREEN);

await check('TCP: one connection is opened and closed', async (page) => {
  const { said, calls, events } = await get(page, 'TCP');
  assert.equal(said, 'TCP: 5 calls, 5 successful.');
  assert.equal(calls.length, 5);
  assert.deepEqual([count(events, 'tcp-client', 'connect'), count(events, 'tcp-server', 'accept')], [1, 1]);
  const { events: all, drawn } = await compareLanes(page);
  const tcp = arrows(all.filter(({ api }) => api === 'tcp'));
  const byNumber = (one, other) => one.from - other.from || one.to - other.to;
  const seen = drawn.filter(({ says }) => says !== 'datagram').map(({ from, to, says }) => ({ from, to, says }));
  assert.deepEqual(seen.sort(byNumber), tcp.sort(byNumber));
}, SCREEN);

await check('lost datagrams are drawn as lost and sent again', async (page) => {
  await doBar(page).getByLabel('drop every third UDP datagram').check();
  const { said, calls, events } = await get(page, 'UDP');
  assert.match(said, /^UDP: 5 calls, 5 successful; \d+ requests? sent again after a timeout\.$/);
  const attempts = calls.map((call) => Number(call.match(/(\d+) attempts?/)[1]));
  const sent = count(events, 'udp-client', 'sendto');
  assert.equal(attempts.reduce((sum, each) => sum + each), sent);
  assert(sent > 5, `${sent}`);

  const { events: all, drawn } = await compareLanes(page);
  const ways = [['udp-client', 'udp-server'], ['udp-server', 'udp-client']];
  const old = all.filter(({ clock }) => clock < all.at(-1).clock - LOSS_TIMEOUT_NS);
  const lost = (from, to, among) => count(among, from, 'sendto') - count(all, to, 'recvfrom');
  // The last datagrams may still be in flight.
  const [least, most] = [old, all].map((among) => ways.reduce((sum, [from, to]) => sum + Math.max(0, lost(from, to, among)), 0));
  const seen = drawn.filter((arrow) => arrow.lost);
  assert(seen.length >= least && seen.length <= most && seen.length > 0, `${seen.length}, not from ${least} to ${most}`);
  for (const { from, to, says } of seen) {
    assert.deepEqual([all[from - 1].op, to, says], ['sendto', null, 'lost']);
  }
  // The other arrows connect equal bytes, and each recvfrom has one.
  const arrived = drawn.filter(({ says }) => says === 'datagram');
  for (const { from, to } of arrived) assert.equal(all[from - 1].data, all[to - 1].data);
  const receipts = all.filter(({ op }) => op === 'recvfrom').map(({ seq }) => seq);
  assert.deepEqual(arrived.map(({ to }) => to).sort((one, other) => one - other), receipts);

  const table = page.getByRole('table', { name: 'Datagrams between recorded sockets' });
  for (const [title, from, to] of [['to the server', ...ways[0]], ['to the client', ...ways[1]]]) {
    const cells = await table.getByRole('row', { name: title }).getByRole('cell').allInnerTexts();
    assert.deepEqual(cells.map(Number), [count(all, from, 'sendto'), count(all, to, 'recvfrom'), lost(from, to, all)]);
  }
}, SCREEN);

await check('numbers of calls match the recordings', async (page) => {
  await settled(page);
  const events = recorded().filter(({ error }) => error === undefined);
  const table = page.getByRole('table', { name: 'Number of socket calls' });
  for (const op of ['socket', 'bind', 'listen', 'connect', 'accept', 'sendto', 'recvfrom', 'write', 'read', 'shutdown', 'close']) {
    const cells = await table.locator(`[data-key="${op}"] td`).allInnerTexts();
    assert.deepEqual(cells, COLUMNS.map((label) => String(count(events, label, op) || '–')), op);
  }
}, SCREEN);

await check('an invalid number of calls is refused', async (page) => {
  const { length } = await settled(page);
  await doBar(page).getByLabel('calls').fill('1000');
  await doBar(page).getByRole('button', { name: 'get over UDP' }).click();
  await doBar(page).getByText(/from 1 to 20/).waitFor();
  assert.equal((await settled(page)).length, length);
}, SCREEN);

await check('new calls are shown although playback was paused in the lanes', async (page) => {
  await settled(page);
  await page.keyboard.press('1');
  await page.keyboard.press(' ');
  await page.getByText('paused').first().waitFor();
  await page.keyboard.press('4');
  const { events } = await get(page, 'UDP');
  const sent = events.filter(({ recording, op }) => recording === 'udp-client' && op === 'sendto');
  assert(sent.length > 0);
  await page.locator(`[data-seq="${sent.at(-1).seq}"]`).waitFor();
}, SCREEN);

await finish();
