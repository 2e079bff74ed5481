// Accessibility: every screen passes axe-core's checks of WCAG 2.1 A and AA, in light and dark. The page is usable with
// the keyboard alone, and respects prefers-reduced-motion.

import assert from 'node:assert/strict';

import { passes } from './axe.mjs';
import { lessonTitles, openLesson } from './lesson-steps.mjs';
import { doBar, doIt, done, lanes, settled } from './seen.mjs';
import { check, finish, load, until } from './support.mjs';

const goTo = (page, screen) => page.getByRole('navigation', { name: 'Screens' }).getByRole('button', { name: screen }).click();

for (const colorScheme of ['light', 'dark']) {
  const options = { colorScheme, reducedMotion: 'reduce' };

  await check(`${colorScheme}: story is accessible, with groups, single calls and the inspector`, async (page) => {
    await page.locator('.story-row').first().waitFor();
    await passes(page, 'story');
    await page.locator('.story-phase').nth(2).press('Enter');
    await page.locator('.story-call').first().click();
    await page.getByRole('region', { name: 'The selected event' }).filter({ visible: true }).waitFor();
    await passes(page, 'single calls');
    await page.setViewportSize({ width: 390, height: 844 });
    await passes(page, 'on a phone');
  }, { ...options, hash: '' });

  await check(`${colorScheme}: lanes, inspector, help and popovers are accessible`, async (page) => {
    await doIt(page, 'get a book');
    await settled(page);
    await passes(page, 'lanes');
    await lanes(page).getByRole('button', { name: /^gRPC client, read [1-9]/ }).last().click();
    await page.getByRole('region', { name: 'The selected event' }).waitFor();
    await passes(page, 'inspector');
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    await passes(page, 'help');
    await page.keyboard.press('Escape');
    for (const name of ['Command lines', 'Downloads']) {
      await page.getByRole('button', { name }).click();
      await page.locator(':popover-open').waitFor();
      await passes(page, name);
      await page.keyboard.press('Escape');
    }
    await page.getByRole('button', { name: 'by time' }).click();
    await passes(page, 'by time');
  }, options);

  await check(`${colorScheme}: calls are accessible`, async (page) => {
    await goTo(page, 'Calls');
    await doIt(page, 'get a book');
    await page.getByRole('grid', { name: 'Calls' }).locator('.calls-row').last().waitFor();
    await passes(page, 'calls');
    await page.keyboard.press('End');
    await page.getByRole('region', { name: 'The selected event' }).waitFor();
    await passes(page, 'selected call');
  }, options);

  await check(`${colorScheme}: compare, sockets and datagrams are accessible`, async (page) => {
    await goTo(page, 'Compare');
    await doIt(page, 'list books');
    await page.getByRole('table', { name: /^list books: byte breakdown/ }).waitFor();
    await passes(page, 'compare');
    await goTo(page, 'Sockets');
    await page.getByRole('table', { name: /^The sockets/ }).waitFor();
    await passes(page, 'sockets');
    await goTo(page, 'Datagrams');
    await doBar(page).getByLabel('drop every third UDP datagram').check();
    await doBar(page).getByRole('button', { name: 'get over UDP' }).click();
    await page.getByText(/^UDP: 5 calls, 5 successful/).waitFor();
    await passes(page, 'datagrams');
  }, options);

  await check(`${colorScheme}: each lesson is accessible before and after its run`, async (page) => {
    await page.getByRole('button', { name: /^Lesson \d+ of/ }).click();
    await page.locator(':popover-open').waitFor();
    await passes(page, 'menu of lessons');
    await page.keyboard.press('Escape');
    for (const title of await lessonTitles(page)) {
      await openLesson(page, title);
      await passes(page, `lesson ${title}`);
      if (await page.getByRole('button', { name: 'Run it' }).isDisabled()) continue;
      for (const question of await page.locator('.lesson fieldset').all()) await question.getByRole('radio').first().check();
      await page.getByRole('button', { name: 'Run it' }).click();
      await page.getByRole('button', { name: 'Answer again' }).waitFor();
      await passes(page, `lesson ${title}, answered`);
    }
  }, { ...options, hash: '#lessons' });
}

await check('reduced motion disables all animations', async (page) => {
  await settled(page);
  await page.evaluate(() => {
    window.moved = new Set();
    const look = () => {
      for (const animation of document.getAnimations()) {
        const { duration } = animation.effect.getComputedTiming();
        if (duration > 1) window.moved.add(`${animation.animationName ?? animation.transitionProperty} ${animation.effect.target?.className}`);
      }
      requestAnimationFrame(look);
    };
    look();
  });
  await doIt(page, 'get a book');
  for (const screen of ['Compare', 'Sockets']) {
    await goTo(page, screen);
    await doIt(page, 'create a book');
  }
  await goTo(page, 'Datagrams');
  await doBar(page).getByRole('button', { name: 'get over UDP' }).click();
  await page.getByText(/^UDP: 5 calls/).waitFor();
  await settled(page);
  assert.deepEqual(await page.evaluate(() => [...window.moved]), []);
}, { reducedMotion: 'reduce' });

await check('screens, operations, events, inspector and help work with the keyboard alone', async (page) => {
  await settled(page);
  for (const [key, screen] of [['2', 'Compare'], ['3', 'Sockets'], ['4', 'Datagrams'], ['5', 'Lessons'], ['6', 'Calls'], ['1', 'Lanes']]) {
    await page.keyboard.press(key);
    await page.getByRole('navigation', { name: 'Screens' }).locator('[aria-current]').filter({ hasText: screen }).waitFor();
  }
  await page.keyboard.press('g');
  await done(page);
  const events = await settled(page);

  // Tab reaches everything, and the focus is visible.
  const visited = new Set();
  const focused = () => page.evaluate(() => {
    const { tagName, dataset, textContent, ariaLabel } = document.activeElement;
    const { outlineStyle, boxShadow } = getComputedStyle(document.activeElement);
    return { isEvent: 'seq' in dataset, name: ariaLabel ?? textContent, tagName, isSeen: outlineStyle !== 'none' || boxShadow !== 'none' };
  });
  let event;
  for (let tabs = 0; tabs < 80 && !event; tabs++) {
    await page.keyboard.press('Tab');
    const { isEvent, name, tagName, isSeen } = await focused();
    // The labels of radio buttons and checkboxes show the focus.
    if (tagName === 'BUTTON') assert(isSeen, `the focus on ${name} is not visible`);
    visited.add(name);
    event = isEvent;
  }
  assert(event, `Tab reached no event, only ${[...visited].join(' | ')}`);
  for (const name of ['Lanes', 'get a book', 'Command lines', 'Downloads']) assert(visited.has(name), name);

  const seq = () => page.evaluate(() => Number(document.activeElement.dataset.seq));
  const before = await seq();
  const api = (number) => events[number - 1].api;
  await page.keyboard.press('ArrowUp');
  await until('the previous event has the focus', async () => (await seq()) < before);
  assert.equal(api(await seq()), api(before), 'the focus stays in its lane');
  await page.keyboard.press('Enter');
  const panel = page.getByRole('region', { name: 'The selected event' });
  await panel.waitFor();
  await page.keyboard.press('Escape');
  await panel.waitFor({ state: 'hidden' });
  assert((await seq()) < before, 'the event has the focus again');

  await page.keyboard.press('?');
  const help = page.getByRole('dialog');
  await help.waitFor();
  assert.match(await help.innerText(), /pause or continue/);
  await page.keyboard.press('Escape');
  await help.waitFor({ state: 'hidden' });
});

await finish();
