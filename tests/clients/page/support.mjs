// Support for the tests of the page: a browser, pages in it, and checks with printed results. To run a test manually
// while the workshop is running (`cargo run`):
//
//   npm install --no-save --prefix DIR playwright-core@1.65.1 axe-core@4.14.1
//   export NODE_PATH=DIR/node_modules CHROMIUM=$(command -v chromium)
//   node lanes.mjs 'http://127.0.0.1:8080/?token=TOKEN' traces target/debug
//
// SLOW_FRAMES=1 limits each page to five frames per second. This reveals checks that do not wait for the page to draw.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { slowFrames } from './slow-frames.mjs';

/** Loads a package from NODE_PATH, which `import` does not search. */
export const load = createRequire(import.meta.url);
const { chromium } = load('playwright-core');

const [address, folder, programs] = process.argv.slice(2);
assert(programs, 'usage: node SCRIPT URL TRACES PROGRAMS');

const { origin, searchParams } = new URL(address);

/** Address of the page, such as `http://127.0.0.1:8080`. */
export const url = origin;

const token = searchParams.get('token');

/** Sends a request to the page's server, with the token. */
export function request(path, { headers, ...options } = {}) {
  return fetch(`${url}/${path}`, { headers: { authorization: `Bearer ${token}`, ...headers }, ...options });
}

/** Directory of the recordings. */
export const traces = folder;

/** Returns the path of a command of this workspace. */
export const command = (name) => join(programs, name);

/** Timeout for everything on a busy machine, in milliseconds. */
export const TIMEOUT = 60_000;

let passed = 0;
let failed = 0;

/** The browser. Root, the user in CI, can run it only without its sandbox. */
export const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox'] });

/**
 * Opens the page in a new context with the token `key` at the screen `hash`, or at its first one without, optionally with `slow` frames. `page.faults` collects script
 * errors, violations of the content security policy and requests to other hosts.
 */
export async function open({ at = url, key = token, hash = '#lanes', slow = 'SLOW_FRAMES' in process.env, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  context.setDefaultTimeout(TIMEOUT);
  if (slow) await context.addInitScript(slowFrames);
  const page = await context.newPage();
  page.faults = [];
  page.on('pageerror', (error) => page.faults.push(String(error?.stack ?? error)));
  page.on('console', (message) => message.type() === 'error' && page.faults.push(message.text()));
  page.on('request', (sent) => {
    const allowed = ['data:', 'blob:', at];
    if (!allowed.some((start) => sent.url().startsWith(start))) page.faults.push(`request to ${sent.url()}`);
  });
  if (at.startsWith('http')) await context.addCookies([await cookieOf(at, key)]);
  await page.goto(at + hash);
  return page;
}

/** Returns the cookie that the server sets for any URL with the token. */
async function cookieOf(at, key) {
  const answer = await fetch(`${at}/icon.svg?token=${key}`);
  const [, name, value] = answer.headers.get('set-cookie').match(/^([^=]+)=([^;]+)/);
  return { name, value, url: at };
}

/** Runs a check on a new page and prints its result. */
export async function check(name, run, options) {
  let page;
  try {
    page = await open(options);
    await run(page);
    assert.deepEqual(page.faults, []);
    passed += 1;
    console.log(`ok      ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}\n        ${String(error?.stack ?? error).replaceAll('\n', '\n        ')}`);
  } finally {
    await page?.context().close();
  }
}

/** Prints the totals and ends the process, with exit code 1 if a check failed or none ran. */
export async function finish() {
  await browser.close();
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed > 0 || passed === 0 ? 1 : 0);
}

/** Waits until `condition()` returns a truthy value, and returns it. */
export async function until(what, condition, timeout = TIMEOUT) {
  for (const end = Date.now() + timeout; ; await setTimeout(20)) {
    const result = await condition();
    if (result) return result;
    if (Date.now() > end) throw new Error(`timed out waiting until ${what}`);
  }
}
