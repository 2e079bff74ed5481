// Playback by button, shortcut and slider shows the events up to the chosen position.

import assert from 'node:assert/strict';

import { isInLanes } from './recorded.mjs';
import { doBar, doIt, lanes, seenLanes, settled } from './seen.mjs';
import { check, finish, until } from './support.mjs';

/** A high window reduces scrolling. */
const HIGH = { viewport: { width: 1440, height: 4000 } };

const controls = (page) => page.getByRole('group', { name: 'Playback' });
const press = (page, name) => controls(page).getByRole('button', { name }).click();
const slider = (page) => controls(page).getByRole('slider');

/** Returns the number of the last shown event. */
async function at(page) {
  return Number(await slider(page).getAttribute('aria-valuenow'));
}

/** Waits until that event is the last shown one. */
async function isAt(page, { seq }) {
  let last;
  await until(`event ${seq} is the last shown one`, async () => (last = await at(page)) === seq).catch(({ message }) => {
    throw new Error(`${message}; the last shown one is ${last}`);
  });
}

/** Makes two calls over one API and returns all events, and those at which playback stops. */
async function called(page) {
  await doBar(page).getByRole('radio', { name: 'REST' }).check();
  await doIt(page, 'list books');
  await doIt(page, 'get a book');
  const events = await settled(page);
  await isAt(page, events.at(-1));
  // A focused button would handle some of the shortcuts itself.
  await page.evaluate(() => document.activeElement.blur());
  return { events, stops: events.filter(isInLanes) };
}

/** Returns the first stop of the last step with that name. */
function beginning(events, step) {
  const mark = events.findLast(({ op, label }) => op === 'mark' && label === step);
  return events.find((event) => event.seq > mark.seq && isInLanes(event));
}

await check('paused playback counts new events without showing them', async (page) => {
  const { stops } = await called(page);
  await press(page, 'Pause');
  await press(page, 'Previous event');
  await isAt(page, stops.at(-2));
  await doIt(page, 'list books');
  const { length } = await settled(page);
  await until('the slider contains the new events', async () => Number(await slider(page).getAttribute('aria-valuemax')) === length);
  const { boxes } = await seenLanes(page);
  assert.deepEqual(boxes.map(({ seq }) => seq), stops.slice(0, -1).map(({ seq }) => seq));
  await press(page, 'To the newest');
  await until('the page follows new events again', async () => (await at(page)) === length);
}, HIGH);

for (const [way, back, on] of [
  ['button', (page) => press(page, 'Previous event'), (page) => press(page, 'Next event')],
  ['shortcut', (page) => page.keyboard.press('ArrowLeft'), (page) => page.keyboard.press('ArrowRight')],
]) {
  await check(`previous and next event by ${way}`, async (page) => {
    const { stops } = await called(page);
    for (let place = 2; place <= 5; place++) {
      await back(page);
      await isAt(page, stops.at(-place));
    }
    await on(page);
    await isAt(page, stops.at(-4));
    const last = stops.at(-4).seq;
    assert.equal(await lanes(page).locator(`[data-seq="${stops.at(-3).seq}"]`).count(), 0);
    assert.equal(await lanes(page).locator(`[data-seq="${last}"]`).count(), 1);
  });
}

for (const [way, back, on] of [
  ['button', (page) => press(page, 'Back to the start of the step'), (page) => press(page, 'To the next step')],
  ['shortcut', (page) => page.keyboard.press('['), (page) => page.keyboard.press(']')],
]) {
  await check(`previous and next step by ${way}`, async (page) => {
    const { events } = await called(page);
    const last = beginning(events, 'get a book');
    const before = beginning(events, 'list books');
    await back(page);
    await isAt(page, last);
    await back(page);
    await isAt(page, before);
    await on(page);
    await isAt(page, last);
  });
}

await check('shortcuts to the first and the newest event', async (page) => {
  const { events, stops } = await called(page);
  await page.keyboard.press('Home');
  await isAt(page, stops[0]);
  assert.equal((await seenLanes(page)).boxes.length, 1);
  await page.keyboard.press('End');
  await isAt(page, events.at(-1));
});

