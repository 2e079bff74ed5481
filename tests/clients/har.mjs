// Validates a HAR file against the schema of HAR 1.2, and has Chromium answer requests from it.
//
//   node har.mjs FILE.har

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

/** Loads a package from NODE_PATH, which `import` ignores. */
const load = createRequire(import.meta.url);
const file = process.argv[2];
const har = JSON.parse(readFileSync(file, 'utf8'));

await load('har-validator/lib/promise').har(har).catch((error) => {
  throw new Error(JSON.stringify(error.errors ?? String(error), null, 1).slice(0, 2000));
});

const numbers = ['blocked', 'dns', 'connect', 'ssl', 'send', 'wait', 'receive'];
for (const { request, response, timings, time, startedDateTime } of har.log.entries) {
  const sum = numbers.map((name) => timings[name]).filter((value) => value >= 0).reduce((a, b) => a + b, 0);
  assert(Math.abs(sum - time) < 1e-6, `${request.url}: ${sum} and ${time}`);
  assert(Date.parse(startedDateTime) > Date.parse('2020-01-01'), startedDateTime);
  assert(new URL(request.url).search.length < 2 || request.queryString.length > 0, request.url);
  if (response.content.encoding !== 'base64' && !response.content.mimeType.startsWith('application/json')) continue;
  if (response.content.text) JSON.parse(response.content.text);
}

if (process.env.CHROMIUM) {
  const { chromium } = load('playwright-core');
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox'] });
  try {
    const page = await (await browser.newContext()).newPage();
    await page.routeFromHAR(file, { notFound: 'abort' });
    const known = har.log.entries.find(
      ({ request, response }) => request.method === 'GET' && response.status === 200 && response.content.mimeType.startsWith('application/json'),
    );
    const served = await page.goto(known.request.url);
    assert.equal(served.status(), known.response.status);
    assert.equal(await served.text(), known.response.content.text);
  } finally {
    await browser.close();
  }
}
console.log(`${har.log.entries.length} entries`);
