// The lanes at each size of the window: rows are visible, a step is shown from its beginning, nothing overlaps.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';

import { assertNoOverlap, zoomed } from './layout.mjs';
import { recorded } from './recorded.mjs';
import { doBar, doIt, lanes, settled } from './seen.mjs';
import { check, finish, until } from './support.mjs';

const PHONE = { viewport: { width: 390, height: 844 } };

/** Returns the labels of the boxes that are completely visible, the upper ones first. */
function visibleBoxes(page) {
  return lanes(page).evaluate((region) => {
    const bottom = region.querySelector('.lanes-scroll').getBoundingClientRect().bottom;
    const boxes = [...region.querySelectorAll('[data-seq]')].filter((box) => {
      const { left, right, bottom: end } = box.getBoundingClientRect();
      const { y, height } = box.getBoundingClientRect();
      return end <= bottom && document.elementFromPoint((left + right) / 2, y + height / 2)?.closest('[data-seq]') === box;
    });
    boxes.sort((one, other) => one.getBoundingClientRect().top - other.getBoundingClientRect().top);
    return boxes.map((box) => box.getAttribute('aria-label'));
  });
}

/** Returns `true` if the event is the first visible row. */
async function isFirstRow(page, seq) {
  return lanes(page).evaluate((region, wanted) => {
    const top = region.querySelector('.lanes-scroll').getBoundingClientRect().top;
    const rows = [...region.querySelectorAll('[data-seq]')].map((box) => [box.getBoundingClientRect().top, Number(box.dataset.seq)]);
    const [first] = rows.filter(([y]) => y > top).sort(([one], [other]) => one - other);
    return first?.[1] === wanted;
  }, seq);
}

/** Returns the titles of all steps, as the screen Story lists them. */
async function stepLabels(page) {
  await page.keyboard.press('0');
  const labels = await page.getByRole('region', { name: 'Story' }).locator('option').allInnerTexts();
  return labels.map((label) => label.replace(/^[\d,]+\. /, ''));
}

const drawn = (page) => lanes(page).locator('[data-seq]').first().waitFor();

for (const factor of [1, 1.25, 1.5, 2]) {
  await check(`lanes open at the beginning of the step with visible rows at ${factor * 100} %`, async (page) => {
    await drawn(page);
    const boxes = await visibleBoxes(page);
    assert(boxes.length >= 4, `${boxes.length} boxes are visible`);
    assert.match(boxes[0], /^REST client, socket/);
    assert.match(boxes[1], /^REST client, connect/);
    const headings = await lanes(page).getByRole('heading', { level: 3 }).filter({ visible: true }).all();
    const tops = await Promise.all(headings.map(async (heading) => [(await heading.boundingBox()).y, await heading.innerText()]));
    const { y } = await lanes(page).boundingBox();
    const [[, first]] = tops.filter(([top]) => top > y).sort(([one], [other]) => one - other);
    assert.equal(first, 'get a book');
  }, zoomed(factor));
}

await check('new step is shown from its beginning', async (page) => {
  await drawn(page);
  await page.keyboard.press('g');
  const events = await settled(page);
  const { seq } = events.findLast(({ op, label }) => op === 'mark' && label === 'get a book');
  await until('the first call of the new step is the first row', async () => {
    const [first] = await visibleBoxes(page);
    const shown = await lanes(page).locator('[data-seq]').evaluateAll((boxes) => boxes.map((box) => Number(box.dataset.seq)));
    return /client, socket/.test(first ?? '') && shown.some((number) => number > seq);
  });
}, zoomed(1.25));

await check('call from a terminal is shown from its beginning without a key', async (page) => {
  await drawn(page);
  await settled(page);
  const { local } = recorded().find(({ recording, op }) => recording === 'rest-server' && op === 'bind');
  const call = () => spawnSync('curl', ['-sS', `http://${local}/v1/books/2`], { stdio: 'ignore' });
  for (const _ of ['the first', 'the next']) {
    call();
    const { seq } = (await settled(page)).findLast(({ op }) => op === 'accept');
    await until('its accept is the first row', () => isFirstRow(page, seq));
  }
  // A user who has scrolled stays there, and the button leads to the beginning of the new step.
  await lanes(page).locator('.lanes-scroll').evaluate((scroll) => (scroll.scrollTop = 0));
  await page.getByRole('button', { name: 'to the end' }).waitFor();
  call();
  const { seq } = (await settled(page)).findLast(({ op }) => op === 'accept');
  assert.equal(await isFirstRow(page, seq), false);
  await page.getByRole('button', { name: /^\d+ new/ }).click();
  await until('the accept is the first row', () => isFirstRow(page, seq));
}, zoomed(1.25));

await check('step fits into the window on request', async (page) => {
  await drawn(page);
  await page.getByRole('button', { name: 'fit this step' }).click();
  await until('the last close of the step is visible', async () => {
    const boxes = await visibleBoxes(page);
    return /^REST client, socket/.test(boxes[0]) && boxes.some((label) => /^gRPC server, close/.test(label));
  });
}, zoomed(1.25));

