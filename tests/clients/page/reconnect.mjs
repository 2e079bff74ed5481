// A page that is loaded again, that loses its connection, or whose workshop is started anew, has all events, each once.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request as ask } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { isInLanes, recorded } from './recorded.mjs';
import { counted, doIt, seenLanes, settled } from './seen.mjs';
import { check, command, finish, until, url } from './support.mjs';

const HIGH = { viewport: { width: 1440, height: 4000 } };

/** The lanes have exactly these events. */
async function hasAll(page, events) {
  assert.equal(await counted(page), events.length);
  const { boxes } = await seenLanes(page);
  assert.deepEqual(boxes.map(({ seq }) => seq), events.filter(isInLanes).map(({ seq }) => seq));
}

const run = (operation, calls) =>
  fetch(`${url}/api/run`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ operation, apis: ['rest', 'graphql', 'grpc'], calls, connection: 'new' }),
  }).then((answer) => answer.json());

/** A proxy between the browser and the workshop, which can be cut. */
const network = { isDown: false, asked: [] };
const proxy = createServer((request, response) => {
  network.asked.push(request);
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

/** The last event that the browser says it has, when it comes back. */
const lastKnown = () => network.asked.findLast(({ url: asked }) => asked.endsWith('/api/stream')).headers['last-event-id'];

/** The console tells of lost connections by itself; of nothing else there must be a word. */
function onlyLost(page) {
  const isLost = (fault) => /ERR_(PROXY|EMPTY|INCOMPLETE|CONNECTION|NETWORK)/.test(fault);
  assert.deepEqual(page.faults.filter((fault) => !isLost(fault)), []);
  page.faults.length = 0;
}

await check('a reload has the same events, and the same screen', async (page) => {
  await doIt(page, 'get a book');
  await hasAll(page, await settled(page));
  await page.getByRole('navigation', { name: 'Screens' }).getByRole('button', { name: 'Sockets' }).click();
  await page.reload();
  const events = await settled(page);
  await page.getByRole('navigation').getByRole('button', { name: 'Sockets' }).and(page.locator('[aria-current]')).waitFor();
  await page.getByRole('button', { name: 'Lanes' }).click();
  await hasAll(page, events);
}, HIGH);

await check('a lost connection: what happened meanwhile comes with the next one, nothing twice', async (page) => {
  const before = (await settled(page)).length;
  network.isDown = true;
  proxy.closeAllConnections();
  await page.getByText('connection lost, trying again').waitFor();
  await run('get', 3);
  await run('create', 3);
  assert.equal(await counted(page), before, 'it hears nothing');
  network.isDown = false;
  await page.getByText('● live').waitFor();
  const events = await settled(page);
  assert(events.length > before + 100, `${events.length}`);
  await hasAll(page, events);
  assert.match(lastKnown(), new RegExp(`-${before}$`), 'it went on from where it was');
  onlyLost(page);
}, { ...HIGH, ...OVER_PROXY });

await check('a connection that is lost again and again while much happens', async (page) => {
  await settled(page);
  const running = run('get', 40);
  for (let lost = 0; lost < 3; lost++) {
    const before = await counted(page);
    await until('more has come', async () => (await counted(page)) > before || (await Promise.race([running, false])));
    proxy.closeAllConnections();
    await page.getByText('connection lost, trying again').waitFor();
    await page.getByText('● live').waitFor();
  }
  await running;
  await hasAll(page, await settled(page));
  onlyLost(page);
}, { ...HIGH, ...OVER_PROXY });

/** A workshop of this script's own, on that port of the page. */
async function startWorkshop(folder, port) {
  const ports = ['rest', 'graphql', 'grpc', 'plain'].flatMap((name) => [`--${name}`, '0']);
  const child = spawn(command('workshop'), [...ports, '--page', `${port}`, '--traces', folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  process.once('exit', () => child.kill('SIGKILL'));
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (said += text));
  await until('the workshop goes on', () => said.includes('Press Ctrl-C to stop') || child.exitCode !== null);
  const [, at] = said.match(/live: (http:\S+)/);
  const stop = async () => {
    child.kill('SIGINT');
    await once(child, 'exit');
  };
  return { at, port: new URL(at).port, stop };
}

const folder = mkdtempSync(join(tmpdir(), 'page-'));
const first = await startWorkshop(folder, 0);
await check('another run of the workshop begins anew', async (page) => {
  const of = async () => {
    await until('the page has all', async () => (await counted(page)) === recorded(folder).length);
    return recorded(folder);
  };
  const [{ clock: before }] = await of();
  await page.getByRole('button', { name: 'One event back' }).click();
  await first.stop();
  await page.getByText('connection lost, trying again').waitFor();
  const second = await startWorkshop(folder, first.port);
  try {
    await page.getByText('● live').waitFor();
    const events = await of();
    assert(events[0].clock > before, 'it is another recording');
    await hasAll(page, events);
    onlyLost(page);
  } finally {
    await second.stop();
  }
}, { ...HIGH, at: first.at });
rmSync(folder, { recursive: true });
proxy.close();

await finish();
