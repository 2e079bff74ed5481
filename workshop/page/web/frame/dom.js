// The little that this page needs to make elements. Text is always set as text, so nothing recorded can
// become markup.

const SVG = "http://www.w3.org/2000/svg";

/**
 * Makes an element. Of `props`, functions are listeners (`onclick`), `class` and `text` are what they say,
 * `true` is an attribute without a value, `null`, `undefined` and `false` are left out, and all else are
 * attributes.
 */
export function el(tag, props = {}, ...children) {
  return domFill(document.createElement(tag), props, children);
}

/** Makes an element of SVG. */
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

/** Calls `draw` once before the next frame, however often it is asked to. */
export function onFrame(draw) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      draw();
    });
  };
}

/** Calls `draw` after so many milliseconds, however often it is asked to until then. */
export function seldom(draw, wait) {
  let timer = null;
  return () => {
    timer ??= setTimeout(() => {
      timer = null;
      draw();
    }, wait);
  };
}
