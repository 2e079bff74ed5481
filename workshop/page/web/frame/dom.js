// Helpers to create elements. Text is always set as text, so recorded data cannot become markup.

const SVG = "http://www.w3.org/2000/svg";

/**
 * Creates an element. In `props`, a function is an event listener (`onclick`), `text` is the text content, and
 * everything else is an attribute: `true` is one without a value; `null`, `undefined` and `false` are omitted.
 */
export function el(tag, props = {}, ...children) {
  return domFill(document.createElement(tag), props, children);
}

/** Creates an SVG element. */
export function svg(tag, props = {}, ...children) {
  return domFill(document.createElementNS(SVG, tag), props, children);
}

function domFill(element, props, children) {
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.replace(/^on/, ""), value);
    else if (name === "text") element.textContent = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(
    ...children.flat().filter((child) => child !== null && child !== undefined && child !== false),
  );
  return element;
}

/** Returns a function that schedules one call of `draw` for the next frame, however often it is called. */
export function onFrame(draw) {
  let isScheduled = false;
  return () => {
    if (isScheduled) return;
    isScheduled = true;
    requestAnimationFrame(() => {
      isScheduled = false;
      draw();
    });
  };
}

/** Returns a function that schedules one call of `draw` after `wait` milliseconds, however often it is called. */
export function throttled(draw, wait) {
  let timer = null;
  return () => {
    timer ??= setTimeout(() => {
      timer = null;
      draw();
    }, wait);
  };
}
