// After a reload, a lost connection or a restart of the workshop, the page has each event exactly once.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request as ask } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { isInLanes, recorded } from './recorded.mjs';
import { counted, doIt, seenLanes, settled } from './seen.mjs';
import { check, command, finish, request as send, until } from './support.mjs';

const HIGH = { viewport: { width: 1440, height: 4000 } };

/** Asserts that the lanes contain exactly these events. */
async function hasAll(page, events) {
  assert.equal(await counted(page), events.length);
  const { boxes } = await seenLanes(page);
  assert.deepEqual(boxes.map(({ seq }) => seq), events.filter(isInLanes).map(({ seq }) => seq));
}

const run = (operation, calls) =>
  send('api/run', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ operation, apis: ['rest', 'graphql', 'grpc'], calls, connection: 'new' }),
  }).then((answer) => answer.json());

/** A proxy between the browser and the workshop that can interrupt the connection. */
const network = { isDown: false, requests: [] };
const proxy = createServer((request, response) => {
  network.requests.push(request);
  const { method, headers } = request;
  const onward = ask(request.url, { method, headers }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', () => response.destroy());
  response.on('close', () => onward.destroy());
  request.pipe(onward);
});
proxy.on('connection', (socket) => network.isDown && socket.destroy());
await once(proxy.listen(0, '127.0.0.1'), 'listening');
const OVER_PROXY = { proxy: { server: `http://127.0.0.1:${proxy.address().port}`, bypass: '<-loopback>' } };

/** Returns the last event id that the browser sent when it reconnected. */
const lastKnown = () => network.requests.findLast(({ url: path }) => path.endsWith('/api/stream')).headers['last-event-id'];

/** Asserts that the console contains only errors of lost connections, which the browser logs itself. */
function onlyLost(page) {
  const isLost = (fault) => /ERR_(PROXY|EMPTY|INCOMPLETE|CONNECTION|NETWORK)/.test(fault);
  assert.deepEqual(page.faults.filter((fault) => !isLost(fault)), []);
  page.faults.length = 0;
}

await check('reload keeps the events and the screen', async (page) => {
  await doIt(page, 'get a book');
  await hasAll(page, await settled(page));
  await page.getByRole('navigation', { name: 'Screens' }).getByRole('button', { name: 'Sockets' }).click();
  await page.reload();
  const events = await settled(page);
  await page.getByRole('navigation').getByRole('button', { name: 'Sockets' }).and(page.locator('[aria-current]')).waitFor();
  await page.getByRole('button', { name: 'Lanes' }).click();
  await hasAll(page, events);
}, HIGH);

await check('reconnected page receives the missed events once', async (page) => {
  const before = (await settled(page)).length;
  network.isDown = true;
  proxy.closeAllConnections();
  await page.getByText('connection lost, reconnecting').waitFor();
  await run('get', 3);
  await run('create', 3);
  assert.equal(await counted(page), before, 'the page receives no events');
  network.isDown = false;
  await page.getByText('● live').waitFor();
  const events = await settled(page);
  assert(events.length > before + 100, `${events.length}`);
  await hasAll(page, events);
  assert.match(lastKnown(), new RegExp(`-${before}$`), 'the browser resumed after its last event');
  onlyLost(page);
}, { ...HIGH, ...OVER_PROXY });

await check('repeated disconnections during a load lose nothing', async (page) => {
  await settled(page);
  const running = run('get', 40);
  for (let lost = 0; lost < 3; lost++) {
    const before = await counted(page);
    await until('the page has received more events', async () => (await counted(page)) > before || (await Promise.race([running, false])));
    proxy.closeAllConnections();
    await page.getByText('connection lost, reconnecting').waitFor();
    await page.getByText('● live').waitFor();
  }
  await running;
  await hasAll(page, await settled(page));
  onlyLost(page);
}, { ...HIGH, ...OVER_PROXY });

/** With the same token after a restart, the page reconnects. */
const RESTART_TOKEN = 'same-after-restart';

/** Starts another workshop with the page on the given port. */
async function startWorkshop(folder, port) {
  const ports = ['rest', 'graphql', 'grpc', 'plain'].flatMap((name) => [`--${name}`, '0']);
  const child = spawn(command('workshop'), [...ports, '--page', `${port}`, '--traces', folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, WORKSHOP_TOKEN: RESTART_TOKEN },
  });
  process.once('exit', () => child.kill('SIGKILL'));
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
  await until('the workshop serves the page', () => output.includes('Press Ctrl-C to stop') || child.exitCode !== null);
  const [, at] = output.match(/Live page: (http:\S+)\/\?token=/);
  const stop = async () => {
    child.kill('SIGINT');
    await once(child, 'exit');
  };
  return { at, port: new URL(at).port, stop };
}

const folder = mkdtempSync(join(tmpdir(), 'page-'));
const first = await startWorkshop(folder, 0);
await check('restarted workshop clears the page', async (page) => {
  const of = async () => {
    await until('the page has all events', async () => (await counted(page)) === recorded(folder).length);
    return recorded(folder);
  };
  const [{ clock: before }] = await of();
  await page.getByRole('button', { name: 'Previous event' }).click();
  await first.stop();
  await page.getByText('connection lost, reconnecting').waitFor();
  const second = await startWorkshop(folder, first.port);
  try {
    await page.getByText('● live').waitFor();
    const events = await of();
    assert(events[0].clock > before, 'the page shows the new recording');
    await hasAll(page, events);
    onlyLost(page);
  } finally {
    await second.stop();
  }
}, { ...HIGH, at: first.at, key: RESTART_TOKEN });
rmSync(folder, { recursive: true });
proxy.close();

await finish();
