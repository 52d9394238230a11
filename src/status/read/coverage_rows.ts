/** Days and uptimes of sites from the rows of `site_day` and `site_uptime`. */
import { DAY_MS } from "../../runtime/time_units.ts";
import {
  type Coverage,
  type DayCoverage,
  type SiteDays,
  type SiteKey,
  type SiteUptime,
  UPTIME_WINDOWS_DAYS,
  type UptimeWindowDays,
} from "../queries.ts";

/** A row of `site_day`. */
export interface DayRow extends SiteKey {
  /** `2026-01-15`. */
  readonly day: string;
  readonly up_ms: number;
  readonly degraded_ms: number;
  readonly down_ms: number;
  readonly inconclusive_ms: number;
}

/** The last `days` days with today, which ends at `nowMs`, of each of `sites`. */
export function siteDays(
  rows: readonly DayRow[],
  { sites, days, nowMs }: {
    readonly sites: readonly SiteKey[];
    readonly days: number;
    readonly nowMs: number;
  },
): SiteDays[] {
  const kept = new Map(rows.map((row) => [keyOf(row, row.day), row]));
  const todayMs = nowMs - nowMs % DAY_MS;
  const midnights = Array.from({ length: days }, (_, age) => todayMs - age * DAY_MS).reverse();
  return sites.map(({ site, location }) => ({
    site,
    location,
    days: midnights.map((midnightMs) => {
      const day = new Date(midnightMs);
      const row = kept.get(keyOf({ site, location }, day.toISOString().slice(0, 10)));
      return dayCoverage(row, day, Math.min(DAY_MS, nowMs - midnightMs));
    }),
  }));
}

function dayCoverage(row: DayRow | undefined, day: Date, windowMs: number): DayCoverage {
  return {
    day,
    upMs: row?.up_ms ?? 0,
    degradedMs: row?.degraded_ms ?? 0,
    downMs: row?.down_ms ?? 0,
    inconclusiveMs: row?.inconclusive_ms ?? 0,
    windowMs,
  };
}

function keyOf({ site, location }: SiteKey, day: string): string {
  return JSON.stringify([site, location, day]);
}

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
