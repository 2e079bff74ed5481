// The bytes of a transfer, as far as they were recorded.

/** Base64 as bytes. What is not base64 is no bytes. */
export function bytesOf(data) {
  try {
    return Uint8Array.from(atob(data ?? ""), (char) => char.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}

/** The most that is shown of a text. */
const TEXT_MOST = 120;

/** What a transfer carried, if it is a text as one types it; line ends at its end are left out. */
export function plainText({ data }) {
  const text = String.fromCharCode(...bytesOf(data).slice(0, TEXT_MOST)).trimEnd();
  return /^[\x20-\x7e]+$/.test(text) ? text : "";
}
