// The socket table is that of the kernel: who listens, who is connected, and which side waits after it has closed.

import assert from 'node:assert/strict';

import { connections, finishedFirst } from './recorded.mjs';
import { doBar, doIt, done, settled } from './seen.mjs';
import { check, finish, until } from './support.mjs';

const TITLES = { rest: 'REST', graphql: 'GraphQL', grpc: 'gRPC', udp: 'UDP', tcp: 'TCP' };
const SOCKETS = { hash: '#sockets' };

/** The rows, each with the API that it stands under. */
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

/** Where each server listens, as its recording says. */
function listening(events) {
  const binds = events.filter(({ op, side, api }) => op === 'bind' && side === 'server' && api !== 'udp');
  return binds.map(({ api, local }) => [TITLES[api], local]);
}

await check('each server has its row in LISTEN, with its process', async (page) => {
  const wanted = listening(await settled(page));
  assert(wanted.length >= 3);
  await until('all of them are there', async () => {
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

await check('while it is watched, both ends of each connection are ESTABLISHED', async (page) => {
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
  await until('they are all there', async () => {
    const all = await rows(page);
    return ends.every((end) => isThere(all, end));
  });
  const card = page.getByRole('region', { name: 'REST: how many sockets' });
  await until('the card counts both ends', async () => (await card.locator('[data-key="ESTABLISHED"] b').innerText()) === '2');
  await watch.click();
  await done(page);
  await settled(page);
  await until('they are gone, or over', async () => {
    const all = await rows(page);
    return !ends.some((end) => isThere(all, end));
  });
}, SOCKETS);

/**
 * Whether a RST ended it, after which nobody waits. It is the answer to what the other side has written and nobody reads any
 * more: gRPC's server says goodbye when its client may have gone.
 */
function isTorn({ client, server }) {
  const bytes = (events, wanted) =>
    events.filter(({ op }) => op === wanted).reduce((sum, event) => sum + (event.bytes ?? 0), 0);
  return bytes(server, 'write') > bytes(client, 'read') || bytes(client, 'write') > bytes(server, 'read');
}

await check('the side that closed first is in TIME_WAIT', async (page) => {
  const before = (await settled(page)).length;
  await doIt(page, 'get a book');
  const made = connections((await settled(page)).slice(before));
  assert.equal(made.length, 3);
  const ended = made.filter((connection) => !isTorn(connection));
  assert(ended.length >= 2, 'over HTTP/1.1 all is read');
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
