// The buttons of the operations make the selected calls over the selected APIs and connections, according to the
// recordings of the clients.

import assert from 'node:assert/strict';

import { recorded } from './recorded.mjs';
import { doBar, doIt, done, settled } from './seen.mjs';
import { check, finish, until } from './support.mjs';

const APIS = { rest: 'REST', graphql: 'GraphQL', grpc: 'gRPC' };
/** Name of the button, its shortcut, and expected text in the responses of all APIs. */
const OPERATIONS = [
  ['get a book', 'g', /UNIX Network Programming/],
  ['list books', 'l', /UNIX Network Programming/],
  ['create a book', 'c', /Volume 2: The Implementation/],
  ['update a book', 'u', /Volume 2: The Implementation/],
  ['delete a book', 'd', /./],
  ['get author with books', 'a', /Stevens/],
];

/** Returns the number of client connections by API, the steps and the events since the first `before` events. */
async function recordedSince(page, before, open = 0) {
  const events = (await settled(page, open)).slice(before);
  const clients = (api) => events.filter(({ recording }) => recording === `${api}-client`);
  const connects = Object.fromEntries(
    Object.keys(APIS).map((api) => [api, clients(api).filter(({ op }) => op === 'connect').length]),
  );
  // After each step the recordings contain the mark of the step from a terminal.
  const labels = events.flatMap(({ op, label }) => (op === 'mark' && label !== 'from a terminal' ? [label] : []));
  const steps = new Set(labels);
  return { connects, steps: [...steps], events };
}

/** Returns the bytes that the API's client has read, as text. */
function received(events, api) {
  const reads = events.filter(({ recording, op, data }) => recording === `${api}-client` && op === 'read' && data);
  return Buffer.concat(reads.map(({ data }) => Buffer.from(data, 'base64'))).toString();
}

for (const [operation, key, words] of OPERATIONS) {
  await check(`${operation}: over all APIs, over each API and by shortcut`, async (page) => {
    let before = (await settled(page)).length;
    for (const [over, apis] of [['all three', Object.keys(APIS)], ...Object.keys(APIS).map((api) => [APIS[api], [api]])]) {
      await doBar(page).getByRole('radio', { name: over, exact: true }).check();
      const results = await doIt(page, operation);
      assert.equal(results.length, apis.length);
      apis.forEach((api, index) => assert.match(results[index], new RegExp(`✓.*${APIS[api]}`, 's')));
      const { connects, steps, events } = await recordedSince(page, before);
      const wanted = Object.fromEntries(Object.keys(APIS).map((api) => [api, apis.includes(api) ? 1 : 0]));
      assert.deepEqual([connects, steps], [wanted, [operation]], over);
      for (const api of apis) assert.match(received(events, api), words);
      before += events.length;
    }
    await page.keyboard.press(key);
    await done(page);
    const { connects, steps } = await recordedSince(page, before);
    assert.deepEqual([connects, steps], [{ rest: 0, graphql: 0, grpc: 1 }, [operation]]);
  });
}

for (const [choice, wanted, step] of [
  ['one connection', 1, 'get a book, 3 calls on one connection'],
  ['a new one for each call', 3, 'get a book, 3 connections'],
]) {
  await check(`3 calls on ${choice}`, async (page) => {
    const before = (await settled(page)).length;
    await doBar(page).getByLabel('calls').fill('3');
    await doBar(page).getByRole('radio', { name: choice }).check();
    assert.equal((await doIt(page, 'get a book')).length, 3);
    const { connects, steps, events } = await recordedSince(page, before);
    assert.deepEqual([connects, steps], [{ rest: wanted, graphql: wanted, grpc: wanted }, [step]]);
    assert.equal(received(events, 'rest').split('UNIX Network Programming').length - 1, 3);
  });
}

await check('the field refuses an invalid number of calls, and says what it accepts', async (page) => {
  const calls = doBar(page).getByLabel('calls');
  const { length } = await settled(page);
  for (const typed of ['', '0', '-3', '1.5', '1000']) {
    await calls.fill(typed);
    await doIt(page, 'get a book');
    await doBar(page).getByRole('status').getByText(/from 1 to 100/).waitFor();
    assert.deepEqual([await calls.inputValue(), await calls.getAttribute('aria-invalid')], [typed, 'true']);
  }
  assert.equal((await settled(page)).length, length, 'nothing was called');
  await calls.fill('100');
  assert.equal(await calls.getAttribute('aria-invalid'), 'false');
  await doBar(page).getByText('1 to 100', { exact: true }).waitFor();
});

await check('watchers receive changes until they are closed', async (page) => {
  const before = (await settled(page)).length;
  const watch = doBar(page).getByRole('button', { name: /^watch changes/ });
  await watch.click();
  await done(page);
  await until('the button shows that all watchers are open', async () => (await watch.innerText()) === 'watch changes: all open');
  assert.equal(await watch.getAttribute('aria-pressed'), 'true');
  const opened = await recordedSince(page, before, 3);
  assert.deepEqual([opened.connects, opened.steps], [{ rest: 1, graphql: 1, grpc: 1 }, ['watch changes']]);

  await doIt(page, 'create a book');
  const watcherText = (api) => {
    const events = recorded().slice(before + opened.events.length);
    const watcher = opened.events.find(({ recording, op }) => recording === `${api}-client` && op === 'connect');
    return received(events.filter(({ sock }) => sock === watcher.sock), api);
  };
  for (const api of Object.keys(APIS)) {
    await until(`the ${api} watcher receives the change`, () => watcherText(api).includes('Volume 2: The Implementation'));
  }
  await settled(page, 3);
  await watch.click();
  await done(page);
  await until('the button shows that no watcher is open', async () => (await watch.innerText()) === 'watch changes');
  await settled(page);
  assert.equal(await watch.getAttribute('aria-pressed'), 'false');
});

await check('watcher of a single API', async (page) => {
  const watch = doBar(page).getByRole('button', { name: /^watch changes/ });
  await doBar(page).getByRole('radio', { name: 'GraphQL' }).check();
  await watch.click();
  await until('the button shows the open watcher', async () => (await watch.innerText()) === 'watch changes: GraphQL open');
  assert.equal(await watch.getAttribute('aria-pressed'), 'mixed');
  await settled(page, 1);
  await page.keyboard.press('w');
  await settled(page);
});

await finish();