await check('phone shows one lane at a time', async (page) => {
  await drawn(page);
  assert((await visibleBoxes(page)).every((label) => label.startsWith('REST')));
  await lanes(page).getByRole('radio', { name: 'gRPC' }).check();
  await until('gRPC is shown', async () => (await visibleBoxes(page)).every((label) => label.startsWith('gRPC')));
  await assertNoOverlap(page, 'lanes on a phone', '.lane-titles');
}, PHONE);

await check('datagrams on a phone have space for their boxes', async (page) => {
  await page.getByRole('button', { name: 'get over UDP' }).click();
  await page.getByText(/^UDP: 5 calls, 5 successful/).waitFor();
  const box = lanes(page).getByRole('button', { name: /sendto/ }).first();
  await box.waitFor();
  const { width } = await lanes(page).boundingBox();
  assert(width > 300, `the lanes are ${width} pixels wide`);
}, { ...PHONE, hash: '#datagrams' });

await check('number of a connection is readable under the pointer', async (page) => {
  await doIt(page, 'get a book');
  const chip = lanes(page).locator('.lane-chip').filter({ visible: true }).first();
  await chip.hover();
  await until('the colours have changed', async () => {
    const [text, background] = await chip.evaluate((element) => {
      const { color, backgroundColor } = getComputedStyle(element);
      return [color, backgroundColor];
    });
    return background !== 'rgba(0, 0, 0, 0)' && text !== background;
  });
});

for (const factor of [1, 1.5, 2, 3]) {
  await check(`playback and tools cover nothing at ${factor * 100} %`, async (page) => {
    await drawn(page);
    for (const part of ['.page-head', '.lanes-bar', '.playback']) await assertNoOverlap(page, part, part);
    const boxes = await page.evaluate(() =>
      ['.page-head', '.lanes-bar', '.lanes', '.playback'].map((part) => {
        const { top, bottom } = document.querySelector(part).getBoundingClientRect();
        return { top, bottom };
      }),
    );
    boxes.reduce((above, below) => {
      assert(above.bottom <= below.top + 1, JSON.stringify(boxes));
      return below;
    });
  }, zoomed(factor));
}

await check('every answer of a lesson is in sight on a projector', async (page) => {
  const hidden = [];
  for (const entry of await page.getByRole('button', { name: /^Lesson \d+: /, includeHidden: true }).all()) {
    await entry.evaluate((button) => button.click());
    const cut = await page.locator('.lesson-ask').filter({ visible: true }).evaluate((ask) => {
      const answers = [...ask.querySelectorAll('.lesson-choice')];
      // As after a prediction of the room and a result.
      ask.querySelectorAll('.lesson-count').forEach((count) => Object.assign(count, { hidden: false, textContent: '12' }));
      answers[0].classList.add('is-wrong');
      return answers.at(-1).getBoundingClientRect().bottom - ask.querySelector('.lesson-foot').getBoundingClientRect().top;
    });
    if (cut > 1) hidden.push(`${await entry.getAttribute('aria-label')}: ${cut}`);
  }
  assert.deepEqual(hidden, []);
}, { ...zoomed(1.25), hash: '#lessons' });

await check('byte breakdown and the cards of sockets fit a projector', async (page) => {
  await page.keyboard.press('2');
  const table = page.getByRole('table', { name: /byte breakdown/ });
  await table.waitFor();
  const [needed, given] = await table.evaluate(({ scrollWidth, parentElement }) => [scrollWidth, parentElement.clientWidth]);
  assert(needed <= given, `${needed} pixels in ${given}`);
  await page.keyboard.press('3');
  const cards = page.locator('.strip-card');
  await cards.last().waitFor();
  const tops = new Set(await cards.evaluateAll((all) => all.map((card) => card.getBoundingClientRect().top)));
  assert.equal(tops.size, 1);
}, zoomed(1.25));

await check('operation that a call from a terminal interrupts is one step', async (page) => {
  await drawn(page);
  const { local } = recorded().find(({ recording, op }) => recording === 'rest-server' && op === 'bind');
  let isDone = false;
  const outside = (async () => {
    while (!isDone) await (await fetch(`http://${local}/v1/books/2`, { headers: { connection: 'close' } })).text();
  })();
  try {
    await doBar(page).getByLabel('calls').fill('60');
    await doBar(page).getByRole('radio', { name: 'a new one for each call' }).check();
    await doIt(page, 'get a book');
  } finally {
    isDone = true;
    await outside;
  }
  await settled(page);
  const labels = await stepLabels(page);
  const name = 'get a book, 60 connections';
  const at = labels.indexOf(name);
  assert(labels.slice(at).some((label) => / from 127/.test(label)), labels.join('; '));
  assert.equal(labels.filter((label) => label.startsWith(name)).length, 1);
});

await finish();
