// Datagrams beside streams: every call over both, and what a network throws away is seen to be lost.

import assert from 'node:assert/strict';

import { arrows, recorded } from './recorded.mjs';
import { doBar, seenLanes, settled } from './seen.mjs';
import { check, finish } from './support.mjs';

/** As the lanes have their columns. */
const COLUMNS = ['udp-client', 'udp-server', 'tcp-client', 'tcp-server'];
/** What has not come after so long counts as lost, in nanoseconds. */
const PATIENCE_NS = 20e6;

const SCREEN = { hash: '#datagrams', viewport: { width: 1440, height: 4000 } };

const isShown = ({ recording, op }) => COLUMNS.includes(recording) && op !== 'mark' && op !== 'option';
const count = (events, recording, wanted) => events.filter((event) => event.recording === recording && event.op === wanted).length;

/** Presses a button of the bar, and returns what it says, the calls in words, and the events. */
async function get(page, over) {
  const before = (await settled(page)).length;
  await doBar(page).getByRole('button', { name: `get over ${over}` }).click();
  await page.locator('.do-bar:visible:not([aria-busy])').waitFor();
  const said = await doBar(page).getByRole('status').innerText();
  const calls = await doBar(page).getByRole('list', { name: `Results over ${over}` }).getByRole('listitem').allInnerTexts();
  return { said, calls, events: (await settled(page)).slice(before) };
}

/** The lanes have the events of the four files, each in the column of its side. */
async function compareLanes(page) {
  const events = await settled(page);
  const { boxes, arrows: drawn } = await seenLanes(page);
  // The label begins with whose it is.
  const whose = ({ label }) => label.split(/,| /).slice(0, 2).join('-').toLowerCase();
  const shown = boxes.map((box) => ({ seq: box.seq, op: box.op, amount: box.amount, recording: whose(box) }));
  const wanted = events.filter(isShown).map(({ seq, op, bytes, recording }) => {
    return { seq, op, amount: bytes === undefined ? '' : `${bytes.toLocaleString('en')} B`, recording };
  });
  assert.deepEqual(shown, wanted);
  // Once all four have something, each has a column of its own.
  const columns = COLUMNS.map((label) => new Set(boxes.filter((box) => whose(box) === label).map(({ x }) => x)));
  assert(columns.every((places) => places.size <= 1));
  assert.equal(new Set(columns.flatMap((places) => [...places])).size, columns.filter(({ size }) => size > 0).length);
  return { events, drawn };
}

await check('UDP: each sendto is one recvfrom, and nobody accepts', async (page) => {
  const { said, calls, events } = await get(page, 'UDP');
  assert.equal(said, 'UDP: 5 calls, 5 answered.');
  assert.equal(calls.length, 5);
  const each = [['udp-client', 'sendto'], ['udp-server', 'recvfrom'], ['udp-server', 'sendto'], ['udp-client', 'recvfrom']];
  for (const [recording, op] of each) assert.equal(count(events, recording, op), 5, `${recording} ${op}`);
  assert(!events.some(({ op }) => ['listen', 'accept', 'connect'].includes(op)));
  const { drawn } = await compareLanes(page);
  assert.equal(drawn.filter(({ says }) => says === 'a datagram').length, 10);
}, SCREEN);

await check('TCP: connected, accepted, and closed', async (page) => {
  const { said, calls, events } = await get(page, 'TCP');
  assert.equal(said, 'TCP: 5 calls, 5 answered.');
  assert.equal(calls.length, 5);
  assert.deepEqual([count(events, 'tcp-client', 'connect'), count(events, 'tcp-server', 'accept')], [1, 1]);
  const { events: all, drawn } = await compareLanes(page);
  const tcp = arrows(all.filter(({ api }) => api === 'tcp'));
  const byNumber = (one, other) => one.from - other.from || one.to - other.to;
  const seen = drawn.filter(({ says }) => says !== 'a datagram').map(({ from, to, says }) => ({ from, to, says }));
  assert.deepEqual(seen.sort(byNumber), tcp.sort(byNumber));
}, SCREEN);

await check('with loss all are answered, after more attempts, and what is lost is drawn so', async (page) => {
  await doBar(page).getByLabel('lose every third datagram of UDP').check();
  const { said, calls, events } = await get(page, 'UDP');
  assert.match(said, /^UDP: 5 calls, 5 answered; \d+ questions? asked again after a timeout\.$/);
  const attempts = calls.map((call) => Number(call.match(/(\d+) attempts?/)[1]));
  const sent = count(events, 'udp-client', 'sendto');
  assert.equal(attempts.reduce((sum, each) => sum + each), sent);
  assert(sent > 5, `${sent}`);

  const { events: all, drawn } = await compareLanes(page);
  const ways = [['udp-client', 'udp-server'], ['udp-server', 'udp-client']];
  const old = all.filter(({ clock }) => clock < all.at(-1).clock - PATIENCE_NS);
  const lost = (from, to, among) => count(among, from, 'sendto') - count(all, to, 'recvfrom');
  // The last ones may still be on their way.
  const [least, most] = [old, all].map((among) => ways.reduce((sum, [from, to]) => sum + Math.max(0, lost(from, to, among)), 0));
  const seen = drawn.filter((arrow) => arrow.lost);
  assert(seen.length >= least && seen.length <= most && seen.length > 0, `${seen.length}, not from ${least} to ${most}`);
  for (const { from, to, says } of seen) {
    assert.deepEqual([all[from - 1].op, to, says], ['sendto', null, 'lost on the way']);
  }
  // An arrow that arrives has the same bytes at both ends, and each recvfrom has one.
  const arrived = drawn.filter(({ says }) => says === 'a datagram');
  for (const { from, to } of arrived) assert.equal(all[from - 1].data, all[to - 1].data);
  const receipts = all.filter(({ op }) => op === 'recvfrom').map(({ seq }) => seq);
  assert.deepEqual(arrived.map(({ to }) => to).sort((one, other) => one - other), receipts);

  const table = page.getByRole('table', { name: 'The datagrams' });
  for (const [title, from, to] of [['to the server', ...ways[0]], ['to the client', ...ways[1]]]) {
    const cells = await table.getByRole('row', { name: title }).getByRole('cell').allInnerTexts();
    assert.deepEqual(cells.map(Number), [count(all, from, 'sendto'), count(all, to, 'recvfrom'), lost(from, to, all)]);
  }
}, SCREEN);

await check('how often each side made which call', async (page) => {
  await settled(page);
  const events = recorded().filter(({ error }) => error === undefined);
  const table = page.getByRole('table', { name: 'What the sockets did' });
  for (const op of ['socket', 'bind', 'listen', 'connect', 'accept', 'sendto', 'recvfrom', 'write', 'read', 'shutdown', 'close']) {
    const cells = await table.locator(`[data-key="${op}"] td`).allInnerTexts();
    assert.deepEqual(cells, COLUMNS.map((label) => String(count(events, label, op) || '–')), op);
  }
}, SCREEN);

await check('as many calls as can be typed', async (page) => {
  await doBar(page).getByLabel('calls').fill('1000');
  const { said } = await get(page, 'UDP');
  assert.match(said, /^UDP: (\d+) calls, \1 answered\.$/);
}, SCREEN);

await finish();
