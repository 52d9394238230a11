/** A url that may be logged and stored. */

/**
 * The scheme, then everything that a url parser takes for user and password: it tolerates missing
 * and doubled slashes, and looks for the last `@` before the path. The rest must not look like
 * credentials again.
 */
const CREDENTIALS = /^([a-z][a-z0-9+.-]*:\/*)(?:[^/?#]*@\/*)+/i;

/** The same in the schemes that the standard calls special, where a backslash is a slash. */
const SPECIAL_CREDENTIALS = /^([a-z]+:[\\/]*)(?:[^\\/?#]*@[\\/]*)+/i;
const SPECIAL = /^(?:https?|wss?|ftp|file):/i;

/**
 * The url without its user and password, and otherwise unchanged, so that it is recognized.
 *
 * @see https://url.spec.whatwg.org/#url-parsing
 */
export function publicUrl(url: string): string {
  // Url parsers trim these and skip tabs and line breaks, which could hide the credentials.
  const trimmed = url.replace(/^[\0-\x20]+|[\t\n\r]+/g, "");
  const credentials = SPECIAL.test(trimmed) ? SPECIAL_CREDENTIALS : CREDENTIALS;
  return trimmed.replace(credentials, "$1");
}