await check('slider works with the keyboard', async (page) => {
  const { events, stops } = await called(page);
  await slider(page).focus();
  for (const [key, event] of [
    ['Home', stops[0]],
    ['ArrowRight', stops[1]],
    ['ArrowUp', stops[2]],
    ['ArrowLeft', stops[1]],
    ['ArrowDown', stops[0]],
    ['End', events.at(-1)],
    ['PageDown', beginning(events, 'get a book')],
  ]) {
    await page.keyboard.press(key);
    await isAt(page, event);
  }
  assert.match(await slider(page).getAttribute('aria-valuetext'), /^event [\d,]+ of [\d,]+, get a book$/);
});

await check('slider works with the pointer', async (page) => {
  const { events } = await called(page);
  const { x, y, width, height } = await slider(page).boundingBox();
  await page.mouse.click(x + width / 2, y + height / 2);
  await until('an earlier event is the last shown one', async () => (await at(page)) < events.length);
  await page.mouse.move(x + width / 2, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + width - 1, y + height / 2, { steps: 5 });
  await page.mouse.up();
  await isAt(page, events.at(-1));
});

await check('slow replay of a step shows its events in order', async (page) => {
  const { events } = await called(page);
  await controls(page).getByLabel('Duration of the replay of a step').selectOption({ label: 'in about 5 s' });
  const [seen, began] = [[], Date.now()];
  await page.exposeFunction('seenAt', (seq) => seen.push(Number(seq)));
  await slider(page).evaluate((element) => {
    new MutationObserver(() => window.seenAt(element.getAttribute('aria-valuenow'))).observe(element, { attributes: true });
  });
  await press(page, 'Replay the step slowly');
  await until('the replay runs', () => seen.some((seq) => seq < events.length));
  seen.splice(0, seen.findIndex((seq) => seq < events.length));
  await until('the replay has reached the end', () => seen.at(-1) === events.length);
  assert(seen.length > 1, `${seen}`);
  const seconds = (Date.now() - began) / 1000;
  assert(seconds > 4, `a replay of about 5 s took ${seconds} s`);
  assert.deepEqual(seen, [...seen].sort((one, other) => one - other), 'the replay never moves backwards');
  assert(seen[0] >= beginning(events, 'get a book').seq, `${seen}`);
  await controls(page).getByText('live').waitFor();
});

await check('Space pauses and continues', async (page) => {
  await called(page);
  await page.keyboard.press(' ');
  await controls(page).getByText('paused').waitFor();
  await page.keyboard.press('[');
  await controls(page).getByLabel('Duration of the replay of a step').selectOption({ label: 'in about 5 s' });
  await controls(page).getByLabel('Duration of the replay of a step').blur();
  await page.keyboard.press(' ');
  await controls(page).getByText(/replaying|shortened|live/).waitFor();
  await controls(page).getByText('live').waitFor();
});

await check('Space after a click on an operation pauses and makes no call', async (page) => {
  await called(page);
  await doIt(page, 'get a book');
  const before = (await settled(page)).length;
  await page.keyboard.press(' ');
  await controls(page).getByText('paused').waitFor();
  assert.equal((await settled(page)).length, before);
});

await check('operation on Datagrams is shown although the playback was paused', async (page) => {
  const get = async () => {
    await page.evaluate(() => (location.hash = 'datagrams'));
    await doBar(page).getByRole('button', { name: 'get over UDP' }).click();
    await page.getByText(/^UDP: 5 calls, 5 successful/).waitFor();
  };
  const boxes = lanes(page).getByRole('button', { name: /^UDP client, sendto/ });
  await get();
  await boxes.first().waitFor();
  await page.evaluate(() => (location.hash = 'lanes'));
  await press(page, 'Pause');
  await controls(page).getByText('paused').waitFor();
  const before = (await settled(page)).length;
  await get();
  await until('the new datagrams are drawn', async () => {
    const shown = await boxes.evaluateAll((drawn) => drawn.map((box) => Number(box.dataset.seq)));
    return shown.some((seq) => seq > before);
  });
});

await finish();
