// Runs a lesson with a right and a wrong prediction.

import assert from 'node:assert/strict';

import { settled } from './seen.mjs';
import { check } from './support.mjs';

export const LESSONS = { hash: '#lessons' };

/** The result of the open lesson. */
export const result = (page) => page.getByRole('region', { name: 'Result' });

/** Returns the rows of the table with that caption as text. */
export async function rows(page, caption) {
  const table = result(page).getByRole('table', { name: caption });
  return table.locator('tbody tr').evaluateAll((all) =>
    all.map((row) => [...row.children].map((cell) => cell.textContent.trim())),
  );
}

/** Returns the menu's entry of a lesson. The menu is open while `use` runs. */
async function withMenu(page, use) {
  await page.getByRole('button', { name: /^Lesson \d+ of \d+/ }).click();
  await page.locator(':popover-open').waitFor();
  await use(page.locator(':popover-open'));
}

const escaped = (text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Opens the lesson with that title. */
export async function openLesson(page, title) {
  await withMenu(page, (menu) => menu.getByRole('button', { name: new RegExp(`^Lesson \\d+: ${escaped(title)}`) }).click());
  await page.getByRole('heading', { level: 2, name: title }).waitFor();
}

/** Returns the titles of all lessons in order. */
export async function lessonTitles(page) {
  let names;
  await withMenu(page, async (menu) => {
    names = await menu.locator('ol button .unseen').allTextContents();
    await page.keyboard.press('Escape');
  });
  return names.map((name) => name.replace(/^Lesson \d+: /, '').replace(/, short path.*|, done.*/, ''));
}

/** Answers each question, runs the lesson, and returns the verdicts and the events of the run. */
export async function predict(page, choices) {
  const before = (await settled(page)).length;
  const questions = page.locator('.lesson fieldset');
  for (const [index, choice] of choices.entries()) {
    await questions.nth(index).getByRole('radio', { name: choice, exact: true }).check();
  }
  await page.getByRole('button', { name: 'Run it' }).click();
  await page.getByRole('button', { name: 'Answer again' }).waitFor();
  const verdicts = await result(page).locator('.lesson-verdict').allInnerTexts();
  return { verdicts, events: (await settled(page)).slice(before) };
}

/** Asserts that the menu shows the result of the lesson. */
async function isMarked(page, title, mark) {
  await withMenu(page, async (menu) => {
    const entry = menu.getByRole('button', { name: new RegExp(`^Lesson \\d+: ${escaped(title)}.*predicted ${mark}$`) });
    await entry.waitFor();
    await page.keyboard.press('Escape');
  });
}

/**
 * Checks a lesson with wrong predictions, then with right ones, then its evidence against the recording. `prepare` is
 * called with the page before.
 */
export async function checkLesson({ title, right, wrong, evidence, prepare = () => {} }) {
  await check(`${title}: verdicts and numbers are correct`, async (page) => {
    prepare(page);
    await openLesson(page, title);
    const missed = await predict(page, wrong);
    for (const verdict of missed.verdicts) assert.match(verdict, /Your prediction was wrong\.|Wrong\./);
    assert.equal(missed.verdicts.length, wrong.length);
    await isMarked(page, title, 'incorrectly');

    await page.getByRole('button', { name: 'Answer again' }).click();
    const met = await predict(page, right);
    for (const verdict of met.verdicts) assert.match(verdict, /Your prediction was right\.|Right\./);
    assert.equal(met.verdicts.length, right.length);
    await isMarked(page, title, 'correctly');
    // Times are those since the first event of the list.
    const times = await result(page).locator('.lesson-when').allInnerTexts();
    for (const time of times) assert.match(time, /^(0|\+\d.*)$/);
    await evidence(page, met.events, await settled(page));
  }, LESSONS);
}
