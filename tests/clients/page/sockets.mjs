// The socket table matches the kernel's: listening sockets, connections and sockets in TIME_WAIT.

import assert from 'node:assert/strict';

import { connections, finishedFirst } from './recorded.mjs';
import { doBar, doIt, done, settled } from './seen.mjs';
import { check, finish, until } from './support.mjs';

const TITLES = { rest: 'REST', graphql: 'GraphQL', grpc: 'gRPC', udp: 'UDP', tcp: 'TCP' };
const SOCKETS = { hash: '#sockets' };

/** Returns the rows, each with its API. */
async function rows(page) {
  const table = page.getByRole('table', { name: /^The sockets of the servers/ });
  const cells = await table.locator('tbody tr').evaluateAll((all) =>
    all.map((row) => [...row.children].map((cell) => cell.textContent.trim())),
  );
  let api;
  return cells.flatMap(([first, side, , , , local, foreign, state, process]) => {
    if (side !== undefined && local !== undefined) return [{ api, side, local, foreign, state: state.split(' ')[0], process }];
    api = first;
    return [];
  });
}

/** Returns the listening address of each server from its recording. */
function listening(events) {
  const binds = events.filter(({ op, side, api }) => op === 'bind' && side === 'server' && api !== 'udp');
  return binds.map(({ api, local }) => [TITLES[api], local]);
}

await check('each server has a row in LISTEN with its process', async (page) => {
  const wanted = listening(await settled(page));
  assert(wanted.length >= 3);
  await until('the table contains all listening sockets', async () => {
    const listens = (await rows(page)).filter(({ state }) => state === 'LISTEN');
    return wanted.every(([api, local]) => listens.some((row) => row.api === api && row.local === local));
  });
  const listens = (await rows(page)).filter(({ state }) => state === 'LISTEN');
  assert.equal(listens.length, wanted.length);
  for (const { side, foreign, process } of listens) {
    assert.equal(side, 'server');
    assert.match(foreign, /:\*$/);
    assert.match(process, /^\d+\/workshop/);
  }
}, SOCKETS);

await check('open watchers have two sockets in ESTABLISHED each', async (page) => {
  const before = (await settled(page)).length;
  const watch = doBar(page).getByRole('button', { name: /^watch changes/ });
  await watch.click();
  await done(page);
  const opened = connections((await settled(page, 3)).slice(before));
  assert.deepEqual(opened.map(({ api }) => api).sort(), ['graphql', 'grpc', 'rest']);
  const ends = opened.flatMap(({ api, client }) => {
    const { local, peer } = client.find(({ op }) => op === 'connect');
    return [[TITLES[api], 'client', local, peer], [TITLES[api], 'server', peer, local]];
  });
  const isThere = (all, [api, side, local, foreign]) =>
    all.some((row) => row.api === api && row.side === side && row.local === local && row.foreign === foreign && row.state === 'ESTABLISHED');
  await until('the table contains both sockets of each connection', async () => {
    const all = await rows(page);
    return ends.every((end) => isThere(all, end));
  });
  const card = page.getByRole('region', { name: 'REST: number of sockets' });
  await until('the chart counts both sockets', async () => (await card.locator('[data-key="ESTABLISHED"] b').innerText()) === '2');
  await watch.click();
  await done(page);
  await settled(page);
  await until('the sockets are closed', async () => {
    const all = await rows(page);
    return !ends.some((end) => isThere(all, end));
  });
}, SOCKETS);

/**
 * Returns `true` if a RST ended the connection, after which no socket is in TIME_WAIT. A RST is the response to bytes
 * for a closed socket, such as the GOAWAY of the gRPC server.
 */
function wasReset({ client, server }) {
  const bytes = (events, wanted) =>
    events.filter(({ op }) => op === wanted).reduce((sum, event) => sum + (event.bytes ?? 0), 0);
  return bytes(server, 'write') > bytes(client, 'read') || bytes(client, 'write') > bytes(server, 'read');
}

await check('side that closed first is in TIME_WAIT', async (page) => {
  const before = (await settled(page)).length;
  await doIt(page, 'get a book');
  const made = connections((await settled(page)).slice(before));
  assert.equal(made.length, 3);
  const ended = made.filter((connection) => !wasReset(connection));
  assert(ended.length >= 2, 'over HTTP/1.1 all bytes are read');
  for (const { api, client, server } of ended) {
    const { local, peer } = client.find(({ op }) => op === 'connect');
    const first = finishedFirst({ client, server });
    const [own, other] = first === 'client' ? [local, peer] : [peer, local];
    const isOurs = (row) => [row.local, row.foreign].includes(local) && row.state === 'TIME_WAIT';
    const row = await until(`${api} has a row in TIME_WAIT`, async () => (await rows(page)).find(isOurs));
    assert.deepEqual([row.api, row.side, row.local, row.foreign], [TITLES[api], first, own, other]);
    assert.match(row.process, /kernel/);
  }
}, SOCKETS);

await finish();
