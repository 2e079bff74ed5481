// 20,000 events and more: the page goes on answering, has few elements, takes no more and more memory, and says what it
// no longer has. How fast it is depends on the machine: it is printed, and not judged.

import assert from 'node:assert/strict';

import { recorded } from './recorded.mjs';
import { counted, doIt, lanes, seenLanes, written } from './seen.mjs';
import { check, finish, until, url } from './support.mjs';

const MAX_ITEMS = 20_000;
const MOST_ELEMENTS = 3_000;
/** The page keeps the bytes, too: some 10 MB of JSON. */
const MOST_HEAP = 200e6;

/** Calls until there are so many events in the files. */
async function make(count) {
  const work = { operation: 'list', apis: ['rest', 'graphql', 'grpc'], calls: 100, connection: 'new' };
  const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(work) };
  while (recorded().length < count) assert.equal((await fetch(`${url}/api/run`, request)).status, 200);
}

/** Waits until the page has all that it keeps, and says how many it has not. Returns all. */
async function saysDropped(page) {
  let events;
  await until('it says how many are in the trace files only', async () => {
    events = await written();
    const text = `${(events.length - MAX_ITEMS).toLocaleString('en')} older in the trace files`;
    return (await page.getByText(text).count()) > 0 && (await counted(page)) === MAX_ITEMS;
  });
  return events;
}

/** How many elements there are, and how large the heap is once what is not used has gone. */
async function measure(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return { elements: await page.locator('*').count(), heap: usedSize };
}

/** The times between frames while the lanes scroll from the end to the beginning, in milliseconds. */
function scrollTimes(page) {
  return lanes(page).evaluate(async (region) => {
    const scroll = region.querySelector('.lanes-scroll');
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const times = [];
    for (let step = 100, before = await frame(); step >= 0; step--) {
      scroll.scrollTop = ((scroll.scrollHeight - scroll.clientHeight) * step) / 100;
      const now = await frame();
      times.push(now - before);
      before = now;
    }
    return times.sort((one, other) => one - other);
  });
}

const words = ({ elements, heap }) => `${elements} elements, heap ${(heap / 1e6).toFixed(0)} MB`;

await check('20,000 events while it is open', async (page) => {
  const few = await measure(page);
  await make(MAX_ITEMS + 1_000);
  const { length } = await saysDropped(page);
  const many = await measure(page);
  console.log(`        with the tour: ${words(few)}; with ${MAX_ITEMS.toLocaleString('en')} events: ${words(many)}`);
  assert(many.elements < MOST_ELEMENTS, words(many));
  assert(many.heap < MOST_HEAP, words(many));

  const times = await scrollTimes(page);
  const at = (part) => times[Math.floor((times.length - 1) * part)].toFixed(1);
  console.log(`        frames while scrolling: median ${at(0.5)} ms, 95 % ${at(0.95)} ms, longest ${at(1)} ms`);
  assert((await measure(page)).elements < MOST_ELEMENTS);

  // It goes on answering: a call, the inspector, another screen, and back.
  await doIt(page, 'get a book');
  const after = await saysDropped(page);
  assert(after.length > length);
  await page.keyboard.press('End');
  await lanes(page).locator('[data-seq]').last().click();
  await page.getByRole('region', { name: 'The selected event' }).waitFor();
  for (const screen of ['Compare', 'Sockets', 'Datagrams', 'Lessons', 'Lanes']) {
    await page.getByRole('navigation', { name: 'Screens' }).getByRole('button', { name: screen }).click();
    await page.getByRole('navigation').locator('[aria-current]').filter({ hasText: screen }).waitFor();
  }
  await make(after.length + MAX_ITEMS / 2);
  await saysDropped(page);
  const more = await measure(page);
  console.log(`        with ${MAX_ITEMS / 2} more: ${words(more)}`);
  assert(more.heap < many.heap * 1.3 + 10e6, `${words(many)}, then ${words(more)}`);
});

await check('a page that is opened then has the last ones, in their order', async (page) => {
  const events = await saysDropped(page);
  await page.keyboard.press('-');
  await page.keyboard.press('-');
  const { boxes } = await seenLanes(page);
  const first = events.length - MAX_ITEMS;
  const wanted = events.slice(first).filter(({ op }) => op !== 'mark' && op !== 'option');
  assert.deepEqual(boxes.map(({ seq, op }) => `${seq} ${op}`), wanted.map(({ seq, op }) => `${seq} ${op}`));
}, { viewport: { width: 1440, height: 8000 } });

await finish();
