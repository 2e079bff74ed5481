// Every number of the comparison is that of `socket-trace compare --json` over the same trace files.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { COLUMNS } from './recorded.mjs';
import { doBar, doIt, settled } from './seen.mjs';
import { check, command, finish, traces, until } from './support.mjs';

const TITLES = { rest: 'REST', graphql: 'GraphQL', grpc: 'gRPC' };
const CLASSES = ['connection', 'framing', 'headers', 'payload', 'unknown'];
const WAYS = { to_server: 'to the server', to_client: 'to the client' };

/** What the program says of the files as they are now. */
function compared() {
  const files = COLUMNS.map((label) => join(traces, `${label}.jsonl`));
  // Its exit code tells the verdict.
  return JSON.parse(spawnSync(command('socket-trace'), ['compare', '--json', ...files], { encoding: 'utf8' }).stdout);
}

/** The steps that the traces of one side have of that name, in the order of the lanes. */
function stepsOf({ traces: all }, side, name) {
  return Object.keys(TITLES).flatMap((api) => {
    const { steps } = all.find((trace) => trace.name === api && trace.side === side);
    return steps.filter((step) => step.name === name).map((step) => ({ api, ...step }));
  });
}

/** The cells of a table, row by row. */
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

/** A row of the counts; the time is compared as a number. */
function countsOf({ api, connections, reads, writes, to_server: up, to_client: down, first_byte_ns: ns, ...step }) {
  const counts = [connections, reads, writes].map(whole);
  return [TITLES[api], ...counts, `${whole(up)} B`, `${whole(down)} B`, ns ?? '–', who(step.spoke_first), who(step.ended_by)];
}

/** The row as shown, with its time in nanoseconds: those of the step, if that is what they round to. */
function shownCounts(cells, ns) {
  const [value] = cells[6].match(/[\d.,]+/) ?? [];
  const digits = value?.split('.')[1]?.length ?? 0;
  const isRounded = value !== undefined && Math.abs(Number(value.replaceAll(',', '')) * 1e6 - ns) <= 0.5e6 / 10 ** digits;
  return cells.with(6, isRounded ? ns : cells[6]);
}

/** A row of the byte budget, both ways. */
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

/** The rows as shown: the way stands once for all of its rows, and the bar has no text. */
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

/** What the budget is to show of these steps. */
function budgetOf(steps, isWhole) {
  const spents = isWhole
    ? steps.map(({ api, spent }) => [TITLES[api], undefined, spent])
    : steps.flatMap(({ api, calls }) => [
        [TITLES[api], 'first call', average(calls.first)],
        [TITLES[api], 'each later', average(calls.later)],
      ]);
  const hasUnknown = spents.some(([, , spent]) => spent && (spent.to_server.unknown > 0 || spent.to_client.unknown > 0));
  const classes = CLASSES.filter((name) => name !== 'unknown' || hasUnknown);
  return byWay(spents.flatMap(([title, call, spent]) => spentOf(title, call, spent, classes)));
}

const table = (page, caption) => page.getByRole('table', { name: caption });

/** Waits until the page has the comparison of now: it comes a while after the events. */
async function arrived(page, comparison, name) {
  const [last] = stepsOf(comparison, 'server', name).slice(-1);
  const shows = async () => (await cellsOf(table(page, `${name}: what it put on the sockets`))).at(-1) ?? [];
  await until(`the comparison has ${name}`, async () => {
    const cells = await shows();
    return cells[4] === `${whole(last.to_server)} B` && cells[1] === whole(last.connections);
  });
}

