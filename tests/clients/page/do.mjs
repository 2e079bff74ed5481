// Each button does what it says, over the APIs that were chosen, as often as was asked, on one connection or on new
// ones: told by what the clients recorded.

import assert from 'node:assert/strict';

import { recorded } from './recorded.mjs';
import { doBar, doIt, done, settled } from './seen.mjs';
import { check, finish, until } from './support.mjs';

const APIS = { rest: 'REST', graphql: 'GraphQL', grpc: 'gRPC' };
/** The name of the button, its key, and what of it is to be heard in the bytes, whatever the API. */
const OPERATIONS = [
  ['get a book', 'g', /UNIX Network Programming/],
  ['list books', 'l', /UNIX Network Programming/],
  ['create a book', 'c', /Volume 2: The Implementation/],
  ['update a book', 'u', /Volume 2: The Implementation/],
  ['delete a book', 'd', /./],
  ['get author with books', 'a', /Stevens/],
];

/** What happened since there were so many events: by API the clients' connections, and the steps. */
async function happened(page, before, open = 0) {
  const events = (await settled(page, open)).slice(before);
  const clients = (api) => events.filter(({ recording }) => recording === `${api}-client`);
  const connects = Object.fromEntries(
    Object.keys(APIS).map((api) => [api, clients(api).filter(({ op }) => op === 'connect').length]),
  );
  // Behind each step the recordings say so that what follows is by hand again.
  const labels = events.flatMap(({ op, label }) => (op === 'mark' && label !== 'from a terminal' ? [label] : []));
  const steps = new Set(labels);
  return { connects, steps: [...steps], events };
}

/** The bytes that the API's client has read, as text. */
function heard(events, api) {
  const reads = events.filter(({ recording, op, data }) => recording === `${api}-client` && op === 'read' && data);
  return Buffer.concat(reads.map(({ data }) => Buffer.from(data, 'base64'))).toString();
}

for (const [operation, key, words] of OPERATIONS) {
  await check(`${operation}: over all three, over each alone, and by its key`, async (page) => {
    let before = (await settled(page)).length;
    for (const [over, apis] of [['all three', Object.keys(APIS)], ...Object.keys(APIS).map((api) => [APIS[api], [api]])]) {
      await doBar(page).getByRole('radio', { name: over, exact: true }).check();
      const results = await doIt(page, operation);
      assert.equal(results.length, apis.length);
      apis.forEach((api, index) => assert.match(results[index], new RegExp(`✓.*${APIS[api]}`, 's')));
      const { connects, steps, events } = await happened(page, before);
      const wanted = Object.fromEntries(Object.keys(APIS).map((api) => [api, apis.includes(api) ? 1 : 0]));
      assert.deepEqual([connects, steps], [wanted, [operation]], over);
      for (const api of apis) assert.match(heard(events, api), words);
      before += events.length;
    }
    await page.keyboard.press(key);
    await done(page);
    const { connects, steps } = await happened(page, before);
    assert.deepEqual([connects, steps], [{ rest: 0, graphql: 0, grpc: 1 }, [operation]]);
  });
}

for (const [choice, wanted, step] of [
  ['one connection', 1, 'get a book, 3 calls on one connection'],
  ['a new one for each', 3, 'get a book, 3 connections'],
]) {
  await check(`3 calls, ${choice}`, async (page) => {
    const before = (await settled(page)).length;
    await doBar(page).getByLabel('calls').fill('3');
    await doBar(page).getByRole('radio', { name: choice }).check();
    assert.equal((await doIt(page, 'get a book')).length, 3);
    const { connects, steps, events } = await happened(page, before);
    assert.deepEqual([connects, steps], [{ rest: wanted, graphql: wanted, grpc: wanted }, [step]]);
    assert.equal(heard(events, 'rest').split('UNIX Network Programming').length - 1, 3);
  });
}

await check('what is no number of calls becomes one', async (page) => {
  const calls = doBar(page).getByLabel('calls');
  for (const [typed, taken] of [['', '1'], ['-3', '1'], ['1000', '100']]) {
    await calls.fill(typed);
    await doBar(page).getByRole('radio', { name: 'REST' }).check();
    assert.match((await doIt(page, 'get a book')).join(), /✓/);
    assert.equal(await calls.inputValue(), taken);
  }
});

await check('watch changes: the watchers are told of what is created, until they are switched off', async (page) => {
  const before = (await settled(page)).length;
  const watch = doBar(page).getByRole('button', { name: /^watch changes/ });
  await watch.click();
  await done(page);
  await until('it says that all are open', async () => (await watch.innerText()) === 'watch changes: all open');
  assert.equal(await watch.getAttribute('aria-pressed'), 'true');
  const opened = await happened(page, before, 3);
  assert.deepEqual([opened.connects, opened.steps], [{ rest: 1, graphql: 1, grpc: 1 }, ['watch changes']]);

  await doIt(page, 'create a book');
  const told = (api) => {
    const events = recorded().slice(before + opened.events.length);
    const watcher = opened.events.find(({ recording, op }) => recording === `${api}-client` && op === 'connect');
    return heard(events.filter(({ sock }) => sock === watcher.sock), api);
  };
  for (const api of Object.keys(APIS)) {
    await until(`${api}'s watcher hears of it`, () => told(api).includes('Volume 2: The Implementation'));
  }
  await settled(page, 3);
  await watch.click();
  await done(page);
  await until('it says that none is open', async () => (await watch.innerText()) === 'watch changes');
  await settled(page);
  assert.equal(await watch.getAttribute('aria-pressed'), 'false');
});

await check('watch changes over one API alone', async (page) => {
  const watch = doBar(page).getByRole('button', { name: /^watch changes/ });
  await doBar(page).getByRole('radio', { name: 'GraphQL' }).check();
  await watch.click();
  await until('it says so', async () => (await watch.innerText()) === 'watch changes: GraphQL open');
  assert.equal(await watch.getAttribute('aria-pressed'), 'mixed');
  await settled(page, 1);
  await page.keyboard.press('w');
  await settled(page);
});

await finish();
