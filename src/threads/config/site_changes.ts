/** What a reload changes of the sites, in one sentence. */
import { isDeepStrictEqual } from "node:util";
import type { Site } from "../../config/site.ts";

/** Names of each kind that are told; the rest is a number. */
export const NAMES_MAX = 5;

/** `2 sites added (a, b), 1 changed (c), 0 removed`, with the first names of each. */
export function siteChanges(old: readonly Site[], now: readonly Site[]): string {
  const before = new Map(old.map((site) => [site.name, site]));
  const after = new Set(now.map(({ name }) => name));
  const added = now.filter(({ name }) => !before.has(name));
  const changed = now.filter((site) => {
    const known = before.get(site.name);
    return known !== undefined && !isDeepStrictEqual(known, site);
  });
  const removed = old.filter(({ name }) => !after.has(name));
  const sites = added.length === 1 ? "site" : "sites";
  return [[`${sites} added`, added], ["changed", changed], ["removed", removed]]
    .map(([what, all]) => counted(what as string, all as readonly Site[])).join(", ");
}

function counted(what: string, sites: readonly Site[]): string {
  if (sites.length === 0) return `0 ${what}`;
  const names = sites.slice(0, NAMES_MAX).map(({ name }) => name);
  if (sites.length > NAMES_MAX) names.push(`${sites.length - NAMES_MAX} more`);
  return `${sites.length} ${what} (${names.join(", ")})`;
}
