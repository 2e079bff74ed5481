// The inspector shows the bytes and parts of the trace file, the recorded event, and buttons for related events.

import assert from 'node:assert/strict';

import { arrows } from './recorded.mjs';
import { doIt, lanes, reveal, settled } from './seen.mjs';
import { check, finish, until } from './support.mjs';

/** Number of lines before the button "Show more". */
const LINES_AT_FIRST = 48;

const panel = (page) => page.getByRole('region', { name: 'The selected event' });

/** Selects an event in the lanes. */
async function select(page, { seq, op }) {
  await reveal(page, seq);
  const box = lanes(page).locator(`[data-seq="${seq}"]`);
  // A second click would close the panel.
  if ((await box.getAttribute('aria-current')) === null) await box.click();
  await lanes(page).locator(`[data-seq="${seq}"][aria-current]`).waitFor();
  // The panel may be drawn one frame after the lanes, and show the previous event until then.
  await until(`the panel shows event ${seq}`, async () => (await selected(page)) === seq);
  await panel(page).getByRole('heading', { name: op }).waitFor();
}

/** Returns the number of the event in the inspector. */
async function selected(page) {
  const added = await panel(page).getByLabel('Added', { exact: true }).textContent();
  return JSON.parse(added).seq;
}

/** Makes a call over all APIs and returns its events. */
async function called(page) {
  const before = (await settled(page)).length;
  await doIt(page, 'get a book');
  return (await settled(page)).slice(before).filter(({ op }) => op !== 'mark' && op !== 'option');
}

/** Returns the displayed bytes as hex and text, and the number of bytes of each part. */
async function shownBytes(page) {
  const more = panel(page).getByRole('button', { name: /^Show more/ });
  while (await more.isVisible()) await more.click();
  const lines = panel(page).locator('.hex-line');
  const join = async (which) => (await lines.locator(which).allTextContents()).join('');
  const runs = await lines.locator('.hex-bytes > span').evaluateAll((spans) =>
    spans.map((span) => [span.dataset.part ?? null, span.textContent.trim().split(' ').length]),
  );
  const parts = new Map();
  for (const [part, bytes] of runs) parts.set(part, (parts.get(part) ?? 0) + bytes);
  return { hex: await join('.hex-bytes'), text: await join('.hex-text'), parts };
}

await check('bytes match the trace file and the sum of their parts', async (page) => {
  const transfers = (await called(page)).filter(({ bytes }) => bytes > 0);
  assert(transfers.length >= 12, `${transfers.length}`);
  for (const event of transfers) {
    await select(page, event);
    const bytes = Buffer.from(event.data, 'base64');
    const { hex, text, parts } = await shownBytes(page);
    assert.deepEqual(Buffer.from(hex.replaceAll(' ', ''), 'hex'), bytes);
    assert.equal(text, bytes.toString('latin1').replaceAll(/[^ -~]/g, '·'));
    const rows = await panel(page).getByRole('list', { name: 'Frames and messages' }).getByRole('listitem').all();
    const sizes = await Promise.all(rows.map((row) => row.locator('.number').innerText()));
    assert.deepEqual(sizes, [...parts.values()].map((count) => `${count.toLocaleString('en')} B`));
    assert.equal([...parts.values()].reduce((sum, count) => sum + count), event.bytes);
  }
});

await check('header fields of an HTTP/2 request are listed', async (page) => {
  const writes = (await called(page)).filter(({ api, op, bytes }) => api === 'grpc' && op === 'write' && bytes > 0);
  const listed = [];
  for (const event of writes) {
    await select(page, event);
    listed.push(...(await panel(page).getByLabel('Header fields').locator('dt, dd').allTextContents()));
  }
  const value = (name) => listed[listed.indexOf(name) + 1];
  assert.equal(value(':path'), '/bookshelf.v1.BookshelfService/GetBook');
  assert.equal(value('content-type'), 'application/grpc');
  assert.equal(value('grpc-status'), '0');
});

await check('recorded event matches the line of the trace file', async (page) => {
  for (const event of await called(page)) {
    await select(page, event);
    const details = panel(page).getByRole('group').filter({ hasText: 'The event as recorded' });
    if ((await details.getAttribute('open')) === null) await details.getByText('The event as recorded').click();
    const shown = JSON.parse(await panel(page).locator('pre[aria-label="As recorded"]').innerText());
    const { t, data, ...recorded } = JSON.parse(event.line);
    const { t: shownTime, data: shownData, ...others } = shown;
    assert.deepEqual([others, shownTime], [recorded, t]);
    // A long string is shortened.
    if (data?.length > 600) assert.equal(shownData, `${data.slice(0, 600)}… (${data.length.toLocaleString('en')} characters)`);
    else assert.equal(shownData, data);
    assert.equal(await selected(page), event.seq);
  }
});

