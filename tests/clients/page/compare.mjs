// The numbers on the screen match `socket-trace compare --json` over the same trace files.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

import { COLUMNS } from './recorded.mjs';
import { doBar, doIt, settled } from './seen.mjs';
import { check, command, finish, traces, until } from './support.mjs';

const TITLES = { rest: 'REST', graphql: 'GraphQL', grpc: 'gRPC' };
const CLASSES = ['connection', 'framing', 'headers', 'payload', 'unknown'];
const WAYS = { to_server: 'to the server', to_client: 'to the client' };

/** Returns the comparison of the current trace files. */
function compared() {
  const files = COLUMNS.map((label) => join(traces, `${label}.jsonl`));
  // The exit code depends on the verdict, so it is ignored.
  return JSON.parse(spawnSync(command('socket-trace'), ['compare', '--json', ...files], { encoding: 'utf8' }).stdout);
}

/** Returns the steps with that name of one side, in the order of the lanes. */
function stepsOf({ traces: all }, side, name) {
  return Object.keys(TITLES).flatMap((api) => {
    const { steps } = all.find((trace) => trace.name === api && trace.side === side);
    return steps.filter((step) => step.name === name).map((step) => ({ api, ...averageOfRuns(step) }));
  });
}

/** Returns the step with its sums divided by the number of its runs. */
function averageOfRuns({ times, ...step }) {
  const each = (numbers) => Object.fromEntries(Object.entries(numbers).map(([name, sum]) => [name, sum / Math.max(1, times)]));
  const { connections, reads, writes, to_server, to_client, spent } = step;
  const bytes = spent && { to_server: each(spent.to_server), to_client: each(spent.to_client) };
  return { ...step, times, ...each({ connections, reads, writes, to_server, to_client }), spent: bytes };
}

/** Returns the cells of a table by row. */
function cellsOf(table) {
  return table.locator('tbody tr').evaluateAll((rows) =>
    rows.map((row) => [...row.children].map((cell) => cell.textContent.trim())),
  );
}

const whole = (number) => number.toLocaleString('en', { maximumFractionDigits: 1 });
const who = (counts) => {
  const names = Object.entries(counts);
  return names.length === 1 ? names[0][0] : names.map(([name, count]) => `${name} ${count}`).join(', ') || '–';
};

/** Returns the expected row of the counts, with the time as a number. */
function countsOf({ api, connections, reads, writes, to_server: up, to_client: down, first_byte_ns: ns, ...step }) {
  const counts = [connections, reads, writes].map(whole);
  return [TITLES[api], ...counts, `${whole(up)} B`, `${whole(down)} B`, ns ?? '–', who(step.spoke_first), who(step.ended_by)];
}

/** Returns the displayed row. Its time is replaced by that of the step if it is the same when rounded. */
function shownCounts(cells, ns) {
  const [value] = cells[6].match(/[\d.,]+/) ?? [];
  const digits = value?.split('.')[1]?.length ?? 0;
  const isRounded = value !== undefined && Math.abs(Number(value.replaceAll(',', '')) * 1e6 - ns) <= 0.5e6 / 10 ** digits;
  return cells.with(6, isRounded ? ns : cells[6]);
}

/** Returns the expected rows of the byte breakdown in both directions. */
function spentOf(title, call, spent, classes) {
  return Object.entries(WAYS).map(([way, says]) => {
    const known = spent?.[way];
    if (!known) return [says, title, call, null];
    const total = CLASSES.reduce((sum, name) => sum + known[name], 0);
    const share = total > 0 ? `${Math.round((100 * known.payload) / total)} %` : '–';
    return [says, title, call, whole(total), ...classes.map((name) => (known[name] === 0 ? '·' : whole(known[name]))), share];
  });
}

const byWay = (rows) => Object.values(WAYS).flatMap((says) => rows.filter(([way]) => way === says));

/** Returns the displayed rows. The direction is in the first of its rows, and the bar has no text. */
async function shownBudget(table, columns) {
  let way;
  return (await cellsOf(table)).map((cells) => {
    const isFirst = Object.values(WAYS).includes(cells[0]);
    if (isFirst) way = cells[0];
    const [title, ...others] = isFirst ? cells.slice(1) : cells;
    const call = columns.includes('call') ? others.shift() : undefined;
    const isKnown = others.shift() === '';
    return isKnown ? [way, title, call, ...others] : [way, title, call, null];
  });
}

const average = ({ count, to_server: up, to_client: down }) => {
  const each = (bytes) => Object.fromEntries(Object.entries(bytes).map(([name, sum]) => [name, sum / count]));
  return count === 0 ? null : { to_server: each(up), to_client: each(down) };
};

