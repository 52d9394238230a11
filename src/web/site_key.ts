/** A site and its location as one text, for maps. */
import type { SiteKey } from "../status/queries.ts";

/** Unique: NUL is in neither of the two. */
export function keyOf({ site, location }: SiteKey): string {
  return `${site}\0${location}`;
}