await check('every event of a connection says why the connection ended', async (page) => {
  const events = await called(page);
  for (const api of ['rest', 'graphql', 'grpc']) {
    const write = events.find((event) => event.api === api && event.op === 'write');
    await select(page, write);
    const row = panel(page).locator('dt', { hasText: 'Ended because' }).locator('+ dd');
    await row.waitFor();
    assert.match(await row.innerText(), /^the client /);
  }
});

await check('long payloads are shown in portions', async (page) => {
  const [longest] = (await settled(page)).filter(({ data }) => data).sort((one, other) => other.bytes - one.bytes);
  assert(longest.bytes > 16 * LINES_AT_FIRST, `${longest.bytes}`);
  await select(page, longest);
  assert.equal(await panel(page).locator('.hex-line').count(), LINES_AT_FIRST);
  const { hex } = await shownBytes(page);
  assert.equal(hex.replaceAll(' ', ''), Buffer.from(longest.data, 'base64').toString('hex'));
});

await check('next and previous event of a call by button and shortcut', async (page) => {
  const events = (await called(page)).filter(({ api, bytes }) => api === 'rest' && bytes > 0);
  // A request and its response are written and read on both sides, possibly in several events.
  const count = events.length;
  assert(count >= 4, `${count}`);
  const next = panel(page).getByRole('button', { name: /^Next event/ });
  const isAt = async (place) => {
    await panel(page).getByText(`call 1, event ${place} of ${count}`).waitFor();
    assert.equal(await selected(page), events[place - 1].seq);
  };
  await select(page, events[0]);
  await isAt(1);
  for (let place = 2; place <= count; place++) {
    await next.click();
    await isAt(place);
  }
  assert(await next.isDisabled());
  for (const [key, place] of [['b', count - 1], ['b', count - 2], ['n', count - 1]]) {
    await page.keyboard.press(key);
    await isAt(place);
  }
});

await check('buttons and shortcut lead to the other end of each arrow', async (page) => {
  const events = await called(page);
  const links = arrows(await settled(page)).filter(({ from }) => from >= events[0].seq);
  const event = (number) => events.find(({ seq }) => seq === number);
  const isAt = (number) => lanes(page).locator(`[data-seq="${number}"][aria-current]`).waitFor();
  assert(links.length >= 12, `${links.length}`);
  for (const { from, to } of links) {
    await select(page, event(from));
    const { side, op } = event(to);
    // One write may have been received by several reads.
    const place = links.filter((link) => link.from === from && event(link.to).op === op).findIndex((link) => link.to === to);
    await panel(page).getByRole('button', { name: new RegExp(`to the ${side}'s ${op}`) }).nth(place).click();
    await isAt(to);
    if (links.filter((link) => [link.from, link.to].includes(to)).length > 1) continue;
    await page.keyboard.press('x');
    await isAt(from);
  }
});

await check('properties contain addresses and the end of the connection', async (page) => {
  const events = (await called(page)).filter(({ recording }) => recording === 'rest-client');
  const [connect, close] = ['connect', 'close'].map((op) => events.find((event) => event.op === op));
  await select(page, close);
  const fact = (term) => panel(page).locator(`dt:text-is("${term}") + dd`).innerText();
  assert.match(await fact('Connection'), new RegExp(`client ${connect.local} ⇄ server ${connect.peer}`));
  const reads = `${close.reads} read${close.reads === 1 ? '' : 's'}`;
  assert.match(await fact('Received'), new RegExp(`${close.rx} B in ${reads}$`));
  assert.match(await fact('Ended by'), { local: /^this side/, peer: /^the other side/ }[close.ended_by]);
  assert.match(await fact('TCP'), new RegExp(close.tcp.state));
});

await check('closing the inspector focuses the event', async (page) => {
  const [event] = (await called(page)).slice(-1);
  await select(page, event);
  await page.keyboard.press('Escape');
  await panel(page).waitFor({ state: 'hidden' });
  assert.equal(await page.evaluate(() => document.activeElement.dataset.seq), `${event.seq}`);
});

await finish();
