// The names of errors, from their numbers.

/** Names by number. Linux and the BSDs, macOS among them, number some errors differently. */
const ERROR_NAMES = {
  13: "EACCES",
  32: "EPIPE",
  48: "EADDRINUSE",
  54: "ECONNRESET",
  61: "ECONNREFUSED",
  98: "EADDRINUSE",
  104: "ECONNRESET",
  111: "ECONNREFUSED",
};

/** Returns the name of an event's error, or its description if the name is unknown. */
export function errorName({ errno, error }) {
  return ERROR_NAMES[errno] ?? error;
}
