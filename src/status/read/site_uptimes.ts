/** Uptimes of sites from the rows of the view `site_uptime`. */
import {
  type Coverage,
  type SiteKey,
  type SiteUptime,
  UPTIME_WINDOWS_DAYS,
  type UptimeWindowDays,
} from "../queries.ts";

/** One window of one site. */
export interface UptimeRow extends SiteKey, Coverage {
  readonly days: number;
}

/** From rows by site and location, each with all of its windows together. */
export function siteUptimes(rows: readonly UptimeRow[]): SiteUptime[] {
  const perSite = UPTIME_WINDOWS_DAYS.length;
  return Array.from({ length: rows.length / perSite }, (_, index) => {
    const ofSite = rows.slice(index * perSite, (index + 1) * perSite);
    const { site, location } = ofSite[0]!;
    const windows = Object.fromEntries(ofSite.map((row) => [row.days, coverageOf(row)]));
    return { site, location, windows: windows as Record<UptimeWindowDays, Coverage> };
  });
}

function coverageOf({ upMs, degradedMs, downMs, inconclusiveMs, windowMs }: UptimeRow): Coverage {
  return { upMs, degradedMs, downMs, inconclusiveMs, windowMs };
}
