// Whom a key is for.

/** Whether letters and digits are for what has the focus. */
export function takesText(target) {
  const writing = "input:not([type=radio]):not([type=checkbox]), select, textarea, [contenteditable]";
  return target instanceof HTMLElement && target.matches(writing);
}

/** Whether a letter or digit is for the page: nothing else wants it, and no other key is held with it. */
export function isPageKey(event) {
  const isHeld = event.ctrlKey || event.metaKey || event.altKey;
  return !isHeld && !event.repeat && !event.defaultPrevented && !takesText(event.target);
}
