// What can be taken home is what was recorded: the traces to the byte, the capture and the drawing as socket-trace makes
// them.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { eventsOf, recorded } from './recorded.mjs';
import { doIt, download, settled } from './seen.mjs';
import { check, finish, traces } from './support.mjs';

/** Presses a link of the list, and returns the file: `{ name, bytes }`. */
async function take(page, name) {
  const file = await download(page, name);
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
}

const openList = (page) => page.getByRole('button', { name: 'Take it home' }).click();

await check('each trace, as it is in its folder', async (page) => {
  await doIt(page, 'get a book');
  await settled(page);
  await openList(page);
  const names = await page.getByRole('link', { name: /\.jsonl$/ }).allInnerTexts();
  const labels = new Set(recorded().map(({ recording }) => recording));
  for (const label of labels) assert(names.includes(`${label}.jsonl`), label);
  for (const name of names) {
    const file = await take(page, name);
    assert.equal(file.name, name);
    assert(file.bytes.equals(readFileSync(join(traces, name))), name);
  }
});

await check('the capture for Wireshark has the bytes of the traces', async (page) => {
  await settled(page);
  await openList(page);
  const { name, bytes } = await take(page, 'A capture for Wireshark');
  assert.equal(name, 'capture.pcapng');
  // A section header block, with the magic number in either order of bytes.
  assert.equal(bytes.readUInt32BE(0), 0x0a0d0d0a);
  assert([0x1a2b3c4d, 0x4d3c2b1a].includes(bytes.readUInt32BE(8)));
  for (const label of ['rest-client', 'grpc-server']) {
    const writes = eventsOf(label).filter(({ op, data }) => op === 'write' && data);
    for (const { data } of writes) assert(bytes.includes(Buffer.from(data, 'base64')), label);
  }
});

await check('the drawing of the step that is shown last', async (page) => {
  await doIt(page, 'list books');
  await settled(page);
  await openList(page);
  const { name, bytes } = await take(page, 'A drawing of “list books”');
  assert.equal(name, 'sequence.svg');
  assert.match(bytes.toString(), /^<svg[^>]*>/);
  assert.match(bytes.toString(), /v1\/books\?page_size=5/);
});

await check('the report', async (page) => {
  await settled(page);
  await openList(page);
  const { name, bytes } = await take(page, 'This page with the recording');
  assert.equal(name, 'report.html');
  assert.match(bytes.toString(), /^<!doctype html>/i);
  assert.match(bytes.toString(), /<script type="application\/json" id="recording">/);
});

await check('the list closes with Escape, and its button has the focus again', async (page) => {
  await openList(page);
  await page.getByRole('heading', { name: 'Take it home' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('heading', { name: 'Take it home' }).waitFor({ state: 'hidden' });
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Take it home');
});

await finish();
