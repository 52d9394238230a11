/** Names for sites that have none of their own. */
import { publicUrl } from "../../report/public_url.ts";
import { SITE_NAME_LENGTH_MAX, type SiteConfig } from "../schema/site_schema.ts";

/**
 * A name for each site: its own, or its URL without credentials and with `#2`, `#3` … on a repeat.
 * Names that sites have of their own are never given to others.
 */
export function siteNames(sites: readonly Pick<SiteConfig, "name" | "url">[]): string[] {
  const taken = new Set(sites.flatMap(({ name }) => name ?? []));
  const counts = new Map<string, number>();
  return sites.map(({ name, url }) => {
    if (name !== undefined) return name;
    const base = publicUrl(url);
    let count = (counts.get(base) ?? 0) + 1;
    while (taken.has(numbered(base, count))) count++;
    counts.set(base, count);
    const free = numbered(base, count);
    taken.add(free);
    return free;
  });
}

/** Cut to what a report holds, and never between two surrogates. */
function numbered(base: string, count: number): string {
  const suffix = count === 1 ? "" : `#${count}`;
  const cut = base.slice(0, SITE_NAME_LENGTH_MAX - suffix.length).replace(/[\ud800-\udbff]$/, "");
  return cut + suffix;
}
