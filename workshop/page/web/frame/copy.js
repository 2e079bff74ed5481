// Copying to the clipboard.

/**
 * Copies the text of an element and returns a message for the user. Browsers have no clipboard interface for pages that were
 * loaded over plain HTTP from another machine, but copy what is selected. If that fails, too, the text stays selected.
 */
export async function copyText(element) {
  try {
    await navigator.clipboard.writeText(element.textContent);
    return "Copied.";
  } catch {
    getSelection().selectAllChildren(element);
    if (document.execCommand("copy")) return "Copied.";
    return "The browser does not allow copying. The text is selected: press Ctrl+C.";
  }
}
