// More than 20,000 events: the page stays responsive, with bounded memory and few elements, and counts dropped events.
// The times depend on the machine, so they are printed but not checked.

import assert from 'node:assert/strict';

import { recorded } from './recorded.mjs';
import { counted, doIt, lanes, seenLanes, written } from './seen.mjs';
import { check, finish, request as send, until } from './support.mjs';

const MAX_ITEMS = 20_000;
const MAX_ELEMENTS = 3_000;
/** The page also keeps the payload, about 10 MB of JSON. */
const MAX_HEAP = 200e6;

/** Makes calls until the files contain `count` events. */
async function make(count) {
  const work = { operation: 'list', apis: ['rest', 'graphql', 'grpc'], calls: 100, connection: 'new' };
  const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(work) };
  while (recorded().length < count) assert.equal((await send('api/run', request)).status, 200);
}

/** Waits until the page has all events that it keeps and shows the number of dropped ones. Returns all events. */
async function waitForDropped(page) {
  let events;
  await until('the page shows the number of dropped events', async () => {
    events = await written();
    const text = `${(events.length - MAX_ITEMS).toLocaleString('en')} older events are only in the trace files`;
    return (await page.getByText(text).count()) > 0 && (await counted(page)) === MAX_ITEMS;
  });
  return events;
}

/** Returns the number of elements and the size of the heap after a garbage collection. */
async function measure(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return { elements: await page.locator('*').count(), heap: usedSize };
}

/** Returns the times between frames while the lanes scroll from the end to the start, in milliseconds. */
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

await check('open page handles more than 20,000 events', async (page) => {
  const few = await measure(page);
  await make(MAX_ITEMS + 1_000);
  const { length } = await waitForDropped(page);
  const many = await measure(page);
  console.log(`        with the tour: ${words(few)}; with ${MAX_ITEMS.toLocaleString('en')} events: ${words(many)}`);
  assert(many.elements < MAX_ELEMENTS, words(many));
  assert(many.heap < MAX_HEAP, words(many));

  const times = await scrollTimes(page);
  const at = (part) => times[Math.floor((times.length - 1) * part)].toFixed(1);
  console.log(`        frames while scrolling: median ${at(0.5)} ms, 95 % ${at(0.95)} ms, longest ${at(1)} ms`);
  assert((await measure(page)).elements < MAX_ELEMENTS);

  // Calls, the inspector and the other screens still work.
  await doIt(page, 'get a book');
  const after = await waitForDropped(page);
  assert(after.length > length);
  await page.keyboard.press('End');
  await lanes(page).locator('[data-seq]').last().click();
  await page.getByRole('region', { name: 'The selected event' }).waitFor();
  for (const screen of ['Compare', 'Sockets', 'Datagrams', 'Lessons', 'Lanes']) {
    await page.getByRole('navigation', { name: 'Screens' }).getByRole('button', { name: screen }).click();
    await page.getByRole('navigation').locator('[aria-current]').filter({ hasText: screen }).waitFor();
  }
  await make(after.length + MAX_ITEMS / 2);
  await waitForDropped(page);
  const more = await measure(page);
  console.log(`        with ${MAX_ITEMS / 2} more: ${words(more)}`);
  assert(more.heap < many.heap * 1.3 + 10e6, `${words(many)}, then ${words(more)}`);
});

await check('new page shows the newest events in order', async (page) => {
  const events = await waitForDropped(page);
  await page.keyboard.press('-');
  await page.keyboard.press('-');
  const { boxes } = await seenLanes(page);
  const first = events.length - MAX_ITEMS;
  const wanted = events.slice(first).filter(({ op }) => op !== 'mark' && op !== 'option');
  assert.deepEqual(boxes.map(({ seq, op }) => `${seq} ${op}`), wanted.map(({ seq, op }) => `${seq} ${op}`));
}, { viewport: { width: 1440, height: 8000 } });

await finish();
