// axe-core's checks of accessibility.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { load, until } from './support.mjs';

const AXE = readFileSync(load.resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'];

/** Asserts that no rule is violated. Waits for running animations first, because their colours are temporary. */
export async function passes(page, what) {
  await until('no animation is running', () => page.evaluate(() => document.getAnimations().every(({ playState }) => playState !== 'running')));
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE);
  const { violations } = await page.evaluate((tags) => window.axe.run(document, { runOnly: tags }), TAGS);
  const failures = violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${what}: ${id}: ${target}: ${failureSummary.replaceAll(/\s+/g, ' ')}`),
  );
  assert.deepEqual(failures, []);
}
