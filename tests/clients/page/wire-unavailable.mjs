// The screen "Wire" on a machine that cannot run the network: what is missing, and a recording that was made elsewhere.

import assert from 'node:assert/strict';

import { passes } from './axe.mjs';
import { doBar } from './seen.mjs';
import { check, finish } from './support.mjs';

const SCREEN = { hash: '#wire', viewport: { width: 1024, height: 576 } };

await check('the missing requirement, its remedy and a recording are shown', async (page) => {
  const note = page.getByRole('note', { name: 'Recorded elsewhere' });
  await note.getByText('This machine cannot run the network').waitFor();
  assert((await note.getByRole('listitem').count()) > 0);
  assert(await doBar(page).getByRole('button', { name: 'Run' }).isDisabled());
  for (const title of ['REST', 'GraphQL', 'gRPC']) await page.getByRole('group', { name: `${title}: calls and packets` }).waitFor();
  await passes(page, 'without the network');
}, SCREEN);

await check('each scenario has a recording', async (page) => {
  const scenarios = await doBar(page).getByLabel('scenario').locator('option').evaluateAll((options) => options.map(({ value, text }) => [value, text]));
  assert.equal(scenarios.length, 6);
  for (const [value, title] of scenarios) {
    await doBar(page).getByLabel('scenario').selectOption(value);
    await page.getByText(`${title}: RTT`).waitFor();
    assert((await page.locator('.wire-packet').count()) > 0, title);
  }
}, SCREEN);

await finish();
