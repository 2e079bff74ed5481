// What the tests of the page share: a browser, the page in it, and checks that are printed. To run one by hand, with
// the workshop running (`cargo run`):
//
//   npm install --no-save --prefix DIR playwright-core@1.65.1 axe-core@4.14.1
//   export NODE_PATH=DIR/node_modules CHROMIUM=$(command -v chromium)
//   node lanes.mjs http://127.0.0.1:8080 traces target/debug
//
// With SLOW_FRAMES=1 each page is drawn five times a second: checks that look before the page has drawn show then.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { slowFrames } from './slow-frames.mjs';

/** Loads a package that only NODE_PATH leads to: an `import` would not look there. */
export const load = createRequire(import.meta.url);
const { chromium } = load('playwright-core');

const [address, folder, programs] = process.argv.slice(2);
assert(programs, 'usage: node SCRIPT URL TRACES PROGRAMS');

/** The page's address, such as `http://127.0.0.1:8080`. */
export const url = address;

/** The folder of the recordings. */
export const traces = folder;

/** A command of this workspace. */
export const command = (name) => join(programs, name);

/** So long something may take, on a machine that does much else: milliseconds. */
export const PATIENCE = 60_000;

let passed = 0;
let failed = 0;

/** The browser. Root may only run it without its sandbox, and in CI everyone is root. */
export const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox'] });

/**
 * Opens the page in a window of its own, at the screen that `hash` names, if wanted with `slow` frames. What goes wrong
 * unseen is kept in `faults`: errors of scripts, what the content security policy refused, and requests to anywhere else.
 */
export async function open({ at = url, hash = '', slow = 'SLOW_FRAMES' in process.env, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  context.setDefaultTimeout(PATIENCE);
  if (slow) await context.addInitScript(slowFrames);
  const page = await context.newPage();
  page.faults = [];
  page.on('pageerror', (error) => page.faults.push(String(error?.stack ?? error)));
  page.on('console', (message) => message.type() === 'error' && page.faults.push(message.text()));
  page.on('request', (request) => {
    const ours = ['data:', 'blob:', at];
    if (!ours.some((start) => request.url().startsWith(start))) page.faults.push(`asked for ${request.url()}`);
  });
  await page.goto(at + hash);
  return page;
}

/** Runs a check on a page of its own, and prints what came of it. */
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

/** Prints the sum, and ends the process: with 1 when a check failed, or there was none. */
export async function finish() {
  await browser.close();
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed > 0 || passed === 0 ? 1 : 0);
}

/** Waits until it holds, and returns what it holds. */
export async function until(what, holds, patience = PATIENCE) {
  for (const end = Date.now() + patience; ; await setTimeout(20)) {
    const held = await holds();
    if (held) return held;
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
  }
}
