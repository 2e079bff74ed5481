// Access to the visible page: the lanes from end to end, the number of events, and the results of operations.

import { openConnections, recorded } from './recorded.mjs';
import { request, until } from './support.mjs';

/** Returns the operations bar of the open screen. */
export const doBar = (page) => page.getByRole('region', { name: 'Run operations' });

/** Presses a button of the bar, waits for the end of the operation, and returns the result of each API. */
export async function doIt(page, name) {
  await doBar(page).getByRole('button', { name, exact: true }).click();
  return done(page);
}

/** Waits for the end of the running operation and returns the result of each API. */
export async function done(page) {
  await page.locator('.do-bar:visible:not([aria-busy])').waitFor();
  return doBar(page).getByRole('status').getByRole('listitem').allInnerTexts();
}

/** Clicks a download link and returns the downloaded file. */
export async function download(page, name) {
  // Both at once: if the link is missing, a separate wait would be rejected later without a handler.
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name }).click()]);
  return file;
}

/** Returns the number of events that the page displays, or 0 if it displays none. */
export async function counted(page) {
  const text = await page.locator('.page-status').innerText();
  const [, count = '0'] = text.match(/^([\d,]+) events/) ?? [];
  return Number(count.replaceAll(',', ''));
}

/**
 * Waits until exactly `open` connections are open and the page has received all recorded events. Returns the events.
 */
export async function settled(page, open = 0) {
  let events;
  await until(`all connections but ${open} are closed`, async () => {
    events = await written();
    return openConnections(events).length === open;
  });
  const before = events.length;
  await until(`the page has ${before} events`, async () => (await counted(page)) >= before);
  const after = await written();
  return after.length === before ? after : settled(page, open);
}

/** Returns all events so far. Downloading a trace makes the server flush its recordings. */
export async function written() {
  const answer = await request('api/traces/rest-client.jsonl');
  await answer.arrayBuffer();
  return recorded();
}

/** Returns the lanes of the open screen. */
export const lanes = (page) => page.getByRole('region', { name: /^Lanes/ });

/** Waits until all events so far are drawn in the lanes. The first drawing scrolls them to a step's beginning. */
async function drawnLanes(page) {
  await lanes(page).locator('[data-seq]').first().waitFor({ state: 'attached' });
  await page.locator('.lanes:visible:not([aria-busy])').waitFor();
}

/** Scrolls the lanes upwards from their end until the event is drawn. Repeats that while new events are not drawn yet. */
export async function reveal(page, seq) {
  await drawnLanes(page);
  await until(`event ${seq} is in the lanes`, () => lanes(page).evaluate(scrollToInPage, seq));
}

/** Returns `true` if the event is drawn. Runs in the page. */
async function scrollToInPage(region, wanted) {
  const scroll = region.querySelector('.lanes-scroll');
  const isDrawn = () => region.querySelector(`[data-seq="${wanted}"]`) !== null;
  for (let top = scroll.scrollHeight; !isDrawn(); top -= scroll.clientHeight) {
    if (top < -scroll.clientHeight) return false;
    scroll.scrollTop = top;
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  }
  return true;
}

/**
 * Scrolls through the lanes and returns all drawn `boxes` and `arrows`. The ends of an arrow are the numbers of the
 * events whose boxes it touches, or `null`.
 */
export async function seenLanes(page) {
  await drawnLanes(page);
  const { boxes, arrows } = await lanes(page).evaluate(lanesInPage);
  boxes.sort((one, other) => one.seq - other.seq);
  const columns = [...new Set(boxes.map(({ x }) => x))].sort((one, other) => one - other);
  for (const box of boxes) box.column = columns.indexOf(box.x);
  const touched = ([x, y]) => boxes.find((box) => isAtEdge(box, x, y))?.seq ?? null;
  return { boxes, arrows: arrows.map(({ begin, end, ...arrow }) => ({ ...arrow, from: touched(begin), to: touched(end) })) };
}

/** Returns the arrows that lead upwards. */
export function upwards({ boxes, arrows }) {
  const heights = new Map(boxes.map(({ seq, y }) => [seq, y]));
  return arrows.filter(({ from, to }) => from !== null && to !== null && heights.get(from) > heights.get(to));
}

/** Returns `true` if the point is in the middle of the left or right edge of the box. Arrowheads end shortly before it. */
function isAtEdge({ x, y, width, height }, placeX, placeY) {
  if (Math.abs(y + height / 2 - placeY) > 2) return false;
  return Math.min(Math.abs(x - placeX), Math.abs(x + width - placeX)) <= 4;
}

/** Collects boxes and arrows. Runs in the page. */
async function lanesInPage(region) {
  const scroll = region.querySelector('.lanes-scroll');
  const drawn = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  const numbers = (text) => text.match(/-?[\d.]+(e-?\d+)?/g).map(Number);
  const [boxes, arrows] = [new Map(), new Map()];
  const look = () => {
    for (const box of region.querySelectorAll('[data-seq]')) {
      const [x, y] = numbers(box.style.transform);
      const [name, amount] = [box.querySelector('b').textContent, box.querySelector('.lane-name').textContent];
      boxes.set(Number(box.dataset.seq), {
        seq: Number(box.dataset.seq),
        label: box.getAttribute('aria-label'),
        op: name,
        amount: amount.slice(name.length).trim(),
        shape: box.querySelector('svg').innerHTML,
        tone: box.className.match(/tone-\w+/)[0],
        x,
        y,
        width: numbers(box.style.width)[0],
        height: box.offsetHeight,
      });
    }
    for (const arrow of region.querySelectorAll('.lane-arrow')) {
      const [line, tip] = [...arrow.querySelectorAll('path')].map((path) => path.getAttribute('d'));
      const lost = arrow.classList.contains('lost');
      const says = arrow.querySelector('title')?.textContent ?? null;
      arrows.set(`${line} ${tip}`, { begin: numbers(line).slice(0, 2), end: numbers(tip).slice(0, 2), says, lost });
    }
  };
  for (let top = 0; ; top += scroll.clientHeight) {
    scroll.scrollTop = top;
    await drawn();
    look();
    if (top + scroll.clientHeight >= scroll.scrollHeight) break;
  }
  return { boxes: [...boxes.values()], arrows: [...arrows.values()] };
}
