// The downloads match the recordings: traces byte by byte, the capture file, the sequence diagram and the report.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { eventsOf, recorded } from './recorded.mjs';
import { doIt, download, settled } from './seen.mjs';
import { check, finish, traces } from './support.mjs';

/** Downloads a file of the list: `{ name, bytes }`. */
async function take(page, name) {
  const file = await download(page, name);
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
}

const openList = (page) => page.getByRole('button', { name: 'Downloads' }).click();

await check('traces match the files', async (page) => {
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

await check('capture for Wireshark contains the bytes of the traces', async (page) => {
  await settled(page);
  await openList(page);
  const { name, bytes } = await take(page, 'A capture for Wireshark');
  assert.equal(name, 'capture.pcapng');
  // A section header block with the magic number in either byte order.
  assert.equal(bytes.readUInt32BE(0), 0x0a0d0d0a);
  assert([0x1a2b3c4d, 0x4d3c2b1a].includes(bytes.readUInt32BE(8)));
  // Both ends were recorded. The capture contains each connection once, from the server's recording.
  for (const label of ['rest-server', 'grpc-server']) {
    const transfers = eventsOf(label).filter(({ op, data }) => ['read', 'write'].includes(op) && data);
    for (const { data } of transfers) assert(bytes.includes(Buffer.from(data, 'base64')), label);
  }
  const request = Buffer.from('DELETE /v1/books/');
  const deletions = eventsOf('rest-server').filter(({ data }) => data && Buffer.from(data, 'base64').includes(request));
  let found = 0;
  for (let at = bytes.indexOf(request); at >= 0; at = bytes.indexOf(request, at + 1)) found += 1;
  assert.equal(found, deletions.length);
});

await check('sequence diagram of the last shown step', async (page) => {
  await doIt(page, 'list books');
  await settled(page);
  await openList(page);
  const { name, bytes } = await take(page, 'A sequence diagram of “list books”');
  assert.equal(name, 'sequence.svg');
  assert.match(bytes.toString(), /^<svg[^>]*>/);
  assert.match(bytes.toString(), /v1\/books\?page_size=5/);
});

await check('report contains the recording', async (page) => {
  await settled(page);
  await openList(page);
  const { name, bytes } = await take(page, 'This page with the recording');
  assert.equal(name, 'report.html');
  assert.match(bytes.toString(), /^<!doctype html>/i);
  assert.match(bytes.toString(), /<script type="application\/json" id="recording">/);
});

await check('Escape closes the list and focuses its button', async (page) => {
  await openList(page);
  await page.getByRole('heading', { name: 'Downloads' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('heading', { name: 'Downloads' }).waitFor({ state: 'hidden' });
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Downloads');
});

await finish();