await check('the counts and the byte budget of every step, as either side recorded it', async (page) => {
  await doBar(page).getByLabel('calls').fill('3');
  await doIt(page, 'update a book');
  await settled(page);
  const comparison = compared();
  const last = 'update a book, 3 calls on one connection';
  await arrived(page, comparison, last);
  const names = new Set(comparison.traces.flatMap(({ steps }) => steps.map(({ name }) => name)));
  assert(names.has(last) && names.size >= 11, [...names].join());
  const select = page.getByRole('combobox', { name: 'step' });
  for (const [side, recorder] of [['server', 'the servers'], ['client', 'the clients']]) {
    await page.getByRole('radio', { name: recorder }).check();
    for (const name of names) {
      const steps = stepsOf(comparison, side, name);
      if (steps.length === 0) continue;
      await select.selectOption({ label: name });
      const counts = table(page, `${name}: what it put on the sockets, as the ${side}s recorded it`);
      await counts.waitFor();
      const shown = (await cellsOf(counts)).map((cells, index) => shownCounts(cells, steps[index].first_byte_ns));
      assert.deepEqual(shown, steps.map(countsOf), `${side} ${name}`);
      for (const [bytes, says] of [['the whole step', 'all of it'], ['first call / each later', 'one call on average']]) {
        await page.getByRole('radio', { name: bytes }).check();
        const budget = table(page, `${name}: what the bytes are spent on, ${says}`);
        await budget.waitFor();
        const columns = await budget.getByRole('columnheader').allInnerTexts();
        assert.deepEqual(await shownBudget(budget, columns), budgetOf(steps, says === 'all of it'), `${side} ${name}`);
      }
    }
  }
}, { hash: '#compare' });

await check('the bars are as long as their numbers are large', async (page) => {
  await doIt(page, 'get a book');
  await settled(page);
  const budget = table(page, 'get a book: what the bytes are spent on');
  const bars = () =>
    budget.locator('tbody tr:has(.bar)').evaluateAll((rows) =>
      rows.map((row) => ({
        bytes: Number(row.querySelector('.all').textContent.replaceAll(',', '')),
        width: [...row.querySelectorAll('.bar .spent')].reduce((sum, { offsetWidth }) => sum + offsetWidth, 0),
      })),
    );
  // They grow to what they are to be.
  await until('each is as long as the longest one is to its number', async () => {
    const rows = await bars();
    const scale = Math.max(...rows.map(({ width }) => width)) / Math.max(...rows.map(({ bytes }) => bytes));
    return rows.length === 6 && rows.every(({ bytes, width }) => Math.abs(width - bytes * scale) <= 4);
  });
}, { hash: '#compare' });

await check('the verdict, and what the sockets of each kind do', async (page) => {
  await doIt(page, 'get a book');
  await settled(page);
  const { reasons, skeletons } = compared();
  // The program cannot say so of recordings that go on; nothing else speaks against it.
  for (const reason of reasons) assert.match(reason, /it has no end line/);
  const section = page.getByRole('region', { name: 'Verdict' });
  await section.getByRole('heading', { name: 'The socket primitives are the same.' }).waitFor();
  for (const [role, says] of [['accepted', 'a connection, at the server'], ['connected', 'a connection, at the client']]) {
    const row = section.getByRole('row').filter({ has: page.getByRole('rowheader', { name: says }) });
    const calls = await row.locator('.calls code').allInnerTexts();
    assert.deepEqual(calls.join(' → '), skeletons[role][0], role);
  }
}, { hash: '#compare' });

await check('the latest step is that of the last call, whoever made it', async (page) => {
  const first = async () =>
    (await page.getByRole('combobox', { name: 'step' }).getByRole('option').allInnerTexts())[0];
  const latest = async (step) => (await first()).replace(/, \d+ times together$/, '') === `the latest: ${step}`;
  const { local } = (await settled(page)).find(({ recording, op }) => recording === 'rest-server' && op === 'bind');
  spawnSync('curl', ['-sS', `http://${local}/v1/books/1`]);
  await until('it is the one by hand', () => latest('from a terminal'));
  await doIt(page, 'list books');
  const events = await settled(page);
  await until('it is the one that was done', () => latest('list books'));
  const marks = events.filter(({ recording, label }) => recording === 'rest-server' && label === 'list books');
  assert(marks.length > 1);
  await until('they are counted', async () => (await first()).endsWith(`, ${marks.length} times together`));
}, { hash: '#compare' });

await finish();
