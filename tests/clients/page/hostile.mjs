// Recorded markup is displayed as text and never becomes part of the page.

import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { once } from 'node:events';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { eventsOf, recorded } from './recorded.mjs';
import { download, lanes, reveal, seenLanes, settled } from './seen.mjs';
import { check, command, finish, traces, until } from './support.mjs';

const MARKUP = '<img/src=x/onerror=window.broken=1>';
const PATHS = [MARKUP, '</script><script>window.broken=1</script>', `"'\`&lt;&amp;\\`, '‮gnirts\u0000\u0007\u001b[31m'];

/** Requests to the REST server with markup and invalid text in path, header and body. */
const REQUESTS = [
  ...PATHS.map((path) => Buffer.from(`GET /v1/books/${encodeURI(path).replaceAll('%3C', '<').replaceAll('%3E', '>')} HTTP/1.1\r\n`)),
  Buffer.from(`GET /${MARKUP} HTTP/1.1\r\nx-evil: ${MARKUP}</script>"'\r\n`),
  Buffer.concat([Buffer.from('POST /v1/books HTTP/1.1\r\ncontent-type: application/json\r\ncontent-length: 6\r\nx: '), Buffer.from([0xff, 0xfe, 0x80, 0x0d, 0x0a])]),
];
const BODIES = [[], [], [], [], [], [0x80, 0xc3, 0x28, 0x00, 0x3c, 0xff]];

/** Sends a request and waits until the server has closed the connection. */
async function send(address, request, body) {
  const [host, port] = address.split(':');
  const socket = connect({ host, port: Number(port) });
  socket.on('error', () => {});
  socket.resume();
  socket.end(Buffer.concat([request, Buffer.from('host: localhost\r\nconnection: close\r\n\r\n'), Buffer.from(body)]));
  await once(socket, 'close');
}

/** Asserts that no recorded script has run and no recorded markup has become an element. */
async function isUnharmed(page) {
  assert.equal(await page.evaluate(() => window.broken), undefined);
  assert.equal(await page.locator('img, iframe, object, embed, body script:not(#recording)').count(), 0);
}

/** Inspects each of the events. */
async function inspect(page, events) {
  const panel = page.getByRole('region', { name: 'The selected event' });
  for (const event of events) {
    await reveal(page, event.seq);
    await lanes(page).locator(`[data-seq="${event.seq}"]`).click();
    await lanes(page).locator(`[data-seq="${event.seq}"][aria-current]`).waitFor();
    const shown = panel.locator('.hex-bytes');
    const hex = Buffer.from(event.data, 'base64').toString('hex');
    await until('its bytes are shown', async () => (await shown.allTextContents()).join('').replaceAll(/\s/g, '') === hex);
    await isUnharmed(page);
  }
}

/** Sends the requests and returns their events with payload. */
async function sent(page) {
  const before = (await settled(page)).length;
  const [bind] = eventsOf('rest-server').filter(({ op }) => op === 'bind');
  for (const [index, request] of REQUESTS.entries()) await send(bind.local, request, BODIES[index]);
  const events = (await settled(page)).slice(before);
  const transfers = events.filter(({ op, bytes }) => (op === 'read' || op === 'write') && bytes > 0);
  assert(transfers.length >= 2 * REQUESTS.length, `${transfers.length}`);
  return transfers;
}

const folder = mkdtempSync(join(tmpdir(), 'page-'));
const file = join(folder, 'report.html');

await check('lanes and inspector display recorded markup as text', async (page) => {
  const transfers = await sent(page);
  await reveal(page, transfers[0].seq);
  const label = await lanes(page).locator(`[data-seq="${transfers[0].seq}"]`).getAttribute('aria-label');
  assert(label.includes('<img/src=x'), label);
  await inspect(page, transfers);
  for (const screen of ['Compare', 'Sockets', 'Datagrams', 'Lessons']) {
    await page.getByRole('navigation', { name: 'Screens' }).getByRole('button', { name: screen }).click();
    await isUnharmed(page);
  }
  await page.getByRole('button', { name: 'Downloads' }).click();
  await (await download(page, 'This page with the recording')).saveAs(file);
});

await check('lesson displays recorded markup as text', async (page) => {
  await page.getByRole('radio', { name: 'socket → bind → listen', exact: true }).check();
  await page.getByRole('button', { name: 'Run it' }).click();
  await page.getByText('Your prediction was right.').first().waitFor();
  await isUnharmed(page);
}, { hash: '#lessons' });

await check('report displays recorded markup as text', async (page) => {
  const wanted = recorded().filter(({ op, data }) => op === 'read' && data && Buffer.from(data, 'base64').includes('onerror'));
  assert(wanted.length >= 2, `${wanted.length}`);
  await inspect(page, wanted);
}, { at: pathToFileURL(file).href, offline: true });

/** Creates a report of the REST server's recording with `names` as additional operations, after each line. */
function reportWithOperations(names) {
  const [head, ...lines] = readFileSync(join(traces, 'rest-server.jsonl'), 'utf8').trimEnd().split('\n');
  const events = lines.map((line) => JSON.parse(line)).filter(({ op }) => op).slice(0, 40);
  const added = events.flatMap((event, index) => {
    const op = names[index % names.length];
    return [event, event.sock === undefined ? { t: event.t, op } : { t: event.t, sock: event.sock, op }];
  });
  const trace = join(folder, 'operations.jsonl');
  writeFileSync(trace, [head, ...added.map((event) => JSON.stringify(event))].join('\n') + '\n');
  const report = join(folder, 'operations.html');
  execFileSync(command('socket-trace'), ['report', trace, '-o', report], { stdio: 'pipe' });
  return { report, operations: added.filter(({ op }) => op !== 'mark' && op !== 'option') };
}

const MEMBERS = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf'];
const { report, operations } = reportWithOperations(MEMBERS);
await check('operation named like a member of every object does not break the drawing', async (page) => {
  await lanes(page).locator('[data-seq]').first().waitFor();
  const { boxes } = await seenLanes(page);
  assert.deepEqual(boxes.map(({ op }) => op).sort(), operations.map(({ op }) => op).sort());
}, { at: pathToFileURL(report).href, offline: true });
rmSync(folder, { recursive: true });

await finish();
