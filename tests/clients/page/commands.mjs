// Copied command lines work in a shell, and the lanes show their calls.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

import { connections } from './recorded.mjs';
import { doIt, lanes, settled } from './seen.mjs';
import { check, finish, until } from './support.mjs';

const TITLES = { rest: 'REST', graphql: 'GraphQL', grpc: 'gRPC' };
/** Expected output of each operation over any API. Only GraphQL returns a deleted book. */
const OPERATIONS = {
  'get a book': /UNIX Network Programming/,
  'list books': /UNIX Network Programming/,
  'create a book': /Mine/,
  'update a book': /1998/,
  'delete a book': /Mine|204|\{\s*\}/,
  'get author with books': /Stevens/,
};

const isThere = (program) => spawnSync(program, ['--help'], { stdio: 'ignore' }).error === undefined;
const apis = Object.keys(TITLES).filter((api) => {
  const program = api === 'grpc' ? 'grpcurl' : 'curl';
  if (isThere(program)) return true;
  assert.notEqual(process.env.CI, 'true', `${program} must be installed in CI`);
  console.log(`skipped ${TITLES[api]}: ${program} is not installed`);
  return false;
});

/** Copies the command line of an operation and returns the content of the clipboard. */
async function copy(page, operation, api) {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('button', { name: 'Command lines' }).click();
  await page.getByRole('combobox', { name: 'Operation' }).selectOption(operation);
  const title = `${operation}, ${TITLES[api]}`;
  await page.getByRole('button', { name: `Copy: ${title}` }).click();
  await page.getByText('Copied.').waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  const shown = await page.locator('.command-line').filter({ has: page.getByRole('heading', { name: title }) }).locator('code').textContent();
  assert.equal(copied, shown);
  await page.keyboard.press('Escape');
  return copied;
}

for (const api of apis) {
  await check(`${TITLES[api]}: command lines of all calls work`, async (page) => {
    let before = (await settled(page)).length;
    for (const [operation, words] of Object.entries(OPERATIONS)) {
      const line = await copy(page, operation, api);
      const { status, stdout, stderr } = spawnSync('sh', ['-ec', line], { encoding: 'utf8' });
      assert.equal(status, 0, `${line}: ${stderr}`);
      assert.match(stdout, words, line);
      assert.doesNotMatch(stdout, /"errors"/, line);
      const events = (await settled(page)).slice(before);
      before += events.length;
      // Only the server's side is recorded, and the lanes show it.
      const made = connections(events);
      assert(made.length > 0 && made.every((connection) => connection.api === api && connection.client.length === 0), line);
      const accept = made.at(-1).server.find(({ op }) => op === 'accept');
      // Follows the newest events: the lanes open at the beginning of a step.
      await page.keyboard.press('End');
      await lanes(page).locator(`[data-seq="${accept.seq}"]`).waitFor();
    }
  }, { viewport: { width: 1440, height: 2000 } });

  await check(`${TITLES[api]}: command line of the watcher works`, async (page) => {
    await settled(page);
    const line = await copy(page, 'watch changes', api);
    const child = spawn('sh', ['-c', `exec ${line}`], { stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      let output = '';
      child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
      // The watcher may not be open yet when the first book is created.
      await until('the watcher receives a book', async () => {
        if (!output.includes('The Implementation')) await doIt(page, 'create a book');
        return output.includes('The Implementation');
      });
    } finally {
      child.kill();
      await once(child, 'exit');
    }
    await settled(page);
  });
}

await check('a command line is copied without the clipboard interface, which is missing over plain HTTP', async (page) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  const clipboard = await page.evaluateHandle(() => navigator.clipboard);
  await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
  await page.getByRole('button', { name: 'Command lines' }).click();
  await page.getByRole('button', { name: 'Copy: get a book, REST' }).click();
  await page.getByText('Copied.').waitFor();
  assert.match(await clipboard.evaluate((own) => own.readText()), /^curl -i 'http:/);
});

await check('if copying fails the command line is selected', async (page) => {
  await page.evaluate(() => {
    Object.defineProperty(navigator, 'clipboard', { value: undefined });
    document.execCommand = () => false;
  });
  await page.getByRole('button', { name: 'Command lines' }).click();
  await page.getByRole('button', { name: 'Copy: get a book, REST' }).click();
  await page.getByText('The text is selected').waitFor();
  assert.match(await page.evaluate(() => getSelection().toString()), /^curl -i 'http:/);
});

await finish();
