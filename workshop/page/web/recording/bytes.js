// The recorded bytes of a transfer.

/** Decodes base64. Returns no bytes for invalid input. */
export function bytesOf(data) {
  try {
    return Uint8Array.from(atob(data ?? ""), (char) => char.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}

/** Maximum length of a shown text in bytes. */
const MAX_TEXT = 120;

/** Returns the payload of a transfer without trailing line ends if it is printable ASCII, else an empty string. */
export function plainText({ data }) {
  const text = String.fromCharCode(...bytesOf(data).slice(0, MAX_TEXT)).trimEnd();
  return /^[\x20-\x7e]+$/.test(text) ? text : "";
}
