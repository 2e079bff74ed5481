// Takes screenshots of the screens in light and dark, into the directory SCREENSHOTS. The documentation shows some of them.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { doBar, doIt, lanes, settled } from './seen.mjs';
import { check, finish } from './support.mjs';

const folder = process.env.SCREENSHOTS;
assert(folder, 'set SCREENSHOTS to a directory');
mkdirSync(folder, { recursive: true });

const goTo = (page, screen) => page.getByRole('navigation', { name: 'Screens' }).getByRole('button', { name: screen }).click();

for (const colorScheme of ['light', 'dark']) {
  const take = async (page, name) => {
    await page.mouse.move(0, 0);
    await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`) });
  };

  await check(colorScheme, async (page) => {
    await settled(page);
    await doIt(page, 'get a book');
    await settled(page);
    await page.setViewportSize({ width: 1280, height: 720 });
    await goTo(page, 'Story');
    await page.keyboard.press('Home');
    await page.getByRole('region', { name: 'Story' }).locator('.story-row').first().waitFor();
    await take(page, 'story');
    await page.keyboard.press('p');
    for (let slide = 0; slide < 2; slide++) await page.keyboard.press('PageDown');
    await take(page, 'present');
    await page.keyboard.press('Escape');
    await page.setViewportSize({ width: 1440, height: 900 });
    await goTo(page, 'Lanes');
    // High enough for the complete step.
    await page.setViewportSize({ width: 1440, height: 1080 });
    await settled(page);
    await take(page, 'lanes');
    await page.setViewportSize({ width: 1440, height: 900 });
    await lanes(page).getByRole('button', { name: /^gRPC client, write/ }).last().click();
    await page.getByRole('region', { name: 'The selected event' }).waitFor();
    await take(page, 'inspector');
    await page.keyboard.press('Escape');

    await goTo(page, 'Compare');
    await page.getByRole('table', { name: /^get a book: byte breakdown/ }).waitFor();
    await take(page, 'compare');

    await goTo(page, 'Sockets');
    await doBar(page).getByRole('button', { name: /^watch changes/ }).click();
    for (const api of ['REST', 'GraphQL', 'gRPC']) {
      const card = page.getByRole('region', { name: `${api}: number of sockets` });
      await card.locator('[data-key="ESTABLISHED"] b').filter({ hasText: '2' }).waitFor();
    }
    await take(page, 'sockets');
    await doBar(page).getByRole('button', { name: /^watch changes/ }).click();

    await goTo(page, 'Datagrams');
    await doBar(page).getByRole('button', { name: 'get over TCP' }).click();
    await page.getByText(/^TCP: 5 calls, 5 successful/).waitFor();
    await doBar(page).getByLabel('drop every third UDP datagram').check();
    await doBar(page).getByRole('button', { name: 'get over UDP' }).click();
    await page.getByText(/^UDP: 5 calls, 5 successful/).waitFor();
    await settled(page);
    await take(page, 'datagrams');

    await page.setViewportSize({ width: 1440, height: 1080 });
    await goTo(page, 'Wire');
    await doBar(page).getByLabel('drop').selectOption('client');
    await doBar(page).getByRole('button', { name: 'Run' }).click();
    await page.locator('.wire-bar:not([aria-busy])').waitFor();
    await take(page, 'wire');

    await goTo(page, 'Lessons');
    await page.getByRole('radio', { name: 'socket → bind → listen', exact: true }).check();
    await page.getByRole('button', { name: 'Run it' }).click();
    await page.getByText('Your prediction was right.').first().waitFor();
    await take(page, 'lesson');
  }, { colorScheme, reducedMotion: 'reduce' });
}

await finish();
