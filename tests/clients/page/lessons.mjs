// Each lesson with a right and a wrong prediction: the verdict is correct, and the numbers match the trace files.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { connections, finishedFirst, isInLanes } from './recorded.mjs';
import { seenLanes, settled } from './seen.mjs';
import { check, command, finish, traces } from './support.mjs';

const APIS = { rest: 'REST', graphql: 'GraphQL', grpc: 'gRPC' };
const LESSONS = { hash: '#lessons' };

const answer = (page) => page.getByRole('region', { name: 'Result' });

/** Returns the rows of the table with that caption as text. */
async function rows(page, caption) {
  const table = answer(page).getByRole('table', { name: caption });
  return table.locator('tbody tr').evaluateAll((all) =>
    all.map((row) => [...row.children].map((cell) => cell.textContent.trim())),
  );
}

async function goTo(page, number) {
  await page.getByRole('button', { name: new RegExp(`^Lesson ${number}:`) }).click();
  await page.getByRole('heading', { level: 2, name: new RegExp(`^${number}\\. `) }).waitFor();
}

/** Answers each question, runs the lesson, and returns the verdicts and the events of the run. */
async function predict(page, choices) {
  const before = (await settled(page)).length;
  const questions = page.locator('.lesson fieldset');
  for (const [index, choice] of choices.entries()) {
    await questions.nth(index).getByRole('radio', { name: choice, exact: true }).check();
  }
  await page.getByRole('button', { name: 'Run it' }).click();
  await page.getByRole('button', { name: 'Answer again' }).waitFor();
  const verdicts = await answer(page).locator('.lesson-verdict').allInnerTexts();
  return { verdicts, events: (await settled(page)).slice(before) };
}

/** Returns the connections of an API in a run. */
const made = (events, api) => connections(events).filter((connection) => connection.api === api);

const find = (events, op) => events.find((event) => event.op === op);

/** Returns the number of bytes that both sides wrote. */
function written({ client, server }) {
  const writes = [...client, ...server].filter(({ op, error }) => op === 'write' && !error);
  return writes.reduce((sum, { bytes }) => sum + bytes, 0);
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
      const list = answer(page).getByRole('group', { name: 'Events of REST' });
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
        return [title, '5', `#${accepts[0].on}`, socks.join(' ')];
      });
      assert.deepEqual(shown, wanted);
    },
  },
  {
    title: 'Keep-alive',
    right: ['The handshakes, and over gRPC also many bytes'],
    wrong: ['Only the handshakes; the number of bytes stays the same'],
    async evidence(page, events) {
      const shown = (await rows(page, 'One persistent connection and five new ones')).map(([api, count, bytes]) => [api, number(count), number(bytes)]);
      const wanted = Object.entries(APIS).flatMap(([api, title]) => {
        const [kept, ...fresh] = made(events, api);
        const sum = fresh.reduce((bytes, connection) => bytes + written(connection), 0);
        return [[`${title}, persistent`, 1, written(kept)], [`${title}, new`, 5, sum]];
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
      const shown = (await rows(page, `Bytes in both directions, recorded by the servers during "${step}"`)).map(([api, , , later]) => [api, number(later)]);
      const files = Object.keys(APIS).map((api) => join(traces, `${api}-server.jsonl`));
      const { stdout } = spawnSync(command('socket-trace'), ['compare', '--json', ...files], { encoding: 'utf8' });
      const wanted = JSON.parse(stdout).traces.map(({ name, steps }) => {
        const { later } = steps.find((one) => one.name === step).calls;
        const all = [...Object.values(later.to_server), ...Object.values(later.to_client)];
        return [APIS[name], Math.round(all.reduce((sum, bytes) => sum + bytes) / later.count)];
      });
      assert.deepEqual(shown, wanted);
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

for (const [index, { title, right, wrong, evidence }] of IDEAS.entries()) {
  await check(`lesson ${index + 1}, ${title}: verdicts and numbers are correct`, async (page) => {
    await goTo(page, index + 1);
    await page.getByRole('heading', { name: `${index + 1}. ${title}` }).waitFor();
    const missed = await predict(page, wrong);
    for (const verdict of missed.verdicts) assert.match(verdict, /Your prediction was wrong\.|Wrong\./);
    assert.equal(missed.verdicts.length, wrong.length);
    await page.getByRole('button', { name: new RegExp(`^Lesson ${index + 1}:.*predicted incorrectly$`) }).waitFor();

    await page.getByRole('button', { name: 'Answer again' }).click();
    const met = await predict(page, right);
    for (const verdict of met.verdicts) assert.match(verdict, /Your prediction was right\.|Right\./);
    assert.equal(met.verdicts.length, right.length);
    await page.getByRole('button', { name: new RegExp(`^Lesson ${index + 1}:.*predicted correctly$`) }).waitFor();
    await evidence(page, met.events, await settled(page));
  }, LESSONS);
}

await check('lesson about the database names the command that uses one', async (page) => {
  await goTo(page, 12);
  await page.getByText('cargo run --features postgres -- --store postgres://').waitFor();
  assert(await page.getByRole('button', { name: 'Run it' }).isDisabled());
}, LESSONS);

await check('lesson does not run without a prediction', async (page) => {
  await page.getByRole('button', { name: 'Run it' }).click();
  await page.getByRole('alert').filter({ hasText: 'First choose your prediction.' }).waitFor();
}, LESSONS);

await check('progress survives a reload until the reset', async (page) => {
  await goTo(page, 3);
  await predict(page, IDEAS[2].right);
  const tally = page.getByText('1 of 12 done, 1 predicted correctly');
  await tally.waitFor();
  await page.reload();
  await tally.waitFor();
  await page.getByRole('heading', { name: `3. ${IDEAS[2].title}` }).waitFor();
  await page.getByRole('button', { name: 'Reset' }).click();
  await tally.waitFor({ state: 'hidden' });
  await page.reload();
  await page.getByRole('heading', { name: '1. What is a socket?' }).waitFor();
  assert.equal(await page.getByRole('button', { name: /predicted correctly$/ }).count(), 0);
}, LESSONS);

await check('lesson shows a connection in the lanes', async (page) => {
  await goTo(page, 3);
  const { events } = await predict(page, IDEAS[2].right);
  await answer(page).getByRole('button', { name: /^Show in the lanes/ }).first().click();
  await page.waitForURL(/#lanes$/);
  const { boxes } = await seenLanes(page);
  const wanted = events.filter((event) => event.api === 'rest' && isInLanes(event)).map(({ seq }) => seq);
  assert.deepEqual(boxes.map(({ seq }) => seq), wanted);
}, LESSONS);

await check('lesson opens an event in the inspector', async (page) => {
  await goTo(page, 3);
  await predict(page, IDEAS[2].right);
  await answer(page).getByRole('button', { name: /^client: write/ }).first().click();
  await page.getByRole('region', { name: 'The selected event' }).getByRole('heading', { name: 'write' }).waitFor();
}, LESSONS);

await check('shortcuts move between lessons', async (page) => {
  await page.keyboard.press('n');
  await page.getByRole('heading', { name: /^2\. / }).waitFor();
  await page.keyboard.press('p');
  await page.getByRole('heading', { name: /^1\. / }).waitFor();
}, LESSONS);

await finish();