/** Returns the expected byte breakdown of the steps. */
function budgetOf(steps, isWhole) {
  const spents = isWhole
    ? steps.map(({ api, spent }) => [TITLES[api], undefined, spent])
    : steps.flatMap(({ api, calls }) => [
        [TITLES[api], 'first call', average(calls.first)],
        [TITLES[api], 'later call', average(calls.later)],
      ]);
  const hasUnknown = spents.some(([, , spent]) => spent && (spent.to_server.unknown > 0 || spent.to_client.unknown > 0));
  const classes = CLASSES.filter((name) => name !== 'unknown' || hasUnknown);
  return byWay(spents.flatMap(([title, call, spent]) => spentOf(title, call, spent, classes)));
}

const table = (page, caption) => page.getByRole('table', { name: caption });

/** Displays one side of the comparison. */
async function choose(page, side) {
  await page.getByRole('radio', { name: `the ${side}s` }).check();
}

/** Returns the displayed counts of the selected step. */
async function shownStep(page, side, name, steps) {
  const runs = Math.max(...steps.map(({ times }) => times));
  const title = runs > 1 ? `${name}, average of ${runs} runs` : name;
  const counts = table(page, `${title}: socket usage, as recorded by the ${side}s`);
  await counts.waitFor();
  return (await cellsOf(counts)).map((cells, index) => shownCounts(cells, steps[index]?.first_byte_ns));
}

/**
 * Waits until the page has the current comparison, which arrives later than the events. The step is the last one of
 * every recording, so the earlier steps are complete when its counts match on both sides.
 */
async function arrived(page, comparison, name) {
  for (const side of ['server', 'client']) {
    await choose(page, side);
    const steps = stepsOf(comparison, side, name);
    await until(`the comparison contains ${name} of the ${side}s`, async () =>
      isDeepStrictEqual(await shownStep(page, side, name, steps), steps.map(countsOf)),
    );
  }
}

await check('counts and byte breakdown of every step match on both sides', async (page) => {
  await doBar(page).getByLabel('calls').fill('3');
  await doIt(page, 'update a book');
  await settled(page);
  const comparison = compared();
  const last = 'update a book, 3 calls on one connection';
  await arrived(page, comparison, last);
  const names = new Set(comparison.traces.flatMap(({ steps }) => steps.map(({ name }) => name)));
  assert(names.has(last) && names.size >= 11, [...names].join());
  const select = page.getByRole('combobox', { name: 'step' });
  for (const side of ['server', 'client']) {
    await choose(page, side);
    for (const name of names) {
      const steps = stepsOf(comparison, side, name);
      if (steps.length === 0) continue;
      await select.selectOption({ value: name });
      assert.deepEqual(await shownStep(page, side, name, steps), steps.map(countsOf), `${side} ${name}`);
      for (const [bytes, says] of [['the whole step', 'complete step'], ['first and later call', 'average first and later call']]) {
        await page.getByRole('radio', { name: bytes }).check();
        const budget = table(page, `${name}: byte breakdown, ${says}`);
        await budget.waitFor();
        const columns = await budget.getByRole('columnheader').allInnerTexts();
        assert.deepEqual(await shownBudget(budget, columns), budgetOf(steps, says === 'complete step'), `${side} ${name}`);
      }
    }
  }
}, { hash: '#compare' });

await check('bars are proportional to their numbers', async (page) => {
  await doIt(page, 'get a book');
  await settled(page);
  const budget = table(page, 'get a book: byte breakdown');
  const bars = () =>
    budget.locator('tbody tr:has(.bar)').evaluateAll((rows) =>
      rows.map((row) => ({
        bytes: Number(row.querySelector('.all').textContent.replaceAll(',', '')),
        width: [...row.querySelectorAll('.bar .spent')].reduce((sum, { offsetWidth }) => sum + offsetWidth, 0),
      })),
    );
  // The bars grow in an animation.
  await until('all bars have the same scale', async () => {
    const rows = await bars();
    const scale = Math.max(...rows.map(({ width }) => width)) / Math.max(...rows.map(({ bytes }) => bytes));
    return rows.length === 6 && rows.every(({ bytes, width }) => Math.abs(width - bytes * scale) <= 4);
  });
}, { hash: '#compare' });

await check('verdict and call patterns match', async (page) => {
  await doIt(page, 'get a book');
  await settled(page);
  const { reasons, skeletons } = compared();
  // The recordings are still in progress, which is the only reason against the verdict "same".
  for (const reason of reasons) assert.match(reason, /no end line/);
  const section = page.getByRole('region', { name: 'Verdict' });
  await section.getByRole('heading', { name: 'The socket primitives are the same.' }).waitFor();
  for (const [role, says] of [['accepted', "the server's socket of a connection"], ['connected', "the client's socket of a connection"]]) {
    const row = section.getByRole('row').filter({ has: page.getByRole('rowheader', { name: says }) });
    const calls = await row.locator('.calls code').allInnerTexts();
    assert.deepEqual(calls.join(' → '), skeletons[role][0], role);
  }
}, { hash: '#compare' });

