/** Time covered by each outcome: the columns that every store has for it, and what their rows say. */
import { DAY_MS } from "../../runtime/time_units.ts";
import {
  type Coverage,
  keyOf,
  MONTHS,
  type SiteDays,
  type SiteKey,
  type SiteMonths,
  type SiteUptime,
  UPTIME_WINDOWS_DAYS,
  type UptimeWindowDays,
} from "../queries.ts";

export const COVERED_COLUMNS = ["up_ms", "degraded_ms", "down_ms", "inconclusive_ms"];
/** A day's running totals of them. */
export const TOTAL_COLUMNS = COVERED_COLUMNS.map((column) => `total_${column}`).join(", ");

/** An SQL list of one expression for each. */
export function listCovered(expression: (column: string) => string): string {
  return COVERED_COLUMNS.map(expression).join(", ");
}

/** The windows that are made of days; the shortest is made of hours. */
export const WINDOWS_OF_DAYS = UPTIME_WINDOWS_DAYS.filter((days) => days > 1);

/** {@linkcode COVERED_COLUMNS} of a row. */
interface CoveredRow extends SiteKey {
  readonly up_ms: number;
  readonly degraded_ms: number;
  readonly down_ms: number;
  readonly inconclusive_ms: number;
}

/** A row of `site_day`. */
export interface DayRow extends CoveredRow {
  /** `2026-01-15`. */
  readonly day: string;
}

/** The rows of a month, added up. */
export interface MonthRow extends CoveredRow {
  /** `2026-01`. */
  readonly month: string;
}

function coverageOf(row: CoveredRow | undefined, windowMs: number): Coverage {
  return {
    upMs: row?.up_ms ?? 0,
    degradedMs: row?.degraded_ms ?? 0,
    downMs: row?.down_ms ?? 0,
    inconclusiveMs: row?.inconclusive_ms ?? 0,
    windowMs,
  };
}

/** The last {@linkcode MONTHS} with the one of `nowMs` of each of `sites`. */
export function siteMonths(
  rows: readonly MonthRow[],
  { sites, nowMs }: { readonly sites: readonly SiteKey[]; readonly nowMs: number },
): SiteMonths[] {
  const kept = new Map(rows.map((row) => [`${keyOf(row)} ${row.month}`, row]));
  const now = new Date(nowMs);
  const startOf = (age: number) => Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - age);
  const ages = Array.from({ length: MONTHS }, (_, index) => MONTHS - 1 - index);
  return sites.map(({ site, location }) => ({
    site,
    location,
    months: ages.map((age) => {
      const month = new Date(startOf(age)).toISOString().slice(0, "2026-01".length);
      const row = kept.get(`${keyOf({ site, location })} ${month}`);
      return { month, ...coverageOf(row, Math.min(nowMs, startOf(age - 1)) - startOf(age)) };
    }),
  }));
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
  const kept = new Map(rows.map((row) => [`${keyOf(row)} ${row.day}`, row]));
  const todayMs = nowMs - nowMs % DAY_MS;
  const midnights = Array.from({ length: days }, (_, age) => todayMs - age * DAY_MS).reverse();
  return sites.map(({ site, location }) => ({
    site,
    location,
    days: midnights.map((midnightMs) => {
      const day = new Date(midnightMs);
      const row = kept.get(`${keyOf({ site, location })} ${day.toISOString().slice(0, 10)}`);
      return { day, ...coverageOf(row, Math.min(DAY_MS, nowMs - midnightMs)) };
    }),
  }));
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
    const windows = Object.fromEntries(
      ofSite.map(({ site: _, location: __, days, ...coverage }) => [days, coverage]),
    );
    return { site, location, windows: windows as Record<UptimeWindowDays, Coverage> };
  });
}
