/** What keeps the beginning of an alert from being told: planned work, a silence, a parent, flapping. */
import { matchesSite } from "../../runtime/matches_site.ts";
import { parentsOf } from "../../config/site_labels.ts";
import { HOUR_MS } from "../../runtime/time_units.ts";
import type { Alert, Mute, SuppressedBy } from "../../status/alert_store.ts";
import type { SiteStatus } from "../../status/queries.ts";
import { HOLD_MAX_MS } from "./silent_locations.ts";

/** Changes are counted over it, and it has been calm when there was none for as long. */
const FLAPPING_MS = HOUR_MS;
/** Kinds that a parent explains. */
const EXPLAINED: readonly string[] = ["down", "degraded", "stale", "unknown"];

type Sites = ReadonlyMap<string, readonly SiteStatus[]>;

/** Planned work before silences: it is left out of figures too. */
export function mutedBy(site: SiteStatus, mutes: readonly Mute[]): SuppressedBy | undefined {
  const mute = mutes.filter((one) => matchesSite(one, site))
    .sort((a, b) => a.kind.localeCompare(b.kind))[0];
  return mute && `${mute.kind}:${mute.reason}`;
}

/** Sites with an open alert that they are down. */
export type DownSites = ReadonlySet<string>;

/**
 * The parent that is down, or that may be found down within an interval of its own: the order of
 * checks does not matter. Sites that depend on each other in a circle are told.
 */
export function heldByParent(
  { kind, site, fired_at }: Pick<Alert, "kind" | "site" | "fired_at">,
  { sites, down, now, isWaiting }: {
    readonly sites: Sites;
    readonly down: DownSites;
    readonly now: Date;
    /** True while nothing but a parent may have kept it from being told. */
    readonly isWaiting: boolean;
  },
): SuppressedBy | undefined {
  if (site === null || !EXPLAINED.includes(kind)) return undefined;
  const parents = parentsOf(labelsOf(site, sites));
  const holds = parents.find((parent) => {
    if (down.has(parent)) return !dependsOn(parent, site, { sites, down });
    const spanMs = Math.max(0, ...(sites.get(parent) ?? []).map((it) => it.next_check_ms ?? 0));
    return isWaiting && now.getTime() < fired_at.getTime() + Math.min(spanMs, HOLD_MAX_MS);
  });
  return holds === undefined ? undefined : `parent:${holds}`;
}

function labelsOf(site: string, sites: Sites): Readonly<Record<string, string>> {
  return sites.get(site)?.[0]?.labels ?? {};
}

/** True when a site depends on another by way of sites that are down. */
function dependsOn(
  from: string,
  on: string,
  { sites, down }: { readonly sites: Sites; readonly down: DownSites },
): boolean {
  const seen = new Set([from]);
  for (const site of seen) {
    for (const parent of parentsOf(labelsOf(site, sites))) {
      if (parent === on) return true;
      if (down.has(parent)) seen.add(parent);
    }
  }
  return false;
}

/** Changes of a subject within the last hour, of the alerts that it had. */
export function flapsOf(alerts: readonly Alert[], now: Date): number {
  const sinceMs = now.getTime() - FLAPPING_MS;
  const isRecent = (at: Date | null) => at !== null && at.getTime() > sinceMs;
  return alerts.flatMap(({ began_at, ended_at }) => [began_at, ended_at]).filter(isRecent).length;
}

/** True when no location found a change for as long as changes are counted. */
export function isCalm(places: readonly SiteStatus[], began: Date, now: Date): boolean {
  const changes = places.flatMap(({ since }) => since?.getTime() ?? []);
  return now.getTime() - Math.max(began.getTime(), ...changes) >= FLAPPING_MS;
}