await check('latest step is that of the last call of any client', async (page) => {
  const first = async () =>
    (await page.getByRole('combobox', { name: 'step' }).getByRole('option').allInnerTexts())[0];
  const latest = async (step) => (await first()).replace(/, average of \d+ runs$/, '') === `latest: ${step}`;
  const { local } = (await settled(page)).find(({ recording, op }) => recording === 'rest-server' && op === 'bind');
  spawnSync('curl', ['-sS', '-A', 'probe/2', `http://${local}/v1/books/1`]);
  const { peer } = (await settled(page)).findLast(({ recording, op }) => recording === 'rest-server' && op === 'accept');
  await until('the latest step is the connection from a terminal', () => latest(`probe/2 from ${peer}`));
  await doIt(page, 'list books');
  const events = await settled(page);
  await until('the latest step is that of the operation', () => latest('list books'));
  const marks = events.filter(({ recording, label }) => recording === 'rest-server' && label === 'list books');
  assert(marks.length > 1);
  await until('its runs are counted', async () => (await first()).endsWith(`, average of ${marks.length} runs`));
}, { hash: '#compare' });

await check('an operation made again changes no number of its step, and is named as a sample', async (page) => {
  await doIt(page, 'list books');
  await settled(page);
  const usage = table(page, /^list books.*: socket usage/);
  await usage.waitFor();
  const numbers = async () => (await cellsOf(usage)).map((cells) => [cells[0], cells[1], cells[4], cells[5]]).slice(0, 2);
  const before = await numbers();
  await doIt(page, 'list books');
  const events = await settled(page);
  const runs = events.filter(({ recording, label }) => recording === 'rest-server' && label === 'list books').length;
  await until('the runs are counted', async () => (await usage.innerText()).includes(`average of ${runs} runs`));
  assert.deepEqual(await numbers(), before);
  const samples = page.locator('.samples');
  assert.match(await samples.innerText(), new RegExp(`average of ${runs} runs; ${runs} × GET /v1/books; connections #\\d+`));
}, { hash: '#compare' });

await check('calls of different kinds are not said to have the same result', async (page) => {
  await settled(page);
  const observed = page.getByRole('list', { name: 'Observations' });
  const select = page.getByRole('combobox', { name: 'step' });
  for (const [step, words] of [
    ['get author with books', /The same calls \(get an author, list books\) take/],
    ['the same call 10 times', /The same calls \(10 × get a book\) take/],
  ]) {
    await select.selectOption({ value: step });
    await observed.getByText(words).waitFor();
  }
  // In the last steps of the tour each API has another part.
  await select.selectOption({ value: 'one shelf: create and delete' });
  await table(page, /^one shelf: create and delete: socket usage/).waitFor();
  assert.doesNotMatch(await observed.innerText(), /same/);
}, { hash: '#compare' });

await check('all calls of the kind of a selected call are compared', async (page) => {
  await settled(page);
  await page.getByRole('searchbox', { name: 'filter' }).fill('api:grpc operation:CreateBook');
  await page.locator('tr[aria-rowindex="2"]').filter({ hasText: 'CreateBook' }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('navigation', { name: 'Screens' }).getByRole('button', { name: 'Compare' }).click();
  const facts = table(page, 'create a book: average of all calls');
  await facts.waitFor();
  const { traces: all } = compared();
  for (const [index, [api, operation]] of Object.entries({ rest: 'POST /v1/books', graphql: 'mutation { createBook }', grpc: 'bookshelf.v1.BookshelfService/CreateBook' }).entries()) {
    const { calls } = all.find((trace) => trace.name === api && trace.side === 'server').operations.find(({ name }) => name === operation);
    assert.equal((await cellsOf(facts))[index][1], whole(calls.first.count + calls.later.count), api);
  }
}, { hash: '#calls' });

// The last check, because socket-trace compares everything in the files.
await check('clean start leaves only later calls to compare', async (page) => {
  await settled(page);
  const select = page.getByRole('combobox', { name: 'step' });
  await select.waitFor();
  await page.getByRole('button', { name: 'Downloads' }).click();
  await page.getByRole('button', { name: 'Start clean' }).click();
  await select.waitFor({ state: 'hidden' });
  await page.keyboard.press('Escape');
  await doIt(page, 'list books');
  await table(page, /^list books: socket usage/).waitFor();
  assert.deepEqual(await select.getByRole('option').allInnerTexts(), ['latest: list books', 'list books']);
}, { hash: '#compare' });

await finish();
