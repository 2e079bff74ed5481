// Text for the clipboard.

/**
 * Copies the text of an element. Where the browser does not let us (a page that came over plain HTTP from
 * another machine), the text is selected instead. Returns what to tell.
 */
export async function copyText(element) {
  try {
    await navigator.clipboard.writeText(element.textContent);
    return "Copied.";
  } catch {
    getSelection().selectAllChildren(element);
    return "This browser does not let the page copy: the text is selected, press Ctrl+C.";
  }
}
