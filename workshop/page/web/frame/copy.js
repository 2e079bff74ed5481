// Copying to the clipboard.

/**
 * Copies the text of an element and returns a message for the user. Browsers forbid it for pages that were
 * loaded over plain HTTP from another machine. Then the text is selected instead.
 */
export async function copyText(element) {
  try {
    await navigator.clipboard.writeText(element.textContent);
    return "Copied.";
  } catch {
    getSelection().selectAllChildren(element);
    return "The browser does not allow copying. The text is selected: press Ctrl+C.";
  }
}
