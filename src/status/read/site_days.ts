/** Days of sites from the rows that a store keeps of them: every day that was asked for has one. */
import { DAY_MS } from "../../runtime/time_units.ts";
import type { DayCoverage, SiteDays, SiteKey } from "../queries.ts";

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
