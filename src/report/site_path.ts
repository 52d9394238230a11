/** Names of sites as segments of paths, which servers and proxies on the way leave as they are. */

/** `~` and two digits, as `%` and two digits in a URL: of a slash, a dot, and the tilde itself. */
const ESCAPE = /~(2F|2E|7E)/g;

/**
 * The name as one segment. Proxies decode `%2F` or refuse it, and `.` and `..` are folders to all URL
 * parsers, also percent-encoded.
 */
export function segmentOf(name: string): string {
  const escaped = name.toWellFormed().replaceAll(ESCAPE, "~7E$1").replaceAll("/", "~2F");
  return encodeURIComponent(/^\.{1,2}$/.test(name) ? name.replaceAll(".", "~2E") : escaped);
}

/** The name in a segment without its percent-encoding, of {@linkcode segmentOf} or written by hand. */
export function nameIn(segment: string): string {
  return segment.replaceAll(ESCAPE, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

/** The path of a site's page below that of the overview; with a location if the site has several. */
export function sitePath(site: string, location?: string): string {
  const query = location === undefined ? "" : `?location=${encodeURIComponent(location)}`;
  return `sites/${segmentOf(site)}${query}`;
}
