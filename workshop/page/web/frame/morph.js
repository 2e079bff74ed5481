// Draws anew without losing anything: what is on the page already and stays the same is left alone, so that
// focus, selection, scrolling and running animations stay where they are.

/**
 * Makes the children and attributes of `old` those of `fresh`. A child with a `data-key` is known again by
 * it, another one by its place. New nodes of `fresh` are moved over; those that are known keep their old
 * listeners.
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

/** The node that becomes `child`: the one with its key, or the one in its place if that is of its kind. */
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
    // The content security policy lets no attribute set a style; the object may.
    if (name === "style") old.style.cssText = value;
    else if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
}
