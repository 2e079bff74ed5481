// Firefox, driven by WebDriver BiDi over its own WebSocket. Playwright drives only a Firefox of its own.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const load = createRequire(import.meta.url);
const WebSocket = load('ws');

/** The code points of keys without a character: see "Keyboard Actions" in the specification of WebDriver. */
const KEYS = { Tab: '\uE004', Enter: '\uE007', Escape: '\uE00C', End: '\uE010', ArrowRight: '\uE014' };

/** Timeout for the start on a busy machine, in milliseconds. */
const START_TIMEOUT = 60_000;

/** A running Firefox with one tab. `faults` collects errors of scripts and of the console. */
export class Firefox {
  faults = [];
  #process;
  #profile;
  #socket;
  #context;
  #sent = 0;
  #waiting = new Map();

  /** Starts `program` without a window. */
  static async start(program) {
    const firefox = new Firefox();
    firefox.#profile = mkdtempSync(join(tmpdir(), 'firefox-'));
    // Port 0: Firefox prints the port that the kernel has chosen.
    const flags = ['--headless', '--no-remote', '--profile', firefox.#profile, '--remote-debugging-port', '0'];
    firefox.#process = spawn(program, flags, { stdio: ['ignore', 'ignore', 'pipe'] });
    process.once('exit', () => firefox.#process.kill());
    const timer = setTimeout(() => firefox.#process.kill(), START_TIMEOUT);
    let said = '';
    for await (const line of createInterface({ input: firefox.#process.stderr })) {
      said += `${line}\n`;
      const [, url] = line.match(/BiDi listening on (ws:\S+)/) ?? [];
      if (url === undefined) continue;
      clearTimeout(timer);
      // Otherwise Firefox blocks once the pipe is full.
      firefox.#process.stderr.resume();
      await firefox.#connect(`${url}/session`);
      return firefox;
    }
    throw new Error(`Firefox has ended:\n${said}`);
  }

  async #connect(url) {
    this.#socket = new WebSocket(url);
    await new Promise((resolve, reject) => this.#socket.on('open', resolve).on('error', reject));
    this.#socket.on('message', (message) => this.#receive(JSON.parse(message)));
    this.#socket.on('close', () => this.#waiting.forEach(([, reject]) => reject(new Error('Firefox has ended'))));
    await this.#send('session.new', { capabilities: {} });
    await this.#send('session.subscribe', { events: ['log.entryAdded'] });
    const { contexts } = await this.#send('browsingContext.getTree');
    this.#context = contexts[0].context;
  }

  #receive({ type, id, result, error, message, method, params }) {
    if (method === 'log.entryAdded' && params.level === 'error') this.faults.push(params.text);
    const [resolve, reject] = this.#waiting.get(id) ?? [];
    this.#waiting.delete(id);
    if (type === 'success') resolve?.(result);
    if (type === 'error') reject?.(new Error(`${error}: ${message}`));
  }

  #send(method, params = {}) {
    this.#sent += 1;
    this.#socket.send(JSON.stringify({ id: this.#sent, method, params }));
    return new Promise((resolve, reject) => this.#waiting.set(this.#sent, [resolve, reject]));
  }

  /** Sets the size of the page in CSS pixels. */
  async resize(width, height) {
    await this.#send('browsingContext.setViewport', { context: this.#context, viewport: { width, height } });
  }

  /** Opens an address and waits until it is loaded. */
  async open(url) {
    await this.#send('browsingContext.navigate', { context: this.#context, url, wait: 'complete' });
  }

  /** Calls `run` with the arguments in the page and returns its result, which must be JSON. */
  async evaluate(run, ...args) {
    const call = `JSON.stringify((${run})(...${JSON.stringify(args)}) ?? null)`;
    const { result, exceptionDetails } = await this.#send('script.evaluate', {
      expression: call,
      target: { context: this.#context },
      awaitPromise: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.text);
    return JSON.parse(result.value);
  }

  /** Presses a key: a character or one of `KEYS`. */
  async press(key) {
    const value = KEYS[key] ?? key;
    const actions = [{ type: 'keyDown', value }, { type: 'keyUp', value }];
    const keyboard = { type: 'key', id: 'keyboard', actions };
    await this.#send('input.performActions', { context: this.#context, actions: [keyboard] });
  }

  /** Returns a PNG of the page. */
  async screenshot() {
    const { data } = await this.#send('browsingContext.captureScreenshot', { context: this.#context });
    return Buffer.from(data, 'base64');
  }

  /** Ends Firefox and deletes its profile. */
  async close() {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill();
    await ended;
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
