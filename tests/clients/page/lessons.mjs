// Each lesson with a right and a wrong prediction: the verdict is correct, and the numbers match the trace files.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { connections, finishedFirst, isInLanes } from './recorded.mjs';
import { LESSONS, checkLesson, lessonTitles, openLesson, predict, result, rows } from './lesson-steps.mjs';
import { seenLanes } from './seen.mjs';
import { check, command, finish, traces } from './support.mjs';

const APIS = { rest: 'REST', graphql: 'GraphQL', grpc: 'gRPC' };
/** Returns the connections of an API in a run. */
const made = (events, api) => connections(events).filter((connection) => connection.api === api);

const find = (events, op) => events.find((event) => event.op === op);

/** Returns the number of bytes that both sides wrote. */
function written({ client, server }) {
  const writes = [...client, ...server].filter(({ op, error }) => op === 'write' && !error);
  return writes.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Returns the number of segments that both kernels had sent at the closes. */
function segments({ client, server }) {
  return [client, server].reduce((sum, side) => sum + find(side, 'close').tcp.segs_out, 0);
}

const number = (text) => Number(text.replaceAll(/[^\d.]/g, ''));

/** By lesson: right and wrong answers, and a check of its evidence against the trace files. */
const IDEAS = [
  {
    title: 'What is a socket?',
    right: ['socket → bind → listen'],
    wrong: ['socket → connect'],
    async evidence(page, events, all) {
      const binds = all.filter(({ op, side, api }) => op === 'bind' && side === 'server' && api in APIS);
      const shown = (await rows(page, 'Listening sockets')).map(([api, calls, address]) => [api, calls, address]);
      const wanted = Object.entries(APIS).map(([api, title]) => {
        return [title, 'socket → bind → listen', binds.find((bind) => bind.api === api).local];
      });
      assert.deepEqual(shown, wanted);
    },
  },
  {
    title: 'The 4-tuple of a connection',
    right: ["By the client's port: it differs for each connection"],
    wrong: ["By the server's port: accept moves each connection to a new port"],
    async evidence(page, events) {
      const shown = (await rows(page, 'Recorded accepts')).map(([, server, client]) => [server, client]);
      const accepts = events.filter(({ op }) => op === 'accept').map(({ local, peer }) => [local, peer]);
      assert.equal(shown.length, 6);
      assert.deepEqual(shown.sort(), accepts.sort());
    },
  },
  {
    title: 'Calls of server and client',
    right: ['socket → connect → write → read, then the end; the same over all three'],
    wrong: ['gRPC uses other calls, because HTTP/2 has many streams'],
    async evidence(page, events) {
      const list = result(page).getByRole('group', { name: 'Events of REST' });
      const shown = await list.locator('.lesson-event').evaluateAll((all) =>
        all.map((event) => [event.querySelector('.unseen').textContent.replace(/: $/, ''), event.querySelector('strong').textContent]),
      );
      const wanted = events.filter((event) => event.api === 'rest' && isInLanes(event));
      assert.deepEqual(shown, wanted.map(({ side, op }) => [side, op]));
    },
  },
  {
    title: 'End of stream',
    right: ["The server's read returns 0 bytes"],
    wrong: ['The server does not notice until a timeout expires'],
    async evidence(page, events) {
      const shown = (await rows(page, 'End of each connection')).map(([api, first, saw, , state]) => [api, first, saw, state]);
      const wanted = Object.entries(APIS).map(([api, title]) => {
        const [connection] = made(events, api);
        const first = finishedFirst(connection);
        const hasReadToEnd = connection[first === 'client' ? 'server' : 'client'].some(({ eof }) => eof);
        return [title, first, hasReadToEnd ? '0 bytes' : 'none', find(connection[first], 'close').tcp.state];
      });
      assert.deepEqual(shown, wanted);
    },
  },
  {
    title: 'Many connections',
    right: ['One for each, plus the listening socket'],
    wrong: ['One: the listening socket serves all of them'],
    async evidence(page, events) {
      const shown = await rows(page, 'Recorded accepts');
      const wanted = Object.entries(APIS).map(([api, title]) => {
        const accepts = events.filter((event) => event.api === api && event.op === 'accept');
        const socks = accepts.map(({ sock }) => `#${sock}`);
        return [title, '8', '8', `#${accepts[0].on}`, socks.join(' ')];
      });
      assert.deepEqual(shown, wanted);
      // All are accepted before the first one is closed.
      for (const api of Object.keys(APIS)) {
        const own = events.filter((event) => event.api === api && event.side === 'server' && ['accept', 'close'].includes(event.op));
        assert.deepEqual(own.map(({ op }) => op), [...Array(8).fill('accept'), ...Array(8).fill('close')]);
      }
      const bars = result(page).locator('.lesson-bar');
      assert.equal(await bars.count(), 3 * 2 * 8);
      assert.equal(await result(page).locator('.lesson-bar.opened').count(), 3 * 8);
    },
  },
  {
    title: 'Keep-alive',
    right: ['The handshakes, and over gRPC also many bytes through the socket'],
    wrong: ['Only the handshakes; the bytes through the socket stay the same'],
    async evidence(page, events) {
      const caption = 'One persistent connection and five new ones';
      const shown = (await rows(page, caption)).map(([api, count, bytes, , segments]) => [api, number(count), number(bytes), number(segments)]);
      const sum = (all, count) => all.reduce((total, connection) => total + count(connection), 0);
      const wanted = Object.entries(APIS).flatMap(([api, title]) => {
        const [, kept, ...fresh] = made(events, api);
        return [[`${title}, persistent`, [kept]], [`${title}, new`, fresh]].map(([name, all]) => [name, all.length, sum(all, written), sum(all, segments)]);
      });
      assert.deepEqual(shown, wanted);
    },
  },
  {
    title: 'Streaming',
    right: ['The server writes to the connection that the watcher opened before'],
    wrong: ['The watcher sends requests repeatedly'],
    async evidence(page, events) {
      const [rest, ...others] = await rows(page, "The watchers' connections after the creation of the book");
      assert.equal(others.length, 2);
      const [watcher] = made(events, 'rest');
      const news = watcher.server.filter(
        ({ op, data }) => op === 'write' && Buffer.from(data, 'base64').includes('The Implementation'),
      );
      const bytes = news.reduce((sum, event) => sum + event.bytes, 0);
      assert.deepEqual([number(rest[2]), number(rest[3])], [0, bytes]);
    },
  },
  {
    title: 'HTTP/2 frames',
    right: ['A fixed preface and SETTINGS, which do not mention a book'],
    wrong: ['A request line as text, such as GET /v1/books/1'],
    async evidence(page, events) {
      const spent = await rows(page, 'Byte breakdown of one call with its connection');
      const shown = spent.map((cells) => [cells[0], number(cells.at(-1))]);
      assert.deepEqual(shown, Object.entries(APIS).map(([api, title]) => [title, written(made(events, api)[0])]));
      const frames = await rows(page, 'Frames of the gRPC connection');
      const sum = frames.reduce((bytes, cells) => bytes + number(cells[2]), 0);
      assert.equal(sum, shown[2][1], 'the frames contain all bytes');
      assert.match(frames.findLast(([, direction]) => direction === 'to\u00a0client')[3], /grpc-status/);
    },
  },
  {
    title: 'Streams and datagrams',
    right: ['The client program, which sends again if no response arrives in time'],
    wrong: ["The client's sendto fails, so the program notices"],
    async evidence(page, events) {
      const shown = await rows(page, 'Counts of both sides');
      const row = (what) => shown.find(([first]) => first === what).slice(1).map(number);
      const lossy = events.findIndex(({ op, label }) => op === 'mark' && label.includes('some datagrams lost'));
      const count = (part, recording, op) => part.filter((event) => event.recording === recording && event.op === op).length;
      const [clean, rest] = [events.slice(0, lossy), events.slice(lossy)];
      const reads = clean.filter((event) => event.recording === 'tcp-server' && event.op === 'read' && event.bytes > 0);
      assert.deepEqual(row('sent by the client'), [
        count(clean, 'udp-client', 'sendto'),
        count(clean, 'tcp-client', 'write'),
        count(rest, 'udp-client', 'sendto'),
      ]);
      assert.deepEqual(row('received by the server'), [
        count(clean, 'udp-server', 'recvfrom'),
        reads.length,
        count(rest, 'udp-server', 'recvfrom'),
      ]);
    },
  },
  {
    title: 'Same and different',
    right: ['the same', 'gRPC alone', 'gRPC'],
    wrong: ['different', 'none of them', 'REST'],
    async evidence(page) {
      const step = 'get a book, 10 calls on one connection';
      const caption = `Bytes through the socket in both directions, recorded by the clients during "${step}"`;
      const shown = (await rows(page, caption)).map(([api, connection, , later]) => [api, number(connection), number(later)]);
      const files = Object.keys(APIS).map((api) => join(traces, `${api}-client.jsonl`));
      const { stdout } = spawnSync(command('socket-trace'), ['compare', '--json', ...files], { encoding: 'utf8' });
      const wanted = JSON.parse(stdout).traces.map(({ name, steps }) => {
        const { spent, connections: count, calls: { later } } = steps.find((one) => one.name === step);
        const both = ({ to_server, to_client }, bytesOf) => bytesOf(to_server) + bytesOf(to_client);
        const calls = both(later, ({ connection, ...others }) => Object.values(others).reduce((sum, bytes) => sum + bytes));
        return [APIS[name], Math.round(both(spent, ({ connection }) => connection) / count), Math.round(calls / later.count)];
      });
      assert.deepEqual(shown, wanted);
    },
  },
  {
    title: 'Is it gRPC, or HTTP/2, that saves bytes?',
    right: ['About all of them: with HTTP/2, REST needs about as many bytes as gRPC'],
    wrong: ['Almost none: protobuf is smaller than JSON, which explains the difference'],
    async evidence(page, events) {
      const shown = await rows(page, 'Bytes through the socket of a later call');
      assert.deepEqual(shown.map(([kind]) => kind), ['REST, HTTP/1.1', 'REST, HTTP/2', 'gRPC, HTTP/2']);
      const [text, framed] = made(events, 'rest').map((connection) => connection.client.find(({ op }) => op === 'write'));
      const bytes = ({ data }) => Buffer.from(data, 'base64').toString('latin1');
      assert.match(bytes(text), /^GET /);
      assert.match(bytes(framed), /^PRI \* HTTP\/2\.0/);
      const later = shown.map((cells) => number(cells.at(-1)));
      assert(later[0] > later[1] && later[0] > later[2], `${later}`);
      // HTTP/1.1 repeats all bytes with each call.
      assert.equal(later[0], written(made(events, 'rest')[0]) / 10);
    },
  },
  {
    title: 'One shelf',
    right: ['All three, in the same order as the watchers over the other APIs'],
    wrong: ['Only the creation, because the other changes were made over other APIs'],
    async evidence(page, events) {
      const shown = await rows(page, 'Changes received by each watcher');
      assert.deepEqual(shown.map(([api]) => api), Object.values(APIS));
      const [watcher] = made(events, 'rest');
      const text = watcher.server.map(({ data }) => (data ? Buffer.from(data, 'base64').toString() : '')).join('');
      const sequences = [...text.matchAll(/"sequence":(\d+)/g)].map(([, sequence]) => sequence);
      assert.equal(sequences.length, 3);
      for (const [, , ...numbers] of shown) assert.deepEqual(numbers, sequences);
    },
  },
];

for (const idea of IDEAS) await checkLesson(idea);

await check('lesson about the database names the command that uses one', async (page) => {
  await openLesson(page, 'The server as a client');
  await page.getByText('cargo run --features postgres -- --store postgres://').waitFor();
  assert(await page.getByRole('button', { name: 'Run it' }).isDisabled());
}, LESSONS);

await check('lesson does not run without a prediction', async (page) => {
  await page.getByRole('button', { name: 'Run it' }).click();
  await page.getByRole('alert').filter({ hasText: 'First choose your prediction.' }).waitFor();
}, LESSONS);

await check('progress survives a reload until the reset', async (page) => {
  await openLesson(page, IDEAS[2].title);
  await predict(page, IDEAS[2].right);
  const tally = page.getByText(/^1 of \d+ done, 1 predicted correctly$/);
  await tally.waitFor();
  await page.reload();
  await tally.waitFor();
  await page.getByRole('heading', { name: IDEAS[2].title }).waitFor();
  await page.getByRole('button', { name: 'Reset' }).click();
  await tally.waitFor({ state: 'hidden' });
  await page.reload();
  await page.getByRole('heading', { name: '1. What is a socket?' }).waitFor();
  assert.equal(await page.locator('.lesson-mark:not(:empty)').count(), 0);
}, LESSONS);

await check('lesson shows a connection in the lanes', async (page) => {
  await openLesson(page, IDEAS[2].title);
  const { events } = await predict(page, IDEAS[2].right);
  await result(page).getByRole('button', { name: /^Show in the lanes/ }).first().click();
  await page.waitForURL(/#lanes$/);
  const { boxes } = await seenLanes(page);
  const wanted = events.filter((event) => event.api === 'rest' && isInLanes(event)).map(({ seq }) => seq);
  assert.deepEqual(boxes.map(({ seq }) => seq), wanted);
}, LESSONS);

await check('lesson opens an event in the inspector', async (page) => {
  await openLesson(page, IDEAS[2].title);
  await predict(page, IDEAS[2].right);
  await result(page).getByRole('button', { name: /^client: write/ }).first().click();
  await page.getByRole('region', { name: 'The selected event' }).getByRole('heading', { name: 'write' }).waitFor();
}, LESSONS);

await check('shortcuts move between lessons', async (page) => {
  await page.keyboard.press('n');
  await page.getByRole('heading', { name: /^2\. / }).waitFor();
  await page.keyboard.press('p');
  await page.getByRole('heading', { name: /^1\. / }).waitFor();
}, LESSONS);

await check('short path has six lessons', async (page) => {
  assert.equal(await page.locator('.lesson-star').count(), 6);
  await page.getByRole('button', { name: 'Short path' }).click();
  const next = page.getByRole('button', { name: 'Next ›', exact: true });
  const visited = [];
  for (;;) {
    visited.push((await page.getByRole('heading', { level: 2 }).first().innerText()).replace(/^\d+\. /, ''));
    if (await next.isDisabled()) break;
    await next.click();
  }
  assert.equal(visited.length, 6);
  assert((await lessonTitles(page)).length > 6);
}, LESSONS);

await finish();
