// Updates a tree of elements in place. Unchanged nodes stay, and with them the focus, selection, scroll position
// and running animations.

/**
 * Gives `old` the children and attributes of `fresh`. A child with a `data-key` is matched by its key, any other
 * child by its position. Nodes without a match are moved from `fresh`. Matched nodes keep their listeners.
 */
export function morph(old, fresh) {
  morphAttributes(old, fresh);
  const known = morphKeyed(old);
  const wanted = morphKeyed(fresh);
  for (const [key, child] of known) {
    if (!wanted.has(key)) child.remove();
  }
  let place = old.firstChild;
  for (const child of [...fresh.childNodes]) {
    const same = morphSame(child, known, place);
    if (same === null) {
      old.insertBefore(child, place);
      continue;
    }
    if (same === place) place = place.nextSibling;
    else old.insertBefore(same, place);
    if (same.nodeType === Node.TEXT_NODE) morphText(same, child);
    else morph(same, child);
  }
  while (place !== null) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
}

function morphKeyed(element) {
  const keyed = [...element.children].filter((child) => child.dataset.key);
  return new Map(keyed.map((child) => [child.dataset.key, child]));
}

/** Returns the old node that matches `child`: the one with its key, or the one at its position. */
function morphSame(child, known, place) {
  const key = child.dataset?.key;
  const same = key ? known.get(key) : place?.dataset?.key ? null : place;
  return same?.nodeName === child.nodeName ? same : null;
}

function morphText(old, fresh) {
  if (old.data !== fresh.data) old.data = fresh.data;
}

function morphAttributes(old, fresh) {
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    // The content security policy forbids style attributes, but not the style object.
    if (name === "style") old.style.cssText = value;
    else if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
}
