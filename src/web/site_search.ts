/** Finds sites by words. */
import type { WholeSite } from "./whole_sites.ts";

/** Characters of a search; more would find nothing else. */
export const SEARCH_LENGTH_MAX = 200;

/** True when each word of the search is in the site's name, url, locations or labels. */
export function matchesSearch({ lead, locations }: WholeSite, search: string): boolean {
  const places = locations.map(({ location }) => location);
  const text = [lead.site, lead.url, ...places, ...Object.values(lead.labels)].join("\n")
    .toLowerCase();
  return search.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}
