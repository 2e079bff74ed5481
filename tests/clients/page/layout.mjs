// Checks of the layout: window sizes of a zoomed browser, and texts that overlap.

import assert from 'node:assert/strict';

/** The zoom levels of browsers from 50 to 300 %. */
export const ZOOMS = [0.5, 0.67, 0.75, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3];

/** Returns the options of a browser window of 1280 by 720 pixels, which a zoom reduces in CSS pixels. */
export function zoomed(factor, { width = 1280, height = 720 } = {}) {
  const viewport = { width: Math.round(width / factor), height: Math.round(height / factor) };
  return { viewport, deviceScaleFactor: factor };
}

/** Checks that no two texts in the element overlap, and that the page does not scroll sideways. */
export async function assertNoOverlap(page, what, selector = 'body') {
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  const { overlaps, sideways } = await page.evaluate(layoutInPage, selector);
  assert.deepEqual(overlaps, [], what);
  assert(sideways <= 0, `${what}: the page is ${sideways} pixels too wide`);
}

/** Returns the pairs of overlapping visible texts. Runs in the page. */
function layoutInPage(selector) {
  const root = document.querySelector(selector);
  const isClipped = (style) => /hidden|auto|scroll|clip/.test(`${style.overflowX} ${style.overflowY}`);
  const cut = (rect, by) => ({
    left: Math.max(rect.left, by.left),
    top: Math.max(rect.top, by.top),
    right: Math.min(rect.right, by.right),
    bottom: Math.min(rect.bottom, by.bottom),
  });
  const visible = (node, rect) => {
    let seen = cut(rect, { left: 0, top: 0, right: innerWidth, bottom: innerHeight });
    for (let element = node.parentElement; element; element = element.parentElement) {
      const style = getComputedStyle(element);
      if (style.visibility === 'hidden' || style.clipPath !== 'none' || Number(style.opacity) === 0) return null;
      if (isClipped(style) && element !== document.body && element !== document.documentElement)
        seen = cut(seen, element.getBoundingClientRect());
    }
    // The head of a table covers the rows that are scrolled below it.
    const covering = document.elementFromPoint((seen.left + seen.right) / 2, seen.top + 1)?.closest('th');
    if (covering && !covering.contains(node) && getComputedStyle(covering).position === 'sticky') return null;
    // A pixel at the edge is no overlap.
    return seen.right - seen.left > 2 && seen.bottom - seen.top > 2 ? seen : null;
  };
  const texts = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    // A floating button covers what is below it.
    if (node.data.trim() === '' || node.parentElement.closest('script, style, option, noscript, .lanes-more')) continue;
    if (!node.parentElement.checkVisibility()) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const rect of range.getClientRects()) {
      const seen = visible(node, rect);
      if (seen) texts.push({ node, text: node.data.trim().slice(0, 40), ...seen });
    }
  }
  const overlaps = [];
  const [slackX, slackY] = [1.5, 3];
  texts.forEach((one, index) => {
    for (const other of texts.slice(index + 1)) {
      if (one.node === other.node) continue;
      const width = Math.min(one.right, other.right) - Math.max(one.left, other.left);
      const height = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
      if (width > slackX && height > slackY) overlaps.push(`“${one.text}” and “${other.text}” by ${Math.round(width)}x${Math.round(height)}`);
    }
  });
  return { overlaps, sideways: document.documentElement.scrollWidth - innerWidth };
}
