/** Planned work as pages and terminals show it: rows of the store, with the sites that they are about. */
import { matchesSite } from "../runtime/matches_site.ts";
import { DAY_MS } from "../runtime/time_units.ts";
import type { Mute } from "./alert_store.ts";
import type { WholeSite } from "./whole_sites.ts";

/** How far ahead work is listed. */
export const WORK_LISTED_MS = 30 * DAY_MS;

/** How far ahead it is announced. */
export const WORK_ANNOUNCED_MS = DAY_MS;

export interface PlannedWork {
  readonly id: string;
  /** What is done. */
  readonly name: string;
  readonly from: Date;
  readonly until: Date;
  /** Those that are known, by name; undefined for all. */
  readonly sites: readonly string[] | undefined;
}

/** What lasts or begins within {@linkcode WORK_ANNOUNCED_MS}. */
export function announcedOf(work: readonly PlannedWork[], now: Date): readonly PlannedWork[] {
  return work.filter(({ from }) => from.getTime() <= now.getTime() + WORK_ANNOUNCED_MS);
}

/** Those that are about a site. */
export function workAt(work: readonly PlannedWork[], site: string): readonly PlannedWork[] {
  return work.filter(({ sites }) => sites === undefined || sites.includes(site));
}

/** What lasts at `now` or begins within {@linkcode WORK_LISTED_MS}, the earliest first. */
export function plannedWork(
  mutes: readonly Mute[],
  sites: readonly WholeSite[],
  now: Date,
): readonly PlannedWork[] {
  const lastMs = now.getTime() + WORK_LISTED_MS;
  // Work that comes again is about the same sites each time.
  const known = new Map<string, readonly string[]>();
  return mutes
    .filter(({ kind, from, until }) =>
      kind === "maintenance" && until > now && from.getTime() <= lastMs
    )
    .toSorted((a, b) => a.from.getTime() - b.from.getTime())
    .map(({ id, reason: name, from, until, names, labels }) => {
      if (names === null && labels === null) return { id, name, from, until, sites: undefined };
      const key = JSON.stringify([names, labels]);
      const found = known.get(key) ??
        sites.filter(({ locations }) =>
          locations.some((one) => matchesSite({ names, labels }, one))
        )
          .map(({ site }) => site);
      known.set(key, found);
      return { id, name, from, until, sites: found };
    });
}
